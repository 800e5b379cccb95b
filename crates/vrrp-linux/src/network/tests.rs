use super::*;

fn name(text: &str) -> InterfaceName {
    InterfaceName::new(text).unwrap()
}

fn link(index: u32, text: &str) -> Link {
    Link {
        index,
        name: name(text),
        mac: None,
        up: true,
        running: true,
        loopback: false,
        arp: true,
    }
}

fn address(index: u32, text: &str, prefix: u8) -> Assigned {
    Assigned {
        index,
        address: text.parse().unwrap(),
        prefix,
        secondary: false,
        mark: None,
        label: None,
        permanent: true,
    }
}

fn network(changes: &[NetworkChange]) -> Network {
    let mut network = Network::default();
    for change in changes {
        network.apply(change);
    }
    network
}

fn never_virtual(_: IpAddr) -> bool {
    false
}

#[test]
fn a_snapshot_replaces_everything() {
    let network = network(&[
        NetworkChange::Link(link(2, "eth0")),
        NetworkChange::Address(address(2, "10.0.0.1", 24)),
        NetworkChange::Snapshot {
            links: vec![link(3, "eth1")],
            addresses: vec![address(3, "10.0.1.1", 24)],
        },
    ]);
    assert_eq!(network.link(&name("eth0")), None);
    assert_eq!(network.addresses(2).count(), 0);
    assert_eq!(network.link(&name("eth1")), Some(&link(3, "eth1")));
    assert!(network.holds(3, "10.0.1.1".parse().unwrap()));
}

#[test]
fn a_renamed_link_has_one_name() {
    let network = network(&[
        NetworkChange::Link(link(2, "eth0")),
        NetworkChange::Link(link(2, "lan")),
    ]);
    assert_eq!(network.link(&name("eth0")), None);
    assert_eq!(network.link(&name("lan")).map(|link| link.index), Some(2));
}

#[test]
fn a_name_that_went_to_another_link_stays_with_it() {
    // eth0 becomes old, eth1 becomes eth0; and again with the news of the second rename first.
    let (first, second) = (
        NetworkChange::Link(link(2, "old")),
        NetworkChange::Link(link(3, "eth0")),
    );
    for order in [[first.clone(), second.clone()], [second, first]] {
        let mut network = network(&[NetworkChange::Link(link(2, "eth0"))]);
        for change in &order {
            network.apply(change);
        }
        assert_eq!(network.link(&name("eth0")).map(|link| link.index), Some(3));
        assert_eq!(network.link(&name("old")).map(|link| link.index), Some(2));
    }
}

#[test]
fn a_link_that_goes_takes_its_addresses_along() {
    let network = network(&[
        NetworkChange::Link(link(2, "eth0")),
        NetworkChange::Address(address(2, "10.0.0.1", 24)),
        NetworkChange::LinkGone { index: 2 },
    ]);
    assert_eq!(network.link_by_index(2), None);
    assert_eq!(network.source(2, &never_virtual), None);
}

#[test]
fn an_address_is_told_apart_by_its_prefix_and_updated_in_place() {
    let mut network = network(&[
        NetworkChange::Address(address(2, "10.0.0.1", 24)),
        NetworkChange::Address(address(2, "10.0.0.1", 32)),
    ]);
    assert_eq!(network.addresses(2).count(), 2);
    let secondary = Assigned {
        secondary: true,
        ..address(2, "10.0.0.1", 24)
    };
    network.apply(&NetworkChange::Address(secondary.clone()));
    assert_eq!(network.addresses(2).next(), Some(&secondary));
    assert_eq!(network.addresses(2).count(), 2);
    network.apply(&NetworkChange::AddressGone(secondary));
    assert_eq!(network.addresses(2).next(), Some(&address(2, "10.0.0.1", 32)));
}

#[test]
fn the_source_is_the_first_primary_address_that_is_not_virtual() {
    let vip: IpAddr = "10.0.0.100".parse().unwrap();
    let is_virtual = move |address: IpAddr| address == vip;
    let mut network = network(&[NetworkChange::Address(address(2, "10.0.0.100", 32))]);
    assert_eq!(network.source(2, &is_virtual), None);

    let secondary = Assigned {
        secondary: true,
        ..address(2, "10.0.0.3", 24)
    };
    network.apply(&NetworkChange::Address(secondary));
    assert_eq!(network.source(2, &is_virtual), Some(Ipv4Addr::new(10, 0, 0, 3)));

    network.apply(&NetworkChange::Address(address(2, "10.0.0.2", 24)));
    network.apply(&NetworkChange::Address(address(2, "10.0.0.1", 24)));
    assert_eq!(network.source(2, &is_virtual), Some(Ipv4Addr::new(10, 0, 0, 2)));
}
