//! That a daemon runs with a configuration of this name, known in the whole network namespace.
//!
//! Daemons in containers of one host share its addresses and not its files: a lock file in one says nothing to another.
//! A name in the abstract space of Unix sockets belongs to the network namespace, as the addresses do, and goes with
//! the process that has it.

use std::fmt;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};

use nix::errno::Errno;
use nix::sys::socket::{
    AddressFamily, Backlog, SockFlag, SockType, UnixAddr, bind, connect, getsockopt, listen, socket, sockopt,
};
use nix::unistd::geteuid;

/// The name, for as long as this lives.
#[derive(Debug)]
pub struct Presence {
    /// Connected to, and never answered.
    _listener: OwnedFd,
}

/// Who else has the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Its process, if it is one that we can see.
    pub pid: Option<i32>,
    /// Whether it is root or our own user: anybody can take such a name, and a stranger's says nothing.
    pub trusted: bool,
}

impl Presence {
    /// Takes the name, or says who has it.
    ///
    /// # Errors
    /// When the kernel gives no socket.
    pub fn claim(name: &str) -> io::Result<Result<Self, Holder>> {
        let listener = stream()?;
        match bind(listener.as_raw_fd(), &address(name)?) {
            Ok(()) => {
                listen(&listener, Backlog::new(1)?)?;
                Ok(Ok(Self { _listener: listener }))
            }
            Err(Errno::EADDRINUSE) => Ok(Err(Self::holder(name)?.unwrap_or(UNKNOWN))),
            Err(error) => Err(error.into()),
        }
    }

    /// Who has the name; `None` if nobody has.
    ///
    /// # Errors
    /// When the kernel gives no socket.
    pub fn holder(name: &str) -> io::Result<Option<Holder>> {
        let caller = stream()?;
        match connect(caller.as_raw_fd(), &address(name)?) {
            Ok(()) => {}
            Err(Errno::ECONNREFUSED) => return Ok(None),
            // Others have asked, and it never answers.
            Err(Errno::EAGAIN) => return Ok(Some(UNKNOWN)),
            Err(error) => return Err(error.into()),
        }
        let peer = getsockopt(&caller, sockopt::PeerCredentials)?;
        Ok(Some(Holder {
            pid: Some(peer.pid()).filter(|&pid| pid != 0),
            trusted: peer.uid() == 0 || peer.uid() == geteuid().as_raw(),
        }))
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.pid {
            Some(pid) => write!(f, "process {pid}"),
            None => f.write_str("in another container"),
        }
    }
}

const UNKNOWN: Holder = Holder {
    pid: None,
    trusted: true,
};

fn stream() -> nix::Result<OwnedFd> {
    let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
    socket(AddressFamily::Unix, SockType::Stream, flags, None)
}

fn address(name: &str) -> nix::Result<UnixAddr> {
    UnixAddr::new_abstract(format!("vrrpd/{name}").as_bytes())
}
