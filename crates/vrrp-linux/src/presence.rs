//! That a daemon runs with a configuration of this name, known in the whole network namespace, and what it has to say.
//!
//! Daemons in containers of one host share its addresses and not its files: a lock file, or a list, in one says nothing
//! to another. A name in the abstract space of Unix sockets belongs to the network namespace, as the addresses do, and
//! goes with the process that has it. Whoever connects to it is told which addresses that daemon's configuration has.

use std::convert::Infallible;
use std::fmt;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::net::UnixListener as StdListener;
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::socket::{
    AddressFamily, Backlog, SockFlag, SockType, UnixAddr, bind, connect, getsockopt, listen, socket, sockopt,
};
use nix::unistd::geteuid;
use tokio::net::{UnixListener, UnixStream};
use tokio::time::{sleep, timeout};

mod account;
mod listing;
mod neighbours;
mod owner;

pub use account::Account;
pub use neighbours::{Neighbour, Neighbours};

/// So many callers wait for their turn; more are turned away.
const BACKLOG: i32 = 16;
/// A caller that does not listen is hung up on.
const TELL_WITHIN: Duration = Duration::from_millis(200);
/// Between two callers: a flood of them costs little.
const PAUSE: Duration = Duration::from_millis(1);
/// After a caller that could not be let in, mostly for lack of a descriptor.
const LONG_PAUSE: Duration = Duration::from_millis(500);

/// The name, for as long as this and all its clones live.
#[derive(Debug)]
pub struct Presence {
    listener: OwnedFd,
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
                listen(&listener, Backlog::new(BACKLOG)?)?;
                Ok(Ok(Self { listener }))
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
        Ok(match call(name)? {
            Call::Nobody => None,
            Call::Answered(_, holder) => Some(holder),
            Call::Busy => {
                let socket = listing::read()?.into_iter().find(|listed| listed.name == name);
                let uid = socket.and_then(|socket| owner::uid(socket.inode));
                Some(Holder {
                    trusted: uid.is_none_or(is_trusted),
                    ..UNKNOWN
                })
            }
        })
    }

    /// Another hold on the same name.
    ///
    /// # Errors
    /// When no descriptor is left.
    pub fn try_clone(&self) -> io::Result<Self> {
        let listener = self.listener.try_clone()?;
        Ok(Self { listener })
    }

    /// Tells everybody who connects, one after the other, and calls `asked` for each. Callers that are neither root nor
    /// our own user are hung up on.
    ///
    /// # Errors
    /// When the runtime cannot take the socket.
    pub async fn answer(self, account: &Account, asked: impl Fn()) -> io::Result<Infallible> {
        let text = account.to_line();
        let listener = UnixListener::from_std(StdListener::from(self.listener))?;
        loop {
            match listener.accept().await {
                Ok((caller, _)) => {
                    if caller.peer_cred().is_ok_and(|peer| is_trusted(peer.uid())) {
                        asked();
                        // Who hangs up, or does not listen, has asked in vain.
                        drop(timeout(TELL_WITHIN, tell(&caller, text.as_bytes())).await);
                    }
                    drop(caller);
                    sleep(PAUSE).await;
                }
                Err(error) => {
                    tracing::debug!(%error, "cannot answer another vrrpd that asks for our addresses");
                    sleep(LONG_PAUSE).await;
                }
            }
        }
    }
}

async fn tell(caller: &UnixStream, mut text: &[u8]) -> io::Result<()> {
    while !text.is_empty() {
        caller.writable().await?;
        match caller.try_write(text) {
            Ok(written) => text = text.get(written..).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
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

/// What comes of connecting to a name.
enum Call {
    /// Nobody has it.
    Nobody,
    /// Somebody has it, and others wait for an answer: there is no more room.
    Busy,
    /// Somebody has it, and answers here in its own time.
    Answered(OwnedFd, Holder),
}

/// Never waits.
fn call(name: &str) -> io::Result<Call> {
    let caller = stream()?;
    match connect(caller.as_raw_fd(), &address(name)?) {
        Ok(()) => {}
        Err(Errno::ECONNREFUSED) => return Ok(Call::Nobody),
        Err(Errno::EAGAIN) => return Ok(Call::Busy),
        Err(error) => return Err(error.into()),
    }
    let peer = getsockopt(&caller, sockopt::PeerCredentials)?;
    let holder = Holder {
        pid: Some(peer.pid()).filter(|&pid| pid != 0),
        trusted: is_trusted(peer.uid()),
    };
    Ok(Call::Answered(caller, holder))
}

fn is_trusted(uid: u32) -> bool {
    uid == 0 || uid == geteuid().as_raw()
}

fn stream() -> nix::Result<OwnedFd> {
    let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
    socket(AddressFamily::Unix, SockType::Stream, flags, None)
}

fn address(name: &str) -> nix::Result<UnixAddr> {
    UnixAddr::new_abstract(format!("{}{name}", listing::PREFIX).as_bytes())
}
