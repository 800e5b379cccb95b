//! The daemon's side: asking for a run, and waiting for how it ended.

#[cfg(test)]
mod tests;

use core::convert::Infallible;
use core::sync::atomic::{AtomicU64, Ordering};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot::error::TryRecvError;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::time::timeout;

use super::connection::Order;
use super::link::{Link, Process};
use super::running::GRACE;
use super::{End, Ended, Job};

/// The runner may be busy; this is what it gets beyond the time of a script, which is waited for twice: once until it
/// is started, once until it ends.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long it takes, beyond the time until SIGKILL, until that is sent, has had its effect, and this is known.
const KILLING: Duration = Duration::from_secs(1);

/// The process that starts every script, as the daemon sees it. Clones ask the same process.
///
/// If the process dies, what it ran is [`End::Lost`], and it is started again: at once, and if that one dies soon
/// after a second, then after twice as long each time, up to half a minute. If it does not answer, it is killed.
#[derive(Clone, Debug)]
pub struct Runner {
    orders: Orders,
}

/// The way to the task that has the process.
#[derive(Clone, Debug)]
struct Orders {
    send: mpsc::UnboundedSender<Order>,
    next: Arc<AtomicU64>,
}

impl Orders {
    /// One that was never given before.
    fn number(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }
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
        if self.orders.send.send(Order::Finish { within, done }).is_err() {
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
        let (send, ordered) = mpsc::unbounded_channel();
        let link = Link::new(self.process, ordered)?;
        tokio::spawn(link.serve());
        let next = Arc::default();
        Ok(Runner {
            orders: Orders { send, next },
        })
    }
}

/// Runs one after the other: the next one begins only when the processes of the one before are gone, also of one that
/// timed out. Clones are the same lane.
#[derive(Clone, Debug)]
pub struct Lane {
    orders: Orders,
    /// Closed when the processes of the last run are gone.
    outstanding: Arc<Mutex<Option<UntilGone>>>,
}

type UntilGone = oneshot::Receiver<Infallible>;

impl Lane {
    /// Runs a script; the answer to one that takes too long comes when its time is over. Dropping the future leaves
    /// the script running.
    ///
    /// A run that is [`End::Lost`] is asked for once more. Nobody knows how far the first one came: the script may
    /// run twice, and if it is a hook the second run may begin before the first has ended.
    pub async fn run(&self, job: Job) -> Ended {
        let mut outstanding = self.outstanding.lock().await;
        if let Err(ended) = self.wait_for_previous(&mut outstanding, job.timeout).await {
            return ended;
        }
        let ended = self.ask(job.clone(), &mut outstanding).await;
        if ended.end == End::Lost && !self.is_closed() {
            self.ask(job, &mut outstanding).await
        } else {
            ended
        }
    }

    /// Whether the runner was told to finish: it will run nothing any more.
    pub(crate) fn is_closed(&self) -> bool {
        self.orders.send.is_closed()
    }

    /// Waits until nothing of the previous run is there, at least as long as it takes to kill it.
    async fn wait_for_previous(
        &self,
        outstanding: &mut Option<UntilGone>,
        limit: Duration,
    ) -> Result<(), Ended> {
        let Some(gone) = outstanding.as_mut() else {
            return Ok(());
        };
        let within = limit.max(GRACE.saturating_add(KILLING));
        if timeout(within, &mut *gone).await.is_err() {
            // Either the kernel cannot end it, or the process hangs that should.
            self.hear().await?;
            if gone.try_recv() == Err(TryRecvError::Empty) {
                let reason = "the previous run is still there, although it was killed".to_owned();
                return Err(Ended::not_started(reason));
            }
        }
        *outstanding = None;
        Ok(())
    }

    /// Waits for a sign of life of the process, or of a new one.
    async fn hear(&self) -> Result<(), Ended> {
        let id = self.orders.number();
        let (heard, until_heard) = oneshot::channel();
        if self.orders.send.send(Order::Ping { id, heard }).is_err() {
            return Err(Ended::lost());
        }
        match timeout(PATIENCE, until_heard).await {
            Ok(_) => Ok(()),
            Err(_) => Err(self.give_up(id)),
        }
    }

    async fn ask(&self, job: Job, outstanding: &mut Option<UntilGone>) -> Ended {
        let bound = job.timeout.saturating_mul(2).saturating_add(PATIENCE);
        let id = self.orders.number();
        let (answer, answered) = oneshot::channel();
        let (gone, until_gone) = oneshot::channel();
        *outstanding = Some(until_gone);
        let order = Order::Run {
            id,
            job,
            answer,
            gone,
        };
        if self.orders.send.send(order).is_err() {
            return Ended::lost();
        }
        match timeout(bound, answered).await {
            Ok(ended) => ended.unwrap_or_else(|_| Ended::lost()),
            Err(_) => self.give_up(id),
        }
    }

    /// The process that should have answered is killed, and started again.
    fn give_up(&self, id: u64) -> Ended {
        let _ = self.orders.send.send(Order::Hangs { id });
        Ended::unanswered()
    }
}
