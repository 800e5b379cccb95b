//! Where everything that is known about the daemon comes together: on the service thread, which may be late.
//!
//! The protocol thread is asked for a picture of itself once a second, and when somebody wants to know. Each picture is
//! put into words ([`assemble()`]), judged ([`conditions`]), and compared with the one before ([`lasting`]). What happens
//! in between is told by it and written down ([`journal`]).

mod assemble;
mod checks;
mod conditions;
mod dump;
mod happenings;
mod informed;
mod journal;
pub(super) mod lasting;
mod reload;
mod wellness;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

use tokio::sync::mpsc::Receiver;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};
use tracing::{info, warn};
use vrrp_checks::notify::Backlog;
use vrrp_config::Config;
use vrrp_core::Time;
use vrrp_linux::Waker;

use self::assemble::{Now, assemble, lateness};
use self::checks::CheckBook;
use self::dump::Places;
use self::happenings::in_words;
pub(in crate::run) use self::journal::Journal;
use self::lasting::{Finding, Lasting};
use super::http;
use super::neighbours::Common;
use super::supervisor::Supervisor;
use crate::cli::ConfigSource;
use crate::logging::Lost;
use crate::report::{self, Happened, Health, Status};
use crate::run::engine::Told;
use crate::run::engine::chronicle::{News, What};
use crate::run::engine::picture::Picture;
use crate::run::firewall;
use crate::run::narrate;
use crate::run::pace::Pace;

/// A status that is younger than this will do.
const FRESH: Duration = Duration::from_millis(100);
/// How often the protocol thread is asked when nobody wants to know.
const BEAT: Duration = Duration::from_secs(1);
/// How long it may take to answer.
const PATIENCE: Duration = Duration::from_secs(1);

/// A handle, for everybody who wants to know.
#[derive(Clone, Debug)]
pub(in crate::run) struct Desk(Arc<Shared>);

/// What is known from the start.
#[derive(Debug)]
pub(in crate::run) struct Facts {
    pub(in crate::run) config: Config,
    /// Where it came from.
    pub(in crate::run) source: ConfigSource,
    pub(in crate::run) started: Time,
    /// What else is to be told of.
    pub(in crate::run) firewall: Option<firewall::Standing>,
    pub(in crate::run) http: Option<http::State>,
    pub(in crate::run) log: Lost,
    /// What other daemons on this host have in common with it.
    pub(in crate::run) neighbours: Common,
    /// Whoever started the daemon and wants to be told how it goes.
    pub(in crate::run) supervisor: Option<Supervisor>,
}

#[derive(Debug)]
struct Shared {
    facts: Facts,
    places: Places,
    checks: CheckBook,
    journal: Journal,
    /// To the protocol thread.
    told: mpsc::Sender<Told>,
    waker: Waker,
    /// Whether it was asked and has not answered yet.
    asked: AtomicBool,
    /// Whether it is gone, since the daemon ends.
    ended: AtomicBool,
    latest: watch::Sender<Option<Arc<Status>>>,
    /// One at a time reads the configuration again.
    reading: tokio::sync::Mutex<()>,
    memory: Mutex<Memory>,
}

/// What changes.
#[derive(Debug, Default)]
struct Memory {
    picture: Option<Box<Picture>>,
    lasting: Lasting,
    assembled: Option<Instant>,
    reload: Option<(Time, report::ReloadResult, Vec<String>)>,
    backlog: Option<Backlog>,
    /// How much the log says of conditions that others on the LAN can cause, and of the rest.
    of_the_wire: Pace,
    of_the_host: Pace,
    /// How many events found no room, as far as the journal says.
    missed: u64,
    /// What was to be said of the virtual routers when they were seen last.
    of_routers: Vec<Finding>,
}

impl Memory {
    /// Whether the protocol thread has said that virtual routers take part.
    fn has_started(&self) -> bool {
        self.picture.as_ref().is_some_and(|picture| picture.started)
    }

    /// Whether the log may tell of a change, and how many were not told before: whoever can send packets can make some
    /// conditions come and go. The journal has them all.
    fn may_tell(&mut self, now: Time, change: &Happened) -> Option<u64> {
        let (Happened::ConditionBegan { kind, .. } | Happened::ConditionEnded { kind, .. }) = change else {
            return None;
        };
        let pace = if kind.is_of_the_wire() {
            &mut self.of_the_wire
        } else {
            &mut self.of_the_host
        };
        pace.ask(now)
    }

    /// How many more events have found no room.
    fn missed(&mut self) -> u64 {
        let lost = self.picture.as_ref().map_or(0, |picture| picture.events_lost);
        let more = lost.saturating_sub(self.missed);
        self.missed = lost;
        more
    }
}

impl Desk {
    /// A desk that asks the protocol thread by `told`, after which it wakes it.
    pub(in crate::run) fn new(
        facts: Facts,
        state_dir: &Path,
        told: mpsc::Sender<Told>,
        waker: Waker,
    ) -> Self {
        Self(Arc::new(Shared {
            places: Places::new(&facts.config.name, state_dir, facts.source.from_env),
            checks: CheckBook::new(facts.config.checks.len()),
            facts,
            journal: Journal::default(),
            told,
            waker,
            asked: AtomicBool::new(false),
            ended: AtomicBool::new(false),
            latest: watch::Sender::new(None),
            reading: tokio::sync::Mutex::default(),
            memory: Mutex::default(),
        }))
    }

