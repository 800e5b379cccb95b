//! The daemon's side: asking for a run, and waiting for how it ended.

use core::convert::Infallible;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::time::timeout;

use super::link::{Link, Order, Process};
use super::{End, Ended, Job};

/// The runner may be busy; this is what it gets beyond the time of a script, which is waited for twice: once until it
/// is started, once until it ends.
const PATIENCE: Duration = Duration::from_secs(3);

/// The process that starts every script, as the daemon sees it. Clones ask the same process.
///
/// If the process dies, what it ran is [`End::Lost`], and it is started again: after a second, then after twice as
/// long each time, up to half a minute.
#[derive(Clone, Debug)]
pub struct Runner {
    orders: mpsc::UnboundedSender<Order>,
}

/// A runner whose process was started, by a daemon that has no threads yet.
#[derive(Debug)]
pub struct Starting {
    process: Process,
}

impl Runner {
    /// Starts the process: `program` with `arguments` must do nothing but call [`serve`](super::serve).
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn start(program: &Path, arguments: &[&str]) -> io::Result<Starting> {
        let process = Process::start(program, arguments)?;
        Ok(Starting { process })
    }

    /// A lane of its own for a check or the hooks of one subject.
    pub fn lane(&self) -> Lane {
        Lane {
            orders: self.orders.clone(),
            outstanding: Arc::default(),
        }
    }

    /// Tells the process that the daemon is going, and waits for it so long: checks are ended, hooks may finish.
    /// Whether it has ended; if not it is left alone, and ends after its last hook. Every run from now on is
    /// [`End::Lost`].
    pub async fn finish(&self, within: Duration) -> bool {
        let (done, finished) = oneshot::channel();
        if self.orders.send(Order::Finish { within, done }).is_err() {
            return true;
        }
        finished.await.unwrap_or(true)
    }
}

impl Starting {
    /// The process, by its number.
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// Connects it with a task on the current tokio runtime.
    ///
    /// # Errors
    /// If the runtime cannot watch its socket.
    ///
    /// # Panics
    /// Outside a tokio runtime with I/O and time.
    pub fn attach(self) -> io::Result<Runner> {
        let (orders, ordered) = mpsc::unbounded_channel();
        let link = Link::new(self.process, ordered)?;
        tokio::spawn(link.serve());
        Ok(Runner { orders })
    }
}

/// Runs one after the other: the next one begins only when the processes of the one before are gone, also of one that
/// timed out. Clones are the same lane.
#[derive(Clone, Debug)]
pub struct Lane {
    orders: mpsc::UnboundedSender<Order>,
    /// Closed when the processes of the last run are gone.
    outstanding: Arc<Mutex<Option<oneshot::Receiver<Infallible>>>>,
}

impl Lane {
    /// Runs a script; the answer to one that takes too long comes when its time is over. Dropping the future leaves
    /// the script running.
    pub async fn run(&self, job: Job) -> Ended {
        let mut outstanding = self.outstanding.lock().await;
        let limit = job.timeout;
        if let Some(gone) = outstanding.as_mut()
            && timeout(limit, gone).await.is_err()
        {
            return Ended {
                end: End::TimedOut(limit),
                last_line: Some("the previous run is still there".to_owned()),
            };
        }
        let (answer, answered) = oneshot::channel();
        let (gone, until_gone) = oneshot::channel();
        *outstanding = Some(until_gone);
        let bound = limit.saturating_mul(2).saturating_add(PATIENCE);
        if self.orders.send(Order::Run { job, answer, gone }).is_err() {
            return Ended::lost();
        }
        match timeout(bound, answered).await {
            Ok(ended) => ended.unwrap_or_else(|_| Ended::lost()),
            Err(_) => Ended {
                end: End::TimedOut(bound),
                last_line: Some("the process that starts scripts does not answer".to_owned()),
            },
        }
    }
}
