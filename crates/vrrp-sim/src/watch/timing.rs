//! The RFC's derived parameters.

use core::time::Duration;

use vrrp_core::{Interval, Params, Priority};

/// What the times of a router follow from (RFC 3768 section 6.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Timing {
    pub(crate) interval: Interval,
    /// The one that it advertises.
    pub(crate) priority: Priority,
}

impl Timing {
    /// Of a router that tracks nothing.
    pub(crate) fn of(params: &Params) -> Self {
        Self {
            interval: params.interval,
            priority: params.priority,
        }
    }

    /// ((256 - Priority) / 256) seconds.
    pub(crate) fn skew(self) -> Duration {
        Duration::from_secs(1) * (256 - u32::from(self.priority.get())) / 256
    }

    /// (3 * `Advertisement_Interval`) + `Skew_Time`.
    pub(crate) fn down(self) -> Duration {
        self.interval.get() * 3 + self.skew()
    }
}
