//! One virtual router.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::Ago;

/// A virtual router.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Router {
    /// Its name.
    pub(crate) name: String,
    /// Where its adverts are sent and heard.
    pub(crate) interface: String,
    /// Its VRID.
    pub(crate) vrid: u8,
    /// Its sync group, if it is in one.
    pub(crate) group: Option<String>,
    /// Its state.
    pub(crate) state: State,
    /// Since when it is in it.
    pub(crate) since: Ago,
    /// Why, in words.
    pub(crate) because: String,
    /// Why, in a word that never changes.
    pub(crate) cause: String,
    /// Its priority.
    pub(crate) priority: Priority,
    /// When it displaces a MASTER of lower priority: `preempt`, `preempt_delay 300 s`, `nopreempt`, `below 50`.
    pub(crate) preempt: String,
    /// How adverts travel.
    pub(crate) transport: Transport,
    /// `Advertisement_Interval` in seconds.
    pub(crate) advert_interval: f64,
    /// `Master_Down_Interval` in seconds.
    pub(crate) master_down_interval: f64,
    /// The address that it sends from, and that decides ties.
    pub(crate) source: Option<IpAddr>,
    /// The MASTER, as far as it knows.
    pub(crate) master: Option<Master>,
    /// When it next acts of its own accord.
    pub(crate) next: Option<Deadline>,
    /// Its addresses, as the kernel has them.
    pub(crate) addresses: Vec<Address>,
    /// Whom it has heard, and with unicast whom it should hear: first these, then who was heard last.
    pub(crate) peers: Vec<Peer>,
    /// Packets of senders for whom there was no room in `peers`.
    pub(crate) more_peers: u64,
    /// Why adverts cannot be sent, as long as they cannot.
    pub(crate) send_error: Option<SendError>,
    /// What it has done and seen since the daemon started.
    pub(crate) counters: Counters,
}

/// The state of a virtual router or a sync group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum State {
    /// Not taking part.
    Init,
    /// Cannot take part.
    Fault,
    /// Somebody else serves, or nobody yet.
    Backup,
    /// It serves.
    Master,
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // As it stands in JSON; `pad` so that columns can be set.
        f.pad(match self {
            Self::Init => "INIT",
            Self::Fault => "FAULT",
            Self::Backup => "BACKUP",
            Self::Master => "MASTER",
        })
    }
}

impl From<vrrp_core::State> for State {
    fn from(state: vrrp_core::State) -> Self {
        match state {
            vrrp_core::State::Init => Self::Init,
            vrrp_core::State::Fault => Self::Fault,
            vrrp_core::State::Backup => Self::Backup,
            vrrp_core::State::Master => Self::Master,
        }
    }
}

/// A priority and what it is made of: `base` plus all adjustments, kept within 1 to 254, is `effective`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Priority {
    /// As configured.
    pub(crate) base: u8,
    /// As advertised.
    pub(crate) effective: u8,
    /// Everything that it tracks.
    pub(crate) parts: Vec<Part>,
}

/// Something that a virtual router tracks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Part {
    /// What: `check NAME` or `interface NAME`.
    pub(crate) what: String,
    /// Its weight; 0 = FAULT while it fails.
    pub(crate) weight: i16,
    /// What it adds to the priority now.
    pub(crate) adjustment: i64,
    /// How it stands, in words.
    pub(crate) standing: String,
}

/// How adverts travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub(crate) enum Transport {
    /// To 224.0.0.18.
    Multicast,
    /// To each configured peer.
    Unicast,
}

/// The MASTER of a virtual router.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Master {
    /// Its address.
    pub(crate) address: IpAddr,
    /// Whether that is us.
    pub(crate) us: bool,
    /// Its priority, as advertised last.
    pub(crate) priority: Option<u8>,
    /// When it was heard last; `None` if it is us.
    pub(crate) heard: Option<Ago>,
}

