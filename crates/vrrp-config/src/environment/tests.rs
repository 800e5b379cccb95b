//! The door as a whole: a pod's variables on a node that is played, and every message by its exact text.

mod flaws;
mod http;
mod property;

use std::collections::HashMap;
use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use ipnet::Ipv4Net;
use vrrp_checks::{Identity, Probe};
use vrrp_core::{Authentication, Password, Preempt, Transport};

use crate::{Firewall, InstanceConfig, Loaded, Program, Surroundings, from_environment, keepalived_path};

/// A node with one interface, which the default route goes through, and the variables of a pod.
#[derive(Clone, Debug)]
pub(super) struct Pod {
    variables: HashMap<String, String>,
    interface: &'static str,
    addresses: Vec<Ipv4Net>,
    has_default_route: bool,
}

impl Pod {
    /// On the node with this address on `eth0`, and with these variables.
    pub(super) fn on(address: &str, variables: &[(&str, &str)]) -> Self {
        Self {
            variables: variables
                .iter()
                .map(|&(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            interface: "eth0",
            addresses: vec![in_24(address)],
            has_default_route: true,
        }
    }

    /// On 192.168.50.23, with addresses and no check.
    fn with(variables: &[(&str, &str)]) -> Self {
        let mut pod = Self::on(
            "192.168.50.23",
            &[
                ("OPENSHIFT_HA_VIRTUAL_IPS", "10.245.2.101-107"),
                ("OPENSHIFT_HA_MONITOR_PORT", "0"),
            ],
        );
        let variables = variables.iter();
        pod.variables
            .extend(variables.map(|&(name, value)| (name.to_owned(), value.to_owned())));
        pod
    }

    fn loaded(&self) -> Loaded {
        from_environment(self).unwrap_or_else(|problems| panic!("{self:?}\n{problems:#?}"))
    }

    fn first(&self) -> InstanceConfig {
        self.loaded().config.instances.remove(0)
    }

    /// Every problem, as it is shown.
    fn said(&self) -> Vec<String> {
        let problems = from_environment(self).map_or_else(|problems| problems, |loaded| loaded.warnings);
        problems.iter().map(ToString::to_string).collect()
    }
}

impl Surroundings for Pod {
    fn hostname(&self) -> Option<String> {
        None
    }

    fn variable(&self, name: &str) -> Option<String> {
        self.variables.get(name).cloned()
    }

    fn variables(&self) -> Vec<String> {
        self.variables.keys().cloned().collect()
    }

    fn addresses(&self, interface: &str) -> Vec<Ipv4Net> {
        if interface == self.interface {
            self.addresses.clone()
        } else {
            Vec::new()
        }
    }

    fn interfaces(&self) -> Vec<String> {
        vec![self.interface.to_owned(), "eth1".to_owned()]
    }

    fn default_interface(&self) -> Option<String> {
        self.has_default_route.then(|| self.interface.to_owned())
    }

    fn own_addresses(&self) -> Vec<IpAddr> {
        self.addresses.iter().map(|net| IpAddr::V4(net.addr())).collect()
    }

    fn user(&self, _: &str) -> Option<Identity> {
        None
    }

    fn group(&self, _: &str) -> Option<u32> {
        None
    }

    fn is_root(&self) -> bool {
        true
    }

    fn program(&self, path: &Path, _: Option<&Identity>) -> Program {
        let missing = path.iter().any(|part| part == "missing");
        Program {
            unusable: missing.then(|| "No such file or directory (os error 2)".to_owned()),
            writable: path.starts_with("/open").then(|| "/open".into()),
        }
    }
}

fn in_24(address: &str) -> Ipv4Net {
    Ipv4Net::new(address.parse().unwrap(), 24).unwrap()
}

fn addresses(instance: &InstanceConfig) -> Vec<String> {
    let addresses = instance.addresses.iter();
    addresses
        .map(|held| {
            let label = held.label.as_deref().unwrap_or("-");
            format!("{}/{} {label}", held.address, held.prefix)
        })
        .collect()
}

#[test]
fn three_groups_of_seven_addresses() {
    let pod = Pod::with(&[
        ("OPENSHIFT_HA_CONFIG_NAME", "ipf-ext"),
        ("OPENSHIFT_HA_VIP_GROUPS", "3"),
        ("OPENSHIFT_HA_VRRP_ID_OFFSET", "30"),
        ("OPENSHIFT_HA_REPLICA_COUNT", "1"),
    ]);
    let Loaded {
        config,
        warnings,
        files,
    } = pod.loaded();
    assert_eq!((warnings, files), (Vec::new(), Vec::new()));
    assert_eq!(config.name, "ipf-ext-31");
    assert_eq!(config.checks, []);
    assert_eq!(config.firewall, None);
    let rows: Vec<_> = config
        .instances
        .iter()
        .map(|instance| {
            let params = &instance.params;
            (
                instance.name.as_str(),
                params.vrid.get(),
                params.priority.get(),
                addresses(instance),
            )
        })
        .collect();
    let held = |numbers: &[u8]| -> Vec<String> {
        let numbers = numbers.iter();
        numbers
            .map(|number| format!("10.245.2.{number}/32 eth0:vip"))
            .collect()
    };
    assert_eq!(
        rows,
        [
            ("ipf_ext_VIP_1", 31, 232, held(&[101, 102, 103])),
            ("ipf_ext_VIP_2", 32, 24, held(&[104, 105])),
            ("ipf_ext_VIP_3", 33, 232, held(&[106, 107])),
        ]
    );
    for instance in config.instances {
        assert_eq!(instance.interface.as_str(), "eth0");
        assert_eq!(instance.source, None);
        assert_eq!(instance.params.interval.get(), Duration::from_secs(1));
        assert_eq!(instance.params.transport, Transport::Multicast);
        assert_eq!(
            instance.params.authentication,
            Authentication::Simple(Password::new(b"ipf-ext").unwrap())
        );
        assert_eq!(instance.params.preempt, Preempt::After(Duration::from_mins(5)));
    }
}

#[test]
fn empty_is_unset() {
    let names = super::names::ALL;
    let all: Vec<(&str, &str)> = names.iter().map(|&name| (name, " \t")).collect();
    let mut pod = Pod::on("192.168.50.23", &all);
    assert_eq!(
        pod.said(),
        [
            "OPENSHIFT_HA_VIRTUAL_IPS: it is not set, and names the addresses to hold; for example \
             10.77.0.100-102,10.77.0.110"
        ]
    );
    let virtual_ips = ("OPENSHIFT_HA_VIRTUAL_IPS".to_owned(), "10.0.0.1".to_owned());
    pod.variables.extend([virtual_ips.clone()]);
    let mut bare = Pod::on("192.168.50.23", &[]);
    bare.variables.extend([virtual_ips]);
    assert_eq!(pod.loaded(), bare.loaded());
    assert_eq!(
        keepalived_path(&pod),
        Path::new("/etc/keepalived/keepalived.conf")
    );
    let instance = bare.first();
    assert_eq!(instance.name, "OpenShift_IPFailover_VIP_1");
    assert_eq!(instance.params.vrid.get(), 1);
    assert_eq!(
        instance.params.authentication,
        Authentication::Simple(Password::new(b"OpenShif").unwrap())
    );
}

#[test]
fn the_check_is_of_the_node_itself_and_its_failure_is_a_fault() {
    let port = Pod::on("192.168.50.23", &[("OPENSHIFT_HA_VIRTUAL_IPS", "10.0.0.1")]).loaded();
    let [check] = &port.config.checks[..] else {
        panic!("{port:#?}")
    };
    assert_eq!(check.name, "chk_ipfailover");
    assert_eq!(check.probe.to_string(), "tcp 192.168.50.23:80");
    let (interval, timeout) = (check.interval.as_secs(), check.timeout.as_secs());
    assert_eq!(
        (interval, timeout, check.rise.get(), check.fall.get()),
        (2, 2, 1, 1)
    );
    let [track] = &port.config.instances[0].params.tracks[..] else {
        panic!("{port:#?}")
    };
    assert_eq!(track.weight, vrrp_core::Weight::FAULT);
    assert_eq!(track.what, vrrp_core::Tracked::Check("chk_ipfailover".into()));

    let script = Pod::with(&[
        ("OPENSHIFT_HA_MONITOR_PORT", "30060"),
        ("OPENSHIFT_HA_CHECK_SCRIPT", "/etc/keepalive/my check.sh"),
        ("OPENSHIFT_HA_CHECK_INTERVAL", "5"),
        ("OPENSHIFT_HA_NOTIFY_SCRIPT", "/etc/keepalive/notify.sh"),
    ])
    .loaded();
    let check = &script.config.checks[0];
    assert_eq!((check.interval.as_secs(), check.timeout.as_secs()), (5, 5));
    let Probe::Script(program) = &check.probe else {
        panic!("{check:#?}")
    };
    assert_eq!(program.argv, ["/etc/keepalive/my check.sh"]);
    for instance in &script.config.instances {
        let notify = instance.hooks.notify.as_ref().unwrap();
        assert_eq!(notify.script.argv, ["/etc/keepalive/notify.sh"]);
    }
}

#[test]
fn strategies() {
    let preempt = |text: &str| {
        Pod::with(&[("OPENSHIFT_HA_PREEMPTION", text)])
            .first()
            .params
            .preempt
    };
    let after = |seconds| Preempt::After(Duration::from_secs(seconds));
    assert_eq!(preempt("nopreempt"), Preempt::Never);
    assert_eq!(preempt("preempt"), after(0));
    assert_eq!(preempt("preempt_delay 120"), after(120));
    assert_eq!(preempt(" preempt_delay   0 "), after(0));
    assert_eq!(preempt("preempt 7"), after(7));
}

#[test]
fn unicast_is_what_has_peers_and_the_own_address_is_left_out() {
    let peers = (
        "OPENSHIFT_HA_UNICAST_PEERS",
        "192.168.50.24,192.168.50.23 192.168.50.25,192.168.50.24",
    );
    let expected = Transport::Unicast {
        peers: vec![[192, 168, 50, 24].into(), [192, 168, 50, 25].into()],
    };
    for use_unicast in ["true", "false", ""] {
        let pod = Pod::with(&[peers, ("OPENSHIFT_HA_USE_UNICAST", use_unicast)]);
        assert_eq!(pod.first().params.transport, expected);
        assert_eq!(pod.said(), [""; 0]);
    }
}

#[test]
fn the_source_is_that_of_the_transport() {
    let sources = [
        ("UNICAST_SOURCE_IPADDRESS", "192.168.50.23"),
        ("MULTICAST_SOURCE_IPADDRESS", "192.168.60.23"),
    ];
    let mut pod = Pod::with(&sources);
    pod.addresses.push(in_24("192.168.60.23"));
    assert_eq!(pod.first().source, Some([192, 168, 60, 23].into()));
    pod.variables
        .insert("OPENSHIFT_HA_UNICAST_PEERS".into(), "192.168.50.24".into());
    assert_eq!(pod.first().source, Some([192, 168, 50, 23].into()));
}

#[test]
fn a_virtual_address_that_was_left_behind_is_not_the_nodes_own() {
    let mut pod = Pod::with(&[("OPENSHIFT_HA_MONITOR_PORT", "80")]);
    pod.addresses.insert(0, "10.245.2.103/32".parse().unwrap());
    assert_eq!(
        pod.loaded().config.checks[0].probe.to_string(),
        "tcp 192.168.50.23:80"
    );
}

#[test]
fn the_label_is_left_out_where_it_does_not_fit() {
    let mut pod = Pod::with(&[]);
    pod.interface = "enp0s31f6u1";
    assert_eq!(addresses(&pod.first())[0], "10.245.2.101/32 enp0s31f6u1:vip");
    pod.interface = "enp0s31f6u12";
    assert_eq!(addresses(&pod.first())[0], "10.245.2.101/32 -");
}

#[test]
fn the_firewall_is_opened_by_either_variable() {
    let firewall = |variables: &[(&str, &str)]| Pod::with(variables).loaded().config.firewall;
    let chain = |chain: Option<&str>| {
        Some(Firewall {
            chain: chain.map(str::to_owned),
        })
    };
    let (iptables, nftables) = (
        ("OPENSHIFT_HA_IPTABLES_CHAIN", "INPUT"),
        ("OPENSHIFT_HA_NFTABLES_RULE", "true"),
    );
    assert_eq!(firewall(&[iptables]), chain(Some("INPUT")));
    assert_eq!(firewall(&[nftables]), chain(None));
    assert_eq!(firewall(&[iptables, nftables]), chain(Some("INPUT")));
}

#[test]
fn names_are_scrubbed_and_the_password_is_raw() {
    let pod = Pod::with(&[("OPENSHIFT_HA_CONFIG_NAME", "my ipf: ext-1")]);
    let Loaded { config, .. } = pod.loaded();
    assert_eq!(config.name, "myipfext-1-1");
    assert_eq!(config.instances[6].name, "myipfext_1_VIP_7");
    assert_eq!(
        config.instances[0].params.authentication,
        Authentication::Simple(Password::new(b"my ipf: ").unwrap())
    );
}

#[test]
fn a_fair_spread_counts_nodes_by_the_list_or_by_the_peers() {
    let priorities = |pod: &Pod| -> Vec<u8> {
        let instances = pod.loaded().config.instances;
        instances
            .iter()
            .map(|instance| instance.params.priority.get())
            .collect()
    };
    let (first, second) = ("192.168.50.23", "192.168.50.7");
    let list = [
        ("VRRPD_SPREAD", "fair"),
        ("VRRPD_NODES", "192.168.50.23 192.168.50.7,192.168.50.23"),
    ];
    let mut pod = Pod::with(&list);
    assert_eq!(priorities(&pod), [234, 254, 234, 254, 234, 254, 234]);
    pod.addresses = vec![in_24(second)];
    assert_eq!(priorities(&pod), [254, 234, 254, 234, 254, 234, 254]);
    let peers = [("VRRPD_SPREAD", "fair"), ("OPENSHIFT_HA_UNICAST_PEERS", first)];
    let mut pod = Pod::with(&peers);
    pod.addresses = vec![in_24(second)];
    assert_eq!(priorities(&pod), [254, 234, 254, 234, 254, 234, 254]);
}
