//! A host and a port, and the one rule of how both are written.

#[cfg(test)]
mod tests;

use core::fmt;
use core::net::{Ipv4Addr, Ipv6Addr};

/// A host, as a name or an address, and a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// A name, or an IPv4 or IPv6 address without brackets.
    pub host: String,
    /// 1 to 65535.
    pub port: u16,
}

/// Why a text is no [`Endpoint`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EndpointFlaw {
    /// Nothing before the port.
    #[error("it names no host")]
    NoHost,
    /// Nothing after the host.
    #[error("it has no port")]
    NoPort,
    /// Not a port.
    #[error("its port is not a number from 1 to 65535")]
    Port,
    /// An IPv6 address whose end cannot be told from a port.
    #[error("it is an IPv6 address without brackets")]
    Bare,
    /// `[` without `]`.
    #[error("it has a bracket that is never closed")]
    Unclosed,
    /// Something else than `:` after `]`.
    #[error("what follows its brackets is no port")]
    AfterBrackets,
    /// Something else in the brackets.
    #[error("it has no IPv6 address in its brackets")]
    NoIpv6,
    /// `fe80::1%eth0`.
    #[error("its IPv6 address has a zone, and zones are not supported")]
    Zone,
    /// Digits and dots that no name is made of.
    #[error("`{0}` is no IPv4 address")]
    NoIpv4(String),
    /// Not a name.
    #[error(
        "`{0}` is no host's name: letters, digits, `-` and `_`, with single dots between its parts, none of which begins \
        or ends with `-`"
    )]
    Name(String),
}

impl Endpoint {
    /// Reads `host:port`, where an IPv6 address stands in brackets.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, EndpointFlaw> {
        let is_ipv6 = |text: &str| text.parse::<Ipv6Addr>().is_ok();
        if is_ipv6(text) {
            return Err(EndpointFlaw::Bare);
        }
        if text.split_once('%').is_some_and(|(address, _)| is_ipv6(address)) {
            return Err(EndpointFlaw::Zone);
        }
        let (host, port) = read(text)?;
        let port = port.ok_or(EndpointFlaw::NoPort)?;
        Ok(Self { host, port })
    }
}

/// The host, without brackets, and the port, if there is one: what a URL has between `//` and its path.
pub(super) fn read(text: &str) -> Result<(String, Option<u16>), EndpointFlaw> {
    let (host, rest) = if text.starts_with('[') {
        let close = text.find(']').ok_or(EndpointFlaw::Unclosed)?;
        text.split_at(close + 1)
    } else {
        text.split_at(text.find(':').unwrap_or(text.len()))
    };
    let host = read_host(host)?;
    if rest.is_empty() {
        return Ok((host, None));
    }
    let digits = rest.strip_prefix(':').ok_or(EndpointFlaw::AfterBrackets)?;
    Ok((host, Some(read_port(digits)?)))
}

fn read_host(text: &str) -> Result<String, EndpointFlaw> {
    if let Some(inside) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        if inside.contains('%') {
            return Err(EndpointFlaw::Zone);
        }
        return match inside.parse::<Ipv6Addr>() {
            Ok(_) => Ok(inside.to_owned()),
            Err(_) => Err(EndpointFlaw::NoIpv6),
        };
    }
    if text.is_empty() {
        return Err(EndpointFlaw::NoHost);
    }
    let numeric = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if numeric && text.parse::<Ipv4Addr>().is_err() {
        return Err(EndpointFlaw::NoIpv4(text.to_owned()));
    }
    if !text.split('.').all(is_label) {
        return Err(EndpointFlaw::Name(text.to_owned()));
    }
    Ok(text.to_owned())
}

/// Whether this may stand between two dots of a name.
fn is_label(text: &str) -> bool {
    let named = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    !text.is_empty() && text.bytes().all(named) && !text.starts_with('-') && !text.ends_with('-')
}

fn read_port(digits: &str) -> Result<u16, EndpointFlaw> {
    // The parser would take a sign, too.
    let port = Some(digits).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    port.and_then(|digits| digits.parse().ok())
        .filter(|&port| port > 0)
        .ok_or(EndpointFlaw::Port)
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}
