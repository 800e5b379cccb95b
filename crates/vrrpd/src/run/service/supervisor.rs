//! Who started us and wants to be told how it goes: systemd, or whoever else sets `NOTIFY_SOCKET`.
//!
//! Each message is a datagram, and telling never waits: a supervisor that hangs must not make a check late. What it
//! could not take is told again with the next message, so that it always ends up with the latest.

#[cfg(test)]
mod tests;

use std::env;
use std::ffi::OsStr;
use std::fmt::{Display, Write as _};
use std::io::{self, ErrorKind};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sd_notify::NotifyState;
use tracing::{debug, warn};

/// Where to tell it.
const NOTIFY_SOCKET: &str = "NOTIFY_SOCKET";
/// systemd ignores a message of 4096 bytes or more.
const LONGEST_STATUS: usize = 2048;
/// What ends a status that is longer.
const AND_SO_ON: char = '…';

/// Who started us with `NOTIFY_SOCKET`.
#[derive(Debug)]
pub(in crate::run) struct Supervisor {
    socket: UnixDatagram,
    address: SocketAddr,
    watchdog: Option<Duration>,
    owed: Mutex<Owed>,
}

/// What it still has to be told.
#[derive(Debug, Default)]
struct Owed {
    phase: Option<Phase>,
    status: Option<String>,
    /// The log says once that it cannot be told.
    complained: bool,
}

/// Where the daemon is in its life.
#[derive(Clone, Copy, Debug)]
enum Phase {
    Ready,
    Reloading,
    Stopping,
}

/// No socket can have this name.
#[derive(Debug, thiserror::Error)]
#[error("NOTIFY_SOCKET={name}: {source}")]
struct NoSocket {
    name: String,
    source: io::Error,
}

impl Supervisor {
    /// `None` if nobody wants to be told.
    pub(in crate::run) fn found() -> Option<Self> {
        let name = env::var_os(NOTIFY_SOCKET).filter(|name| !name.is_empty())?;
        // Neither this nor what follows changes the environment, which other threads may be reading.
        match Self::at(&name, sd_notify::watchdog_enabled()) {
            Ok(supervisor) => Some(supervisor),
            Err(error) => {
                warn!(
                    event = "supervisor_unusable",
                    "whoever started this daemon is not told how it goes: {error}"
                );
                None
            }
        }
    }

    fn at(name: &OsStr, watchdog: Option<Duration>) -> Result<Self, NoSocket> {
        let named = |source| NoSocket {
            name: name.to_string_lossy().into_owned(),
            source,
        };
        let socket = UnixDatagram::unbound().map_err(named)?;
        socket.set_nonblocking(true).map_err(named)?;
        Ok(Self {
            address: address(name).map_err(named)?,
            socket,
            watchdog: watchdog.filter(|period| !period.is_zero()),
            owed: Mutex::default(),
        })
    }

    /// The daemon does its work; after [`Self::reloading`]: again.
    pub(in crate::run) fn ready(&self) {
        self.enter(Phase::Ready);
    }

    /// A line for people, in place of the last one.
    pub(in crate::run) fn status(&self, line: &str) {
        self.tell(|owed| owed.status = Some(one_line(line)), None);
    }

    /// The configuration is being read again.
    pub(in crate::run) fn reloading(&self) {
        self.enter(Phase::Reloading);
    }

    /// The end has begun.
    pub(in crate::run) fn stopping(&self) {
        self.enter(Phase::Stopping);
    }

    /// The protocol loop has turned: feeds the watchdog.
    pub(in crate::run) fn alive(&self) {
        self.tell(|_| (), Some(NotifyState::Watchdog));
    }

    /// How often [`Self::alive`] must come, at the latest. `None` if nobody watches.
    pub(in crate::run) fn watchdog_period(&self) -> Option<Duration> {
        self.watchdog.map(|period| period / 2)
    }

    fn enter(&self, phase: Phase) {
        self.tell(|owed| owed.phase = Some(phase), None);
    }

    /// Tells all that is owed, and something that is worthless later.
    fn tell(&self, news: impl FnOnce(&mut Owed), fleeting: Option<NotifyState<'_>>) {
        // Nothing panics while it is held; and what is owed is never half written.
        let mut owed = self.owed.lock().unwrap_or_else(PoisonError::into_inner);
        news(&mut owed);
        let message = message(&owed, fleeting);
        match self.socket.send_to_addr(message.as_bytes(), &self.address) {
            Ok(_) => {
                *owed = Owed {
                    complained: owed.complained,
                    ..Owed::default()
                };
            }
            // It has not read yet what it was told before.
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                debug!("the supervisor is behind: it is told later");
            }
            Err(error) if owed.complained => debug!("the supervisor cannot be told: {error}"),
            Err(error) => {
                owed.complained = true;
                warn!(
                    event = "supervisor_unreachable",
                    "whoever started this daemon cannot be told how it goes: {error}"
                );
            }
        }
    }
}

/// An address in the file system, or in the abstract space if it begins with `@`.
fn address(name: &OsStr) -> io::Result<SocketAddr> {
    match name.as_bytes() {
        [b'@', abstract_name @ ..] => SocketAddr::from_abstract_name(abstract_name),
        [b'/', ..] => SocketAddr::from_pathname(name),
        _ => Err(io::Error::new(
            ErrorKind::Unsupported,
            "it is neither an absolute path nor an abstract name",
        )),
    }
}

fn message(owed: &Owed, fleeting: Option<NotifyState<'_>>) -> String {
    let mut message = String::new();
    let mut say = |assignment: &dyn Display| {
        // A text takes everything.
        let _ = writeln!(message, "{assignment}");
    };
    match owed.phase {
        None => {}
        Some(Phase::Ready) => say(&NotifyState::Ready),
        Some(Phase::Reloading) => {
            say(&NotifyState::Reloading);
            // Type=notify-reload (systemd 253) wants to know that this reload is younger than its request.
            if let Ok(now) = NotifyState::monotonic_usec_now() {
                say(&now);
            }
        }
        Some(Phase::Stopping) => say(&NotifyState::Stopping),
    }
    if let Some(status) = &owed.status {
        say(&NotifyState::Status(status));
    }
    if let Some(fleeting) = fleeting {
        say(&fleeting);
    }
    message
}

/// A line break would begin another assignment.
fn one_line(text: &str) -> String {
    let line: String = text
        .chars()
        .map(|char| if char.is_control() { ' ' } else { char })
        .collect();
    if line.len() <= LONGEST_STATUS {
        return line;
    }
    let room = LONGEST_STATUS - AND_SO_ON.len_utf8();
    let fits = |&(start, char): &(usize, char)| start + char.len_utf8() <= room;
    let kept = line.char_indices().take_while(fits).map(|(_, char)| char);
    kept.chain([AND_SO_ON]).collect()
}