    // What is asked.

    /// Everything, not older than a moment. If the protocol thread does not answer within a second, what was known last,
    /// and that it does not answer.
    pub(in crate::run) async fn status(&self) -> Arc<Status> {
        let mut latest = self.0.latest.subscribe();
        if let Some(status) = self.0.fresh() {
            return status;
        }
        self.0.ask();
        if timeout(PATIENCE, latest.changed()).await.is_err() && self.0.fresh().is_none() {
            self.0.publish(None);
        }
        let status = latest.borrow_and_update().clone();
        status.unwrap_or_else(|| self.0.publish(None))
    }

    /// Whether the protocol loop turns: it answers within a second, and the shortest interval is one.
    pub(in crate::run) async fn live(&self) -> Health {
        wellness::live(&*self.status().await)
    }

    /// Whether sockets are open, every check has a first result, and no claim is refused.
    pub(in crate::run) async fn ready(&self) -> Health {
        wellness::ready(&*self.status().await)
    }

    /// Waits until virtual routers take part, as far as they can: sockets listen where there is an interface.
    pub(in crate::run) async fn started(&self) {
        loop {
            let _ = self.status().await;
            if self.0.memory().has_started() {
                return;
            }
            tokio::time::sleep(FRESH).await;
        }
    }

    /// Whoever started the daemon, if it wants to be told how it goes.
    pub(in crate::run) fn supervisor(&self) -> Option<&Supervisor> {
        self.0.facts.supervisor.as_ref()
    }

    /// Whoever is to be told of a reload: not before it was told that the daemon is ready, nor after its end has begun.
    fn reloading(&self) -> Option<&Supervisor> {
        let started = self.0.memory().has_started();
        let ended = self.0.ended.load(Ordering::Relaxed);
        self.supervisor().filter(|_| started && !ended)
    }

    /// What other daemons on this host have in common with it.
    pub(in crate::run) fn neighbours(&self) -> Common {
        self.0.facts.neighbours.clone()
    }

    /// What happened.
    pub(in crate::run) fn journal(&self) -> &Journal {
        &self.0.journal
    }

    /// Reads the configuration again, and says what came of it.
    pub(in crate::run) async fn reload(&self) -> report::Reload {
        let facts = &self.0.facts;
        let _alone = self.0.reading.lock().await;
        if let Some(supervisor) = self.reloading() {
            supervisor.reloading();
        }
        let (result, problems) = reload::read_again(&facts.source, &facts.config).await;
        if let Some(supervisor) = self.reloading() {
            supervisor.ready();
        }
        let now = Now::read();
        let mut memory = self.0.memory();
        memory.assembled = None;
        let before = memory.reload.replace((now.time, result, problems.clone()));
        drop(memory);
        // Some tools reload every minute, and that is no news.
        if result != report::ReloadResult::Unchanged || before.is_none_or(|(_, before, _)| before != result) {
            self.0
                .journal
                .add(now.wall_at(now.time), Happened::Reloaded { result });
        }
        self.0.ask();
        report::Reload {
            when: now.ago(now.time),
            result,
            problems,
        }
    }

    // What it is told.

    /// A run of a check has ended.
    pub(in crate::run) fn ran(
        &self,
        check: usize,
        run: vrrp_checks::Run,
        standing: Option<&vrrp_checks::Standing>,
    ) {
        let now = Now::read();
        self.0.checks.ran(now.time, check, run, standing);
        if let (Some(standing), Some(check)) = (standing, self.0.facts.config.checks.get(check)) {
            let what = Happened::CheckChanged {
                check: check.name.clone(),
                standing: super::as_tracked(standing.clone()).to_string(),
            };
            self.0.journal.add(now.wall_at(now.time), what);
        }
    }

    /// Whom to ask for the notices that wait.
    pub(in crate::run) fn scripts(&self, backlog: Backlog) {
        self.0.memory().backlog = Some(backlog);
    }

    /// Takes in what the protocol thread tells, and asks it once a second, until it is gone.
    pub(in crate::run) async fn work(self, mut news: Receiver<News>) {
        let mut log = self.0.facts.log.clone();
        let mut beat = interval(BEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                piece = news.recv() => match piece {
                    None => {
                        self.0.ended.store(true, Ordering::Relaxed);
                        return;
                    }
                    Some(News::Picture(picture)) => {
                        self.0.publish(Some(picture));
                    }
                    Some(News::Happened(at, what)) => self.0.happened(at, what),
                    Some(News::Reload) => {
                        let desk = self.clone();
                        tokio::spawn(async move { desk.reload().await });
                    }
                    Some(News::DumpStates) => self.dump(|places| &places.states, dump::states),
                    Some(News::DumpCounters) => self.dump(|places| &places.counters, dump::counters),
                },
                _ = beat.tick() => {
                    let desk = self.clone();
                    tokio::spawn(async move { desk.status().await });
                    log.own_up();
                }
            }
        }
    }

    /// Writes a file, with what is true at this moment.
    fn dump(&self, place: fn(&Places) -> &std::path::PathBuf, text: fn(&Status) -> String) {
        let desk = self.clone();
        tokio::spawn(async move {
            let status = desk.status().await;
            let path = place(&desk.0.places);
            match dump::write(path, &text(&status)) {
                Ok(()) => info!(event = "dumped", "{} is written", path.display()),
                Err(error) => warn!(
                    event = "dump_failed",
                    "{} cannot be written: {error}",
                    path.display()
                ),
            }
        });
    }
}

