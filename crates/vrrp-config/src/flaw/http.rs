//! Where the status is served.

use core::net::IpAddr;

use crate::Elsewhere;

/// What can be wrong with the place where the status is served.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HttpFlaw {
    /// Not an address and a port.
    #[error(
        "`{0}` is not an address and a port; write an address of this host and a port, as 127.0.0.1:9650 or \
        [fd00::1]:9650"
    )]
    Endpoint(String),
    /// A port alone.
    #[error("`{text}` names no address; write one of this host before the port, as 127.0.0.1:{port}")]
    NoAddress {
        /// As written.
        text: String,
        /// The port in it.
        port: u16,
    },
    /// Out of range, or none.
    #[error("`{0}` is not a port: 1 to 65535")]
    Port(String),
    /// An address at which nobody can be found.
    #[error(
        "{address} is {kind}, and nothing can be served there; write another address of this host, as 127.0.0.1:9650"
    )]
    Unusable {
        /// Which.
        address: IpAddr,
        /// What it is.
        kind: &'static str,
    },
    /// Every address of the host.
    #[error(
        "{0} is every address of this host, and everybody on its networks may read the status; write one of them, as 127.0.0.1:9650"
    )]
    Everywhere(IpAddr),
    /// An address that moves from host to host.
    #[error(
        "{address} is a virtual address ({place}), which moves from host to host; write an address that this host keeps"
    )]
    IsVirtual {
        /// Which.
        address: IpAddr,
        /// Where it is virtual.
        place: Elsewhere,
    },
}
