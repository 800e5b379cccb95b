//! What a run is made of: routers, and what disturbs them when. Plain data, so that it can be shrunk and printed.

mod generate;
#[cfg(test)]
mod tests;
mod what;
mod words;

use core::net::Ipv4Addr;
use core::time::Duration;

pub(crate) use self::generate::LAN_SLOWEST;
pub use self::what::{Flaw, What};
pub(crate) use self::words::Name;
use vrrp_core::{Authentication, Interval, Preempt, Priority, Track, Vrid};

use crate::clock::{Clock, Moment};

/// The virtual router that all of them are.
pub(crate) const VRID: Vrid = VRIDS[0];
/// The virtual routers that a sync group has.
pub(crate) const VRIDS: [Vrid; 2] = [Vrid::new(51).unwrap(), Vrid::new(52).unwrap()];

/// Index of a router in [`Scenario::routers`].
pub type Node = usize;
/// Which of the virtual routers of a host: 0, or 1 for the other member of its sync group.
pub type Virtual = usize;

/// One run. The same scenario always runs the same way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// It decides the fate of every packet, and with [`Scenario::generate`] the rest as well.
    pub seed: u64,
    /// The routers of the virtual router: 2 to 5.
    pub routers: Vec<Router>,
    /// The `Advertisement_Interval` that all begin with.
    pub interval: Interval,
    /// Whether adverts go to each peer instead of the group.
    pub unicast: bool,
    /// Whether each host has two virtual routers, in one sync group.
    pub grouped: bool,
    /// What adverts carry.
    pub authentication: Authentication,
    /// What an undisturbed packet needs at least to cross the LAN.
    pub delay: Duration,
    /// And how much more it may need. Packets that are sent within this time can overtake each other.
    pub jitter: Duration,
    /// What happens to them, in the order in which it begins.
    pub disturbances: Vec<Disturbance>,
}

/// One host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Router {
    /// What runs there.
    pub kind: Kind,
    /// Its own address.
    pub address: Ipv4Addr,
    /// Its priority.
    pub priority: Priority,
    /// What it does about a MASTER of lower priority.
    pub preempt: Preempt,
    /// How many virtual addresses it lists: more or fewer than its peers do in a rolling change.
    pub lists: u8,
    /// Whether gratuitous ARP follows the default plan or is a single round.
    pub announces_often: bool,
    /// Its clock.
    pub clock: Clock,
    /// When its daemon starts.
    pub starts_at: Moment,
    /// What it tracks.
    pub tracks: Vec<Track>,
    /// How long after a start, or after a reload that tracks something else, the first results come.
    pub results_after: Duration,
}

/// What runs on a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The core that is under test.
    Vrrpd,
    /// A model of keepalived.
    Keepalived {
        /// Whether it rejects an advert that lists other addresses, as it did up to 2.3.2.
        strict_list: bool,
    },
}

/// Something that goes wrong, or changes, for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disturbance {
    /// When it begins.
    pub at: Moment,
    /// How long it goes on. What happens at one moment ignores this.
    pub lasts: Duration,
    /// What it is.
    pub what: What,
}

impl Router {
    /// How long after its start the last of the first results comes.
    pub(crate) fn results_last(&self) -> Duration {
        self.results_after * u32::try_from(self.tracks.len()).unwrap_or(u32::MAX)
    }
}

impl Disturbance {
    /// When it is over.
    pub fn ends(&self) -> Moment {
        self.at + self.lasts
    }
}

impl Scenario {
    /// The virtual routers of each host.
    pub(crate) fn vrids(&self) -> &'static [Vrid] {
        if self.grouped { &VRIDS } else { &VRIDS[..1] }
    }

    /// With one virtual router on each host.
    #[must_use]
    pub fn without_group(&self) -> Self {
        let mut smaller = self.clone();
        smaller.grouped = false;
        smaller
            .disturbances
            .retain_mut(|disturbance| match disturbance.what.only_mut() {
                Some(only) => only.take() != Some(1),
                None => true,
            });
        smaller
    }

    /// Without this router, and without what happened to it alone. `None` if too few would be left.
    #[must_use]
    pub fn without_router(&self, gone: Node) -> Option<Self> {
        if self.routers.len() <= 2 || gone >= self.routers.len() {
            return None;
        }
        let mut smaller = self.clone();
        smaller.routers.remove(gone);
        smaller
            .disturbances
            .retain_mut(|disturbance| disturbance.what.forget(gone));
        Some(smaller)
    }
}
