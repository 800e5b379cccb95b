//! How much a virtual router, or the desk, may say in the log.
//!
//! Whoever can send valid adverts can make us say something about each. Twenty lines in a row are told, then one
//! every ten seconds; the next line says how many were not.

#[cfg(test)]
mod tests;

use std::time::Duration;

use vrrp_core::Time;

/// So many lines in a row are told.
const AT_ONCE: u32 = 20;
/// And one more for each such time.
const PERIOD: Duration = Duration::from_secs(10);

/// What one virtual router has said lately.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// The moment up to which lines are accounted for: each one moves it by a [`PERIOD`].
    spent_until: Time,
    untold: u64,
}

impl Pace {
    /// Whether a line may be told now, and how many were not since the last one.
    pub(super) fn ask(&mut self, now: Time) -> Option<u64> {
        let spent = self.spent_until.max(now);
        if spent.since(now) > PERIOD * (AT_ONCE - 1) {
            self.untold += 1;
            return None;
        }
        self.spent_until = spent + PERIOD;
        Some(std::mem::take(&mut self.untold))
    }
}
