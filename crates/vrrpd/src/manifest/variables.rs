//! The variables of a pod, read as the daemon reads them, on a node that nobody knows yet.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;

use ipnet::Ipv4Net;
use vrrp_checks::Identity;
use vrrp_config::{Loaded, Problem, Program, Surroundings};

pub(super) const INTERFACE: &str = "OPENSHIFT_HA_NETWORK_INTERFACE";

/// By their names.
pub(super) type Variables = BTreeMap<String, String>;

/// What the daemon makes of them.
pub(super) fn load(variables: &Variables) -> Result<Loaded, Vec<Problem>> {
    vrrp_config::from_environment(&SomeNode(variables))
}

/// The interface that they name; `None` = that of each node's default route.
pub(super) fn interface(variables: &Variables) -> Option<&str> {
    let name = variables.get(INTERFACE).map(|name| name.trim());
    name.filter(|name| !name.is_empty())
}

/// A node that has what it is asked for, and nothing that can be wrong.
struct SomeNode<'v>(&'v Variables);

impl Surroundings for SomeNode<'_> {
    fn hostname(&self) -> Option<String> {
        None
    }

    fn variable(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }

    fn variables(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }

    /// One that is nobody's virtual address and no peer's: for those, a loopback address is refused.
    fn addresses(&self, _interface: &str) -> Vec<Ipv4Net> {
        vec![Ipv4Addr::LOCALHOST.into()]
    }

    fn interfaces(&self) -> Vec<String> {
        interface(self.0).map(str::to_owned).into_iter().collect()
    }

    fn default_interface(&self) -> Option<String> {
        Some("eth0".to_owned())
    }

    fn own_addresses(&self) -> Vec<IpAddr> {
        Vec::new()
    }

    fn user(&self, _name: &str) -> Option<Identity> {
        None
    }

    fn group(&self, _name: &str) -> Option<u32> {
        None
    }

    fn is_root(&self) -> bool {
        false
    }

    fn program(&self, _path: &Path, _user: Option<&Identity>) -> Program {
        Program::default()
    }
}
