//! Gratuitous ARP out of any interface.

#![expect(unsafe_code, reason = "socket2 leaves link-layer addresses to its caller")]

use std::io;

use socket2::{Domain, SockAddr, SockAddrStorage, Socket, Type};

use crate::socket::SocketError;

/// A packet socket that sends whole Ethernet frames and receives nothing.
#[derive(Debug)]
pub struct ArpSocket(Socket);

impl ArpSocket {
    /// One serves all interfaces.
    ///
    /// # Errors
    /// [`SocketError::Create`], without `CAP_NET_RAW` for one.
    pub fn open() -> Result<Self, SocketError> {
        // Protocol 0 keeps the kernel from queueing every frame of the host on it.
        Socket::new(Domain::PACKET, Type::RAW.nonblocking(), None)
            .map(Self)
            .map_err(|source| SocketError::Create {
                operation: "packet socket",
                source,
            })
    }

    /// Sends a frame, from its Ethernet header on, out of the interface with this index, without waiting.
    ///
    /// # Errors
    /// `ENOBUFS` or `EAGAIN` when the interface's queue is full: try again a little later. `ENETDOWN` while
    /// it is down, `ENXIO` or `ENODEV` when it is gone.
    pub fn send(&self, index: u32, frame: &[u8]) -> io::Result<()> {
        self.0
            .send_to_with_flags(frame, &link(index)?, libc::MSG_DONTWAIT)
            .map(drop)
    }
}

/// The address of an interface. The frame itself says whom it is for; what is said here is that it is ARP.
fn link(index: u32) -> io::Result<SockAddr> {
    let index = i32::try_from(index).map_err(|_| io::Error::from_raw_os_error(libc::ENODEV))?;
    let protocol = u16::try_from(libc::ETH_P_ARP).map_or(0, u16::to_be);
    let length = libc::socklen_t::try_from(size_of::<libc::sockaddr_ll>()).unwrap_or(0);
    let mut storage = SockAddrStorage::zeroed();
    // SAFETY: the storage is made to be seen as any address structure that is no larger, and all zero is a
    // value of this one.
    let address = unsafe { storage.view_as::<libc::sockaddr_ll>() };
    address.sll_family = u16::try_from(libc::AF_PACKET).unwrap_or(0);
    address.sll_protocol = protocol;
    address.sll_ifindex = index;
    // SAFETY: the storage holds a whole `sockaddr_ll`, whose family says so, and `length` is its size.
    Ok(unsafe { SockAddr::new(storage, length) })
}
