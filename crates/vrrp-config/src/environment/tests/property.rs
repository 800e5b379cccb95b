//! What holds for all settings.

use std::collections::HashSet;

use proptest::prelude::*;

use super::Pod;
use crate::{Config, from_environment};

/// Settings as people write them, mostly sound.
fn settings() -> impl Strategy<Value = Vec<(&'static str, String)>> {
    let item = prop_oneof![
        (0..4_u8, any::<u8>()).prop_map(|(c, d)| format!("10.1.{c}.{d}")),
        (0..4_u8, any::<u8>(), 0..40_u8)
            .prop_map(|(c, d, more)| format!("10.1.{c}.{d}-{}", d.saturating_add(more))),
        (0..4_u8, 1..200_u8).prop_map(|(c, d)| format!("10.1.{c}.{d}-10.1.{c}.{}/32", d + 3)),
    ];
    let list = (
        prop::collection::vec(item, 1..12),
        prop_oneof![Just(","), Just(" "), Just(", \n")],
    )
        .prop_map(|(items, separator)| items.join(separator));
    let excluded = prop::collection::vec(1..=255_u8, 0..20).prop_map(|vrids| {
        vrids
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(" ")
    });
    let preemption = prop_oneof![
        Just(""),
        Just("nopreempt"),
        Just("preempt_delay 120"),
        Just("preempt")
    ];
    (
        list,
        -2..300_i32,
        0..=254_u8,
        excluded,
        preemption,
        -1..10_i32,
        any::<bool>(),
        any::<bool>(),
        0..=65535_u16,
    )
        .prop_map(
            |(list, groups, offset, excluded, preemption, replicas, unicast, fair, port)| {
                let peers = if unicast { "10.0.0.7,10.0.0.8,10.0.0.9" } else { "" };
                let (spread, nodes) = if fair {
                    ("fair", "10.0.0.1 10.0.0.23 10.0.0.128 10.0.0.7")
                } else {
                    ("", "")
                };
                vec![
                    ("OPENSHIFT_HA_VIRTUAL_IPS", list),
                    ("OPENSHIFT_HA_VIP_GROUPS", groups.to_string()),
                    ("OPENSHIFT_HA_VRRP_ID_OFFSET", offset.to_string()),
                    ("HA_EXCLUDED_VRRP_IDS", excluded),
                    ("OPENSHIFT_HA_PREEMPTION", preemption.to_owned()),
                    ("OPENSHIFT_HA_REPLICA_COUNT", replicas.to_string()),
                    ("OPENSHIFT_HA_UNICAST_PEERS", peers.to_owned()),
                    ("VRRPD_SPREAD", spread.to_owned()),
                    ("VRRPD_NODES", nodes.to_owned()),
                    ("OPENSHIFT_HA_MONITOR_PORT", port.to_string()),
                ]
            },
        )
}

fn pod(settings: &[(&'static str, String)], node: &str) -> Pod {
    let settings: Vec<(&str, &str)> = settings
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    Pod::on(node, &settings)
}

fn value<'s>(settings: &'s [(&'static str, String)], name: &str) -> &'s str {
    &settings.iter().find(|(known, _)| *known == name).unwrap().1
}

fn advertised(config: &Config) -> Vec<String> {
    let instances = config.instances.iter();
    instances
        .flat_map(|instance| &instance.params.advertised)
        .map(ToString::to_string)
        .collect()
}

/// The list by another way: every item expanded on its own, each address kept where it comes first.
fn expected(text: &str) -> Vec<String> {
    let mut expected: Vec<String> = Vec::new();
    for item in text.split([',', ' ', '\n']).filter(|item| !item.is_empty()) {
        let item = item.trim_end_matches("/32");
        let (from, to) = item.split_once('-').unwrap_or((item, item));
        let (network, from) = from.rsplit_once('.').unwrap();
        let to = to.rsplit('.').next().unwrap();
        for number in from.parse::<u16>().unwrap()..=to.parse().unwrap() {
            let address = format!("{network}.{number}");
            if !expected.contains(&address) {
                expected.push(address);
            }
        }
    }
    expected
}

proptest! {
    #[test]
    fn groups_cover_the_addresses_exactly_once_and_in_order(settings in settings()) {
        let Ok(loaded) = from_environment(&pod(&settings, "10.0.0.23")) else { return Ok(()) };
        prop_assert_eq!(advertised(&loaded.config), expected(value(&settings, "OPENSHIFT_HA_VIRTUAL_IPS")));
        let sizes: Vec<usize> = loaded.config.instances.iter().map(|instance| instance.params.advertised.len()).collect();
        let (largest, smallest) = (sizes.iter().max().unwrap(), sizes.iter().min().unwrap());
        prop_assert!(*smallest >= 1 && *largest <= 255 && largest - smallest <= 1, "{:?}", sizes);
        prop_assert!(sizes.is_sorted_by(|before, after| before >= after), "{:?}", sizes);
        for instance in &loaded.config.instances {
            let held: Vec<_> = instance.addresses.iter().map(|held| held.address).collect();
            prop_assert_eq!(&held, &instance.params.advertised);
        }
    }

    #[test]
    fn no_vrid_is_given_twice_or_is_excluded_and_priorities_are_nobodys_owner(settings in settings()) {
        let Ok(loaded) = from_environment(&pod(&settings, "10.0.0.128")) else { return Ok(()) };
        let offset: u8 = value(&settings, "OPENSHIFT_HA_VRRP_ID_OFFSET").parse().unwrap();
        let excluded: Vec<&str> = value(&settings, "HA_EXCLUDED_VRRP_IDS").split(' ').collect();
        let (mut vrids, mut names) = (HashSet::new(), HashSet::new());
        for (nth, instance) in (1..).zip(&loaded.config.instances) {
            let vrid = instance.params.vrid.get();
            prop_assert!(vrids.insert(vrid) && vrid > offset && !excluded.contains(&vrid.to_string().as_str()));
            let ending = format!("_VIP_{nth}");
            prop_assert!(names.insert(&instance.name) && instance.name.ends_with(&ending));
            prop_assert!((1..=254).contains(&instance.params.priority.get()));
        }
    }

    #[test]
    fn the_same_input_always_gives_the_same_output(settings in settings()) {
        let pod = pod(&settings, "10.0.0.1");
        prop_assert_eq!(from_environment(&pod), from_environment(&pod.clone()));
    }

    /// Nodes of one deployment are told the same but for their own addresses, and must agree on everything that is not
    /// a node's own.
    #[test]
    fn nodes_agree(settings in settings()) {
        let on = |node| from_environment(&pod(&settings, node));
        let (Ok(one), Ok(other)) = (on("10.0.0.1"), on("10.0.0.128")) else {
            prop_assert_eq!(on("10.0.0.1").is_err(), on("10.0.0.128").is_err());
            return Ok(());
        };
        let shared = |config: &Config| -> Vec<_> {
            let instances = config.instances.iter();
            instances
                .map(|instance| (instance.params.vrid, instance.params.advertised.clone(), instance.params.authentication))
                .collect()
        };
        prop_assert_eq!(shared(&one.config), shared(&other.config));
    }

    #[test]
    fn no_text_makes_it_panic(name in prop::sample::select(super::super::names::ALL), text in ".{0,40}") {
        let _ = from_environment(&Pod::with(&[(name, &text)]));
    }
}
