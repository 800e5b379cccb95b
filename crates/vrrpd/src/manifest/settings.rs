//! Which option is which variable, and what the daemon says of their values.

use vrrp_config::{EnvironmentFlaw, InstanceFlaw, Location};
use vrrp_core::InterfaceName;

use super::problem::{Flaw, Place, Problems};
use super::scripts::Scripts;
use super::set::Set;
use super::variables::{self, Variables};
use crate::cli::Manifest;

pub(super) const OFFSET: &str = "OPENSHIFT_HA_VRRP_ID_OFFSET";
/// On every node, and no other hears it.
const LOOPBACK: &str = "lo";

/// Every variable that an option stands for. The daemon's problems come by variable; whoever wrote an option reads of
/// that.
const OPTIONS: [(&str, &str); 13] = [
    ("NAME", "OPENSHIFT_HA_CONFIG_NAME"),
    ("--virtual-ips", "OPENSHIFT_HA_VIRTUAL_IPS"),
    ("--virtual-ip-groups", "OPENSHIFT_HA_VIP_GROUPS"),
    ("--interface", "OPENSHIFT_HA_NETWORK_INTERFACE"),
    ("--watch-port", "OPENSHIFT_HA_MONITOR_PORT"),
    ("--check-script", "OPENSHIFT_HA_CHECK_SCRIPT"),
    ("--check-interval", "OPENSHIFT_HA_CHECK_INTERVAL"),
    ("--notify-script", "OPENSHIFT_HA_NOTIFY_SCRIPT"),
    ("--preemption-strategy", "OPENSHIFT_HA_PREEMPTION"),
    ("--vrrp-id-offset", OFFSET),
    ("--exclude-vrids", "HA_EXCLUDED_VRRP_IDS"),
    ("--replicas", "OPENSHIFT_HA_REPLICA_COUNT"),
    ("--iptables-chain", "OPENSHIFT_HA_IPTABLES_CHAIN"),
];
/// Only set if it is given: the base has no such variable, and without it adverts go by multicast.
const PEERS: (&str, &str) = ("--unicast-peers", "OPENSHIFT_HA_UNICAST_PEERS");

/// A text of the daemon about variables, as one about options.
pub(super) fn by_options(text: &str) -> String {
    let mut text = text.to_owned();
    for (option, variable) in OPTIONS.iter().chain([&PEERS]) {
        text = text.replace(variable, option);
    }
    text
}

/// What the pods are told.
#[derive(Debug)]
pub(super) struct Settings {
    /// Each variable once, in the order of the options.
    pub(super) values: Vec<(&'static str, String)>,
}

impl Settings {
    /// As given. What is wrong by another rule than the daemon's is left out, and said already.
    pub(super) fn of(options: &Manifest, set: Option<&Set>, replicas: Option<u8>, scripts: &Scripts) -> Self {
        let given = |text: &Option<String>| text.clone().unwrap_or_default();
        let values = [
            set.map(|set| set.name.clone()).unwrap_or_default(),
            options.virtual_ips.clone(),
            options.virtual_ip_groups.clone(),
            given(&options.interface),
            options.watch_port.clone(),
            given(&scripts.check),
            options.check_interval.clone(),
            given(&scripts.notify),
            options.preemption_strategy.clone(),
            options.vrrp_id_offset.clone(),
            given(&options.exclude_vrids),
            replicas.map(|replicas| replicas.to_string()).unwrap_or_default(),
            given(&options.iptables_chain),
        ];
        let trimmed = |value: String| value.trim().to_owned();
        let mut values: Vec<_> = OPTIONS
            .iter()
            .map(|(_, variable)| *variable)
            .zip(values.map(trimmed))
            .collect();
        let peers = trimmed(given(&options.unicast_peers));
        if !peers.is_empty() {
            values.push((PEERS.1, peers));
        }
        Self { values }
    }

    pub(super) fn variables(&self) -> Variables {
        let values = self.values.iter();
        values
            .map(|(variable, value)| ((*variable).to_owned(), value.clone()))
            .collect()
    }

    /// Whether the daemon would take them; what it says of them is reported.
    pub(super) fn judge(&self, problems: &mut Problems) -> bool {
        let mut variables = self.variables();
        // Which interfaces the nodes have is not known here, but what may be a name is.
        let interface = variables::interface(&variables).map(str::to_owned);
        let bad = interface.and_then(|name| match InterfaceName::new(&name) {
            None => Some(Flaw::Setting(InstanceFlaw::Interface(name).into())),
            Some(_) if name == LOOPBACK => Some(Flaw::Loopback(name)),
            Some(_) => None,
        });
        let is_bad = bad.is_some();
        if let Some(flaw) = bad {
            variables.remove(variables::INTERFACE);
            problems.report(Place::Option("--interface"), flaw);
        }
        let (loaded, found) = match variables::load(&variables) {
            Ok(loaded) => (true, loaded.warnings),
            Err(found) => (false, found),
        };
        for problem in found {
            problems.report(place(&problem.location), strictly(problem.message));
        }
        loaded && !is_bad
    }
}

/// What a daemon can only warn of, since pods have it already, is no port for whoever writes it now.
fn strictly(flaw: vrrp_config::Flaw) -> vrrp_config::Flaw {
    match flaw {
        vrrp_config::Flaw::Environment(EnvironmentFlaw::PortAmongOthers { found, .. }) => {
            EnvironmentFlaw::Port(found).into()
        }
        other => other,
    }
}

fn place(location: &Location) -> Place {
    let of = |name: &str| {
        OPTIONS
            .iter()
            .chain([&PEERS])
            .find(|(_, variable)| *variable == name)
    };
    let option = match location {
        Location::Variable(name) => of(name),
        Location::File(_) | Location::Text { .. } => None,
    };
    option.map_or(Place::Build, |(option, _)| Place::Option(option))
}
