//! How many connections checks may have open at a time. Each takes a descriptor, and the daemon needs some for better
//! things: a check that hangs must never keep an address from being put back.

#[cfg(test)]
mod tests;

use std::time::Duration;

use rustix::process::{Resource, getrlimit};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

use super::Failure;

/// So many descriptors are not for connections: sockets of the protocol, files, the runner, processes that are watched.
const KEPT: u64 = 640;
/// And never more than this share of all of them.
const SHARE: u64 = 2;

/// Room for connections.
#[derive(Debug)]
pub(super) struct Connections {
    room: Semaphore,
    most: usize,
}

impl Connections {
    /// As many as the limits of this process leave.
    pub(super) fn of_this_process() -> Self {
        Self::new(most(getrlimit(Resource::Nofile).current))
    }

    fn new(most: usize) -> Self {
        Self {
            room: Semaphore::new(most),
            most,
        }
    }

    /// Room for one, until it is dropped. Waits for it at most so long.
    pub(super) async fn room(&self, within: Duration) -> Result<SemaphorePermit<'_>, Failure> {
        let full = || Failure::NoRoom(self.most);
        let permit = timeout(within, self.room.acquire()).await.map_err(|_| full())?;
        permit.map_err(|_| full())
    }
}

/// How many there may be with so many descriptors; `None` for any number.
fn most(descriptors: Option<u64>) -> usize {
    let descriptors = descriptors.unwrap_or(u64::MAX);
    let most = descriptors
        .saturating_sub(KEPT)
        .max(descriptors / SHARE / 4)
        .min(descriptors / SHARE);
    usize::try_from(most).map_or(Semaphore::MAX_PERMITS, |most| {
        most.clamp(1, Semaphore::MAX_PERMITS)
    })
}
