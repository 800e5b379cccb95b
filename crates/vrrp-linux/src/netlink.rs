//! Addresses and links of the kernel, on a thread of their own: a busy kernel never delays an advert.
//!
//! Two parts share the thread, each with its own netlink socket. The worker carries out [`Job`]s; the monitor
//! tells what changes. Both answer in [`Report`]s, through a channel that can be polled by its [`Waker`].

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use vrrp_core::plan::ClaimNote;
use vrrp_core::{Refusal, VirtualAddress};

use crate::network::NetworkChange;
use crate::presence::Neighbours;
use crate::wake::Waker;

mod command;
mod dump;
mod indexes;
mod keepalived;
mod ledger;
mod messages;
mod monitor;
mod owed;
mod round;
mod worker;

use ledger::Ledger;
use monitor::Monitor;
use worker::Worker;

/// What a job is done for. Comes back with its report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Owner(pub u32);

/// Something to do with the kernel's addresses. Jobs of one owner, and jobs that share an address, are done
/// in order.
#[derive(Clone, Debug)]
pub enum Job {
    /// Hold all of these: also used to put back what somebody removed. All or nothing: when one is refused,
    /// those that this job had added are removed again.
    Claim {
        /// For whom.
        owner: Owner,
        /// Comes back with the report.
        epoch: u64,
        /// The whole list.
        addresses: Arc<[VirtualAddress]>,
    },
    /// Hold none of these. What is not ours stays.
    Release {
        /// For whom.
        owner: Owner,
        /// Comes back with the report.
        epoch: u64,
        /// The whole list.
        addresses: Arc<[VirtualAddress]>,
    },
}

impl Job {
    fn owner(&self) -> Owner {
        match self {
            Self::Claim { owner, .. } | Self::Release { owner, .. } => *owner,
        }
    }

    fn addresses(&self) -> &[VirtualAddress] {
        match self {
            Self::Claim { addresses, .. } | Self::Release { addresses, .. } => addresses,
        }
    }
}

/// What the thread has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Report {
    /// Something changed. The first report of all is a [`NetworkChange::Snapshot`]. Our own changes are told
    /// as well.
    Network(NetworkChange),
    /// A [`Job::Claim`] is done.
    Claimed {
        /// As the job said.
        owner: Owner,
        /// As the job said.
        epoch: u64,
        /// All of the addresses are held, or the first refusal.
        result: Result<Vec<ClaimNote>, Refusal>,
    },
    /// A [`Job::Release`] is done.
    Released {
        /// As the job said.
        owner: Owner,
        /// As the job said.
        epoch: u64,
        /// None of the addresses is held any more, but for these, which somebody else put there; or the first
        /// refusal, after all the others were removed.
        result: Result<Vec<VirtualAddress>, Refusal>,
    },
    /// Once, before the first job: what an earlier run, or a keepalived that no longer runs, had left is
    /// removed.
    Swept {
        /// Those addresses. An interface that is gone by now gives none.
        removed: Vec<VirtualAddress>,
        /// Those that the kernel did not let go.
        stuck: Vec<VirtualAddress>,
    },
}

/// How the thread is set up.
#[derive(Clone, Debug)]
pub struct KernelOptions {
    /// What tells this daemon from others on the host: the name of its configuration.
    pub name: String,
    /// Where daemons keep their lists of addresses. Made if it is not there.
    pub state_dir: PathBuf,
    /// Addresses that an earlier run may have left although no list says so.
    pub configured: Vec<VirtualAddress>,
    /// The monitor's receive buffer, in bytes. It holds what happens while the thread is busy: 8 MiB is some
    /// 10,000 changes.
    pub monitor_buffer: usize,
    /// Whether to go on although a daemon of this name runs. For a last resort: the two may undo each other's work.
    pub even_if_running: bool,
}

impl KernelOptions {
    /// Nothing configured, and a buffer of 8 MiB.
    pub fn new(name: impl Into<String>, state_dir: impl Into<PathBuf>) -> Self {
        Self {
            name: name.into(),
            state_dir: state_dir.into(),
            configured: Vec::new(),
            monitor_buffer: 8 << 20,
            even_if_running: false,
        }
    }
}

/// Why the thread could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The name cannot be the name of a file.
    #[error("`{name}` cannot name a daemon: use letters, digits, `-` and `_`")]
    Name {
        /// As given.
        name: String,
    },
    /// Another daemon uses the same name, and with it the same list of addresses.
    #[error(
        "a daemon called `{name}` is already running{}: stop it, or run this one from a configuration file \
         with another name (it holds {})",
        pid.map_or_else(String::new, |pid| format!(" (process {pid})")),
        lock.display()
    )]
    AlreadyRunning {
        /// As given.
        name: String,
        /// Its process, as far as it said.
        pid: Option<u32>,
        /// The file that it has locked.
        lock: PathBuf,
    },
    /// No thread, or no netlink socket.
    #[error("cannot talk to the kernel ({operation}): {source}")]
    System {
        /// What was asked for.
        operation: &'static str,
        /// The kernel's answer.
        source: io::Error,
    },
}

