//! When a MASTER speaks.

use core::cmp::Ordering;
use core::time::Duration;

use vrrp_core::{Event, Time};

use super::{Breach, Role, Rule, Step, hold};

/// A contender is answered at once, but no more often than this.
const ANSWER_SPACING: Duration = Duration::from_millis(100);

/// The adverts of one mastership.
#[derive(Clone, Debug, Default)]
pub(super) struct Rhythm {
    last: Time,
    /// The advert before the last, unless a reload has come between.
    before_last: Option<Time>,
    /// When an answer is due at the latest.
    owed: Option<Time>,
}

impl Rhythm {
    pub(super) fn step(&mut self, step: &Step<'_>) -> Result<(), Breach> {
        if step.to() != Role::Master {
            *self = Self::default();
            return Ok(());
        }
        let entered = step.from() != Role::Master;
        if entered {
            *self = Self {
                last: step.now,
                ..Self::default()
            };
            return Ok(());
        }
        if let Event::Advert(heard) = step.event
            && (heard.priority.is_resignation() || step.rank(heard) == Ordering::Less)
        {
            let owed = step.now.max(self.last + ANSWER_SPACING);
            self.owed.get_or_insert(owed);
        }
        // Peers learn of another priority as soon as a contender learns of us: a reload is told at once.
        if step.was.priority != step.priority() {
            let owed = if step.reloaded {
                step.now
            } else {
                step.now.max(self.last + ANSWER_SPACING)
            };
            self.owed = Some(self.owed.map_or(owed, |before| before.min(owed)));
        }
        if step.sent().next().is_some() {
            if step.reloaded {
                self.before_last = None;
            } else {
                // The beat and an answer may meet; three in a row are a flood.
                let flood = self
                    .before_last
                    .is_some_and(|before| step.now.since(before) < ANSWER_SPACING);
                hold(!flood, Rule::Flood, || {
                    format!("the third advert in 100 ms: {}", step.words())
                })?;
                self.before_last = Some(self.last);
            }
            self.last = step.now;
            self.owed = None;
        }
        Ok(())
    }

    pub(super) fn on_time(&self, now: Time, interval: Duration, late: Duration) -> Result<(), Breach> {
        hold(now <= self.last + interval + late, Rule::Rhythm, || {
            format!(
                "no advert for {:?}, the interval is {interval:?}",
                now.since(self.last)
            )
        })?;
        hold(
            self.owed.is_none_or(|owed| now <= owed + late),
            Rule::Rhythm,
            || {
                format!(
                    "a contender waits for its answer, or all for another priority; the last advert was {:?} ago",
                    now.since(self.last)
                )
            },
        )
    }
}
