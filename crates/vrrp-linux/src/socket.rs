//! The socket of an interface: every advert of every virtual router there goes out and comes in through it.

use std::io;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::{AsFd, BorrowedFd};

use nix::sys::socket::{setsockopt, sockopt};
use socket2::{Domain, InterfaceIndexOrAddress, Protocol, Socket, Type};
use vrrp_core::InterfaceName;
use vrrp_packet::{GROUP, PROTOCOL};

use crate::clock::Moment;
use crate::errno::{Doing, errno_meaning};
use crate::receive::{Batch, Drained, Received};

/// Internetwork control (CS6), as the header of our adverts says.
const TOS: u32 = 0xC0;
/// `TC_PRIO_CONTROL`: ahead of everything else in the interface's queue.
const QUEUE_PRIORITY: u32 = 7;
/// Room for about 1,200 adverts, five from each of 255 virtual routers; the default has room for 256.
const RECEIVE_BUFFER: usize = 1 << 20;

/// A raw socket for protocol 112, bound to one interface.
#[derive(Debug)]
pub struct VrrpSocket {
    socket: Socket,
    batch: Batch,
}

/// Why a socket could not be opened. `operation` is the step that failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SocketError {
    /// The kernel gives us no such socket: without `CAP_NET_RAW`, for one.
    #[error("cannot open a socket ({operation}): {source}; {}", meaning(source))]
    Create {
        /// What was asked for.
        operation: &'static str,
        /// The kernel's answer.
        source: io::Error,
    },
    /// The interface is not there, or not ours to bind to.
    #[error(
        "cannot bind the socket to the interface ({operation}): {source}; {}",
        meaning(source)
    )]
    Bind {
        /// What was asked for.
        operation: &'static str,
        /// The kernel's answer.
        source: io::Error,
    },
    /// No membership of the multicast group.
    #[error(
        "cannot join the multicast group ({operation}): {source}; {}",
        meaning(source)
    )]
    Join {
        /// What was asked for.
        operation: &'static str,
        /// The kernel's answer.
        source: io::Error,
    },
    /// Any other setting.
    #[error("cannot set up the socket ({operation}): {source}; {}", meaning(source))]
    Option {
        /// What was asked for.
        operation: &'static str,
        /// The kernel's answer.
        source: io::Error,
    },
}

fn meaning(source: &io::Error) -> &'static str {
    errno_meaning(Doing::Socket, source.raw_os_error().unwrap_or_default())
}

impl SocketError {
    /// The kernel's error number, if it was the kernel that refused.
    pub fn errno(&self) -> Option<i32> {
        match self {
            Self::Create { source, .. }
            | Self::Bind { source, .. }
            | Self::Join { source, .. }
            | Self::Option { source, .. } => source.raw_os_error(),
        }
    }
}

impl VrrpSocket {
    /// Opens the socket of an interface, and joins 224.0.0.18 there if `multicast` is set.
    ///
    /// It belongs to the interface with this index: when the interface is deleted and made again, open
    /// another. Unicast adverts arrive in any case.
    ///
    /// # Errors
    /// See [`SocketError`].
    pub fn open(interface: &InterfaceName, index: u32, multicast: bool) -> Result<Self, SocketError> {
        let option = |operation| move |source| SocketError::Option { operation, source };
        let socket = Socket::new(
            Domain::IPV4,
            Type::RAW.nonblocking(),
            Some(Protocol::from(i32::from(PROTOCOL))),
        )
        .map_err(|source| SocketError::Create {
            operation: "raw socket, protocol 112",
            source,
        })?;
        socket
            .bind_device(Some(interface.as_str().as_bytes()))
            .map_err(|source| SocketError::Bind {
                operation: "SO_BINDTODEVICE",
                source,
            })?;
        socket
            .set_header_included_v4(true)
            .map_err(option("IP_HDRINCL"))?;
        socket.set_tos_v4(TOS).map_err(option("IP_TOS"))?;
        // IP_TOS sets a queue priority of its own, so this one comes after it.
        socket
            .set_priority(QUEUE_PRIORITY)
            .map_err(option("SO_PRIORITY"))?;
        if setsockopt(&socket, sockopt::RcvBufForce, &RECEIVE_BUFFER).is_err() {
            // Without CAP_NET_ADMIN the host's limit holds, and the kernel cuts the request down to it.
            socket
                .set_recv_buffer_size(RECEIVE_BUFFER)
                .map_err(option("SO_RCVBUF"))?;
        }
        setsockopt(&socket, sockopt::ReceiveTimestampns, &true).map_err(|errno| SocketError::Option {
            operation: "SO_TIMESTAMPNS",
            source: errno.into(),
        })?;
        // Without this the socket hears every group that any socket of the host has joined.
        socket
            .set_multicast_all_v4(false)
            .map_err(option("IP_MULTICAST_ALL"))?;
        // Our own adverts are no news. The outgoing interface is the one that the socket is bound to.
        socket
            .set_multicast_loop_v4(false)
            .map_err(option("IP_MULTICAST_LOOP"))?;
        if multicast {
            socket
                .join_multicast_v4_n(&GROUP, &InterfaceIndexOrAddress::Index(index))
                .map_err(|source| SocketError::Join {
                    operation: "IP_ADD_MEMBERSHIP 224.0.0.18",
                    source,
                })?;
        }
        Ok(Self {
            socket,
            batch: Batch::new(),
        })
    }

    /// Sends one packet, IPv4 header included, without waiting. The kernel fills in the total length and the
    /// header checksum, and leaves the rest as it is.
    ///
    /// Multicast needs no route; unicast is routed, through this interface.
    ///
    /// # Errors
    /// `ENETUNREACH` or `ENETDOWN` while the link is down, `ENODEV` or `ENXIO` when the interface is gone
    /// (open another), `EPERM` from a firewall, `ENOBUFS` and `EAGAIN` when a queue is full.
    pub fn send(&self, packet: &[u8], destination: Ipv4Addr) -> io::Result<()> {
        let flags = if destination.is_multicast() {
            libc::MSG_DONTROUTE
        } else {
            0
        };
        let address = SocketAddrV4::new(destination, 0).into();
        self.socket
            .send_to_with_flags(packet, &address, flags | libc::MSG_DONTWAIT)
            .map(drop)
    }

    /// Hands over what has arrived, oldest first, until nothing is left or `limit` packets are through. `now` is the
    /// caller's last look at the clocks: no packet is said to be later.
    ///
    /// # Errors
    /// The kernel's answer, for instance after the interface went down. What was handed over before stands.
    pub fn receive(
        &mut self,
        now: Moment,
        limit: usize,
        each: &mut dyn FnMut(Received<'_>),
    ) -> io::Result<Drained> {
        self.batch.drain(self.socket.as_fd(), now, limit, each)
    }
}

impl AsFd for VrrpSocket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}
