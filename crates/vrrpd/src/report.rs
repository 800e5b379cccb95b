//! What the daemon says of itself, in one shape: over the control socket, over HTTP, and to the commands that show it.
//!
//! The shape is stable: fields are added, and none changes its meaning, as long as [`VERSION`] is the same. Its schema
//! is docs/status.schema.json.

mod check;
mod condition;
mod daemon;
mod event;
mod health;
mod moment;
mod router;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub(crate) use check::{Check, Run, Standing};
pub(crate) use condition::{Condition, Kind, Severity};
pub(crate) use daemon::{Daemon, Firewall, Http, Lateness, Reload, ReloadResult, Scripts};
pub(crate) use event::{Event, Happened};
pub(crate) use health::{Health, Obstacle};
pub(crate) use moment::{Ago, Wall};
pub(crate) use router::{
    Address, Counters, Deadline, Difference, DueTo, Master, Part, Peer, Priority, Reject, Router, SendError,
    State, Transition, Transport,
};

/// The version of everything here.
pub(crate) const VERSION: u32 = 1;

/// Everything there is to know at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Status {
    /// The version of this shape: 1.
    pub(crate) version: u32,
    /// When it was taken, by the wall clock.
    pub(crate) taken_at: Wall,
    /// The daemon itself.
    pub(crate) daemon: Daemon,
    /// What is wrong, or worth knowing: problems first, the oldest first.
    pub(crate) conditions: Vec<Condition>,
    /// The virtual routers, in the order of the configuration.
    pub(crate) routers: Vec<Router>,
    /// The sync groups, in the order of the configuration.
    pub(crate) groups: Vec<Group>,
    /// The health checks, in the order of the configuration.
    pub(crate) checks: Vec<Check>,
    /// The interfaces on which adverts are sent and heard.
    pub(crate) interfaces: Vec<Interface>,
}

/// A sync group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Group {
    /// Its name.
    pub(crate) name: String,
    /// Its members.
    pub(crate) members: Vec<String>,
    /// The least state of its members.
    pub(crate) state: State,
}

/// An interface on which adverts are sent and heard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Interface {
    /// Its name.
    pub(crate) name: String,
    /// Whether it exists.
    pub(crate) present: bool,
    /// Whether the socket for adverts is open on it.
    pub(crate) listening: bool,
    /// Packets that were for none of our virtual routers, or too broken to say, by the reason why they were ignored.
    pub(crate) discards: std::collections::BTreeMap<String, u64>,
    /// The VRIDs of others that were heard on it lately.
    pub(crate) foreign_vrids: Vec<u8>,
}
