//! Signals as something to poll.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};

use nix::errno::Errno;
use nix::sys::signal::{self, SigSet};
use nix::sys::signalfd::{SfdFlags, SignalFd};

#[cfg(test)]
mod tests;

/// A signal that the daemon acts upon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// SIGTERM: stop.
    Terminate,
    /// SIGINT: stop, from the keyboard.
    Interrupt,
    /// SIGHUP: read the configuration again.
    Hangup,
    /// SIGUSR1: write down the state of every virtual router.
    User1,
    /// SIGUSR2: write down what was counted.
    User2,
}

/// These signals no longer end the process but are read here.
#[derive(Debug)]
pub struct Signals(SignalFd);

impl Signals {
    /// Blocks the signals in this thread. Threads inherit that: call it before any other is started, or a
    /// signal may hit a thread that does not block it, and end the process.
    ///
    /// # Errors
    /// When the process or the system has no descriptor left.
    pub fn new() -> io::Result<Self> {
        let mut mask = SigSet::empty();
        for signal in [
            signal::SIGTERM,
            signal::SIGINT,
            signal::SIGHUP,
            signal::SIGUSR1,
            signal::SIGUSR2,
        ] {
            mask.add(signal);
        }
        mask.thread_block()?;
        Ok(Self(SignalFd::with_flags(
            &mask,
            SfdFlags::SFD_NONBLOCK | SfdFlags::SFD_CLOEXEC,
        )?))
    }

    /// The next signal that has come, without waiting for one.
    #[expect(clippy::should_implement_trait, reason = "`None` means none yet, not the end")]
    pub fn next(&mut self) -> Option<Signal> {
        loop {
            let number = match self.0.read_signal() {
                Ok(info) => info?.ssi_signo,
                Err(Errno::EINTR) => continue,
                Err(_) => return None,
            };
            match i32::try_from(number) {
                Ok(libc::SIGTERM) => return Some(Signal::Terminate),
                Ok(libc::SIGINT) => return Some(Signal::Interrupt),
                Ok(libc::SIGHUP) => return Some(Signal::Hangup),
                Ok(libc::SIGUSR1) => return Some(Signal::User1),
                Ok(libc::SIGUSR2) => return Some(Signal::User2),
                _ => {}
            }
        }
    }
}

impl AsFd for Signals {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
