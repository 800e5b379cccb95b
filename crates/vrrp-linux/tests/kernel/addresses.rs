//! Claiming and releasing.

use vrrp_core::plan::{ClaimNote, OUR_MARK};
use vrrp_core::{Refusal, VirtualAddress};
use vrrp_linux::{Job, Owner, Report};

use crate::lab::{Host, name, set, texts, vip, vip_on, vips};

#[test]
fn one_two_hundred_and_a_thousand_addresses_come_and_go() {
    let host = Host::with_eth0();
    let state = tempfile::tempdir().unwrap();
    let mut daemon = host.daemon("web", state.path());
    for count in [1, 200, 1000] {
        let addresses = vips(count);
        let started = vrrp_linux::now();
        assert_eq!(daemon.claim(&addresses), Ok(vec![]));
        println!("claimed {count} in {:?}", vrrp_linux::now().since(started));
        let mut all = texts(&addresses);
        all.insert("10.0.0.1/24".into());
        assert_eq!(host.addresses("eth0"), all);
        daemon.until("news of the addresses", |daemon| daemon.addresses("eth0") == all);
        assert_eq!(daemon.mark("10.99.0.1"), Some(OUR_MARK));
        assert_eq!(daemon.mark("10.0.0.1"), None);

        let started = vrrp_linux::now();
        assert_eq!(daemon.release(&addresses), Ok(vec![]));
        println!("released {count} in {:?}", vrrp_linux::now().since(started));
        assert_eq!(host.addresses("eth0"), set(&["10.0.0.1/24"]));
    }
    assert!(daemon.kernel.finish());
    assert!(!state.path().join("web.json").exists());
}

#[test]
fn each_address_has_its_interface_prefix_and_label() {
    let host = Host::with_eth0();
    host.cable("eth1", "wire1");
    let state = tempfile::tempdir().unwrap();
    let mut daemon = host.daemon("web", state.path());
    let labelled = VirtualAddress {
        label: Some("eth1:web".into()),
        ..vip_on("eth1", "10.78.0.101/24")
    };
    let addresses = [vip("10.0.0.100/32"), labelled];
    assert_eq!(daemon.claim(&addresses), Ok(vec![]));
    assert_eq!(host.addresses("eth0"), set(&["10.0.0.1/24", "10.0.0.100/32"]));
    assert_eq!(host.addresses("eth1"), set(&["10.78.0.101/24"]));
    let details = host.address_details("eth1");
    assert_eq!(details[0]["label"], "eth1:web");
    assert_eq!(details[0]["scope"], "global");
    assert_eq!(details[0].get("broadcast"), None);
    assert_eq!(details[0]["valid_life_time"], u32::MAX);
    // A subnet of its own comes with its route.
    assert!(host.ip("route show dev eth1").contains("10.78.0.0/24"));
    assert_eq!(daemon.release(&addresses), Ok(vec![]));
    assert_eq!(host.addresses("eth1"), set(&[]));
}

#[test]
fn a_prefix_that_is_the_hosts_own_is_narrowed_and_the_hosts_address_survives() {
    let host = Host::with_eth0();
    let state = tempfile::tempdir().unwrap();
    let mut daemon = host.daemon("web", state.path());
    let wanted = vip("10.0.0.100/24");
    let narrowed = ClaimNote::Narrowed {
        wanted: wanted.clone(),
        prefix: 32,
        shared_with: "10.0.0.1".parse().unwrap(),
    };
    assert_eq!(daemon.claim(std::slice::from_ref(&wanted)), Ok(vec![narrowed]));
    assert_eq!(host.addresses("eth0"), set(&["10.0.0.1/24", "10.0.0.100/32"]));
    host.ip("addr del 10.0.0.1/24 dev eth0");
    assert_eq!(host.addresses("eth0"), set(&["10.0.0.100/32"]));
    host.ip("addr add 10.0.0.1/24 dev eth0");
    assert_eq!(daemon.release(&[wanted]), Ok(vec![]));
    assert_eq!(host.addresses("eth0"), set(&["10.0.0.1/24"]));
}

#[test]
fn a_hosts_address_that_became_a_secondary_of_ours_survives_the_release() {
    let host = Host::with_eth0();
    let state = tempfile::tempdir().unwrap();
    let mut daemon = host.daemon("web", state.path());
    let wanted = [vip("10.78.0.100/24")];
    assert_eq!(daemon.claim(&wanted), Ok(vec![]));
    host.ip("addr add 10.78.0.1/24 dev eth0 valid_lft 3000 preferred_lft 2000");
    let secondary = |host: &Host| {
        host.address_details("eth0")
            .iter()
            .any(|there| there["local"] == "10.78.0.1" && there["secondary"] == true)
    };
    assert!(secondary(&host));
    assert_eq!(daemon.release(&wanted), Ok(vec![]));
    assert_eq!(host.addresses("eth0"), set(&["10.0.0.1/24", "10.78.0.1/24"]));
    assert!(!secondary(&host));
    let details = host.address_details("eth0");
    let restored = details
        .iter()
        .find(|there| there["local"] == "10.78.0.1")
        .unwrap();
    let left = restored["valid_life_time"].as_u64().unwrap();
    assert!((2900..=3000).contains(&left), "{left}");
}

