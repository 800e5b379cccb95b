//! `vrrpd run`: the daemon.

mod ending;
mod engine;
mod firewall;
mod keepalived_conf;
mod narrate;
mod pace;
mod service;

use std::io;
use std::os::fd::AsFd;
use std::path::Path;
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, TryRecvError};

use anyhow::{Context, anyhow};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use tracing::{error, info, warn};
use vrrp_checks::runner::Runner;
use vrrp_core::Time;
use vrrp_linux::{
    ArpSocket, Capability, Kernel, KernelOptions, Moment, Presence, Report, Signal, Signals, Timer, WakeUp,
    lock_memory, missing, now, real_time, wake_pair,
};

use self::engine::chronicle::{Chronicle, News};
use self::engine::notices::Notices;
use self::engine::picture::Rights;
use self::engine::{Engine, Told};
use self::service::desk::Facts;
use self::service::http;
use self::service::listener::{self, Access};
use self::service::neighbours::Common;
use self::service::supervisor::Supervisor;
use self::service::{Ends, Needs, Service};
use crate::cli::{PASS_ENVIRONMENT, RUNNER_COMMAND, Run};
use crate::logging;
use crate::problems::{self, complain};

/// Without these nothing works: addresses, and raw sockets.
const NEEDED: [Capability; 2] = [Capability::NetAdmin, Capability::NetRaw];

/// As many open files as a thousand checks and hundreds of interfaces can take, if the host allows them.
const DESCRIPTORS: u64 = 16_384;
/// This program, also when its file has been replaced since.
const OURSELVES: &str = "/proc/self/exe";

