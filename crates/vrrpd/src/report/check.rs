//! One health check.

use serde::{Deserialize, Serialize};

use super::Ago;

/// A health check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Check {
    /// Its name.
    pub(crate) name: String,
    /// What it looks at.
    pub(crate) what: String,
    /// Seconds from the start of one run to the start of the next.
    pub(crate) interval: f64,
    /// How it stands, by its rise and fall.
    pub(crate) standing: Standing,
    /// Since when it stands so; `None` as long as it has no result.
    pub(crate) since: Option<Ago>,
    /// Its last run.
    pub(crate) last: Option<Run>,
    /// How many runs have ended.
    pub(crate) runs: u64,
    /// How many of them failed.
    pub(crate) failures: u64,
    /// How long all of them took together, in seconds.
    pub(crate) seconds: f64,
    /// The virtual routers that depend on it.
    pub(crate) routers: Vec<String>,
}

/// How a check stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(crate) enum Standing {
    /// It has no result yet.
    Unknown,
    /// It passes.
    Passing,
    /// It fails.
    Failing,
    /// It says this number.
    Value(i64),
}

/// One run of a check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Run {
    /// When it ended.
    pub(crate) when: Ago,
    /// Whether it passed; a number passes.
    pub(crate) passed: bool,
    /// What came of it, in words: `passed`, `says 7`, `connection refused by 127.0.0.1:80`.
    pub(crate) says: String,
    /// Whether it could look at all: false means that the check itself is broken.
    pub(crate) runnable: bool,
    /// How long it took, in seconds.
    pub(crate) took: f64,
}
