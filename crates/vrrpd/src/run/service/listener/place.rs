//! Places for callers. There are only so many: when one more comes, the one leaves that is missed least.

#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::Notify;
use tokio::time::Instant;

/// All places.
#[derive(Debug)]
pub(super) struct Places {
    most: usize,
    taken: Vec<Weak<Place>>,
}

/// One place, until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    standing: Mutex<(Doing, Instant)>,
    leave: Notify,
}

/// What whoever sits there is doing; those that come first here leave first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Doing {
    /// It has asked nothing, or not to the end.
    Nothing,
    /// It is told what happens.
    Following,
    /// It has asked and waits for the answer.
    Waiting,
}

impl Places {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            taken: Vec::new(),
        }
    }

    /// A place for one more. If there is none left, the one that has been silent longest is asked to leave: so a flood
    /// cannot keep out whoever asks at once.
    pub(super) fn take(&mut self) -> Arc<Place> {
        self.taken.retain(|place| place.strong_count() > 0);
        if self.taken.len() >= self.most {
            let places = self.taken.iter().enumerate();
            let standings = places.filter_map(|(index, place)| Some((index, place.upgrade()?)));
            let first = standings.min_by_key(|(_, place)| place.standing());
            if let Some((index, place)) = first {
                self.taken.swap_remove(index);
                place.leave.notify_one();
            }
        }
        let place = Arc::new(Place {
            standing: Mutex::new((Doing::Nothing, Instant::now())),
            leave: Notify::new(),
        });
        self.taken.push(Arc::downgrade(&place));
        place
    }
}

impl Place {
    /// It has just begun to do this, or shown that it is still there.
    pub(super) fn is(&self, doing: Doing) {
        *self.standing.lock().unwrap_or_else(PoisonError::into_inner) = (doing, Instant::now());
    }

    /// What it is doing, and when it last gave a sign of life.
    fn standing(&self) -> (Doing, Instant) {
        *self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What it is doing.
    pub(super) fn doing(&self) -> Doing {
        self.standing().0
    }

    /// Waits until it has to leave.
    pub(super) async fn has_to_leave(&self) {
        self.leave.notified().await;
    }
}
