//! When to look at the firewall again, after it was changed.

use std::time::Duration;

use vrrp_core::Time;

#[cfg(test)]
mod tests;

/// A reload is many changes: it is over when for so long there was none...
const SETTLED: Duration = Duration::from_millis(300);
/// ...or at the latest so long after the first.
const LATEST: Duration = Duration::from_secs(1);
/// The pause between two looks. It grows as long as changes keep coming, since some hosts change their firewall all
/// day, and a look is expensive where there are many rules.
const PAUSES: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(10)];

/// Changes since the last look, and when that was.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// The first and the last of them.
    changes: Option<(Time, Time)>,
    looked: Option<Time>,
    pause: Duration,
}

impl Pace {
    /// Something was changed.
    pub(super) fn happened(&mut self, now: Time) {
        let first = self.changes.map_or(now, |(first, _)| first);
        self.changes = Some((first, now));
    }

    /// When to look, if anything was changed.
    pub(super) fn due(&self) -> Option<Time> {
        let (first, last) = self.changes?;
        let due = (last + SETTLED).min(first + LATEST);
        Some(self.looked.map_or(due, |looked| due.max(looked + self.pause)))
    }

    /// It has been looked at, with all that had happened when that began. What had to be put back is needed soon if it
    /// goes again: sooner than the others take a MASTER for dead.
    pub(super) fn looked(&mut self, now: Time, put_back: bool) {
        let [shortest, longest] = PAUSES;
        let since = self.changes.zip(self.looked);
        let quiet = since.is_none_or(|((first, _), looked)| first.since(looked) >= longest);
        self.pause = if quiet || put_back {
            shortest
        } else {
            (self.pause * 2).clamp(shortest, longest)
        };
        self.changes = None;
        self.looked = Some(now);
    }
}
