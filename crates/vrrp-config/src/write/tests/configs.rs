//! Configurations of all kinds, as [`crate::load`] makes them on the host `alpha`.

mod scripts;

use core::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};
use vrrp_checks::{Check, Hooks};
use vrrp_core::{
    Announcing, Authentication, InterfaceName, Interval, Params, Password, Preempt, Priority, Track, Tracked,
    Transport, VirtualAddress, Vrid, Weight,
};

use crate::{Config, Control, Firewall, Group, GroupConfig, InstanceConfig};
use scripts::{check, hooks, millis, name, path};

/// All kinds of configurations.
pub(crate) fn configs() -> impl Strategy<Value = Config> {
    let checks = vec(check(), 0..4);
    let instances = vec((instance(), tracks(), option::of(0..2_usize)), 1..5);
    let hooks = vec(hooks(), 2);
    let name = select(vec!["vrrpd", "edge-1"]);
    let daemon = (name, option::of(path()), firewall(), http(), control());
    (checks, instances, hooks, daemon, weights()).prop_map(
        |(mut checks, parts, hooks, (name, fifo, firewall, http, control), weights)| {
            for (number, check) in checks.iter_mut().enumerate() {
                check.name += &number.to_string();
            }
            let mut wishes = Vec::new();
            let mut instances = Vec::new();
            for (number, (mut instance, wish, group)) in parts.into_iter().enumerate() {
                number_it(&mut instance, number);
                let wish = wish.resolve(&checks, &weights, &instance);
                instance.params.tracks.clone_from(&wish);
                wishes.push((wish, group));
                instances.push(instance);
            }
            let groups = hooks.into_iter().enumerate().filter_map(|(number, hooks)| {
                // Not in the order of the instances.
                let members = (0..instances.len()).rev();
                let members: Vec<usize> = members
                    .filter(|&member| wishes[member].1 == Some(number))
                    .collect();
                join(&mut instances, &members, &wishes)?;
                let hooks = Hooks {
                    reasserted: None,
                    ..hooks
                };
                let name = format!("group {number}");
                Some(GroupConfig { name, members, hooks })
            });
            let groups: Vec<GroupConfig> = groups.collect();
            let name = name.to_owned();
            Config {
                name,
                checks,
                instances,
                groups,
                notify_fifo: fifo.map(Into::into),
                firewall,
                http,
                control,
            }
        },
    )
}

/// What one member tracks counts for all, and they have one priority.
fn join(
    instances: &mut [InstanceConfig],
    members: &[usize],
    wishes: &[(Vec<Track>, Option<usize>)],
) -> Option<()> {
    let first = instances[*members.first()?].params.clone();
    let mut union: Vec<Track> = Vec::new();
    for track in members.iter().flat_map(|&member| &wishes[member].0) {
        if !union.contains(track) {
            union.push(track.clone());
        }
    }
    for &member in members {
        let params = &mut instances[member].params;
        params.tracks.clone_from(&union);
        params.priority = first.priority;
        if first.priority.is_owner() {
            params.preempt = Preempt::After(Duration::ZERO);
        }
    }
    Some(())
}

/// Gives an instance what no other may have.
fn number_it(instance: &mut InstanceConfig, number: usize) {
    let number = u8::try_from(number).unwrap();
    instance.name += &number.to_string();
    instance.params.vrid = Vrid::new(number + 1).unwrap();
    let count = instance.addresses.len() - usize::from(number).min(instance.addresses.len() - 1);
    for (place, address) in (1..).zip(&mut instance.addresses) {
        address.address = IpAddr::from([10, 9, number, place]);
    }
    instance.params.advertised = instance
        .addresses
        .iter()
        .take(count)
        .map(|own| own.address)
        .collect();
}

/// What an instance names, before it is known what there is.
#[derive(Clone, Debug)]
struct Wish {
    checks: Vec<Index>,
    interfaces: Vec<&'static str>,
}

impl Wish {
    fn resolve(&self, checks: &[Check], weights: &[i16], instance: &InstanceConfig) -> Vec<Track> {
        let checks = self.checks.iter().filter(|_| !checks.is_empty()).map(|index| {
            let number = index.index(checks.len());
            (
                Tracked::Check(checks[number].name.as_str().into()),
                weights[number],
            )
        });
        let interfaces = self.interfaces.iter().map(|name| interface(name));
        let needed = |name: &InterfaceName| {
            instance.interface == *name || instance.addresses.iter().any(|own| own.interface == *name)
        };
        let interfaces = interfaces.filter(|name| !needed(name)).map(|name| {
            let weight = weights[usize::from(name.as_str().as_bytes()[3] - b'0')];
            (Tracked::Interface(name), weight)
        });
        let mut tracks: Vec<Track> = Vec::new();
        for (what, weight) in checks.chain(interfaces) {
            if tracks.iter().all(|track| track.what != what) {
                tracks.push(Track {
                    what,
                    weight: Weight::new(weight).unwrap(),
                });
            }
        }
        tracks
    }
}

