//! Putting back addresses that somebody else removes, without a war over them.

use core::time::Duration;

use crate::Time;

/// So many repairs in a row are made at once.
const AT_ONCE: u32 = 5;
/// After that there is one each such period, and each period without one earns an immediate one back.
const PERIOD: Duration = Duration::from_secs(1);

/// The repairs of one mastership.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Repairs {
    made: u32,
    /// The moment up to which repairs are accounted for: each one moves it by a [`PERIOD`].
    spent_until: Time,
    next: Option<Time>,
}

impl Repairs {
    /// When a repair that had to wait is due.
    pub(super) fn next(&self) -> Option<Time> {
        self.next
    }

    /// An address is missing. Says how many repairs that makes, if it is to be repaired now and not later.
    pub(super) fn ask(&mut self, now: Time) -> Option<u32> {
        if self.next.is_some() {
            return None;
        }
        let spent = self.spent_until.max(now);
        if spent.since(now) > PERIOD * (AT_ONCE - 1) {
            self.next = Some(spent - PERIOD * (AT_ONCE - 1));
            return None;
        }
        Some(self.make(spent))
    }

    /// The repair that is due, if one is.
    pub(super) fn due(&mut self, now: Time) -> Option<u32> {
        if self.next.is_none_or(|next| now < next) {
            return None;
        }
        self.next = None;
        Some(self.make(self.spent_until.max(now)))
    }

    fn make(&mut self, spent: Time) -> u32 {
        self.spent_until = spent + PERIOD;
        self.made = self.made.saturating_add(1);
        self.made
    }
}
