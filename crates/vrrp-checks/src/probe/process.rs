//! Whether processes of a name run.

mod lives;
mod proc;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use rustix::process::Pid;
use tokio::sync::{Mutex, Semaphore};
use tokio::time::Instant;

pub(crate) use lives::Lives;
use proc::Process;

use super::Failure;
use super::aside::aside;
use crate::Processes;

/// So long one look at all processes serves every check.
const FRESH: Duration = Duration::from_millis(100);
/// So many processes are held on to at a time, by all checks together: each takes a file descriptor, of which the
/// daemon has 1024 by default, and needs most for better things.
const HELD: usize = 256;
/// The kernel keeps so many bytes of a name.
const COMM: usize = 15;

/// Counts processes, for many checks at a time.
#[derive(Debug)]
pub(super) struct Census {
    /// Locked while somebody looks, so that the others wait for that look.
    latest: Mutex<Option<Look>>,
    room: Arc<Semaphore>,
}

#[derive(Clone, Debug)]
struct Look {
    at: Instant,
    processes: Arc<[Process]>,
}

impl Default for Census {
    fn default() -> Self {
        Self {
            latest: Mutex::default(),
            room: Arc::new(Semaphore::new(HELD)),
        }
    }
}

impl Census {
    /// Counts; `ended` are processes that the count must not know any more.
    pub(super) async fn run(&self, wanted: &Processes, ended: &[Pid]) -> Result<Option<Lives>, Failure> {
        let processes = self.look(ended).await?;
        let found: Vec<Pid> = processes
            .iter()
            .filter(|process| is_named(process, wanted.name.as_bytes()))
            .map(|process| process.pid)
            .collect();
        let min = usize::try_from(wanted.min.get()).unwrap_or(usize::MAX);
        match found.len().checked_sub(min) {
            Some(spare) => Ok(Lives::hold(&found, spare, &self.room)),
            None => Err(Failure::Processes {
                name: wanted.name.clone(),
                found: found.len(),
                wanted: wanted.min.get(),
            }),
        }
    }

    async fn look(&self, ended: &[Pid]) -> Result<Arc<[Process]>, Failure> {
        let mut latest = self.latest.lock().await;
        if let Some(look) = &*latest
            && look.at.elapsed() < FRESH
            && !look.processes.iter().any(|process| ended.contains(&process.pid))
        {
            return Ok(Arc::clone(&look.processes));
        }
        // Its age counts from before: a process that ended while it was made may be in it.
        let at = Instant::now();
        // Aside: the command line of a process that hangs in the kernel may make us hang as well.
        let living = aside(proc::living).await.flatten().map_err(Failure::Proc)?;
        let processes: Arc<[Process]> = living.into();
        *latest = Some(Look {
            at,
            processes: Arc::clone(&processes),
        });
        Ok(processes)
    }
}

fn is_named(process: &Process, name: &[u8]) -> bool {
    let kept = name.get(..COMM).unwrap_or(name);
    process.comm == kept || process.program == name
}
