//! Whose turn it is: one client that asks without pause must not take the time of those that ask now and then.

use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::sleep_until;

use super::connection::Pulse;

/// What one connection may have. Tests may give more or less.
#[derive(Clone, Copy, Debug)]
pub(super) struct Share {
    /// Between an answer and the next request. Neither Prometheus nor a kubelet is as fast.
    pub(super) pause: Duration,
    /// After so many requests the client has to connect again, and stand in line with the others.
    pub(super) requests: u32,
}

/// In the daemon.
pub(super) const SHARE: Share = Share {
    pause: Duration::from_millis(100),
    requests: 1000,
};

/// So much is written at a time, before it is somebody else's turn.
const MOST_WRITTEN: usize = 64 * 1024;

/// The requests of one connection.
#[derive(Debug)]
pub(super) struct Requests {
    share: Share,
    taken: AtomicU32,
}

impl Requests {
    /// None was taken yet.
    pub(super) fn new(share: Share) -> Self {
        Self {
            share,
            taken: AtomicU32::new(0),
        }
    }

    /// Waits for the turn of the next one; true if it is the last.
    pub(super) async fn next(&self, pulse: &Pulse) -> bool {
        let before = self.taken.fetch_add(1, Ordering::Relaxed);
        if before > 0 {
            sleep_until(pulse.useful_at() + self.share.pause).await;
        }
        before.saturating_add(1) >= self.share.requests
    }
}

/// What was written in this turn.
#[derive(Debug, Default)]
pub(super) struct Turn {
    written: usize,
}

impl Turn {
    /// How much may still be written now. When that is nothing, the turn of the others comes first.
    fn poll_room(&mut self, cx: &mut Context<'_>) -> Poll<usize> {
        let room = MOST_WRITTEN.saturating_sub(self.written);
        if room > 0 {
            return Poll::Ready(room);
        }
        self.written = 0;
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Counts what `write` writes into the room that there is.
    pub(super) fn poll_write<E>(
        &mut self,
        cx: &mut Context<'_>,
        write: impl FnOnce(&mut Context<'_>, usize) -> Poll<Result<usize, E>>,
    ) -> Poll<Result<usize, E>> {
        let room = ready!(self.poll_room(cx));
        let written = write(cx, room);
        match &written {
            Poll::Ready(Ok(bytes)) => self.written += bytes,
            Poll::Ready(Err(_)) => {}
            // Others have their turn until the client has taken something.
            Poll::Pending => self.written = 0,
        }
        written
    }
}
