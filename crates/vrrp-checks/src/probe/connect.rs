//! From a host's name to a connection.

#[cfg(test)]
mod tests;

use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use super::Failure;
use super::aside::aside;
use crate::Endpoint;

/// Longer than anybody waits, and short enough to reckon with.
const LONGEST: Duration = Duration::from_hours(24);

/// Connects to the first of its addresses that accepts, and is meant to be called off after `within`.
///
/// Every address has its share of the time, so that one that is silent does not hide the next one.
pub(super) async fn connect(endpoint: &Endpoint, within: Duration) -> Result<TcpStream, Failure> {
    let started = Instant::now();
    let addresses = resolve(endpoint).await?;
    let none = Failure::NoAddress {
        host: endpoint.host.clone(),
    };
    first(addresses, started + within.min(LONGEST), none).await
}

/// Connects to the first that accepts; the failure is that of the last that could be asked, or else of the last, or
/// this one if there are none.
async fn first(addresses: Vec<SocketAddr>, until: Instant, none: Failure) -> Result<TcpStream, Failure> {
    let mut addresses = addresses.into_iter();
    let mut failure: Option<Failure> = None;
    while let Some(address) = addresses.next() {
        let connecting = TcpStream::connect(address);
        let others = u32::try_from(addresses.len()).unwrap_or(u32::MAX);
        let connected = if others == 0 {
            connecting.await
        } else {
            let share = until.saturating_duration_since(Instant::now()) / others.saturating_add(1);
            match timeout(share, connecting).await {
                Ok(connected) => connected,
                Err(_) => Err(io::ErrorKind::TimedOut.into()),
            }
        };
        let other = match connected {
            Ok(stream) if is_with_itself(&stream) => Failure::Refused(address),
            Ok(stream) => return Ok(stream),
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => Failure::Refused(address),
            Err(error) => Failure::Connect { address, error },
        };
        // A host without IPv6 cannot ask such an address: that must not hide what the others said.
        if other.runnable() || !failure.as_ref().is_some_and(Failure::runnable) {
            failure = Some(other);
        }
    }
    Err(failure.unwrap_or(none))
}

/// Where nobody listens on a port of this host that lies among those for outgoing connections, the kernel now and
/// then picks that same port for our end: we would talk to ourselves, and believe that somebody is there.
fn is_with_itself(stream: &TcpStream) -> bool {
    match (stream.local_addr(), stream.peer_addr()) {
        (Ok(own), Ok(other)) => own == other,
        _ => false,
    }
}

async fn resolve(endpoint: &Endpoint) -> Result<Vec<SocketAddr>, Failure> {
    if let Ok(address) = endpoint.host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, endpoint.port)]);
    }
    let host = endpoint.host.clone();
    let port = endpoint.port;
    let looked_up = aside(move || (host.as_str(), port).to_socket_addrs().map(Iterator::collect)).await;
    looked_up.flatten().map_err(|error| Failure::Resolve {
        host: endpoint.host.clone(),
        error,
    })
}
