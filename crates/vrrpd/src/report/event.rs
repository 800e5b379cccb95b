//! What happened.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::{Kind, Severity, State, Wall};

/// Something that happened, in the order in which it did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Event {
    /// Its number: each is one more than the one before, from 1 at the daemon's start.
    pub(crate) sequence: u64,
    /// When, by the wall clock.
    pub(crate) at: Wall,
    /// What.
    #[serde(flatten)]
    pub(crate) what: Happened,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "event", rename_all = "snake_case")]
pub(crate) enum Happened {
    /// A virtual router has another state.
    Transition {
        /// Its name.
        router: String,
        /// The state before.
        from: State,
        /// The state now.
        to: State,
        /// Why, in a word that never changes.
        cause: String,
        /// Why, in words.
        because: String,
        /// The priority that it advertises.
        priority: u8,
    },
    /// A sync group has another state.
    GroupTransition {
        /// Its name.
        group: String,
        /// The state before.
        from: State,
        /// The state now.
        to: State,
    },
    /// The priority that a virtual router advertises is another now.
    Priority {
        /// Its name.
        router: String,
        /// Before.
        from: u8,
        /// Now.
        to: u8,
        /// Why, in words.
        because: String,
    },
    /// A `preempt_delay` began: a MASTER of lower priority is spared for so long.
    PreemptDelay {
        /// The virtual router.
        router: String,
        /// How long, in seconds.
        seconds: f64,
        /// The MASTER.
        master: IpAddr,
    },
    /// A condition began.
    ConditionBegan {
        /// Of which kind.
        kind: Kind,
        /// How bad it is.
        severity: Severity,
        /// The virtual router that it is about.
        router: Option<String>,
        /// What else it is about.
        about: Option<String>,
        /// What was seen.
        cause: String,
    },
    /// A condition is over.
    ConditionEnded {
        /// Of which kind.
        kind: Kind,
        /// The virtual router that it was about.
        router: Option<String>,
        /// What else it was about.
        about: Option<String>,
        /// How long it lasted, in seconds.
        lasted: f64,
    },
    /// For the first time a packet of this sender was ignored for this reason.
    FirstReject {
        /// The virtual router that it was for, if there is one.
        router: Option<String>,
        /// Where it was heard.
        interface: String,
        /// Who sent it.
        source: IpAddr,
        /// Why, in a word that never changes.
        reason: String,
        /// Why, in words.
        because: String,
    },
    /// A health check stands otherwise than before.
    CheckChanged {
        /// Its name.
        check: String,
        /// How it stands now, in words.
        standing: String,
    },
    /// The daemon was told to read its configuration again.
    Reloaded {
        /// What came of it.
        result: super::ReloadResult,
    },
    /// Events are missing before the next one: whoever reads did not keep up.
    Missed {
        /// How many.
        events: u64,
    },
}
