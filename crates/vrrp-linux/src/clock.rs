//! The one place that reads a clock, and the timer that runs by the same clock.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::time::TimeSpec;
use nix::sys::timerfd::{ClockId, Expiration, TimerFd, TimerFlags, TimerSetTimeFlags};
use vrrp_core::Time;

#[cfg(test)]
mod tests;

/// Now, by `CLOCK_BOOTTIME`: it never jumps, and goes on while the host sleeps.
pub fn now() -> Time {
    Time::default() + read(nix::time::ClockId::CLOCK_BOOTTIME)
}

/// One reading of the clocks, to judge by both what happened before it.
///
/// The kernel stamps packets by the wall clock. A stamp is turned into a [`Time`] by how far it lies before the
/// reading's own wall clock: with a wall clock that is read later, whatever time passed in between would make the packet
/// look older than it is, and a BACKUP that counts from it would take over too early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// By the clock that everything here runs by.
    pub time: Time,
    /// Since 1970, read just before.
    wall: Duration,
}

impl Moment {
    /// Reads the clocks.
    pub fn now() -> Self {
        // In this order: whatever comes between the two makes packets look younger, which is harmless.
        let wall = read(nix::time::ClockId::CLOCK_REALTIME);
        Self { time: now(), wall }
    }

    /// The wall clock: how long after 1970.
    pub fn wall(&self) -> Duration {
        self.wall
    }

    /// When something was that the kernel stamped so: not after this moment, as the wall clock may be set back.
    pub(crate) fn of(&self, stamp: Duration) -> Time {
        self.time - self.wall.saturating_sub(stamp)
    }
}

/// Linux has both clocks since 2.6.39, and reading one of them cannot fail.
fn read(clock: nix::time::ClockId) -> Duration {
    nix::time::clock_gettime(clock).map_or(Duration::ZERO, Duration::from)
}

/// A descriptor that becomes readable at a given moment.
#[derive(Debug)]
pub struct Timer(TimerFd);

impl Timer {
    /// A timer that is not armed.
    ///
    /// # Errors
    /// When the process or the system has no descriptor left.
    pub fn new() -> io::Result<Self> {
        let flags = TimerFlags::TFD_NONBLOCK | TimerFlags::TFD_CLOEXEC;
        Ok(Self(TimerFd::new(ClockId::CLOCK_BOOTTIME, flags)?))
    }

    /// Makes it readable at `moment`, at once if that has passed, or never. Forgets an earlier moment.
    ///
    /// # Errors
    /// None are known; the kernel's answer is passed on.
    pub fn arm(&self, moment: Option<Time>) -> io::Result<()> {
        let Some(moment) = moment else {
            return Ok(self.0.unset()?);
        };
        // All zero would mean "never".
        let moment = Duration::from_nanos(moment.as_nanos().max(1));
        let expiration = Expiration::OneShot(TimeSpec::from_duration(moment));
        Ok(self.0.set(expiration, TimerSetTimeFlags::TFD_TIMER_ABSTIME)?)
    }

    /// Takes note that it fired: it is no longer readable.
    pub fn clear(&self) {
        let mut expirations = [0; 8];
        while nix::unistd::read(&self.0, &mut expirations) == Err(Errno::EINTR) {}
    }
}

impl AsFd for Timer {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
