//! Telling of transitions: hooks, one queue for each virtual router and sync group, and a FIFO.
//!
//! Nothing here may delay an election: telling only queues. A hook that lags misses states in between, but never the
//! last one, and STOP is always told.

mod backlog;
mod fifo;
mod hook;
mod notice;
mod queue;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};
use tracing::{debug, warn};

pub use backlog::Backlog;
pub use notice::{Event, Kind, Notice, State};

use crate::Hooks;
use crate::runner::{Ended, Job, Lane, Runner};
use fifo::Fifo;
use queue::Queue;

/// A hook that the runner has lost is tried again after so long...
const AGAIN: Duration = Duration::from_secs(1);
/// ...and so often.
const TRIES: u32 = 30;

/// Tells hooks and the FIFO.
#[derive(Debug)]
pub struct Notifier {
    fifo: Option<Mutex<Fifo>>,
    subjects: HashMap<(Kind, String), mpsc::UnboundedSender<Notice>>,
    tasks: Vec<JoinHandle<()>>,
    backlog: Backlog,
}

impl Notifier {
    /// Starts a task for each subject that has hooks, on the current tokio runtime. A FIFO is opened, and made if it
    /// is missing.
    ///
    /// # Panics
    /// Outside a tokio runtime with time.
    pub fn new(runner: &Runner, fifo: Option<PathBuf>, subjects: Vec<(Kind, String, Hooks)>) -> Self {
        let mut notifier = Self {
            fifo: fifo.map(|path| Mutex::new(Fifo::new(path))),
            subjects: HashMap::new(),
            tasks: Vec::new(),
            backlog: Backlog::default(),
        };
        for (kind, name, hooks) in subjects {
            if hooks == Hooks::default() {
                continue;
            }
            let (tell, told) = mpsc::unbounded_channel();
            notifier.subjects.insert((kind, name), tell);
            let backlog = notifier.backlog();
            notifier
                .tasks
                .push(tokio::spawn(serve(runner.lane(), hooks, told, backlog)));
        }
        notifier
    }

    /// Tells the FIFO now, and the hooks of the subject as soon as they have time. Never blocks.
    pub fn tell(&self, notice: Notice) {
        if let Some(fifo) = &self.fifo {
            // What can panic between is nothing that would leave it half-written.
            let mut fifo = fifo.lock().unwrap_or_else(PoisonError::into_inner);
            fifo.tell(&notice, Instant::now());
        }
        if let Some(subject) = self.subjects.get(&(notice.kind, notice.name.clone())) {
            self.backlog.add();
            if subject.send(notice).is_err() {
                self.backlog.take();
            }
        }
    }

    /// How far hooks lag, for somebody who looks from elsewhere. What waits in the FIFO is known to the kernel alone.
    pub fn backlog(&self) -> Backlog {
        self.backlog.clone()
    }

    /// Waits until every hook was told everything. How long that may take is the caller's to say.
    pub async fn finish(self) {
        drop(self.subjects);
        for task in self.tasks {
            let _ = task.await;
        }
    }
}

/// Tells the hooks of one subject, until nobody can tell them more and everything is told.
async fn serve(lane: Lane, hooks: Hooks, mut told: mpsc::UnboundedReceiver<Notice>, backlog: Backlog) {
    let mut queue = Queue::default();
    loop {
        match queue.next() {
            Some(notice) => {
                backlog.take();
                let jobs = hook::jobs(&hooks, &notice);
                let (outdate, outdated) = watch::channel(false);
                let telling = run(&lane, &notice, jobs, outdated);
                tokio::pin!(telling);
                loop {
                    tokio::select! {
                        () = &mut telling => break,
                        Some(notice) = told.recv() => {
                            push(&mut queue, notice, &backlog);
                            outdate.send_replace(queue.has_state());
                        }
                    }
                }
                queue.told();
            }
            None => match told.recv().await {
                Some(notice) => push(&mut queue, notice, &backlog),
                None => return,
            },
        }
        // The latest state counts, so all that is known must be in the queue.
        while let Ok(notice) = told.try_recv() {
            push(&mut queue, notice, &backlog);
        }
    }
}

fn push(queue: &mut Queue, notice: Notice, backlog: &Backlog) {
    for missed in queue.push(notice) {
        backlog.overtake();
        let (router, group) = subject(&missed);
        debug!(
            router,
            group,
            sequence = missed.sequence,
            "({}) hooks lag: they are not told of {} (transition {})",
            missed.name,
            describe(&missed),
            missed.sequence
        );
    }
}

async fn run(lane: &Lane, notice: &Notice, jobs: Vec<Job>, mut outdated: watch::Receiver<bool>) {
    for job in jobs {
        let path = job.script.argv.first().cloned().unwrap_or_default();
        let ended = run_until_known(lane, job, &mut outdated).await;
        let (router, group) = subject(notice);
        if ended.passed() {
            debug!(
                router,
                group,
                script = path,
                state = %notice.event.state(),
                "({}) notify script {path} for {} {ended}",
                notice.name,
                describe(notice)
            );
        } else {
            warn!(
                event = "notify_script_failed",
                router,
                group,
                script = path,
                state = %notice.event.state(),
                "({}) notify script {path} for {} {ended}",
                notice.name,
                describe(notice)
            );
        }
    }
}

/// Runs a hook, and again as long as the runner is at fault that it has not run, or that nobody knows. It is given up
/// when a newer state waits.
async fn run_until_known(lane: &Lane, job: Job, outdated: &mut watch::Receiver<bool>) -> Ended {
    for _ in 0..TRIES {
        let ended = lane.run(job.clone()).await;
        if !ended.failed_by_runner() || lane.is_closed() {
            return ended;
        }
        if timeout(AGAIN, outdated.wait_for(|&outdated| outdated))
            .await
            .is_ok()
        {
            return ended;
        }
    }
    lane.run(job).await
}

/// The name of the virtual router, or that of the sync group.
fn subject(notice: &Notice) -> (Option<&str>, Option<&str>) {
    let name = notice.name.as_str();
    match notice.kind {
        Kind::Instance => (Some(name), None),
        Kind::Group => (None, Some(name)),
    }
}

fn describe(notice: &Notice) -> String {
    match notice.event {
        Event::State(state) => state.to_string(),
        Event::Reasserted => "a reasserted MASTER".to_owned(),
    }
}
