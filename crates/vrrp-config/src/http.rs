//! `[http]`: where the status is served.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::reader::{Reader, Table};
use crate::source::Located;
use crate::{HttpFlaw, keys};

#[cfg(test)]
mod tests;

/// Without the table, or with nothing in it: nowhere.
pub(crate) fn read(reader: &mut Reader<'_>, main: &Table<'_>) -> Option<Located<SocketAddr>> {
    let table = reader.subtable(&main.get(keys::HTTP)?, keys::HTTP_KEYS)?;
    let field = table.get(keys::LISTEN)?;
    let text = reader.filled(&field)?;
    match endpoint(&text) {
        Ok(value) => {
            if let Some(flaw) = judge(value) {
                reader.report(field.at, flaw);
            }
            let place = reader.place(field.at);
            Some(Located { value, place })
        }
        Err(flaw) => {
            reader.report(field.at, flaw);
            None
        }
    }
}

/// What is worth saying about a place where something can be served.
pub(crate) fn judge(listen: SocketAddr) -> Option<HttpFlaw> {
    let everywhere = listen.ip().is_unspecified();
    everywhere.then(|| HttpFlaw::Everywhere(listen.ip()))
}

/// `ADDRESS:PORT`, with an address of IPv6 in brackets. One of IPv4 that is mapped into IPv6 is that of IPv4.
pub(crate) fn endpoint(text: &str) -> Result<SocketAddr, HttpFlaw> {
    if let Ok(port) = port(text.strip_prefix(':').unwrap_or(text)) {
        let text = text.to_owned();
        return Err(HttpFlaw::NoAddress { text, port });
    }
    let other = || HttpFlaw::Endpoint(text.to_owned());
    let (address, number) = text
        .rsplit_once(':')
        .filter(|(_, number)| !number.is_empty())
        .ok_or_else(other)?;
    let bracketed = address
        .strip_prefix('[')
        .and_then(|address| address.strip_suffix(']'));
    let address = match bracketed {
        Some(address) => address.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
        None => address.parse::<Ipv4Addr>().ok().map(IpAddr::V4),
    };
    let address = address.ok_or_else(other)?.to_canonical();
    let port = port(number)?;
    match nobodys(address) {
        Some(kind) => Err(HttpFlaw::Unusable { address, kind }),
        None => Ok(SocketAddr::new(address, port)),
    }
}

/// A port that somebody can be found at: 0 is any.
pub(crate) fn port(text: &str) -> Result<u16, HttpFlaw> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let port = text.parse().ok().filter(|&port| plain && port != 0);
    port.ok_or_else(|| HttpFlaw::Port(text.to_owned()))
}

/// What an address is at which nothing can be served.
fn nobodys(address: IpAddr) -> Option<&'static str> {
    match address {
        address if address.is_multicast() => Some("a multicast address"),
        IpAddr::V4(Ipv4Addr::BROADCAST) => Some("the broadcast address"),
        // The same on every link: it takes a zone to know which one is meant, and links come and go.
        IpAddr::V6(address) if address.is_unicast_link_local() => Some("a link-local address"),
        _ => None,
    }
}
