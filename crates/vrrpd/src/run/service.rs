//! The service thread: health checks, hooks, the FIFO, other daemons on the host, and the desk, which knows how things
//! stand. It has no real-time priority, may be late, and may wait for whatever it likes: the protocol thread never waits
//! for it.

pub(super) mod desk;
pub(super) mod http;
mod informed;
pub(super) mod listener;
mod metrics;
pub(super) mod neighbours;
mod reserve;
#[cfg(test)]
mod solitude;
mod supervised;
pub(super) mod supervisor;

use std::io;
use std::path::PathBuf;
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

use self::desk::{Desk, Facts};
use self::listener::Listener;
use super::ending::{Waited, wait};
use super::engine::Told;
use super::engine::chronicle::News;

/// So many notices, and so many pieces of news, wait for the service thread.
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
    pub(super) news: Sender<News>,
    pub(super) told: mpsc::Receiver<Told>,
}

/// What the thread needs from the start.
pub(super) struct Needs<'a> {
    /// What it tells of.
    pub(super) facts: Facts,
    /// The control socket, if there is one.
    pub(super) listener: Option<Listener>,
    /// Where the daemon's files are.
    pub(super) state_dir: PathBuf,
    pub(super) presence: Option<&'a Presence>,
    pub(super) runner: Starting,
    /// Wakes the protocol thread.
    pub(super) waker: Waker,
}

/// What the thread has to do.
struct Work {
    config: Config,
    desk: Desk,
    http: Option<http::State>,
    listener: Option<Listener>,
    presence: Option<Presence>,
    runner: Starting,
    notices: Receiver<Notice>,
    news: Receiver<News>,
    told: mpsc::Sender<Told>,
    waker: Waker,
    /// Dropped at the very end.
    _ended: mpsc::Sender<()>,
}

impl Service {
    /// Starts the thread, which runs every check of this configuration at once, and answers for it.
    pub(super) fn start(needs: Needs<'_>) -> io::Result<(Self, Ends)> {
        let Needs {
            facts,
            listener,
            state_dir,
            presence,
            runner,
            waker,
        } = needs;
        let (notices, notices_to_tell) = channel(QUEUE);
        let (news, news_to_hear) = channel(QUEUE);
        let (tell, told) = mpsc::channel();
        let (ending, ended) = mpsc::channel();
        let patience = patience(&facts.config);
        let work = Work {
            config: facts.config.clone(),
            http: facts.http.clone(),
            desk: Desk::new(facts, &state_dir, tell.clone(), waker.clone()),
            listener,
            presence: presence.map(Presence::try_clone).transpose()?,
            runner,
            notices: notices_to_tell,
            news: news_to_hear,
            told: tell,
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
            patience,
        };
        Ok((service, Ends { notices, news, told }))
    }

    /// Waits until every hook was told of the end: as long as their time-outs allow, or until somebody has no patience
    /// left.
    pub(super) fn finish(self, impatient: impl FnMut() -> bool) {
        let tell = |waited| {
            if waited == TOLD_AFTER {
                info!(
                    event = "hooks_awaited",
                    "waiting for notify scripts, {} s at most; another signal ends that",
                    self.patience.as_secs()
                );
            }
        };
        match wait(&self.ended, self.patience, impatient, tell) {
            // It ends by itself: there is nothing left for it to do.
            Waited::Ended => drop(self.thread.join()),
            Waited::Impatient => warn!(
                event = "hooks_left_alone",
                "a second signal: notify scripts that still run are left alone"
            ),
            Waited::TooLong => warn!(
                event = "hooks_not_told",
                "not every notify script was told of the end in time"
            ),
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
        desk,
        http,
        listener,
        presence,
        runner,
        notices,
        news,
        told,
        waker,
        _ended,
    } = work;
    // By themselves: they go on until the very end.
    tokio::spawn(neighbours::mind(
        presence,
        neighbours::account(&config),
        desk.neighbours(),
    ));
    let listening = listener.map(|listener| tokio::spawn(listener::serve(listener, desk.clone())));
    if let Some((listen, http)) = config.http.zip(http) {
        tokio::spawn(http::serve_apart(listen, http, desk.clone()));
    }
    tokio::spawn(desk_work(desk.clone(), news));

    mind_checks_and_hooks(config, &desk, runner, notices, told, waker).await;
    if let Some(listening) = listening {
        listening.abort();
        // The socket is gone when it has ended.
        drop(listening.await);
    }
}

/// Until the protocol thread is gone.
async fn desk_work(desk: Desk, news: Receiver<News>) {
    let Some(supervisor) = desk.supervisor() else {
        return desk.work(news).await;
    };
    tokio::select! {
        () = desk.clone().work(news) => {}
        never = supervised::tell(supervisor, &desk) => match never {},
    }
    supervisor.stopping();
}

/// Runs checks and tells hooks, until the protocol thread is gone and all hooks were told.
async fn mind_checks_and_hooks(
    config: Config,
    desk: &Desk,
    runner: Starting,
    mut notices: Receiver<Notice>,
    told: mpsc::Sender<Told>,
    waker: Waker,
) {
    let runner = match runner.attach() {
        Ok(runner) => runner,
        Err(error) => {
            error!(event = "runner_unusable", "scripts cannot be started: {error}");
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
    desk.scripts(notifier.backlog());

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
    let report = |check: usize, run: vrrp_checks::Run, standing: Option<vrrp_checks::Standing>| {
        desk.ran(check, run, standing.as_ref());
        let (Some(name), Some(standing)) = (names.get(check), standing) else {
            return;
        };
        let verdict = Told::Verdict {
            check: name.clone(),
            standing: as_tracked(standing),
        };
        // Nobody listens any more: the daemon is about to end.
        if told.send(verdict).is_ok() {
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

/// How the protocol knows it.
pub(super) fn as_tracked(standing: vrrp_checks::Standing) -> Standing {
    match standing {
        vrrp_checks::Standing::Passing => Standing::Passing,
        vrrp_checks::Standing::Failing(reason) => Standing::Failing(reason.into()),
        vrrp_checks::Standing::Value(value) => Standing::Value(value),
    }
}