/// Runs until SIGTERM or SIGINT.
pub(crate) fn run(options: &Run) -> ExitCode {
    let loaded = match problems::load(&options.config) {
        Ok(loaded) => loaded,
        Err(refused) => return refused.into(),
    };
    match serve(options, loaded.config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain("run", &format_args!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn serve(options: &Run, config: vrrp_config::Config) -> anyhow::Result<()> {
    let missing = missing(&NEEDED);
    if !missing.is_empty() {
        let names: Vec<String> = missing.iter().map(ToString::to_string).collect();
        return Err(anyhow!(
            "{} missing: run it as root, or grant the capabilities (systemd: AmbientCapabilities=, Kubernetes: \
             securityContext.capabilities.add, by hand: setcap)",
            names.join(" and ")
        ));
    }
    // Before any thread starts, and before this process has anything that a script must not have.
    let arguments: &[&str] = if options.config.from_env {
        &[RUNNER_COMMAND, PASS_ENVIRONMENT]
    } else {
        &[RUNNER_COMMAND]
    };
    let runner = Runner::start(Path::new(OURSELVES), arguments)
        .context("the process that starts scripts cannot be started")?;
    // After the runner has started: scripts have the limit that everybody has.
    let descriptors = raise_descriptor_limit();
    // Before any thread starts, so that all of them leave the signals to this one.
    let mut signals = Signals::new().context("signals cannot be received")?;
    let log = logging::start(options.log_format, options.log_level);
    info!(
        event = "starting",
        name = config.name,
        routers = config.instances.len(),
        "vrrpd {} starts",
        env!("CARGO_PKG_VERSION")
    );
    if let Err(error) = descriptors {
        info!(
            event = "file_limit_kept",
            "the limit of open files stays as it is ({error}): set LimitNOFILE if there are hundreds of checks"
        );
    }

    let presence = claim(&config.name)?;
    if options.config.from_env {
        keepalived_conf::write(&config);
    }

    let (waker, wake_up) = wake_pair().context("no descriptor is left")?;
    let mut kernel_options = KernelOptions::new(&config.name, &options.state_dir);
    kernel_options.configured = config.addresses().cloned().collect();
    let (kernel, reports) = Kernel::start(kernel_options, waker.clone())?;
    let standing = firewall::Standing::default();
    let needs = Needs {
        facts: Facts {
            source: options.config.clone(),
            started: now(),
            firewall: config.firewall.is_some().then(|| standing.clone()),
            http: config.http.map(http::State::new),
            log: log.lost(),
            neighbours: Common::default(),
            supervisor: Supervisor::found(),
            config: config.clone(),
        },
        listener: listener::open(&options.state_dir, &config.name, access(&config.control)),
        state_dir: options.state_dir.clone(),
        presence: presence.as_ref(),
        runner,
        waker,
    };
    let (service, Ends { notices, news, told }) =
        Service::start(needs).context("the service thread cannot be started")?;
    let arp = ArpSocket::open().context("gratuitous ARP cannot be sent")?;
    let timer = Timer::new().context("no timer can be had")?;
    let opening = firewall::open(&config, options.config.from_env, standing);
    // After the other threads have started: they shall not inherit it.
    let rights = prefer_this_thread();

    let channels = (Notices::new(notices), Chronicle::new(news));
    let engine = Engine::new(config, (kernel, arp), channels, rights, now());
    let others = Others {
        wake_up,
        reports,
        told,
    };
    let ended = protocol_loop(engine, &mut signals, &timer, &others);
    // One signal more ends all waiting.
    let mut hurry = false;
    let mut impatient = || {
        hurry |= matches!(signals.next(), Some(Signal::Terminate | Signal::Interrupt));
        hurry
    };
    if let Some(opening) = opening {
        opening.close(&mut impatient);
    }
    service.finish(&mut impatient);
    log.own_up();
    ended
}

/// Who may ask the daemon, beside root and its own user.
fn access(control: &vrrp_config::Control) -> Access {
    Access {
        group: control.group.as_ref().map(|group| group.gid),
        group_may_change: control.group_may_change,
    }
}

/// Nobody else on this host may run this configuration: two would take each other's addresses for their own.
fn claim(name: &str) -> anyhow::Result<Option<Presence>> {
    let claimed = Presence::claim(name).context("no socket can be had")?;
    match claimed {
        Ok(presence) => Ok(Some(presence)),
        Err(holder) if holder.trusted => Err(anyhow!(
            "a daemon called `{name}` is already running on this host ({holder}): stop it, or give this one's \
             configuration another name"
        )),
        Err(holder) => {
            warn!(
                event = "name_pretended",
                "somebody ({holder}) pretends to be a daemon called `{name}`: no notice is taken of it"
            );
            Ok(None)
        }
    }
}

/// Every check that is under way takes a descriptor, and adverts and addresses must not be short of one.
fn raise_descriptor_limit() -> nix::Result<()> {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    let wanted = hard.min(DESCRIPTORS);
    if soft >= wanted {
        return Ok(());
    }
    setrlimit(Resource::RLIMIT_NOFILE, wanted, hard)
}

/// The protocol must not wait for the disk or for other processes. Without the rights it runs all the same.
fn prefer_this_thread() -> Rights {
    let (locked, preferred) = (lock_memory(), real_time());
    let rights = Rights {
        real_time: preferred.is_ok(),
        memory_locked: locked.is_ok(),
    };
    if let Err(error) = locked {
        info!(
            event = "memory_not_locked",
            "memory is not locked ({error}): grant CAP_IPC_LOCK to keep adverts on time when memory is short"
        );
    }
    if let Err(error) = preferred {
        info!(
            event = "no_real_time",
            "no real-time priority ({error}): grant CAP_SYS_NICE to keep adverts on time on a busy host"
        );
    }
    rights
}

/// What other threads have to say.
struct Others {
    wake_up: WakeUp,
    reports: Receiver<Report>,
    told: Receiver<Told>,
}

/// A thread that the daemon cannot do without has ended.
#[derive(Clone, Copy, Debug, thiserror::Error)]
enum Lost {
    #[error("the netlink thread has ended: without it no address can be held")]
    Netlink,
    #[error("the service thread has ended: without it no check can fail")]
    Service,
}

fn protocol_loop(
    mut engine: Engine,
    signals: &mut Signals,
    timer: &Timer,
    others: &Others,
) -> anyhow::Result<()> {
    loop {
        let mut lost = None;
        let reports = std::iter::from_fn(|| take(&others.reports, Lost::Netlink, &mut lost));
        // The one look at the clock in each wake-up.
        let moment = Moment::now();
        let mut silent = None;
        let told = std::iter::from_fn(|| take(&others.told, Lost::Service, &mut silent));
        let more = engine.turn(moment, reports, told);
        if let Some(lost) = lost.or(silent) {
            stop(engine, moment.time);
            return Err(lost.into());
        }
        while let Some(signal) = signals.next() {
            match signal {
                Signal::Terminate | Signal::Interrupt => {
                    info!(event = "stopping", "stopping");
                    stop(engine, moment.time);
                    return Ok(());
                }
                Signal::Hangup => engine.pass_on(News::Reload),
                Signal::User1 => engine.pass_on(News::DumpStates),
                Signal::User2 => engine.pass_on(News::DumpCounters),
            }
        }
        timer.arm(engine.deadline()).context("the timer cannot be set")?;
        if let Err(error) = wait(&engine, signals, timer, &others.wake_up, more) {
            error!(
                event = "packet_wait_failed",
                "waiting for packets failed: {error}"
            );
            stop(engine, moment.time);
            return Err(error).context("waiting for packets failed");
        }
        timer.clear();
        others.wake_up.clear();
    }
}

/// The next thing that a thread has to say, if there is one.
fn take<T>(from: &Receiver<T>, thread: Lost, lost: &mut Option<Lost>) -> Option<T> {
    match from.try_recv() {
        Ok(said) => Some(said),
        Err(TryRecvError::Empty) => None,
        Err(TryRecvError::Disconnected) => {
            *lost = Some(thread);
            None
        }
    }
}

/// Everybody resigns and releases what they hold. Hooks are told of it after that, and of nothing more.
fn stop(engine: Engine, now: Time) {
    let (kernel, mut notices) = engine.stop(now);
    if !kernel.finish() {
        warn!(
            event = "release_late",
            "the kernel did not release all addresses in time"
        );
    }
    notices.tell_held();
}

/// Sleeps until there is something to do; not at all if there is `more` to read.
fn wait(engine: &Engine, signals: &Signals, timer: &Timer, wake_up: &WakeUp, more: bool) -> io::Result<()> {
    let mut watched: Vec<PollFd<'_>> = [signals.as_fd(), timer.as_fd(), wake_up.as_fd()]
        .into_iter()
        .chain(engine.sockets().map(AsFd::as_fd))
        .map(|fd| PollFd::new(fd, PollFlags::POLLIN))
        .collect();
    let patience = if more {
        PollTimeout::ZERO
    } else {
        PollTimeout::NONE
    };
    match poll(&mut watched, patience) {
        Ok(_) | Err(Errno::EINTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