/// When a virtual router next acts of its own accord.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Deadline {
    /// What it will do.
    pub(crate) what: DueTo,
    /// In how many seconds.
    pub(crate) seconds: f64,
}

/// What a deadline is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(crate) enum DueTo {
    /// A MASTER sends an advert, or announces its addresses.
    Advertise,
    /// A BACKUP takes over unless it hears the MASTER before.
    TakeOver,
    /// A BACKUP displaces the MASTER, whether or not it hears it.
    Preempt,
    /// The kernel is asked again for the addresses that it refused.
    TryAgain,
}

/// A virtual address, as the kernel has it.
#[expect(clippy::struct_field_names, reason = "the field's name is part of the JSON")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Address {
    /// With its prefix length: `10.0.0.1/32`.
    pub(crate) address: String,
    /// On which interface it is, or would be.
    pub(crate) interface: String,
    /// Whether it is there.
    pub(crate) present: bool,
    /// Whether it is in adverts.
    pub(crate) advertised: bool,
}

/// Somebody who sent something with our VRID, or from whom it is expected.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Peer {
    /// Its address.
    pub(crate) address: IpAddr,
    /// Whether it is a configured unicast peer.
    pub(crate) configured: bool,
    /// When an advert of it last counted.
    pub(crate) heard: Option<Ago>,
    /// The priority in that advert; 0 = it resigned.
    pub(crate) priority: Option<u8>,
    /// How many adverts of it counted.
    pub(crate) adverts: u64,
    /// How its list of addresses differs from ours.
    pub(crate) difference: Option<Difference>,
    /// The last packet of it that was ignored.
    pub(crate) reject: Option<Reject>,
    /// How many packets of it were ignored.
    pub(crate) rejects: u64,
}

/// How a list of addresses differs from ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Difference {
    /// How many of ours it does not list.
    pub(crate) missing: u8,
    /// How many it lists that are not ours.
    pub(crate) unknown: u8,
}

/// A packet that was ignored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Reject {
    /// Why, in a word that never changes: as in the log and in metrics.
    pub(crate) reason: String,
    /// Why, in words.
    pub(crate) because: String,
    /// When it came.
    pub(crate) when: Ago,
}

/// Why adverts cannot be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct SendError {
    /// The kernel's error number.
    pub(crate) errno: i32,
    /// What that is called.
    pub(crate) name: String,
    /// What it means here, and what to do.
    pub(crate) meaning: String,
}

/// What a virtual router has done and seen since the daemon started.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Counters {
    /// Adverts sent, to the group or to all peers; resignations are not among them.
    pub(crate) adverts_sent: u64,
    /// Resignations sent (priority 0).
    pub(crate) resignations_sent: u64,
    /// Adverts that could not be sent to everybody.
    pub(crate) send_errors: u64,
    /// Adverts that counted; resignations are not among them.
    pub(crate) adverts_received: u64,
    /// Resignations that were heard.
    pub(crate) resignations_received: u64,
    /// Adverts that counted and listed other addresses than ours.
    pub(crate) address_lists_differing: u64,
    /// How often it became MASTER.
    pub(crate) became_master: u64,
    /// How often it was MASTER no longer.
    pub(crate) left_master: u64,
    /// Transitions by the state that it went to and their cause: `BACKUP: started`.
    pub(crate) transitions: Vec<Transition>,
    /// Packets that were ignored, by the reason.
    pub(crate) discards: BTreeMap<String, u64>,
    /// Gratuitous ARP sent, one for each address and time.
    pub(crate) gratuitous_arps: u64,
    /// Gratuitous ARP that could not be sent.
    pub(crate) gratuitous_arps_failed: u64,
    /// How often the kernel refused the addresses.
    pub(crate) claims_refused: u64,
    /// How often an address was put back that somebody had removed.
    pub(crate) repairs: u64,
}

/// How often one transition happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Transition {
    /// The state that it went to.
    pub(crate) to: State,
    /// Why, in a word that never changes.
    pub(crate) cause: String,
    /// How often.
    pub(crate) times: u64,
}
