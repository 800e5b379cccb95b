//! The daemon itself.

use serde::{Deserialize, Serialize};

use super::Ago;

/// The daemon.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Daemon {
    /// The name of its configuration.
    pub(crate) name: String,
    /// Its version.
    pub(crate) version: String,
    /// Its process.
    pub(crate) pid: u32,
    /// When it started.
    pub(crate) started: Ago,
    /// Where its configuration came from: a path, or `the environment`.
    pub(crate) configuration: String,
    /// The last time that it was told to read its configuration again.
    pub(crate) reload: Option<Reload>,
    /// Whether the protocol thread answered when this was asked. If not, everything about virtual routers is old.
    pub(crate) answering: bool,
    /// When the protocol thread answered last.
    pub(crate) turned: Option<Ago>,
    /// Whether the protocol thread has real-time priority.
    pub(crate) real_time: bool,
    /// Whether its memory is locked.
    pub(crate) memory_locked: bool,
    /// How late its adverts were.
    pub(crate) lateness: Lateness,
    /// The HTTP server; `None` if it is not configured.
    pub(crate) http: Option<Http>,
    /// The host's firewall; `None` if it is left alone.
    pub(crate) firewall: Option<Firewall>,
    /// Notify scripts.
    pub(crate) scripts: Scripts,
    /// Log lines that were lost, since nobody read them fast enough.
    pub(crate) log_lines_lost: u64,
}

/// What came of reading the configuration again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Reload {
    /// When.
    pub(crate) when: Ago,
    /// What came of it.
    pub(crate) result: ReloadResult,
    /// Every problem that was found, errors and warnings.
    pub(crate) problems: Vec<String>,
}

/// What came of reading the configuration again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReloadResult {
    /// It is what runs.
    Unchanged,
    /// It has changed, and takes effect at a restart.
    RestartNeeded,
    /// It cannot run: the one that runs goes on.
    Invalid,
    /// It cannot change: it came from the environment.
    NotAFile,
}

/// The HTTP server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Http {
    /// Where it is to listen.
    pub(crate) listen: String,
    /// Why it does not; `None` if it does.
    pub(crate) error: Option<String>,
}

/// The host's firewall.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Firewall {
    /// The chains in which our rule stands.
    pub(crate) chains: Vec<String>,
    /// What may still drop VRRP, or why that is not known.
    pub(crate) obstacles: Vec<String>,
}

/// Notify scripts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Scripts {
    /// Notices that wait to be told.
    pub(crate) waiting: u64,
    /// Notices that were lost since the queue was full.
    pub(crate) lost: u64,
}

/// How late adverts went out after they were due: how many were at most so late, for each bound.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Lateness {
    /// Upper bounds in seconds, ascending, and how many adverts lie in each; the last bucket has no bound.
    pub(crate) buckets: Vec<(Option<f64>, u64)>,
    /// The sum of all, in seconds.
    pub(crate) sum: f64,
    /// The worst, in seconds.
    pub(crate) worst: f64,
}
