//! What a set takes of what all sets of a LAN share.

use core::fmt;
use std::collections::BTreeSet;
use std::net::IpAddr;

use vrrp_config::Problem;
use vrrp_core::Vrid;

use crate::manifest::variables::{self, Variables};

/// The variables that decide about it. No other can be wrong in a way that matters here.
pub(super) const DECIDING: [&str; 7] = [
    "OPENSHIFT_HA_CONFIG_NAME",
    "OPENSHIFT_HA_VIRTUAL_IPS",
    "OPENSHIFT_HA_VIP_GROUPS",
    variables::INTERFACE,
    "OPENSHIFT_HA_VRRP_ID_OFFSET",
    "HA_EXCLUDED_VRRP_IDS",
    "OPENSHIFT_HA_EXCLUDED_VRRP_IDS",
];

/// What a set takes.
#[derive(Debug)]
pub(super) struct Claim {
    /// What its daemons call themselves; `None` = not known.
    daemon: Option<String>,
    /// `None` = that of each node's default route.
    interface: Option<String>,
    vrids: BTreeSet<Vrid>,
    addresses: BTreeSet<IpAddr>,
}

/// What two sets have in common: at least one thing.
#[derive(Debug)]
pub(in crate::manifest) struct Shared<T> {
    first: T,
    more: usize,
}

impl Claim {
    /// What a set with these variables takes.
    pub(super) fn of(variables: &Variables) -> Result<Self, Vec<Problem>> {
        let mut deciding = variables.clone();
        deciding.retain(|name, _| DECIDING.contains(&name.as_str()));
        let config = variables::load(&deciding)?.config;
        let routers = &config.instances;
        Ok(Self {
            interface: variables::interface(&deciding).map(str::to_owned),
            vrids: routers.iter().map(|router| router.params.vrid).collect(),
            addresses: routers
                .iter()
                .flat_map(|router| &router.addresses)
                .map(|held| held.address)
                .collect(),
            daemon: Some(config.name),
        })
    }

    /// The same, where the numbers of its virtual routers are others that nobody knows, and with them its daemons' name.
    pub(super) fn of_addresses_alone(mut self) -> Self {
        self.daemon = None;
        self.vrids.clear();
        self
    }

    /// What the daemons of both call themselves.
    pub(super) fn shared_daemon(&self, other: &Self) -> Option<&str> {
        self.daemon.as_deref().filter(|_| self.daemon == other.daemon)
    }

    /// The VRIDs of both, if they may meet: the interface of a default route can be any.
    pub(super) fn shared_vrids(&self, other: &Self) -> Option<Shared<Vrid>> {
        let apart =
            self.interface.is_some() && other.interface.is_some() && self.interface != other.interface;
        if apart {
            None
        } else {
            shared(&self.vrids, &other.vrids)
        }
    }

    /// The addresses of both. One address is on one LAN, whatever its interface is called.
    pub(super) fn shared_addresses(&self, other: &Self) -> Option<Shared<IpAddr>> {
        shared(&self.addresses, &other.addresses)
    }
}

fn shared<T: Copy + Ord>(ours: &BTreeSet<T>, theirs: &BTreeSet<T>) -> Option<Shared<T>> {
    let mut both = ours.intersection(theirs);
    both.next().map(|&first| Shared {
        first,
        more: both.count(),
    })
}

impl<T: fmt::Display> fmt::Display for Shared<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.first)?;
        if self.more > 0 {
            write!(f, " (and {} more)", self.more)?;
        }
        Ok(())
    }
}
