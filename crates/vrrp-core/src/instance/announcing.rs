//! When a MASTER announces its addresses: a first round, single ones after it, then a slow refresh.

use core::time::Duration;

use crate::{Announcing, Round, Time};

/// A series that began this recently is not started anew: what it still has to say serves.
const SPACING: Duration = Duration::from_secs(1);

/// The announcements of one mastership.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Announcements {
    began: Option<Time>,
    /// How many of the rounds after the first have been.
    done: usize,
    next: Option<Time>,
}

impl Announcements {
    /// When the next round is due, if there is one.
    pub(super) fn next(&self) -> Option<Time> {
        self.next
    }

    /// The first round of a new series, unless the last one has only just begun.
    pub(super) fn begin(&mut self, now: Time, plan: &Announcing) -> Option<Round> {
        if self.began.is_some_and(|began| now.since(began) < SPACING) {
            return None;
        }
        *self = Self {
            began: Some(now),
            done: 0,
            next: None,
        };
        self.next = self.after(now, plan);
        Some(Round { repeat: plan.repeat })
    }

    /// The round that is due, if one is.
    pub(super) fn due(&mut self, now: Time, plan: &Announcing) -> Option<Round> {
        if self.next.is_none_or(|next| now < next) {
            return None;
        }
        self.next = self.after(now, plan);
        Some(Round { repeat: 1 })
    }

    /// The next round after `now`: rounds that were slept through are not made up for.
    fn after(&mut self, now: Time, plan: &Announcing) -> Option<Time> {
        let began = self.began?;
        while let Some(&offset) = plan.again.get(self.done) {
            if began + offset > now {
                return Some(began + offset);
            }
            self.done += 1;
        }
        plan.refresh.map(|period| now + period)
    }
}
