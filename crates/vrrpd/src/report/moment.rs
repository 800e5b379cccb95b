//! Points in time, as they are told.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

/// A moment of the wall clock: RFC 3339 in UTC, with milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(transparent)]
pub(crate) struct Wall(pub(crate) String);

/// A moment that has passed. How long ago it was is measured by a clock that never jumps; the wall clock may.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Ago {
    /// When it was, by the wall clock of now.
    pub(crate) at: Wall,
    /// How many seconds ago.
    pub(crate) seconds_ago: f64,
}

impl Wall {
    /// The moment so long after 1970. One that no calendar has is the last one that it has.
    pub(crate) fn since_epoch(age: Duration) -> Self {
        // The year 9999 is the last that can be written.
        const LAST: Duration = Duration::from_secs(253_402_300_799);
        let moment = SystemTime::UNIX_EPOCH + age.min(LAST);
        Self(humantime::format_rfc3339_millis(moment).to_string())
    }
}

impl Ago {
    /// So long before a moment that is itself so long after 1970.
    pub(crate) fn before(now: Duration, age: Duration) -> Self {
        Self {
            at: Wall::since_epoch(now.saturating_sub(age)),
            seconds_ago: age.as_secs_f64(),
        }
    }
}
