//! The runner's side: one thread that waits for requests, for the end of scripts, for what they write, and for the
//! time.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{WaitOptions, WaitStatus};

use super::frame::{self, Decoder};
use super::giver::Giver;
use super::launch::{close_on_exec, default_dispositions, launch};
use super::message::{Report, Request};
use super::refusal::Refusal;
use super::running::{Passed, Running, Time};
use super::{End, Ended, Job};

/// So many scripts run at once; the others wait. Each takes a descriptor, of which a process has 1024.
const AT_ONCE: usize = 400;
/// With so many that wait, nothing more is read from the daemon.
const WAITING: usize = 4096;
/// So many pipes are kept for the children that scripts leave alone.
const LEFTOVERS: usize = 256;
/// With so many bytes that the daemon does not take, nothing more is read from it.
const UNSENT: usize = 1 << 20;

/// Starts scripts for the daemon at the other end of the socket that is the standard input, until it is gone.
///
/// To be called first thing in a process of its own, that has one thread. Scripts are given these variables of its
/// environment besides their own, which count where both have one.
///
/// # Errors
/// If the standard input is no such socket, or something comes out of it that is no request.
pub fn serve(passed_on: Vec<(String, String)>) -> io::Result<()> {
    let socket = socket_on_standard_input()?;
    close_on_exec()?;
    // The kernel has named it after the link that it was started by.
    rustix::thread::set_name(c"vrrpd-runner")?;
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o022));
    // Children of scripts that end become its own, also where the daemon is process 1, and are reaped.
    rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?;
    be_ordinary_when_memory_is_short();
    let signals = signals()?;
    Server {
        giver: Giver::of_this_process(passed_on)?,
        socket,
        signals,
        decoder: Decoder::default(),
        unsent: Vec::new(),
        daemon_gone: false,
        waiting: VecDeque::new(),
        running: BTreeMap::new(),
        leftovers: VecDeque::new(),
    }
    .run()
}

/// The daemon may be spared when memory is short (`OOMScoreAdjust=`). A script that takes too much must not be, and what
/// it inherits is this process's.
fn be_ordinary_when_memory_is_short() {
    const ADJUSTMENT: &str = "/proc/self/oom_score_adj";
    let spared = std::fs::read_to_string(ADJUSTMENT).is_ok_and(|adjustment| adjustment.starts_with('-'));
    if spared {
        // Raising it needs no right. Where it cannot be, nothing else is worse.
        let _as_before = std::fs::write(ADJUSTMENT, "0");
    }
}

fn socket_on_standard_input() -> io::Result<OwnedFd> {
    let socket = io::stdin().as_fd().try_clone_to_owned()?;
    let kind = rustix::fs::FileType::from_raw_mode(rustix::fs::fstat(&socket)?.st_mode);
    if kind != rustix::fs::FileType::Socket {
        let reason = "its standard input is no socket: it is started by the daemon, not by hand";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
    }
    rustix::fs::fcntl_setfl(&socket, rustix::fs::OFlags::NONBLOCK)?;
    Ok(socket)
}

/// Signals are what a script inherits most easily: everything is as by default, and what the runner must not follow
/// is blocked. Ctrl-C goes to everybody in the terminal's group, but the daemon decides when the runner ends.
fn signals() -> io::Result<SignalFd> {
    let blocked: SigSet = [
        Signal::SIGCHLD,
        Signal::SIGTERM,
        Signal::SIGINT,
        Signal::SIGHUP,
        Signal::SIGQUIT,
    ]
    .into_iter()
    .collect();
    blocked.thread_set_mask()?;
    default_dispositions()?;
    let children: SigSet = [Signal::SIGCHLD].into_iter().collect();
    let flags = SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK;
    Ok(SignalFd::with_flags(&children, flags)?)
}