#[test]
fn a_missing_interface_refuses_the_whole_claim() {
    let host = Host::with_eth0();
    let state = tempfile::tempdir().unwrap();
    let mut daemon = host.daemon("web", state.path());
    let addresses = [vip("10.0.0.100/32"), vip_on("eth9", "10.0.0.101/32")];
    assert_eq!(daemon.claim(&addresses), Err(Refusal::NoInterface(name("eth9"))));
    assert_eq!(host.addresses("eth0"), set(&["10.0.0.1/24"]));
    // It comes: the same claim is now granted.
    host.cable("eth9", "wire9");
    assert_eq!(daemon.claim(&addresses), Ok(vec![]));
    assert_eq!(host.addresses("eth9"), set(&["10.0.0.101/32"]));
    // It goes, and the address with it: there is nothing left to release there.
    host.ip("link del eth9");
    assert_eq!(daemon.release(&addresses), Ok(vec![]));
    assert_eq!(host.addresses("eth0"), set(&["10.0.0.1/24"]));
    // Nobody owns what is not there.
    assert!(!state.path().join("web.json").exists());
}

#[test]
fn a_refused_address_leaves_nothing_half_applied() {
    let host = Host::with_eth0();
    let state = tempfile::tempdir().unwrap();
    let mut daemon = host.daemon("web", state.path());
    let held = [vip("10.0.0.50/32")];
    assert_eq!(daemon.claim(&held), Ok(vec![]));
    let mut addresses = vips(300);
    // No kernel takes a prefix of 33 bits.
    addresses[150].prefix = 33;
    addresses.push(held[0].clone());
    let refusal = Refusal::Kernel {
        address: addresses[150].clone(),
        errno: libc::EINVAL,
    };
    assert_eq!(daemon.claim(&addresses), Err(refusal));
    assert_eq!(host.addresses("eth0"), set(&["10.0.0.1/24", "10.0.0.50/32"]));
    let list = std::fs::read_to_string(state.path().join("web.json")).unwrap();
    assert!(list.contains("10.0.0.50") && !list.contains("10.99."), "{list}");
}

#[test]
fn without_the_right_to_add_addresses_the_claim_is_refused_by_name() {
    let host = Host::with_eth0();
    let state = tempfile::tempdir().unwrap();
    crate::system::drop_capabilities(&host, &[vrrp_linux::Capability::NetAdmin]);
    let mut daemon = host.daemon("web", state.path());
    let address = vip("10.0.0.100/32");
    let refusal = Refusal::Kernel {
        address: address.clone(),
        errno: libc::EPERM,
    };
    assert_eq!(daemon.claim(&[address]), Err(refusal));
}

#[test]
fn an_address_that_somebody_deletes_is_put_back() {
    let host = Host::with_eth0();
    let state = tempfile::tempdir().unwrap();
    let mut daemon = host.daemon("web", state.path());
    let addresses = [vip("10.0.0.100/32"), vip("10.0.0.101/32")];
    assert_eq!(daemon.claim(&addresses), Ok(vec![]));
    let index = host.index("eth0");
    daemon.until("the addresses", |daemon| {
        daemon.network.holds(index, addresses[1].address)
    });
    host.ip("addr del 10.0.0.101/32 dev eth0");
    daemon.until("the loss", |daemon| {
        !daemon.network.holds(index, addresses[1].address)
    });
    assert_eq!(daemon.claim(&addresses), Ok(vec![]));
    assert_eq!(
        host.addresses("eth0"),
        set(&["10.0.0.1/24", "10.0.0.100/32", "10.0.0.101/32"])
    );
}

#[test]
fn an_address_on_a_renamed_interface_is_still_released() {
    let host = Host::with_eth0();
    let state = tempfile::tempdir().unwrap();
    let mut daemon = host.daemon("web", state.path());
    let addresses = [vip("10.0.0.100/32")];
    assert_eq!(daemon.claim(&addresses), Ok(vec![]));
    host.ip("link set eth0 down");
    host.ip("link set eth0 name lan");
    host.ip("link set lan up");
    assert!(host.addresses("lan").contains("10.0.0.100/32"));
    assert_eq!(daemon.claim(&addresses), Err(Refusal::NoInterface(name("eth0"))));
    assert_eq!(daemon.release(&addresses), Ok(vec![]));
    assert_eq!(host.addresses("lan"), set(&["10.0.0.1/24"]));
}

