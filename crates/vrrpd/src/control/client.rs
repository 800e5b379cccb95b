//! Asking a daemon. Everything has an end: a daemon that hangs is told apart from one that is gone.

mod failure;
mod seek;
#[cfg(test)]
mod tests;

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::socket::{AddressFamily, SockFlag, SockType, UnixAddr, connect, socket};
use serde::Deserialize;
use serde_json::value::RawValue;
use vrrp_core::Time;

use super::{Answer, Ask, Refusal, VERSION};

pub(crate) use self::failure::Unanswered;
pub(crate) use self::seek::find;

/// A daemon that does not answer within this hangs.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);
/// Longer answers than this are not believed: hundreds of virtual routers with hundreds of addresses take far less.
const LONGEST_ANSWER: usize = 64 << 20;
/// While the daemon has too many callers to take one more.
const TRY_AGAIN: Duration = Duration::from_millis(20);
/// So much is read at a time.
const CHUNK: usize = 64 << 10;

/// A connection with a daemon.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: UnixStream,
    path: PathBuf,
    /// What was read, and how much of it is the line that was given out last, with its line break.
    read: Vec<u8>,
    given: usize,
    patience: Duration,
    /// Until when the daemon may take; `None` = as long as it likes.
    deadline: Option<Time>,
}

impl Connection {
    /// Connects with the socket at `path`.
    ///
    /// # Errors
    /// When nobody listens there, or we may not ask.
    pub(crate) fn open(path: &Path, patience: Duration) -> Result<Self, Unanswered> {
        let deadline = vrrp_linux::now() + patience;
        let stream =
            dial(path, deadline).map_err(|error| Unanswered::from_connecting(path, patience, error))?;
        Ok(Self {
            stream,
            path: path.to_owned(),
            read: Vec::new(),
            given: 0,
            patience,
            deadline: Some(deadline),
        })
    }

    /// Sends a request, and gives the daemon so long from now to answer it: what it says first, or all of it.
    ///
    /// # Errors
    /// When it does not take it in time.
    pub(crate) fn ask(&mut self, ask: Ask, patience: Duration) -> Result<(), Unanswered> {
        self.patience = patience;
        self.deadline = Some(vrrp_linux::now() + patience);
        let line = ask.to_line().map_err(|error| self.garbled(&error))?;
        let time_limit = self.left()?;
        self.stream
            .set_write_timeout(time_limit)
            .and_then(|()| self.stream.write_all(&line))
            .or_else(|error| match error.kind() {
                // It has hung up. Before that it may have said why.
                ErrorKind::BrokenPipe => Ok(()),
                _ => Err(self.lost(error)),
            })
    }

    /// From now on an answer may take as long as it likes.
    pub(crate) fn wait_for_ever(&mut self) {
        self.deadline = None;
    }

    /// The next line of the answer.
    ///
    /// # Errors
    /// When there is none in time, or it is a refusal, or makes no sense.
    pub(crate) fn answer(&mut self) -> Result<Answer<'_>, Unanswered> {
        let length = self.read_line()?;
        let line = self.read.get(..length).unwrap_or_default();
        let answer: Answer<'_> = serde_json::from_slice(line).map_err(|error| self.garbled(&error))?;
        if let Some(error) = answer.error {
            let refusal = parse::<Refusal>(error).map_err(|error| self.garbled(&error))?;
            return Err(Unanswered::Refused(refusal));
        }
        if answer.version != VERSION {
            return Err(Unanswered::OtherVersion(answer.version));
        }
        Ok(answer)
    }

    /// The answer to a request that has one line of answer, as `part` finds it there.
    ///
    /// # Errors
    /// As [`Self::answer`], and when that part is missing.
    pub(crate) fn only<'a, T>(
        &'a mut self,
        ask: Ask,
        patience: Duration,
        part: impl FnOnce(&Answer<'a>) -> Option<T>,
    ) -> Result<T, Unanswered> {
        self.ask(ask, patience)?;
        part(&self.answer()?).ok_or(Unanswered::BesideThePoint)
    }

    /// Reads until there is a line, and says how long it is without its line break.
    fn read_line(&mut self) -> Result<usize, Unanswered> {
        self.read.drain(..self.given);
        self.given = 0;
        // What was searched already.
        let mut searched = 0;
        loop {
            let unsearched = self.read.get(searched..).unwrap_or_default();
            if let Some(end) = unsearched.iter().position(|byte| *byte == b'\n') {
                let length = searched + end;
                self.given = length + 1;
                return Ok(length);
            }
            searched = self.read.len();
            if searched > LONGEST_ANSWER {
                return Err(self.garbled(&"it is longer than any answer"));
            }
            let time_limit = self.left()?;
            self.read.resize(searched + CHUNK, 0);
            let taken = self.stream.set_read_timeout(time_limit).and_then(|()| {
                self.stream
                    .read(self.read.get_mut(searched..).unwrap_or_default())
            });
            self.read
                .truncate(searched + taken.as_ref().copied().unwrap_or(0));
            match taken {
                Ok(0) => return Err(Unanswered::HungUp(self.path.clone())),
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(self.lost(error)),
            }
        }
    }

    /// How long a read or write may take: `None` is as long as it likes.
    fn left(&self) -> Result<Option<Duration>, Unanswered> {
        let Some(deadline) = self.deadline else {
            return Ok(None);
        };
        let left = deadline.since(vrrp_linux::now());
        if left.is_zero() {
            return Err(self.hangs());
        }
        Ok(Some(left))
    }

    fn hangs(&self) -> Unanswered {
        Unanswered::hangs(&self.path, self.patience, Some(&self.stream))
    }

    fn garbled(&self, error: &impl ToString) -> Unanswered {
        Unanswered::Garbled {
            path: self.path.clone(),
            what: error.to_string(),
        }
    }

    fn lost(&self, error: io::Error) -> Unanswered {
        match error.kind() {
            ErrorKind::WouldBlock | ErrorKind::TimedOut => self.hangs(),
            ErrorKind::BrokenPipe | ErrorKind::ConnectionReset => Unanswered::HungUp(self.path.clone()),
            _ => Unanswered::Io {
                path: self.path.clone(),
                source: error,
            },
        }
    }
}

/// What a part of an answer is.
///
/// # Errors
/// When it is something else.
pub(crate) fn parse<'a, T: Deserialize<'a>>(part: &'a RawValue) -> serde_json::Result<T> {
    serde_json::from_str(part.get())
}

/// Connects without waiting for ever: a daemon that hangs takes no callers once its queue is full.
fn dial(path: &Path, deadline: Time) -> nix::Result<UnixStream> {
    let address = UnixAddr::new(path)?;
    loop {
        let socket: OwnedFd = socket(
            AddressFamily::Unix,
            SockType::Stream,
            SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK,
            None,
        )?;
        match connect(socket.as_raw_fd(), &address) {
            Ok(()) => {
                let stream = UnixStream::from(socket);
                stream
                    .set_nonblocking(false)
                    .map_err(|error| Errno::from_raw(error.raw_os_error().unwrap_or(0)))?;
                return Ok(stream);
            }
            Err(Errno::EAGAIN | Errno::EINTR) if vrrp_linux::now() < deadline => thread::sleep(TRY_AGAIN),
            Err(error) => return Err(error),
        }
    }
}
