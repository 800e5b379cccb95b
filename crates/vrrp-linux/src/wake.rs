//! How other threads wake the protocol thread.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;

use nix::errno::Errno;
use nix::sys::eventfd::{EfdFlags, EventFd};

#[cfg(test)]
mod tests;

/// Wakes whoever polls the [`WakeUp`] of the same pair. Clones wake the same.
#[derive(Clone, Debug)]
pub struct Waker(Arc<EventFd>);

/// A descriptor that is readable from a wake-up until it is cleared.
#[derive(Debug)]
pub struct WakeUp(Arc<EventFd>);

/// The two ends of one wake-up.
///
/// # Errors
/// When the process or the system has no descriptor left.
pub fn wake_pair() -> io::Result<(Waker, WakeUp)> {
    let event = Arc::new(EventFd::from_flags(
        EfdFlags::EFD_NONBLOCK | EfdFlags::EFD_CLOEXEC,
    )?);
    Ok((Waker(Arc::clone(&event)), WakeUp(event)))
}

impl Waker {
    /// Never blocks. Wake-ups that nobody has cleared yet count as one.
    pub fn wake(&self) {
        // The only other failure is a counter at its maximum, and then the other end is awake anyway.
        while self.0.write(1) == Err(Errno::EINTR) {}
    }
}

impl WakeUp {
    /// Takes note of every wake-up so far. Clear first and look for work then, or a wake-up is lost.
    pub fn clear(&self) {
        while self.0.read() == Err(Errno::EINTR) {}
    }
}

impl AsFd for WakeUp {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