#[test]
fn many_owners_at_once_are_answered_one_by_one() {
    let host = Host::with_eth0();
    let state = tempfile::tempdir().unwrap();
    let mut daemon = host.daemon("web", state.path());
    let all = vips(510);
    for (number, addresses) in all.chunks(2).enumerate() {
        let owner = Owner(u32::try_from(number).unwrap() + 100);
        daemon.kernel.send(Job::Claim {
            owner,
            epoch: 7,
            addresses: addresses.into(),
        });
        // The claim of one fails, and it alone.
        if owner == Owner(200) {
            let addresses = [vip_on("eth9", "10.1.0.1/32")].as_slice().into();
            daemon.kernel.send(Job::Claim {
                owner: Owner(99),
                epoch: 7,
                addresses,
            });
        }
    }
    let (mut granted, mut refused) = (0, 0);
    while granted + refused < 256 {
        match daemon.next() {
            Some(Report::Claimed {
                epoch: 7,
                result: Ok(notes),
                ..
            }) if notes.is_empty() => granted += 1,
            Some(Report::Claimed {
                owner: Owner(99),
                result: Err(Refusal::NoInterface(_)),
                ..
            }) => refused += 1,
            Some(Report::Network(_)) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((granted, refused), (255, 1));
    assert!(texts(&all).is_subset(&host.addresses("eth0")));
}

#[test]
fn finishing_waits_for_the_releases_that_are_queued() {
    let host = Host::with_eth0();
    let state = tempfile::tempdir().unwrap();
    let mut daemon = host.daemon("web", state.path());
    let addresses = vips(300);
    assert_eq!(daemon.claim(&addresses), Ok(vec![]));
    daemon.kernel.send(Job::Release {
        owner: Owner(1),
        epoch: 2,
        addresses: addresses.into(),
    });
    assert!(daemon.kernel.finish());
    assert_eq!(host.addresses("eth0"), set(&["10.0.0.1/24"]));
    // The name is free again.
    assert_eq!(host.daemon("web", state.path()).swept, Some(vec![]));
}

#[test]
fn an_interface_without_ipv4_refuses_its_own_claim_and_no_other() {
    let host = Host::with_eth0();
    let state = tempfile::tempdir().unwrap();
    let mut daemon = host.daemon("web", state.path());
    // Too short for IPv4: the kernel answers every address with ENOBUFS.
    host.ip("link set lo mtu 60");
    let lists = [
        // While this is being done, the others queue up, and are done together.
        vips(500),
        vec![vip("10.98.0.1/32")],
        vec![
            vip("10.98.0.2/32"),
            vip_on("lo", "10.98.0.3/32"),
            vip("10.98.0.4/32"),
        ],
        vec![vip("10.98.0.5/32")],
    ];
    for (owner, addresses) in (10..).map(Owner).zip(&lists) {
        daemon.kernel.send(Job::Claim {
            owner,
            epoch: 7,
            addresses: addresses.as_slice().into(),
        });
    }
    let mut answers = std::collections::BTreeMap::new();
    let deadline = vrrp_linux::now() + crate::lab::PATIENCE;
    while answers.len() < lists.len() {
        assert!(vrrp_linux::now() < deadline, "{answers:?}");
        if let Some(Report::Claimed { owner, result, .. }) = daemon.next() {
            answers.insert(owner, result);
        }
    }
    let refusal = Refusal::Kernel {
        address: lists[2][1].clone(),
        errno: libc::ENOBUFS,
    };
    let answers: Vec<_> = answers.into_values().collect();
    assert_eq!(answers, [Ok(vec![]), Ok(vec![]), Err(refusal), Ok(vec![])]);
    let mut all = texts(&lists[0]);
    all.extend(set(&["10.0.0.1/24", "10.98.0.1/32", "10.98.0.5/32"]));
    assert_eq!(host.addresses("eth0"), all);
    let list = std::fs::read_to_string(state.path().join("web.json")).unwrap();
    for (address, listed) in [
        ("10.98.0.1", true),
        ("10.98.0.2", false),
        ("10.98.0.3", false),
        ("10.98.0.4", false),
        ("10.98.0.5", true),
    ] {
        assert_eq!(list.contains(address), listed, "{address} in {list}");
    }

    host.ip("link set lo mtu 65536");
    assert_eq!(daemon.claim(&lists[2]), Ok(vec![]));
    assert!(host.addresses("lo").contains("10.98.0.3/32"));
}
