//! What is configured of one virtual router, as far as the election is concerned.

#[cfg(test)]
mod tests;

use alloc::vec::Vec;
use core::fmt;
use core::net::IpAddr;
use core::time::Duration;

use vrrp_packet::{Authentication, Priority, Vrid, WirePriority};

use crate::Track;
use crate::track::best;

/// The parameters of one virtual router (RFC 3768 section 6.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Params {
    /// Which virtual router.
    pub vrid: Vrid,
    /// Ours as configured, or 255 for the owner of the addresses. What is advertised also depends on `tracks`.
    pub priority: Priority,
    /// `Advertisement_Interval`.
    pub interval: Interval,
    /// `Preempt_Mode`.
    pub preempt: Preempt,
    /// Where adverts go, and from whom they are taken.
    pub transport: Transport,
    /// What an advert must carry.
    pub authentication: Authentication,
    /// The addresses that the advert lists, in the order of the configuration: 1 to 255.
    pub advertised: Vec<IpAddr>,
    /// How addresses are announced by gratuitous ARP.
    pub announce: Announcing,
    /// What else it depends on. Nothing stands in it twice.
    pub tracks: Vec<Track>,
}

impl Params {
    /// The highest priority that it can advertise: when everything that it tracks passes. (What says a number can say a
    /// higher one.)
    pub fn best_priority(&self) -> Priority {
        best(self.priority, &self.tracks)
    }
}

/// `Advertisement_Interval`: whole seconds, 1 to 255, as `VRRPv2` can express it (RFC 3768 section 5.3.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Interval(Duration);

impl Interval {
    /// The RFC's default: 1 s.
    pub const DEFAULT: Self = Self(Duration::from_secs(1));

    /// `None` unless `length` is whole seconds, 1 to 255.
    pub const fn new(length: Duration) -> Option<Self> {
        if length.subsec_nanos() == 0 && length.as_secs() >= 1 && length.as_secs() <= 255 {
            Some(Self(length))
        } else {
            None
        }
    }

    /// The length.
    pub const fn get(self) -> Duration {
        self.0
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} s", self.0.as_secs())
    }
}

/// What a BACKUP does about a MASTER of lower priority.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preempt {
    /// Lets it be (`Preempt_Mode` false).
    Never,
    /// Takes over, this long (plus `Skew_Time`) after it first heard of it. Zero is the RFC's behaviour: its adverts
    /// are ignored and the `Master_Down_Timer` runs out.
    After(Duration),
    /// Takes over only from one that advertises less than this, and less than we do: between healthy nodes nothing
    /// moves, and one whose checks have brought it below gives way. It needs no memory: a node that restarts decides
    /// as one that was there.
    Below(Priority),
}

impl Preempt {
    /// Whether a MASTER of this priority is left in peace by a BACKUP of priority `ours`.
    pub fn spares(self, theirs: WirePriority, ours: Priority) -> bool {
        theirs >= ours.into()
            || match self {
                Self::Never => true,
                Self::After(_) => false,
                Self::Below(threshold) => theirs >= threshold.into(),
            }
    }
}

/// How adverts travel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transport {
    /// To 224.0.0.18 (RFC 3768 section 5.2.2). Only TTL 255 is taken: it cannot have crossed a router.
    Multicast,
    /// To each peer in turn, and taken only from these. Our own address is not among them. An empty list is
    /// possible (a configuration shared by all nodes that names only this one) and hears nobody.
    Unicast {
        /// The other nodes.
        peers: Vec<IpAddr>,
    },
}

/// When the addresses of a MASTER are announced by gratuitous ARP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcing {
    /// How many times in the first round.
    pub repeat: u8,
    /// Once more, each so long after the first round. Ascending.
    pub again: Vec<Duration>,
    /// And then once every so often, as long as it is MASTER.
    pub refresh: Option<Duration>,
}

impl Default for Announcing {
    fn default() -> Self {
        Self {
            repeat: 5,
            again: [1, 2, 5].map(Duration::from_secs).to_vec(),
            refresh: Some(Duration::from_mins(1)),
        }
    }
}
