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
            events.pop_front();
        }
        events.push_back(Arc::new(Event { sequence, at, what }));
        drop(events);
        self.last.send_replace(sequence);
    }

    /// The events after this number that are still kept, the oldest first; 0 = all. If some before them are gone, that
    /// is said first, with the number of the last that is missing.
    pub(in crate::run) fn after(&self, sequence: u64) -> Vec<Arc<Event>> {
        let events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        let mut wanted: Vec<Arc<Event>> = events
            .iter()
            .filter(|event| event.sequence > sequence)
            .cloned()
            .collect();
        // Whoever asks for all of them knows that the oldest are gone.
        if let Some(first) = wanted
            .first()
            .cloned()
            .filter(|first| sequence > 0 && first.sequence > sequence + 1)
        {
            let missed = Event {
                sequence: first.sequence - 1,
                at: first.at.clone(),
                what: Happened::Missed {
                    events: first.sequence - 1 - sequence,
                },
            };
            wanted.insert(0, Arc::new(missed));
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
