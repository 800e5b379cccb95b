use std::time::Duration;

use vrrp_checks::Hooks;
use vrrp_core::{
    Announcing, Authentication, Instance, Interval, Params, Preempt, Priority, Table, Time, Transport,
    VirtualAddress, Vrid,
};
use vrrp_linux::{Assigned, NetworkChange};

use super::*;

fn name(text: &str) -> InterfaceName {
    InterfaceName::new(text).unwrap()
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn config(priority: u8, addresses: &[(&str, &str)]) -> InstanceConfig {
    let held = |(address, interface): &(&str, &str)| VirtualAddress {
        address: ip(address),
        prefix: 32,
        interface: name(interface),
        label: None,
    };
    InstanceConfig {
        name: "web".into(),
        interface: name("eth0"),
        source: None,
        params: Params {
            vrid: Vrid::new(51).unwrap(),
            priority: Priority::new(priority).unwrap(),
            interval: Interval::DEFAULT,
            preempt: Preempt::Never,
            transport: Transport::Multicast,
            authentication: Authentication::None,
            advertised: addresses.iter().map(|(address, _)| ip(address)).collect(),
            announce: Announcing::default(),
            tracks: Vec::new(),
        },
        addresses: addresses.iter().map(held).collect(),
        link_debounce: Duration::ZERO,
        hooks: Hooks::default(),
    }
}

fn link(index: u32, text: &str, running: bool) -> NetworkChange {
    NetworkChange::Link(Link {
        index,
        name: name(text),
        mac: None,
        up: true,
        running,
        loopback: false,
        arp: true,
    })
}

fn address(index: u32, text: &str) -> NetworkChange {
    let address = ip(text);
    NetworkChange::Address(Assigned {
        index,
        address,
        prefix: 24,
        secondary: false,
        mark: None,
        label: None,
        permanent: true,
    })
}

/// What this network means for a router with this configuration, beside another one that holds 10.0.0.200.
fn look(config: &InstanceConfig, changes: &[NetworkChange], failure: Option<i32>) -> Outlook {
    let mut network = Network::default();
    for change in changes {
        network.apply(change);
    }
    let mut table = Table::default();
    let mut insert = || table.insert(Instance::new(config.params.clone(), Outlook::default()));
    let (id, other) = (insert(), insert());
    let mut holders: Holders = config.addresses.iter().map(|held| (held.address, id)).collect();
    holders.insert(ip("10.0.0.200"), other);
    let interfaces = config.addresses.iter().map(|held| held.interface.clone());
    let mut links = Links::new(Duration::ZERO, interfaces.chain([config.interface.clone()]));
    links.follow(Time::default(), &network);
    outlook((id, config), &links, &network, &holders, failure)
}

fn good(source: &str) -> Outlook {
    Outlook {
        source: Some(ip(source)),
        faults: Vec::new(),
    }
}

#[test]
fn the_source_is_the_interfaces_own_address() {
    let config = config(100, &[("10.0.0.100", "eth0")]);
    let changes = [
        link(2, "eth0", true),
        address(2, "10.0.0.100"),
        address(2, "10.0.0.200"),
        address(2, "10.0.0.1"),
    ];
    assert_eq!(look(&config, &changes, None), good("10.0.0.1"));
    let none = look(&config, &changes[..3], None);
    assert_eq!(
        none,
        Outlook {
            source: None,
            faults: vec![Fault::NoSource(name("eth0"))]
        },
        "virtual ones do not serve"
    );
}

#[test]
fn an_owner_may_send_from_what_it_owns() {
    let config = config(255, &[("10.0.0.1", "eth0")]);
    assert_eq!(
        look(&config, &[link(2, "eth0", true), address(2, "10.0.0.1")], None),
        good("10.0.0.1")
    );
    let both = [
        link(2, "eth0", true),
        address(2, "10.0.0.1"),
        address(2, "10.0.0.9"),
    ];
    assert_eq!(
        look(&config, &both, None),
        good("10.0.0.9"),
        "but rather from another"
    );
    let others = look(&config, &[link(2, "eth0", true), address(2, "10.0.0.200")], None);
    assert_eq!(
        others.source, None,
        "never from what another virtual router holds"
    );
}

#[test]
fn a_configured_source_may_be_anywhere_on_the_host() {
    let mut config = config(100, &[("10.0.0.100", "eth0")]);
    config.source = Some(Ipv4Addr::new(192, 0, 2, 1));
    let changes = [
        link(2, "eth0", true),
        link(3, "eth1", true),
        address(3, "192.0.2.1"),
    ];
    assert_eq!(look(&config, &changes, None), good("192.0.2.1"));
    let missing = look(&config, &changes[..2], None);
    assert_eq!(missing.faults, [Fault::SourceMissing(ip("192.0.2.1"))]);
}

#[test]
fn every_interface_with_an_address_counts() {
    let config = config(
        100,
        &[
            ("10.0.0.100", "eth0"),
            ("10.1.0.100", "eth1"),
            ("10.2.0.100", "eth2"),
        ],
    );
    let changes = [
        link(2, "eth0", true),
        address(2, "10.0.0.1"),
        link(3, "eth1", false),
    ];
    let faults = [
        Fault::InterfaceDown(name("eth1")),
        Fault::InterfaceMissing(name("eth2")),
    ];
    assert_eq!(look(&config, &changes, None).faults, faults);
}

#[test]
fn a_missing_interface_is_one_fault_and_a_failed_socket_another() {
    let config = config(100, &[("10.0.0.100", "eth0")]);
    assert_eq!(
        look(&config, &[], Some(1)).faults,
        [Fault::InterfaceMissing(name("eth0"))]
    );
    let changes = [link(2, "eth0", true), address(2, "10.0.0.1")];
    assert_eq!(
        look(&config, &changes, Some(1)).faults,
        [Fault::NoSocket(name("eth0"), 1)]
    );
}
