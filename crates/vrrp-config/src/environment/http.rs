//! Where a pod serves its status.

use core::net::{IpAddr, Ipv4Addr, SocketAddr};

use ipnet::Ipv4Net;
use vrrp_checks::{Check, Probe};

use super::names;
use super::reader::Reader;
use crate::{EnvironmentFlaw, HttpFlaw, http};

/// Nowhere unless set. `node` is the node's own address, which a port alone means; where it is missing, that is reported
/// of the interface. `pool` are the virtual addresses.
pub(super) fn read(
    reader: &mut Reader<'_>,
    pool: &[Ipv4Net],
    node: Option<Ipv4Addr>,
    check: Option<&Check>,
) -> Option<SocketAddr> {
    let listen = reader.parsed(names::HTTP_LISTEN, |text| place(text, node))??;
    if let Some(flaw) = http::judge(listen) {
        reader.report(names::HTTP_LISTEN, EnvironmentFlaw::from(flaw));
    }
    if let IpAddr::V4(address) = listen.ip()
        && pool.iter().any(|net| net.addr() == address)
    {
        reader.report(names::HTTP_LISTEN, EnvironmentFlaw::IsVirtual(address));
    }
    // It would pass as long as the daemon runs, and say nothing of what the addresses are for.
    if check.is_some_and(|check| meets(check, listen)) {
        reader.report(names::HTTP_LISTEN, EnvironmentFlaw::ChecksItself(listen.port()));
    }
    Some(listen)
}

/// A port of `node`, or an address and a port; `None` if it takes an address of the node's own that there is not.
fn place(text: &str, node: Option<Ipv4Addr>) -> Result<Option<SocketAddr>, EnvironmentFlaw> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        let port = http::port(text)?;
        return Ok(node.map(|node| SocketAddr::from((node, port))));
    }
    match http::endpoint(text) {
        Ok(listen) => Ok(Some(listen)),
        Err(HttpFlaw::Endpoint(_) | HttpFlaw::NoAddress { .. }) => {
            Err(EnvironmentFlaw::Listen(text.to_owned()))
        }
        Err(flaw) => Err(flaw.into()),
    }
}

/// Whether a check connects to where the status is served.
fn meets(check: &Check, listen: SocketAddr) -> bool {
    let Probe::Tcp(endpoint) = &check.probe else {
        return false;
    };
    let here = listen.ip().is_unspecified() || listen.ip().to_string() == endpoint.host;
    here && listen.port() == endpoint.port
}