struct Server {
    giver: Giver,
    socket: OwnedFd,
    signals: SignalFd,
    decoder: Decoder,
    /// What is to be written to the daemon.
    unsent: Vec<u8>,
    daemon_gone: bool,
    /// What will be started when there is room.
    waiting: VecDeque<Waiting>,
    running: BTreeMap<u64, Running>,
    /// What children of scripts that have ended write to, oldest first: closing it could end them.
    leftovers: VecDeque<OwnedFd>,
}

/// A run that was asked for.
struct Waiting {
    id: u64,
    job: Job,
    since: Time,
}

impl Waiting {
    /// When it has waited too long.
    fn deadline(&self) -> Time {
        self.since.saturating_add(self.job.timeout)
    }
}

impl Server {
    fn run(mut self) -> io::Result<()> {
        while !(self.daemon_gone && self.waiting.is_empty() && self.running.is_empty()) {
            self.wait()?;
            while self.signals.read_signal()?.is_some() {}
            self.read_outputs();
            self.reap()?;
            if let Err(error) = self.receive() {
                self.lose_daemon();
                return Err(error);
            }
            self.start_waiting()?;
            self.keep_time()?;
            self.send();
        }
        Ok(())
    }

    /// Sleeps until there is something to do.
    fn wait(&self) -> io::Result<()> {
        let mut watched = vec![PollFd::new(&self.signals, PollFlags::IN)];
        let mut interest = PollFlags::empty();
        interest.set(PollFlags::IN, self.has_room());
        interest.set(PollFlags::OUT, !self.unsent.is_empty());
        if !self.daemon_gone {
            watched.push(PollFd::new(&self.socket, interest));
        }
        let outputs = self.running.values().filter_map(Running::output);
        watched.extend(
            outputs
                .chain(&self.leftovers)
                .map(|output| PollFd::new(output, PollFlags::IN)),
        );
        let now = now();
        let queued = self.waiting.iter().map(Waiting::deadline);
        let running = self.running.values().filter_map(|run| run.deadline(now));
        let timeout = queued
            .chain(running)
            .min()
            .map(|deadline| deadline.saturating_sub(now))
            .map(|left| {
                Timespec::try_from(left).unwrap_or(Timespec {
                    tv_sec: 3600,
                    tv_nsec: 0,
                })
            });
        match poll(&mut watched, timeout.as_ref()) {
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Everything that scripts and their children wrote: what nobody reads would block them.
    fn read_outputs(&mut self) {
        self.running.values_mut().for_each(Running::read);
        let mut buffer = [0; 1 << 14];
        self.leftovers
            .retain(|pipe| !matches!(rustix::io::read(pipe, &mut buffer), Ok(0)));
    }

    fn reap(&mut self) -> io::Result<()> {
        loop {
            match rustix::process::wait(WaitOptions::NOHANG) {
                Ok(Some((pid, status))) => self.ended(pid, status)?,
                Ok(None) | Err(Errno::CHILD) => return Ok(()),
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// A child has ended: a script, or an orphan of one.
    fn ended(&mut self, pid: rustix::process::Pid, status: WaitStatus) -> io::Result<()> {
        let Some((&id, run)) = self.running.iter_mut().find(|(_, run)| run.pid() == pid) else {
            return Ok(());
        };
        if !run.reaped() {
            return Ok(());
        }
        let end = match (status.exit_status(), status.terminating_signal()) {
            (Some(status), _) => End::Exited(status),
            (None, signal) => End::Killed(signal.unwrap_or_default()),
        };
        let ended = Ended {
            end,
            last_line: run.last_line(),
        };
        let took = run.took(now());
        self.forget(id);
        self.report(&Report::Answer { id, ended, took })
    }

    fn forget(&mut self, id: u64) {
        self.leftovers
            .extend(self.running.remove(&id).and_then(Running::into_leftover));
        if self.leftovers.len() > LEFTOVERS {
            self.leftovers.pop_front();
        }
    }

    /// Whether there is room for another request, and for the answer to it.
    fn has_room(&self) -> bool {
        self.unsent.len() < UNSENT && self.waiting.len() < WAITING
    }

    /// Takes requests in: not all that there are, so that a flood of them keeps nothing else from its turn.
    fn receive(&mut self) -> io::Result<()> {
        if self.daemon_gone || !self.has_room() {
            return Ok(());
        }
        let mut buffer = [0; 1 << 14];
        match rustix::io::read(&self.socket, &mut buffer) {
            Ok(0) => self.lose_daemon(),
            Ok(length) => {
                self.decoder.push(buffer.get(..length).unwrap_or_default());
                while let Some(request) = self.decoder.next::<Request>()? {
                    match request {
                        Request::Run { id, job } => {
                            let since = now();
                            self.waiting.push_back(Waiting { id, job, since });
                        }
                        Request::Ping { id } => self.report(&Report::Gone { id })?,
                    }
                }
            }
            Err(Errno::AGAIN | Errno::INTR) => {}
            Err(_) => self.lose_daemon(),
        }
        Ok(())
    }

    /// The daemon is gone: checks end, hooks may finish.
    fn lose_daemon(&mut self) {
        self.daemon_gone = true;
        self.unsent.clear();
        self.waiting.retain(|waiting| !waiting.job.ends_with_daemon);
        let now = now();
        self.running.values_mut().for_each(|run| run.daemon_gone(now));
    }

    fn start_waiting(&mut self) -> io::Result<()> {
        while self.running.len() < AT_ONCE {
            let Some(Waiting { id, job, .. }) = self.waiting.pop_front() else {
                break;
            };
            if self.running.contains_key(&id) {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "a request came twice"));
            }
            let refusal = match launch(&job, &self.giver) {
                Ok(launched) => {
                    let run = Running::new(launched, job.timeout, job.ends_with_daemon, now());
                    self.running.insert(id, run);
                    continue;
                }
                Err(refusal) => refusal,
            };
            self.refuse(id, &refusal)?;
        }
        Ok(())
    }

    fn refuse(&mut self, id: u64, refusal: &Refusal) -> io::Result<()> {
        let ended = Ended::not_started(refusal.to_string());
        let took = Duration::ZERO;
        self.report(&Report::Answer { id, ended, took })
    }

    fn keep_time(&mut self) -> io::Result<()> {
        let now = now();
        while let Some(index) = self.waiting.iter().position(|waiting| now >= waiting.deadline()) {
            if let Some(Waiting { id, .. }) = self.waiting.remove(index) {
                self.refuse(id, &Refusal::Busy(AT_ONCE))?;
            }
        }
        let passed: Vec<(u64, Passed)> = self
            .running
            .iter_mut()
            .map(|(&id, run)| (id, run.keep_time(now)))
            .filter(|(_, passed)| *passed != Passed::Nothing)
            .collect();
        for (id, passed) in passed {
            match passed {
                Passed::Nothing => {}
                Passed::TimedOut(timeout) => {
                    let ended = Ended {
                        end: End::TimedOut(timeout),
                        last_line: self.running.get(&id).and_then(Running::last_line),
                    };
                    let took = self.running.get(&id).map_or(timeout, |run| run.took(now));
                    self.report(&Report::Answer { id, ended, took })?;
                }
                Passed::Gone => {
                    self.forget(id);
                    self.report(&Report::Gone { id })?;
                }
            }
        }
        Ok(())
    }

    fn report(&mut self, report: &Report) -> io::Result<()> {
        if !self.daemon_gone {
            frame::append(&mut self.unsent, report)?;
        }
        Ok(())
    }

    /// Writes what the daemon takes now.
    fn send(&mut self) {
        while !self.unsent.is_empty() && !self.daemon_gone {
            match rustix::io::write(&self.socket, &self.unsent) {
                Ok(length) => drop(self.unsent.drain(..length)),
                Err(Errno::AGAIN) => break,
                Err(Errno::INTR) => {}
                Err(_) => self.lose_daemon(),
            }
        }
    }
}

/// The time, which goes on whatever is done to the wall clock.
fn now() -> Time {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    let nanoseconds = u32::try_from(time.tv_nsec).unwrap_or_default();
    Time::new(seconds, nanoseconds)
}
