//! When a check is run.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

/// Longer than anybody waits, and short enough to reckon with.
const LONGEST: Duration = Duration::from_hours(366 * 24);

/// The beats of one check: its first run at once, then a fixed rhythm that does not drift.
#[derive(Clone, Debug)]
pub(super) struct Rhythm {
    next: Instant,
    interval: Duration,
    /// How much later than its interval the second run comes: from there on, checks of the same interval are spread
    /// over it.
    shift: Duration,
}

/// The rhythms of checks with these intervals.
pub(super) fn rhythms(intervals: &[Duration], start: Instant) -> Vec<Rhythm> {
    let mut counts: HashMap<Duration, u32> = HashMap::new();
    for interval in intervals {
        *counts.entry(*interval).or_default() += 1;
    }
    let mut seen: HashMap<Duration, u32> = HashMap::new();
    intervals
        .iter()
        .map(|&whole| {
            let interval = whole.min(LONGEST);
            let before = seen.entry(whole).or_default();
            let shift = interval * *before / counts.get(&whole).copied().unwrap_or(1).max(1);
            *before += 1;
            Rhythm {
                next: start,
                interval,
                shift,
            }
        })
        .collect()
}

impl Rhythm {
    /// The next beat.
    pub(super) fn next(&self) -> Instant {
        self.next
    }

    /// That beat is taken.
    pub(super) fn take(&mut self) {
        self.next += self.interval + self.shift;
        self.shift = Duration::ZERO;
    }

    /// Leaves out the beats that were missed until now.
    pub(super) fn skip(&mut self, now: Instant) {
        let late = now.saturating_duration_since(self.next);
        let into = late.as_nanos().checked_rem(self.interval.as_nanos()).unwrap_or(0);
        let into = Duration::from_nanos(u64::try_from(into).unwrap_or(u64::MAX));
        if into.is_zero() {
            self.next += late;
        } else {
            self.next += late + self.interval.saturating_sub(into);
        }
    }
}