/// The thread that talks to the kernel. When it ends against expectation, its channel of reports is
/// disconnected, and the waker wakes a last time.
#[derive(Debug)]
pub struct Kernel {
    jobs: UnboundedSender<Job>,
    ended: mpsc::Receiver<()>,
}

/// How long [`Kernel::finish`] waits.
const FINISH_WITHIN: Duration = Duration::from_secs(1);

impl Kernel {
    /// Starts the thread, in the caller's network namespace and with the caller's blocked signals. `waker`
    /// wakes whenever there is a report.
    ///
    /// # Errors
    /// See [`StartError`]. A state directory that cannot be used is none: it is logged, and leftovers of this
    /// run will only be recognised by their mark.
    pub fn start(options: KernelOptions, waker: Waker) -> Result<(Self, mpsc::Receiver<Report>), StartError> {
        let ledger = Ledger::open(&options.state_dir, &options.name, options.even_if_running)?;
        let (jobs, queue) = unbounded_channel();
        let (report, reports) = mpsc::channel();
        let (opened, answer) = mpsc::channel();
        let (end, ended) = mpsc::channel();
        thread::Builder::new()
            .name("netlink".into())
            .spawn(move || {
                // Dropped in reverse order: whoever is woken last finds the channels disconnected.
                let _wake = WakeAtEnd(waker.clone());
                let _end: mpsc::Sender<()> = end;
                let reporter = Reporter {
                    reports: report,
                    waker,
                };
                run(&options, ledger, queue, &reporter, &opened);
            })
            .map_err(|source| StartError::System {
                operation: "starting a thread",
                source,
            })?;
        match answer.recv() {
            Ok(Ok(())) => Ok((Self { jobs, ended }, reports)),
            Ok(Err(error)) => Err(error),
            Err(mpsc::RecvError) => {
                let source = io::Error::other("the thread ended at once");
                Err(StartError::System {
                    operation: "starting a thread",
                    source,
                })
            }
        }
    }

    /// Queues a job. Never waits. When the thread has ended the job is lost, and the reports say so.
    pub fn send(&self, job: Job) {
        drop(self.jobs.send(job));
    }

    /// Waits until the jobs that are queued are done, a second at most, and ends the thread. `false` if it
    /// took longer: the jobs are then still being done, for as long as the process lives.
    pub fn finish(self) -> bool {
        drop(self.jobs);
        self.ended.recv_timeout(FINISH_WITHIN) == Err(mpsc::RecvTimeoutError::Disconnected)
    }
}

struct WakeAtEnd(Waker);

impl Drop for WakeAtEnd {
    fn drop(&mut self) {
        self.0.wake();
    }
}

/// Where reports go.
struct Reporter {
    reports: mpsc::Sender<Report>,
    waker: Waker,
}

impl Reporter {
    /// Nobody may be listening any more: then the thread is about to end.
    fn send(&self, report: Report) {
        if self.reports.send(report).is_ok() {
            self.waker.wake();
        }
    }
}

/// The thread: until the jobs are done and no more can come.
fn run(
    options: &KernelOptions,
    ledger: Ledger,
    queue: UnboundedReceiver<Job>,
    reporter: &Reporter,
    opened: &mpsc::Sender<Result<(), StartError>>,
) {
    let failed = |operation| move |source| StartError::System { operation, source };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .build();
    let runtime = match runtime.map_err(failed("starting its event loop")) {
        Ok(runtime) => runtime,
        Err(error) => return drop(opened.send(Err(error))),
    };
    runtime.block_on(async {
        let parts = Worker::open(reporter, ledger, Neighbours::new(&options.name))
            .and_then(|worker| Ok((worker, Monitor::open(reporter, options.monitor_buffer)?)));
        let (worker, monitor) = match parts.map_err(failed("opening a netlink socket")) {
            Ok(parts) => parts,
            Err(error) => return drop(opened.send(Err(error))),
        };
        // Nobody waits for the answer only if whoever started the thread is gone.
        drop(opened.send(Ok(())));
        let (snapshot_sent, first_snapshot) = oneshot::channel();
        tokio::select! {
            () = worker.run(&options.configured, first_snapshot, queue) => {}
            never = monitor.run(snapshot_sent) => match never {},
        }
    });
}
