//! The last thousand things that happened, for whoever asks later or wants to be told.

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use crate::report::{Event, Happened, Wall};

/// So many are kept.
pub(super) const KEPT: usize = 1000;

/// So many first rejects are among them: whoever can send packets can forge senders, and must not be able to make the
/// rest be forgotten.
const REJECTS: usize = 200;

/// What happened, the oldest first. Each event has a number, one more than that of the one before, from 1 on.
#[derive(Debug)]
pub(in crate::run) struct Journal {
    events: Mutex<VecDeque<Arc<Event>>>,
    /// The number of the last one.
    last: watch::Sender<u64>,
}

impl Default for Journal {
    fn default() -> Self {
        Self {
            events: Mutex::default(),
            last: watch::Sender::new(0),
        }
    }
}

impl Journal {
    /// Writes it down.
    pub(super) fn add(&self, at: Wall, what: Happened) {
        let mut events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        let sequence = *self.last.borrow() + 1;
        let is_reject = |event: &Arc<Event>| matches!(event.what, Happened::FirstReject { .. });
        if matches!(what, Happened::FirstReject { .. }) {
            let mut rejects = events.iter().enumerate().filter(|(_, event)| is_reject(event));
            let oldest = rejects.next().map(|(place, _)| place);
            if rejects.count() + 1 >= REJECTS
                && let Some(oldest) = oldest
            {
                events.remove(oldest);
            }
        }
        if events.len() == KEPT {
            // At least half of them are transitions, if there were so many: the rest cannot make these be forgotten.
            let is_other = |event: &Arc<Event>| !is_transition(event);
            let others = events.iter().filter(|event| is_other(event)).count();
            let oldest = events.iter().position(is_other).filter(|_| others > KEPT / 2);
            events.remove(oldest.unwrap_or_default());
        }
        events.push_back(Arc::new(Event { sequence, at, what }));
        // Before anybody else can add one.
        self.last.send_replace(sequence);
    }

    /// The events after this number that are still kept, the oldest first; 0 = all, and so is a number that there has not
    /// been yet: it is that of an earlier run. Where some are gone, that is said in their place, with the number of the
    /// last that is missing.
    pub(in crate::run) fn after(&self, sequence: u64) -> Vec<Arc<Event>> {
        let events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        let sequence = if sequence > *self.last.borrow() {
            0
        } else {
            sequence
        };
        // Whoever asks for all of them knows that the oldest are gone.
        let mut before = Some(sequence).filter(|&sequence| sequence > 0);
        let mut wanted = Vec::new();
        for event in events.iter().filter(|event| event.sequence > sequence) {
            let missing = before.map_or(0, |before| event.sequence - before - 1);
            if missing > 0 {
                wanted.push(Arc::new(Event {
                    sequence: event.sequence - 1,
                    at: event.at.clone(),
                    what: Happened::Missed { events: missing },
                }));
            }
            before = Some(event.sequence);
            wanted.push(Arc::clone(event));
        }
        wanted
    }

    /// Waits until there is one after this number.
    pub(in crate::run) async fn more(&self, sequence: u64) {
        let mut last = self.last.subscribe();
        // It cannot end: this is the sender.
        let _ = last.wait_for(|&last| last > sequence).await;
    }
}

fn is_transition(event: &Arc<Event>) -> bool {
    matches!(
        event.what,
        Happened::Transition { .. } | Happened::GroupTransition { .. }
    )
}
