//! What the daemon and the runner say to each other.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Ended, Job};

/// From the daemon. A number is never used twice on one connection.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Request {
    /// Start this.
    Run { id: u64, job: Job },
    /// Say that you are there: that this is gone.
    Ping { id: u64 },
}

/// From the runner.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Report {
    /// How a run ended; the one answer to a request. Unless it timed out nothing more follows.
    Answer { id: u64, ended: Ended, took: Duration },
    /// The processes of a run that timed out are gone, or are being killed. And the answer to a ping.
    Gone { id: u64 },
}
