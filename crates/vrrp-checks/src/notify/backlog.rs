//! How far hooks lag.

#[cfg(test)]
mod tests;

use core::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::Arc;

/// What waits to be told to hooks, over all subjects of a [`Notifier`](super::Notifier). Clones look at the same, from
/// any thread, also while the notifier finishes and when it is gone.
#[derive(Clone, Debug, Default)]
pub struct Backlog {
    counts: Arc<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    waiting: AtomicUsize,
    overtaken: AtomicU64,
}

impl Backlog {
    /// How many notices wait: not those that are being told.
    pub fn waiting(&self) -> usize {
        self.counts.waiting.load(Ordering::Relaxed)
    }

    /// How many notices hooks were never told of since the start: a newer one overtook them while they waited, or they
    /// came after STOP.
    pub fn overtaken(&self) -> u64 {
        self.counts.overtaken.load(Ordering::Relaxed)
    }

    /// One more waits. To be said before anybody can take it.
    pub(super) fn add(&self) {
        self.counts.waiting.fetch_add(1, Ordering::Relaxed);
    }

    /// One that waited is told from now on, or nobody is there who could.
    pub(super) fn take(&self) {
        self.counts.waiting.fetch_sub(1, Ordering::Relaxed);
    }

    /// One that waited will never be told.
    pub(super) fn overtake(&self) {
        self.take();
        self.counts.overtaken.fetch_add(1, Ordering::Relaxed);
    }
}
