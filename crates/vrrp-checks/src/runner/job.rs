//! What the runner is asked to do, and what became of it.

use core::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::Script;

const UNANSWERED: &str = "the process that starts scripts does not answer";

/// One run of a script.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// What is started.
    pub script: Script,
    /// What follows its own arguments.
    pub arguments: Vec<String>,
    /// Its environment, beside `PATH`, `HOME`, `USER` and `LOGNAME`.
    pub environment: Vec<(String, String)>,
    /// It is ended when it takes longer.
    pub timeout: Duration,
    /// Whether it is ended when the daemon is gone: a check is, a hook may finish.
    pub ends_with_daemon: bool,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// How.
    pub end: End,
    /// The last line that it wrote, if it wrote any: cut to 200 characters, without control characters. Of a line of many
    /// thousands they are the last ones, after an ellipsis.
    pub last_line: Option<String>,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum End {
    /// With this status.
    Exited(i32),
    /// By this signal, which was not ours.
    Killed(i32),
    /// It took too long, and was ended.
    TimedOut(Duration),
    /// It never ran: why, and what would help.
    NotStarted(String),
    /// The runner is gone, and nobody knows.
    Lost,
}

impl Ended {
    /// A run that nobody knows the end of.
    pub fn lost() -> Self {
        Self {
            end: End::Lost,
            last_line: None,
        }
    }

    /// It never ran, for this reason.
    pub(super) fn not_started(reason: String) -> Self {
        Self {
            end: End::NotStarted(reason),
            last_line: None,
        }
    }

    /// The runner does not answer, and is started again.
    pub(super) fn unanswered() -> Self {
        Self::not_started(UNANSWERED.to_owned())
    }

    /// Whether it is the runner's fault, not that of the script: it can be tried again.
    pub(crate) fn failed_by_runner(&self) -> bool {
        match &self.end {
            End::Lost => true,
            End::NotStarted(reason) => reason == UNANSWERED,
            End::Exited(_) | End::Killed(_) | End::TimedOut(_) => false,
        }
    }

    /// Whether it exited with 0.
    pub fn passed(&self) -> bool {
        self.end == End::Exited(0)
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.end {
            End::Exited(status) => write!(f, "exited with status {status}")?,
            End::Killed(signal) => write!(f, "was killed by signal {signal}")?,
            End::TimedOut(after) => write!(f, "timed out after {} s", after.as_secs_f64())?,
            End::NotStarted(reason) => write!(f, "could not be started: {reason}")?,
            End::Lost => f.write_str("is lost: the process that starts scripts has ended")?,
        }
        match &self.last_line {
            Some(line) => write!(f, " ({line})"),
            None => Ok(()),
        }
    }
}
