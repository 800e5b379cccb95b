//! All connections, and which of them has to make room.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::net::TcpStream;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::Instant;

use super::State;
use super::connection::{Pulse, attend};
use super::routes::Routes;
use crate::run::service::informed::Informed;

/// So many at a time.
pub(super) const MOST: usize = 64;

/// The open connections. They end when this is dropped.
pub(super) struct Connections {
    open: Vec<Entry>,
    tasks: JoinSet<()>,
    state: State,
}

struct Entry {
    pulse: Arc<Pulse>,
    task: AbortHandle,
}

/// Counts a connection as open for as long as it lives.
struct Open(State);

impl Connections {
    /// There are none yet.
    pub(super) fn new(state: State) -> Self {
        Self {
            open: Vec::with_capacity(MOST),
            tasks: JoinSet::new(),
            state,
        }
    }

    /// Attends to one more. If there are too many, another one makes room for it.
    pub(super) fn admit<I: Informed>(&mut self, stream: TcpStream, routes: &Arc<Routes<I>>) {
        while self.tasks.try_join_next().is_some() {}
        self.open.retain(|entry| !entry.task.is_finished());
        if self.open.len() >= MOST {
            self.make_room();
        }
        self.state.inner.accepted.fetch_add(1, Ordering::Relaxed);
        let open = Open::new(&self.state);
        let pulse = Arc::new(Pulse::new(Instant::now()));
        let attending = attend(stream, Arc::clone(&pulse), Arc::clone(routes));
        let task = self.tasks.spawn(async move {
            attending.await;
            drop(open);
        });
        self.open.push(Entry { pulse, task });
    }

    /// Closes the one that has been open longest without a finished request. Whoever has just come, or has just been
    /// answered, is the last to go.
    pub(super) fn make_room(&mut self) {
        let useless = self
            .open
            .iter()
            .enumerate()
            .min_by_key(|(_, entry)| entry.pulse.useful_at());
        let Some((index, _)) = useless else { return };
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
