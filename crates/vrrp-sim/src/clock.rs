//! The one clock of a run, and the clocks of its hosts, which run a little fast or slow.

#[cfg(test)]
mod tests;

use core::fmt;
use core::ops::{Add, Sub};
use core::time::Duration;

use vrrp_core::Time;

/// A moment of a run, as the world sees it: nanoseconds since it began. What a host's own clock shows is a [`Time`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(u64);

impl Moment {
    /// `nanoseconds` after the beginning.
    pub const fn from_nanos(nanoseconds: u64) -> Self {
        Self(nanoseconds)
    }

    /// Nanoseconds since the beginning.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// How long ago `earlier` was: zero if it lies ahead.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Moment {
    type Output = Self;

    fn add(self, span: Duration) -> Self {
        Self(self.0.saturating_add(nanos(span)))
    }
}

impl Sub<Duration> for Moment {
    type Output = Self;

    fn sub(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(nanos(span)))
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:3}.{:06}",
            self.0 / 1_000_000_000,
            self.0 % 1_000_000_000 / 1000
        )
    }
}

/// The clock of one host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// What it showed when the run began: nanoseconds of uptime.
    pub uptime: u64,
    /// How many millionths it runs too fast; negative is too slow.
    pub drift: i64,
}

impl Clock {
    /// What it shows at a moment of the run.
    pub fn show(self, moment: Moment) -> Time {
        // A run lasts minutes and a drift is at most some thousand: their product is far from 63 bits.
        let passed = i64::try_from(moment.0).unwrap_or(i64::MAX);
        let gained = passed.saturating_mul(self.drift).div_euclid(1_000_000);
        Time::from_nanos(self.uptime.saturating_add_signed(passed.saturating_add(gained)))
    }

    /// The first moment of the run at which it shows `time` or more.
    pub fn reaches(self, time: Time) -> Moment {
        let shown = u128::from(time.as_nanos().saturating_sub(self.uptime));
        let speed = u128::from(1_000_000_u64.saturating_add_signed(self.drift)).max(1);
        let mut moment = Moment(u64::try_from(shown * 1_000_000 / speed).unwrap_or(u64::MAX));
        // Rounding leaves it a nanosecond early.
        while self.show(moment) < time && moment.0 < u64::MAX {
            moment.0 += 1;
        }
        moment
    }
}

/// Whole nanoseconds.
pub(crate) fn nanos(span: Duration) -> u64 {
    u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)
}