impl Shared {
    fn memory(&self) -> std::sync::MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks the protocol thread, unless it has been asked already.
    fn ask(&self) {
        // When it is gone there is nobody to answer, and the daemon ends.
        if !self.asked.swap(true, Ordering::Relaxed) && self.told.send(Told::Asked).is_ok() {
            self.waker.wake();
        }
    }

    fn fresh(&self) -> Option<Arc<Status>> {
        let memory = self.memory();
        let is_fresh = memory
            .assembled
            .is_some_and(|assembled| assembled.elapsed() < FRESH);
        // At the end nobody is left to ask.
        let is_fresh = is_fresh || self.ended.load(Ordering::Relaxed);
        is_fresh.then(|| self.latest.borrow().clone())?
    }

    /// Puts a new picture into words, or says that there is none.
    fn publish(&self, picture: Option<Box<Picture>>) -> Arc<Status> {
        let answering = picture.is_some();
        let mut memory = self.memory();
        // Also if there was no answer: it may have been lost.
        self.asked.store(false, Ordering::Relaxed);
        if answering {
            memory.picture = picture;
        }
        let now = Now::read();
        let daemon = self.daemon(now, &memory, answering);
        let picture = memory.picture.as_deref();
        let mut status = assemble(now, &self.facts.config, picture, &self.checks, daemon);
        let mut findings = conditions::of_daemon(&status);
        let of_routers = picture
            .filter(|_| answering)
            .map(|picture| conditions::of_routers(&status, &self.facts.config, picture));
        if let Some(of_routers) = of_routers {
            memory.of_routers = of_routers;
        }
        // Of one that does not answer nothing is known to be better than it was.
        findings.extend(memory.of_routers.iter().cloned());
        findings.extend(self.facts.neighbours.findings());
        let (conditions, changes) = memory.lasting.follow(now.time, now.wall, findings);
        status.conditions = conditions;
        // A status that says that nobody answers is not to be waited upon.
        memory.assembled = answering.then(Instant::now);
        let missed = memory.missed();
        let changes: Vec<_> = changes
            .into_iter()
            .map(|change| (memory.may_tell(now.time, &change), change))
            .collect();
        let status = Arc::new(status);
        // Before anybody else can publish: several threads may wait for an answer.
        self.latest.send_replace(Some(Arc::clone(&status)));
        drop(memory);
        if missed > 0 {
            self.journal
                .add(now.wall_at(now.time), Happened::Missed { events: missed });
        }
        for (untold, change) in changes {
            if let Some(untold) = untold {
                narrate::conditions_untold(untold);
                narrate::condition(&change);
            }
            self.journal.add(now.wall_at(now.time), change);
        }
        status
    }

    fn daemon(&self, now: Now, memory: &Memory, answering: bool) -> report::Daemon {
        let facts = &self.facts;
        let picture = memory.picture.as_ref();
        let rights = picture.map(|picture| picture.rights).unwrap_or_default();
        let waiting = memory.backlog.as_ref().map_or(0, Backlog::waiting);
        report::Daemon {
            name: facts.config.name.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            pid: std::process::id(),
            started: now.ago(facts.started),
            configuration: facts.source.to_string(),
            reload: memory
                .reload
                .as_ref()
                .map(|(when, result, problems)| report::Reload {
                    when: now.ago(*when),
                    result: *result,
                    problems: problems.clone(),
                }),
            answering,
            turned: picture.map(|picture| now.ago(picture.at)),
            real_time: rights.real_time,
            memory_locked: rights.memory_locked,
            lateness: picture
                .map(|picture| lateness(&picture.lateness))
                .unwrap_or_default(),
            http: facts.http.as_ref().map(http::State::report),
            firewall: facts.firewall.as_ref().map(firewall::Standing::report),
            scripts: report::Scripts {
                waiting: u64::try_from(waiting).unwrap_or(u64::MAX),
                lost: picture.map_or(0, |picture| picture.notices_lost),
            },
            log_lines_lost: u64::try_from(facts.log.lines()).unwrap_or(u64::MAX),
        }
    }

    fn happened(&self, at: Time, what: What) {
        // Whoever hears of it and asks at once must not be told what was before.
        self.memory().assembled = None;
        let happened = in_words(what, &self.facts.config);
        self.journal.add(Now::read().wall_at(at), happened);
    }
}
