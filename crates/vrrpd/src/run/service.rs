//! The service thread: health checks, hooks, the FIFO, other daemons on the host. It has no real-time priority, may be late, and may wait for
//! whatever it likes: the protocol thread never waits for it.

use std::io;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tracing::{error, info, warn};
use vrrp_checks::notify::{Kind, Notice, Notifier};
use vrrp_checks::runner::{Ended, Job, Lane, Starting};
use vrrp_checks::{Hooks, watch};
use vrrp_config::Config;
use vrrp_core::Standing;
use vrrp_linux::{Presence, Waker};

use super::ending::{Waited, wait};
use super::engine::Verdict;
use super::neighbours;

/// So many notices wait for the service thread.
const QUEUE: usize = 4096;
/// What a hook that is ended may take to end.
const HOOK_DIES_WITHIN: Duration = Duration::from_secs(4);
/// After so long it is said what is waited for.
const TOLD_AFTER: Duration = Duration::from_millis(500);
/// What ending the runner may take once every hook was told.
const RUNNER_ENDS_WITHIN: Duration = Duration::from_secs(1);

/// The running thread.
pub(super) struct Service {
    thread: JoinHandle<()>,
    /// Disconnected when the thread has done its work.
    ended: mpsc::Receiver<()>,
    /// The longest that hooks may take to be told of the end.
    patience: Duration,
}

/// How the protocol thread talks with it.
pub(super) struct Ends {
    pub(super) notices: Sender<Notice>,
    pub(super) verdicts: mpsc::Receiver<Verdict>,
}

/// What the thread has to do.
struct Work {
    config: Config,
    presence: Option<Presence>,
    runner: Starting,
    notices: Receiver<Notice>,
    verdicts: mpsc::Sender<Verdict>,
    waker: Waker,
    /// Dropped at the very end.
    _ended: mpsc::Sender<()>,
}

impl Service {
    /// Starts the thread, which runs every check of this configuration at once, and answers for it.
    pub(super) fn start(
        config: &Config,
        presence: Option<&Presence>,
        runner: Starting,
        waker: Waker,
    ) -> io::Result<(Self, Ends)> {
        let (notices, notices_to_tell) = channel(QUEUE);
        let (tell_verdict, verdicts) = mpsc::channel();
        let (ending, ended) = mpsc::channel();
        let work = Work {
            config: config.clone(),
            presence: presence.map(Presence::try_clone).transpose()?,
            runner,
            notices: notices_to_tell,
            verdicts: tell_verdict,
            waker,
            _ended: ending,
        };
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let thread = thread::Builder::new().name("service".into()).spawn(move || {
            runtime.block_on(serve(work));
            // A look-up that hangs is not waited for.
            runtime.shutdown_background();
        })?;
        let service = Self {
            thread,
            ended,
            patience: patience(config),
        };
        Ok((service, Ends { notices, verdicts }))
    }

    /// Waits until every hook was told of the end: as long as their time-outs allow, or until somebody has no patience
    /// left.
    pub(super) fn finish(self, impatient: impl FnMut() -> bool) {
        let tell = |waited| {
            if waited == TOLD_AFTER {
                info!(
                    "waiting for notify scripts, {} s at most; another signal ends that",
                    self.patience.as_secs()
                );
            }
        };
        match wait(&self.ended, self.patience, impatient, tell) {
            // It ends by itself: there is nothing left for it to do.
            Waited::Ended => drop(self.thread.join()),
            Waited::Impatient => warn!("a second signal: notify scripts that still run are left alone"),
            Waited::TooLong => warn!("not every notify script was told of the end in time"),
        }
    }
}

/// One hook may be running when the end comes, and two more are started then. Each may take a little more to die.
fn patience(config: &Config) -> Duration {
    let instances = config.instances.iter().map(|instance| &instance.hooks);
    let hooks = instances.chain(config.groups.iter().map(|group| &group.hooks));
    let longest = hooks.flat_map(Hooks::all).map(|hook| hook.timeout).max();
    longest.map_or(RUNNER_ENDS_WITHIN * 3, |longest| (longest + HOOK_DIES_WITHIN) * 3)
}

async fn serve(work: Work) {
    let Work {
        config,
        presence,
        runner,
        mut notices,
        verdicts,
        waker,
        _ended,
    } = work;
    // By itself: it goes on until the very end.
    tokio::spawn(neighbours::mind(presence, neighbours::account(&config)));
    let runner = match runner.attach() {
        Ok(runner) => runner,
        Err(error) => {
            error!("scripts cannot be started: {error}");
            return;
        }
    };
    let instances = config
        .instances
        .into_iter()
        .map(|instance| (Kind::Instance, instance.name, instance.hooks));
    let groups = config
        .groups
        .into_iter()
        .map(|group| (Kind::Group, group.name, group.hooks));
    let notifier = Notifier::new(&runner, config.notify_fifo, instances.chain(groups).collect());

    let lanes: Vec<Lane> = config.checks.iter().map(|_| runner.lane()).collect();
    let names: Vec<String> = config.checks.iter().map(|check| check.name.clone()).collect();
    let run_script = |check: usize, job: Job| {
        let lane = lanes.get(check).cloned();
        async move {
            match lane {
                Some(lane) => lane.run(job).await,
                None => Ended::lost(),
            }
        }
    };
    let report = |check: usize, standing: vrrp_checks::Standing| {
        let Some(name) = names.get(check) else { return };
        let verdict = Verdict {
            check: name.clone(),
            standing: as_tracked(standing),
        };
        // Nobody listens any more: the daemon is about to end.
        if verdicts.send(verdict).is_ok() {
            waker.wake();
        }
    };
    let telling = async {
        while let Some(notice) = notices.recv().await {
            notifier.tell(notice);
        }
    };
    tokio::select! {
        () = telling => {}
        never = watch(config.checks, run_script, report) => match never {},
    }
    notifier.finish().await;
    runner.finish(RUNNER_ENDS_WITHIN).await;
}

fn as_tracked(standing: vrrp_checks::Standing) -> Standing {
    match standing {
        vrrp_checks::Standing::Passing => Standing::Passing,
        vrrp_checks::Standing::Failing(reason) => Standing::Failing(reason.into()),
        vrrp_checks::Standing::Value(value) => Standing::Value(value),
    }
}
