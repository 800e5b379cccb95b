//! Noticing the end of processes at once.

use std::os::fd::OwnedFd;
use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A check with more processes than this looks at its interval only.
const MOST: usize = 16;

/// The processes that let a check pass.
#[derive(Debug)]
pub(crate) struct Lives {
    running: Vec<(Pid, AsyncFd<OwnedFd>)>,
    /// These have ended already.
    ended: Vec<Pid>,
    /// So many may end without harm.
    spare: usize,
    _room: OwnedSemaphorePermit,
}

impl Lives {
    /// Holds on to these; `None` where that is not possible: too many, no room, or a kernel that will not have it.
    pub(super) fn hold(pids: &[Pid], spare: usize, room: &Arc<Semaphore>) -> Option<Self> {
        if pids.len() > MOST {
            return None;
        }
        let wanted = u32::try_from(pids.len()).ok()?;
        let room = Arc::clone(room).try_acquire_many_owned(wanted).ok()?;
        let mut lives = Self {
            running: Vec::with_capacity(pids.len()),
            ended: Vec::new(),
            spare,
            _room: room,
        };
        for &pid in pids {
            match pidfd_open(pid, PidfdFlags::NONBLOCK) {
                Ok(fd) => {
                    lives.running.push((pid, register(fd)?));
                }
                Err(Errno::SRCH) => lives.ended.push(pid),
                Err(_) => return None,
            }
        }
        Some(lives)
    }

    /// Waits until so many have ended that the others are too few, and says which ended.
    pub(crate) async fn too_few(self) -> Vec<Pid> {
        let mut ended = self.ended;
        let mut running: FuturesUnordered<_> = self
            .running
            .iter()
            .map(|(pid, fd)| async move {
                match fd.readable().await {
                    Ok(_) => *pid,
                    // There is no more news of it.
                    Err(_) => core::future::pending().await,
                }
            })
            .collect();
        while ended.len() <= self.spare {
            match running.next().await {
                Some(pid) => ended.push(pid),
                None => core::future::pending().await,
            }
        }
        ended
    }
}

#[expect(
    deprecated,
    reason = "its successor is unsafe for the sake of descriptors that somebody else closes, which no OwnedFd is"
)]
fn register(fd: OwnedFd) -> Option<AsyncFd<OwnedFd>> {
    AsyncFd::with_interest(fd, Interest::READABLE).ok()
}