fn tracks() -> impl Strategy<Value = Wish> {
    let interfaces = subsequence(vec!["eth1", "eth2", "eth3"], 0..=3).prop_shuffle();
    (vec(any::<Index>(), 0..3), interfaces).prop_map(|(checks, interfaces)| Wish { checks, interfaces })
}

/// Of each check, and of each interface by its number.
fn weights() -> impl Strategy<Value = Vec<i16>> {
    vec(prop_oneof![Just(0), -254..=254_i16], 4)
}

fn interface(name: &str) -> InterfaceName {
    InterfaceName::new(name).unwrap()
}

fn firewall() -> impl Strategy<Value = Option<Firewall>> {
    let chain = option::of("[A-Z][A-Z-]{0,8}");
    option::of(chain.prop_map(|chain| Firewall { chain }))
}

fn http() -> impl Strategy<Value = Option<SocketAddr>> {
    let address = select(vec![
        "127.0.0.1",
        "10.77.0.1",
        "0.0.0.0",
        "::1",
        "fd00::1:9650",
        "::",
    ]);
    let listen = (address, 1..=65535_u16);
    option::of(listen.prop_map(|(address, port)| SocketAddr::new(address.parse().unwrap(), port)))
}

fn control() -> impl Strategy<Value = Control> {
    let group = option::of(select(vec![("vrrpd", 990), ("www", 33)]));
    (group, any::<bool>()).prop_map(|(group, may_change)| Control {
        group_may_change: may_change && group.is_some(),
        group: group.map(|(name, gid)| Group {
            name: name.to_owned(),
            gid,
        }),
    })
}

fn address() -> impl Strategy<Value = VirtualAddress> {
    let label = option::of(r#"eth0:[a-z"$é]{0,5}"#);
    let on = select(vec!["eth0", "eth0", "eth1"]);
    (select(vec![32, 32, 31, 24, 16]), on, label).prop_map(|(prefix, on, label)| VirtualAddress {
        // Another one each, later.
        address: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        prefix,
        interface: interface(on),
        label: label.map(Into::into),
    })
}

fn announcing() -> impl Strategy<Value = Announcing> {
    let again = vec(millis(1, 100_000), 0..4).prop_map(|mut again| {
        again.sort_unstable();
        again.dedup();
        again
    });
    let other =
        (1..=255_u8, again, option::of(millis(1000, 10_000_000))).prop_map(|(repeat, again, refresh)| {
            Announcing {
                repeat,
                again,
                refresh,
            }
        });
    prop_oneof![Just(Announcing::default()), other]
}

fn params() -> impl Strategy<Value = Params> {
    let priority = prop_oneof![Just(100), Just(255), 1..=254_u8];
    let preempt = prop_oneof![
        Just(Preempt::Never),
        Just(Preempt::After(Duration::ZERO)),
        millis(0, 10_000_000).prop_map(Preempt::After),
        (1..=254_u8).prop_map(|below| Preempt::Below(Priority::new(below).unwrap())),
    ];
    let peers = subsequence(
        (1..=9_u8)
            .map(|n| IpAddr::from([10, 200, 0, n]))
            .collect::<Vec<_>>(),
        0..=9,
    );
    let transport = prop_oneof![
        Just(Transport::Multicast),
        peers.prop_map(|peers| Transport::Unicast { peers })
    ];
    let password = option::of(r#"[a-z$ "'\\#]{1,6}é?"#);
    (priority, preempt, 1..=255_u64, transport, password, announcing()).prop_map(
        |(priority, preempt, interval, transport, password, announce)| {
            let priority = Priority::new(priority).unwrap();
            Params {
                vrid: Vrid::new(1).unwrap(),
                priority,
                interval: Interval::new(Duration::from_secs(interval)).unwrap(),
                preempt: if priority.is_owner() {
                    Preempt::After(Duration::ZERO)
                } else {
                    preempt
                },
                transport,
                authentication: password.map_or(Authentication::None, |password| {
                    Authentication::Simple(Password::new(password.as_bytes()).unwrap())
                }),
                advertised: Vec::new(),
                announce,
                tracks: Vec::new(),
            }
        },
    )
}

fn instance() -> impl Strategy<Value = InstanceConfig> {
    let source = option::of((1..=9_u8).prop_map(|n| Ipv4Addr::new(172, 16, 0, n)));
    let debounce = prop_oneof![Just(Duration::ZERO), millis(1, 60_000)];
    let on = select(vec!["eth0", "eth1", "eth2"]);
    (
        name(),
        on,
        source,
        params(),
        vec(address(), 1..12),
        debounce,
        hooks(),
    )
        .prop_map(
            |(name, on, source, params, addresses, link_debounce, hooks)| InstanceConfig {
                name,
                interface: interface(on),
                source,
                params,
                addresses,
                link_debounce,
                hooks,
            },
        )
}
