//! What the daemon and the runner say to each other.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Ended, Job};

/// From the daemon: start this.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Request {
    /// Never used twice on one connection.
    pub(super) id: u64,
    pub(super) job: Job,
}

/// From the runner.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Report {
    /// How a run ended; the one answer to a request. Unless it timed out nothing more follows.
    Answer { id: u64, ended: Ended, took: Duration },
    /// The processes of a run that timed out are gone, or are being killed.
    Gone { id: u64 },
}
