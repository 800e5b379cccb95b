//! One interface that adverts are sent and received on.

use std::collections::BTreeMap;

use vrrp_core::{InterfaceName, RouterId, Vrid};
use vrrp_linux::{SocketError, VrrpSocket};

use super::strangers::Strangers;

/// One socket for all virtual routers of an interface, and the table that tells by VRID which one an advert is for.
#[derive(Debug)]
pub(super) struct Port {
    pub(super) interface: InterfaceName,
    multicast: bool,
    socket: Socket,
    routers: Box<[Option<RouterId>; 256]>,
    /// What is advertised here.
    pub(super) strangers: Strangers,
    /// Packets that were for none of ours, or too broken to say, by the reason.
    pub(super) discards: BTreeMap<&'static str, u64>,
}

#[derive(Debug)]
enum Socket {
    /// There is no interface to open it on.
    None,
    Open {
        index: u32,
        socket: VrrpSocket,
    },
    /// It could not be opened on this interface.
    Failed {
        errno: i32,
    },
}

impl Port {
    pub(super) fn new(interface: InterfaceName) -> Self {
        Self {
            interface,
            multicast: false,
            socket: Socket::None,
            routers: Box::new([None; 256]),
            strangers: Strangers::default(),
            discards: BTreeMap::new(),
        }
    }

    /// Takes in a virtual router. Its VRID is free: the configuration was checked.
    pub(super) fn add(&mut self, vrid: Vrid, router: RouterId, multicast: bool) {
        self.routers[usize::from(vrid.get())] = Some(router);
        self.multicast |= multicast;
    }

    /// Who has this VRID here.
    pub(super) fn router(&self, vrid: u8) -> Option<RouterId> {
        self.routers[usize::from(vrid)]
    }

    /// Makes the socket match the interface, whose index is `index` now, or which is not there. A socket knows its
    /// interface by index: one of a vanished interface stays deaf when another takes its name.
    pub(super) fn follow(&mut self, index: Option<u32>) -> Result<(), SocketError> {
        match (&self.socket, index) {
            (Socket::Open { index: open, .. }, Some(index)) if *open == index => return Ok(()),
            (_, None) => {
                self.socket = Socket::None;
                return Ok(());
            }
            (_, Some(index)) => match VrrpSocket::open(&self.interface, index, self.multicast) {
                Ok(socket) => self.socket = Socket::Open { index, socket },
                Err(error) => {
                    self.socket = Socket::Failed {
                        errno: error.errno().unwrap_or_default(),
                    };
                    return Err(error);
                }
            },
        }
        Ok(())
    }

    /// The interface that the socket is open on.
    pub(super) fn index(&self) -> Option<u32> {
        match self.socket {
            Socket::Open { index, .. } => Some(index),
            Socket::None | Socket::Failed { .. } => None,
        }
    }

    /// Its interface is gone.
    pub(super) fn close(&mut self) {
        self.socket = Socket::None;
    }

    /// The open socket.
    pub(super) fn socket(&self) -> Option<&VrrpSocket> {
        match &self.socket {
            Socket::Open { socket, .. } => Some(socket),
            Socket::None | Socket::Failed { .. } => None,
        }
    }

    /// The open socket, to receive from.
    pub(super) fn socket_mut(&mut self) -> Option<&mut VrrpSocket> {
        match &mut self.socket {
            Socket::Open { socket, .. } => Some(socket),
            Socket::None | Socket::Failed { .. } => None,
        }
    }

    /// Why there is no socket although there is an interface: `errno`.
    pub(super) fn failure(&self) -> Option<i32> {
        match self.socket {
            Socket::Failed { errno } => Some(errno),
            Socket::None | Socket::Open { .. } => None,
        }
    }
}
