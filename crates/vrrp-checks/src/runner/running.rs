//! One script that runs: what it writes, how long it may, and how it is ended.

use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::process::{Signal, kill_process_group, test_kill_process_group};

use super::launch::Launched;
use super::tail::Tail;

/// From SIGTERM to SIGKILL.
pub(super) const GRACE: Duration = Duration::from_secs(2);
/// How often it is looked whether anybody is left of a script that was told to end.
const LOOK: Duration = Duration::from_millis(50);
/// So much is read at a time, before the others have their turn.
const TURN: usize = 1 << 16;
/// So much is read of a script that has ended: more than a pipe holds is what its children go on writing.
const AFTER_END: usize = 1 << 20;

/// A time of the monotonic clock.
pub(super) type Time = Duration;

/// A script that was started, until nothing of it is left.
#[derive(Debug)]
pub(super) struct Running {
    launched: Launched,
    /// Whether it wrote its last byte: everybody who had the pipe has closed it.
    output_over: bool,
    tail: Tail,
    started: Time,
    timeout: Duration,
    ends_with_daemon: bool,
    phase: Phase,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// It may run.
    InTime,
    /// It was told to end, or is being killed.
    Ending {
        /// When its processes are killed, or if they were, when they are waited for no longer.
        until: Time,
        killed: bool,
        /// Whether its own process has ended; those that it started may not have.
        reaped: bool,
    },
}

/// What became of a script by the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Passed {
    /// Nothing new.
    Nothing,
    /// It took too long, and was told to end.
    TimedOut(Duration),
    /// It timed out before, and now it is gone.
    Gone,
}

impl Running {
    pub(super) fn new(launched: Launched, timeout: Duration, ends_with_daemon: bool, now: Time) -> Self {
        Self {
            launched,
            output_over: false,
            tail: Tail::default(),
            started: now,
            timeout,
            ends_with_daemon,
            phase: Phase::InTime,
        }
    }

    pub(super) fn pid(&self) -> rustix::process::Pid {
        self.launched.pid
    }

    /// Where it writes, as long as somebody can.
    pub(super) fn output(&self) -> Option<&OwnedFd> {
        (!self.output_over).then_some(&self.launched.output)
    }

    pub(super) fn took(&self, now: Time) -> Duration {
        now.saturating_sub(self.started)
    }

    pub(super) fn last_line(&self) -> Option<String> {
        self.tail.last_line()
    }

    /// When it wants to be looked at.
    pub(super) fn deadline(&self, now: Time) -> Option<Time> {
        match self.phase {
            Phase::InTime => Some(self.started.saturating_add(self.timeout)),
            Phase::Ending { reaped: true, .. } => Some(now + LOOK),
            Phase::Ending {
                killed: false, until, ..
            } => Some(until),
            // The kernel says when it has ended.
            Phase::Ending { .. } => None,
        }
    }

    /// Reads what it wrote, so that it can write on.
    pub(super) fn read(&mut self) {
        self.read_at_most(TURN);
    }

    fn read_at_most(&mut self, mut limit: usize) {
        let mut buffer = [0; 1 << 14];
        while limit > 0 && !self.output_over {
            match rustix::io::read(&self.launched.output, &mut buffer) {
                Ok(0) => self.output_over = true,
                Ok(length) => {
                    self.tail.push(buffer.get(..length).unwrap_or_default());
                    limit = limit.saturating_sub(length);
                }
                Err(rustix::io::Errno::INTR) => {}
                Err(rustix::io::Errno::AGAIN) => return,
                Err(_) => self.output_over = true,
            }
        }
    }

    /// Does what its time demands.
    pub(super) fn keep_time(&mut self, now: Time) -> Passed {
        match &mut self.phase {
            Phase::InTime => {
                if self.took(now) < self.timeout {
                    return Passed::Nothing;
                }
                self.read_at_most(AFTER_END);
                self.launched.signal(Signal::TERM);
                self.phase = Phase::Ending {
                    until: now + GRACE,
                    killed: false,
                    reaped: false,
                };
                Passed::TimedOut(self.timeout)
            }
            Phase::Ending {
                until,
                killed,
                reaped,
            } => {
                let mut over = now >= *until;
                if over && !*killed {
                    *killed = true;
                    *until = now + GRACE;
                    over = false;
                    self.launched.signal(Signal::KILL);
                }
                // The number of a group can be given to another once nobody is in it: it would have to come round
                // within the time of one look.
                if *reaped && (over || test_kill_process_group(self.launched.pid).is_err()) {
                    Passed::Gone
                } else {
                    Passed::Nothing
                }
            }
        }
    }

    /// Its process has ended, and was reaped. Whether it was in time, so that this is the answer.
    pub(super) fn reaped(&mut self) -> bool {
        self.read_at_most(AFTER_END);
        match &mut self.phase {
            Phase::InTime => true,
            Phase::Ending { reaped, .. } => {
                *reaped = true;
                false
            }
        }
    }

    /// The daemon is gone: a check is of no use any more.
    pub(super) fn daemon_gone(&mut self, now: Time) {
        if self.ends_with_daemon {
            self.launched.signal(Signal::KILL);
            self.phase = Phase::Ending {
                until: now + GRACE,
                killed: true,
                reaped: matches!(self.phase, Phase::Ending { reaped: true, .. }),
            };
        }
    }

    /// What children that it left alone may still write to.
    pub(super) fn into_leftover(self) -> Option<OwnedFd> {
        (!self.output_over).then_some(self.launched.output)
    }
}

impl Launched {
    /// To all of its group; one that is gone needs none.
    fn signal(&self, signal: Signal) {
        let _ = kill_process_group(self.pid, signal);
        // Who was stopped does not hear SIGTERM.
        let _ = kill_process_group(self.pid, Signal::CONT);
    }
}
