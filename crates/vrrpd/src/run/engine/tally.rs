//! What is counted, from the start of the daemon on.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::Duration;

use vrrp_core::{Cause, Moved, Refusal, State, Time, WirePriority};

/// Repairs within this time are one story.
const LATELY: Duration = Duration::from_secs(10);
/// So many repairs lately are too many.
const TOO_MANY: usize = 3;

/// What one virtual router has done and seen.
#[derive(Clone, Debug, Default)]
pub(in crate::run) struct Tally {
    pub(in crate::run) adverts_sent: u64,
    pub(in crate::run) resignations_sent: u64,
    pub(in crate::run) send_errors: u64,
    pub(in crate::run) adverts_received: u64,
    pub(in crate::run) resignations_received: u64,
    pub(in crate::run) address_lists_differing: u64,
    pub(in crate::run) transitions: BTreeMap<(State, &'static str), u64>,
    pub(in crate::run) became_master: u64,
    pub(in crate::run) left_master: u64,
    pub(in crate::run) discards: BTreeMap<&'static str, u64>,
    pub(in crate::run) gratuitous_arps: u64,
    pub(in crate::run) gratuitous_arps_failed: u64,
    pub(in crate::run) claims_refused: u64,
    /// The last refusal, until a claim succeeds or somebody else is there, so that none is tried.
    pub(in crate::run) refused: Option<Refusal>,
    pub(in crate::run) repairs: u64,
    /// The last few repairs.
    repaired: [Option<Time>; TOO_MANY],
}

impl Tally {
    /// An advert was sent, or should have been.
    pub(in crate::run) fn sent(&mut self, priority: WirePriority, failed: bool) {
        if failed {
            self.send_errors += 1;
        } else if priority.is_resignation() {
            self.resignations_sent += 1;
        } else {
            self.adverts_sent += 1;
        }
    }

    /// An advert counted.
    pub(in crate::run) fn heard(&mut self, priority: WirePriority, list_differs: bool) {
        if priority.is_resignation() {
            self.resignations_received += 1;
        } else {
            self.adverts_received += 1;
        }
        self.address_lists_differing += u64::from(list_differs);
        self.refused = None;
    }

    /// A packet was ignored.
    pub(in crate::run) fn discarded(&mut self, reason: &'static str) {
        *self.discards.entry(reason).or_default() += 1;
    }

    /// It went to another state.
    pub(in crate::run) fn moved(&mut self, moved: &Moved) {
        *self
            .transitions
            .entry((moved.to, moved.cause.name()))
            .or_default() += 1;
        self.became_master += u64::from(moved.to == State::Master);
        self.left_master += u64::from(moved.from == State::Master);
        match (&moved.cause, moved.to) {
            (Cause::Refused(refusal), _) => self.refused = Some(refusal.clone()),
            (_, State::Master) => self.refused = None,
            _ => {}
        }
    }

    /// It puts back what somebody has removed.
    pub(in crate::run) fn repaired(&mut self, now: Time) {
        self.repairs += 1;
        self.repaired.rotate_right(1);
        self.repaired[0] = Some(now);
    }

    /// Whether that happened too often lately.
    pub(in crate::run) fn keeps_repairing(&self, now: Time) -> bool {
        self.repaired
            .iter()
            .all(|at| at.is_some_and(|at| now.since(at) < LATELY))
    }
}

/// Upper bounds of how late an advert can be.
pub(in crate::run) const BOUNDS: [Duration; 10] = [
    Duration::from_micros(100),
    Duration::from_micros(250),
    Duration::from_micros(500),
    Duration::from_millis(1),
    Duration::from_micros(2500),
    Duration::from_millis(10),
    Duration::from_millis(50),
    Duration::from_millis(250),
    Duration::from_secs(1),
    Duration::from_secs(3),
];

/// How late adverts went out after they were due.
#[derive(Clone, Debug, Default)]
pub(in crate::run) struct Lateness {
    /// How many lie below each bound and above the one before; the last has no bound.
    pub(in crate::run) buckets: [u64; BOUNDS.len() + 1],
    pub(in crate::run) sum: Duration,
    pub(in crate::run) worst: Duration,
}

impl Lateness {
    /// An advert went out so late.
    pub(in crate::run) fn add(&mut self, late: Duration) {
        let bucket = BOUNDS
            .iter()
            .position(|bound| late <= *bound)
            .unwrap_or(BOUNDS.len());
        self.buckets[bucket] += 1;
        self.sum += late;
        self.worst = self.worst.max(late);
    }
}
