//! All connections, and which of them has to make room.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, sleep_until};

use super::State;
use super::connection::{Pulse, attend};
use super::routes::Routes;
use super::turns::Share;
use crate::run::service::informed::Informed;

/// So many at a time.
pub(super) const MOST: usize = 64;
/// Where all places are taken by those that cannot be made to go yet, it is looked again after so long.
const LOOKS_AGAIN_AFTER: Duration = Duration::from_millis(5);

/// The open connections. They end when this is dropped.
pub(super) struct Connections {
    open: Vec<Entry>,
    tasks: JoinSet<()>,
    state: State,
    share: Share,
}

struct Entry {
    pulse: Arc<Pulse>,
    task: AbortHandle,
}

/// Counts a connection as open for as long as it lives.
struct Open(State);

impl Connections {
    /// There are none yet.
    pub(super) fn new(state: State, share: Share) -> Self {
        Self {
            open: Vec::with_capacity(MOST),
            tasks: JoinSet::new(),
            state,
            share,
        }
    }

    /// Attends to one more.
    pub(super) fn admit<I: Informed>(&mut self, stream: TcpStream, routes: &Arc<Routes<I>>) {
        self.state.inner.accepted.fetch_add(1, Ordering::Relaxed);
        let open = Open::new(&self.state);
        let pulse = Arc::new(Pulse::new(Instant::now()));
        let attending = attend(stream, self.share, Arc::clone(&pulse), Arc::clone(routes));
        let task = self.tasks.spawn(async move {
            attending.await;
            drop(open);
        });
        self.open.push(Entry { pulse, task });
    }

    /// Waits until there is room for one more. If there are too many, another one makes room for it, as soon as there is
    /// one that has had its chance; those that come meanwhile wait in the kernel.
    pub(super) async fn room(&mut self) {
        loop {
            self.forget_the_ended();
            if self.open.len() < MOST {
                return;
            }
            let now = Instant::now();
            match self.most_dispensable() {
                Some((index, from)) if from <= now => return self.close(index),
                Some((_, from)) => sleep_until(from.min(now + LOOKS_AGAIN_AFTER)).await,
                None => return,
            }
        }
    }

    /// Closes one at once, if there is any.
    pub(super) fn make_room(&mut self) {
        self.forget_the_ended();
        if let Some((index, _)) = self.most_dispensable() {
            self.close(index);
        }
    }

    /// Whether none is open.
    pub(super) fn is_empty(&mut self) -> bool {
        self.forget_the_ended();
        self.open.is_empty()
    }

    fn forget_the_ended(&mut self) {
        while self.tasks.try_join_next().is_some() {}
        self.open.retain(|entry| !entry.task.is_finished());
    }

    /// The one that has been open longest without a finished request, and when it may go. Whoever has just come, or has
    /// just been answered, is the last to go.
    fn most_dispensable(&self) -> Option<(usize, Instant)> {
        let open = self.open.iter().enumerate();
        let first = open
            .map(|(index, entry)| (entry.pulse.dispensable(), index))
            .min();
        first.map(|(dispensable, index)| (index, dispensable.from))
    }

    fn close(&mut self, index: usize) {
        let entry = self.open.swap_remove(index);
        entry.task.abort();
        self.state.inner.displaced.fetch_add(1, Ordering::Relaxed);
    }
}

impl Open {
    fn new(state: &State) -> Self {
        state.inner.open.fetch_add(1, Ordering::Relaxed);
        Self(state.clone())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.inner.open.fetch_sub(1, Ordering::Relaxed);
    }
}
