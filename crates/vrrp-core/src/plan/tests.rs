use core::net::{IpAddr, Ipv4Addr};
use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::InterfaceName;

const ETH0: u32 = 2;

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn key(text: &str) -> Key {
    let (address, prefix) = text.split_once('/').unwrap();
    Key {
        index: ETH0,
        address: ip(address),
        prefix: prefix.parse().unwrap(),
    }
}

fn virtual_address(text: &str) -> VirtualAddress {
    let Key { address, prefix, .. } = key(text);
    VirtualAddress {
        address,
        prefix,
        interface: InterfaceName::new("eth0").unwrap(),
        label: None,
    }
}

fn labelled(text: &str, label: &str) -> VirtualAddress {
    VirtualAddress {
        label: Some(label.into()),
        ..virtual_address(text)
    }
}

fn wanted(addresses: &[VirtualAddress]) -> Vec<Wanted<'_>> {
    addresses
        .iter()
        .map(|address| Wanted { index: ETH0, address })
        .collect()
}

fn present(text: &str, mark: Option<u8>) -> Present {
    Present {
        key: key(text),
        secondary: false,
        mark,
        label: Some("eth0".into()),
    }
}

fn ours(keys: &[&str]) -> Ownership {
    Ownership {
        ours: keys.iter().map(|text| key(text)).collect(),
        ..Ownership::default()
    }
}

fn add(text: &str, wanted: usize) -> Step {
    Step::Add {
        key: key(text),
        wanted,
    }
}

fn take(text: &str) -> Step {
    Step::Remove { key: key(text) }
}

fn restore(text: &str) -> Step {
    Step::Restore { key: key(text) }
}

/// One row: what the kernel has, what our state file lists, what is wanted, and the plan that follows.
#[track_caller]
fn claims(present: Vec<Present>, ownership: Ownership, want: &[VirtualAddress], plan: &ClaimPlan) {
    let observed = Observed::new(present, ownership);
    assert_eq!(claim(&wanted(want), &observed), *plan);
}

#[test]
fn a_missing_address_is_added_and_a_held_one_is_left_alone() {
    let want = [virtual_address("10.0.0.100/32"), virtual_address("10.0.0.101/32")];
    let steps = vec![add("10.0.0.101/32", 1)];
    claims(
        vec![
            present("10.0.0.1/24", None),
            present("10.0.0.100/32", Some(OUR_MARK)),
        ],
        ours(&["10.0.0.100/32"]),
        &want,
        &ClaimPlan { steps, notes: vec![] },
    );
}

#[test]
fn a_foreign_address_is_held_as_it_is_whatever_its_prefix() {
    let want = [virtual_address("10.0.0.100/32")];
    for foreign in ["10.0.0.100/32", "10.0.0.100/24"] {
        let notes = vec![ClaimNote::Foreign(want[0].clone())];
        let plan = ClaimPlan { steps: vec![], notes };
        claims(vec![present(foreign, None)], Ownership::default(), &want, &plan);
        claims(
            vec![present(foreign, Some(4))],
            Ownership::default(),
            &want,
            &plan,
        );
    }
}

#[test]
fn an_address_with_our_mark_in_no_state_file_is_ours_and_in_anothers_is_foreign() {
    let want = [virtual_address("10.0.0.100/32")];
    let there = || vec![present("10.0.0.100/32", Some(OUR_MARK))];
    claims(there(), Ownership::default(), &want, &ClaimPlan::default());

    let others = BTreeSet::from([key("10.0.0.100/32")]);
    let notes = vec![ClaimNote::Foreign(want[0].clone())];
    claims(
        there(),
        Ownership {
            others: others.clone(),
            ..Ownership::default()
        },
        &want,
        &ClaimPlan { steps: vec![], notes },
    );
    // Both files list it: the other daemon's is out of date, or it would not be in ours.
    let both = Ownership {
        others,
        ..ours(&["10.0.0.100/32"])
    };
    claims(there(), both, &want, &ClaimPlan::default());
}

#[test]
fn without_marks_the_state_file_decides() {
    let want = [virtual_address("10.0.0.100/32")];
    let there = || vec![present("10.0.0.100/32", None)];
    claims(there(), ours(&["10.0.0.100/32"]), &want, &ClaimPlan::default());

    // A kernel that keeps marks says that this one is not ours, although it was.
    let mut marked = there();
    marked.push(present("127.0.0.1/8", Some(1)));
    let notes = vec![ClaimNote::Foreign(want[0].clone())];
    claims(
        marked,
        ours(&["10.0.0.100/32"]),
        &want,
        &ClaimPlan { steps: vec![], notes },
    );
}

#[test]
fn an_address_that_a_dead_keepalived_left_is_taken_over_and_a_living_ones_is_foreign() {
    let want = [virtual_address("10.0.0.100/32")];
    let there = || vec![present("10.0.0.100/32", Some(KEEPALIVED_MARK))];
    let steps = vec![take("10.0.0.100/32"), add("10.0.0.100/32", 0)];
    let notes = vec![ClaimNote::TakenOver(want[0].clone())];
    claims(there(), Ownership::default(), &want, &ClaimPlan { steps, notes });

    let runs = Ownership {
        keepalived_runs: true,
        ..Ownership::default()
    };
    let notes = vec![ClaimNote::Foreign(want[0].clone())];
    claims(there(), runs, &want, &ClaimPlan { steps: vec![], notes });
}

#[test]
fn a_prefix_that_the_interface_has_is_narrowed_and_another_is_not() {
    let narrowed = |wanted: &VirtualAddress, shared: &str| ClaimNote::Narrowed {
        wanted: wanted.clone(),
        prefix: 32,
        shared_with: ip(shared),
    };
    let own = || vec![present("10.0.0.1/24", None)];
    let same = [virtual_address("10.0.0.100/24")];
    let notes = vec![narrowed(&same[0], "10.0.0.1")];
    let steps = vec![add("10.0.0.100/32", 0)];
    claims(
        own(),
        Ownership::default(),
        &same,
        &ClaimPlan {
            steps,
            notes: notes.clone(),
        },
    );

    // Held like that already: nothing to do, still worth telling.
    let mut held = own();
    held.push(present("10.0.0.100/32", Some(OUR_MARK)));
    claims(
        held,
        ours(&["10.0.0.100/32"]),
        &same,
        &ClaimPlan { steps: vec![], notes },
    );

    for other in ["10.0.0.100/25", "10.0.1.100/24"] {
        let want = [virtual_address(other)];
        let plan = ClaimPlan {
            steps: vec![add(other, 0)],
            notes: vec![],
        };
        claims(own(), Ownership::default(), &want, &plan);
    }
}

#[test]
fn of_two_virtual_addresses_in_a_subnet_of_their_own_only_the_first_spans_it() {
    let want = [virtual_address("10.9.0.100/24"), virtual_address("10.9.0.101/24")];
    let notes = vec![ClaimNote::Narrowed {
        wanted: want[1].clone(),
        prefix: 32,
        shared_with: ip("10.9.0.100"),
    }];
    let steps = vec![add("10.9.0.100/24", 0), add("10.9.0.101/32", 1)];
    claims(vec![], Ownership::default(), &want, &ClaimPlan { steps, notes });
}

#[test]
fn a_changed_prefix_is_added_before_the_old_one_goes() {
    let want = [virtual_address("10.9.0.100/24")];
    let steps = vec![add("10.9.0.100/24", 0), take("10.9.0.100/32")];
    let there = vec![present("10.9.0.100/32", Some(OUR_MARK))];
    claims(
        there,
        ours(&["10.9.0.100/32"]),
        &want,
        &ClaimPlan { steps, notes: vec![] },
    );
}

#[test]
fn an_address_that_would_become_a_secondary_of_one_that_goes_waits_for_it() {
    let want = [virtual_address("10.9.0.100/32"), virtual_address("10.9.0.101/24")];
    let steps = vec![
        add("10.9.0.100/32", 0),
        take("10.9.0.100/24"),
        add("10.9.0.101/24", 1),
    ];
    let there = vec![present("10.9.0.100/24", Some(OUR_MARK))];
    claims(
        there,
        ours(&["10.9.0.100/24"]),
        &want,
        &ClaimPlan { steps, notes: vec![] },
    );
}

#[test]
fn a_configured_label_is_put_right_and_any_other_is_left() {
    let there = || vec![present("10.0.0.100/32", Some(OUR_MARK))];
    let steps = vec![take("10.0.0.100/32"), add("10.0.0.100/32", 0)];
    let want = [labelled("10.0.0.100/32", "eth0:web")];
    claims(
        there(),
        ours(&["10.0.0.100/32"]),
        &want,
        &ClaimPlan { steps, notes: vec![] },
    );
    let want = [labelled("10.0.0.100/32", "eth0")];
    claims(there(), ours(&["10.0.0.100/32"]), &want, &ClaimPlan::default());
}

#[test]
fn a_release_takes_ours_with_any_prefix_and_leaves_the_foreign() {
    let want = [virtual_address("10.0.0.100/24"), virtual_address("10.0.0.101/32")];
    let observed = Observed::new(
        [
            present("10.0.0.100/32", Some(OUR_MARK)),
            present("10.0.0.101/32", None),
        ],
        ours(&["10.0.0.100/32"]),
    );
    let plan = release(&wanted(&want), &observed);
    assert_eq!(plan.steps, [take("10.0.0.100/32")]);
    assert_eq!(plan.foreign, [want[1].clone()]);
}

#[test]
fn addresses_that_go_with_their_primary_are_put_back() {
    let want = [virtual_address("10.9.0.100/24")];
    let host = Present {
        secondary: true,
        ..present("10.9.0.1/24", None)
    };
    let observed = Observed::new(
        [present("10.9.0.100/24", Some(OUR_MARK)), host],
        ours(&["10.9.0.100/24"]),
    );
    let plan = release(&wanted(&want), &observed);
    assert_eq!(plan.steps, [take("10.9.0.100/24"), restore("10.9.0.1/24")]);
}

#[test]
fn secondaries_of_ours_go_before_their_primary_and_stay_gone() {
    let want = [virtual_address("10.9.0.100/24"), virtual_address("10.9.0.101/24")];
    let second = Present {
        secondary: true,
        ..present("10.9.0.101/24", Some(OUR_MARK))
    };
    let observed = Observed::new(
        [present("10.9.0.100/24", Some(OUR_MARK)), second],
        Ownership::default(),
    );
    let plan = release(&wanted(&want), &observed);
    assert_eq!(plan.steps, [take("10.9.0.101/24"), take("10.9.0.100/24")]);
}

#[test]
fn a_sweep_removes_what_the_state_file_lists_and_configured_leftovers_only() {
    let configured = [virtual_address("10.0.0.103/32"), virtual_address("10.0.0.104/32")];
    let observed = Observed::new(
        [
            present("10.0.0.1/24", None),
            present("10.0.0.100/32", Some(OUR_MARK)),
            present("10.0.0.101/32", None),
            present("10.0.0.102/32", Some(OUR_MARK)),
            present("10.0.0.103/32", Some(OUR_MARK)),
            present("10.0.0.104/32", Some(KEEPALIVED_MARK)),
        ],
        ours(&["10.0.0.100/32", "10.0.0.101/32", "10.0.0.99/32"]),
    );
    // .101 was put there by somebody after ours had gone; .102 is neither listed nor configured.
    let steps = sweep(&wanted(&configured), &observed);
    assert_eq!(
        steps,
        [
            take("10.0.0.100/32"),
            take("10.0.0.103/32"),
            take("10.0.0.104/32")
        ]
    );
}

#[test]
fn what_another_daemon_on_the_host_has_in_its_configuration_is_its() {
    let want = [virtual_address("10.0.0.100/32"), virtual_address("10.0.0.101/32")];
    let there = || {
        [
            present("10.0.0.100/32", Some(OUR_MARK)),
            present("10.0.0.101/32", Some(OUR_MARK)),
        ]
    };
    let with = |reserved, listed: &[&str]| {
        let ownership = Ownership {
            reserved,
            ..ours(listed)
        };
        Observed::new(there(), ownership)
    };
    let hundred = || Reserved::These([ip("10.0.0.100")].into());

    let observed = with(hundred(), &[]);
    assert_eq!(sweep(&wanted(&want), &observed), [take("10.0.0.101/32")]);
    let plan = claim(&wanted(&want), &observed);
    assert_eq!(
        (plan.steps, plan.notes),
        (vec![], vec![ClaimNote::Foreign(want[0].clone())])
    );
    let plan = release(&wanted(&want), &observed);
    assert_eq!(
        (plan.steps, plan.foreign),
        (vec![take("10.0.0.101/32")], vec![want[0].clone()])
    );

    // What we have put there ourselves is ours, whoever else would like to have it.
    let observed = with(hundred(), &["10.0.0.100/32"]);
    assert_eq!(
        release(&wanted(&want), &observed).steps,
        [take("10.0.0.100/32"), take("10.0.0.101/32")]
    );
    // Somebody does not say what it has.
    let observed = with(Reserved::Any, &["10.0.0.101/32"]);
    assert_eq!(sweep(&wanted(&want), &observed), [take("10.0.0.101/32")]);
}

#[test]
fn a_plan_builds_on_one_that_is_not_yet_carried_out() {
    let first = [virtual_address("10.9.0.100/24")];
    let second = [virtual_address("10.9.0.101/24")];
    let mut observed = Observed::new([], Ownership::default());
    let plan = claim(&wanted(&first), &observed);
    observed.apply(&plan.steps, &wanted(&first));
    assert_eq!(
        claim(&wanted(&second), &observed).steps,
        [add("10.9.0.101/32", 0)]
    );
    assert_eq!(release(&wanted(&first), &observed).steps, [take("10.9.0.100/24")]);
}

#[test]
fn interfaces_do_not_mix() {
    let want = [virtual_address("10.0.0.100/24")];
    let elsewhere = Present {
        key: Key {
            index: 3,
            ..key("10.0.0.100/24")
        },
        ..present("10.0.0.100/24", Some(OUR_MARK))
    };
    let plan = ClaimPlan {
        steps: vec![add("10.0.0.100/24", 0)],
        notes: vec![],
    };
    claims(vec![elsewhere], Ownership::default(), &want, &plan);
}

/// The kernel's rules for IPv4 addresses on one interface, with `promote_secondaries` off.
#[derive(Clone, Debug, Default)]
struct Kernel(Vec<Present>);

impl Kernel {
    fn same_subnet(a: Key, b: Key) -> bool {
        a.prefix == b.prefix && subnet(a) == subnet(b)
    }

    fn add(&mut self, mut address: Present) {
        if self.0.iter().any(|there| there.key == address.key) {
            return;
        }
        let primary = self
            .0
            .iter()
            .any(|there| !there.secondary && Self::same_subnet(there.key, address.key));
        address.secondary = primary;
        self.0.push(address);
    }

    fn remove(&mut self, key: Key) {
        let Some(at) = self.0.iter().position(|there| there.key == key) else {
            return;
        };
        let gone = self.0.remove(at);
        if !gone.secondary {
            self.0
                .retain(|there| !(there.secondary && Self::same_subnet(there.key, key)));
        }
    }

    fn carry_out(&mut self, steps: &[Step], wanted: &[Wanted<'_>]) {
        let before = self.0.clone();
        for step in steps {
            match *step {
                Step::Add { key, wanted: which } => self.add(Present {
                    key,
                    secondary: false,
                    mark: Some(OUR_MARK),
                    label: wanted[which].address.label.clone(),
                }),
                Step::Remove { key } => self.remove(key),
                Step::Restore { key } => {
                    self.add(before.iter().find(|there| there.key == key).unwrap().clone());
                }
            }
        }
    }

    fn observed(&self, ours: &BTreeSet<Key>) -> Observed {
        let marked = Present {
            key: Key {
                index: 1,
                address: ip("127.0.0.1"),
                prefix: 8,
            },
            secondary: false,
            mark: Some(1),
            label: None,
        };
        let ownership = Ownership {
            ours: ours.clone(),
            ..Ownership::default()
        };
        Observed::new(self.0.iter().cloned().chain([marked]), ownership)
    }

    fn foreign(&self) -> BTreeSet<Key> {
        self.0
            .iter()
            .filter(|there| there.mark.is_none())
            .map(|there| there.key)
            .collect()
    }

    fn has(&self, address: IpAddr) -> bool {
        self.0.iter().any(|there| there.key.address == address)
    }
}

/// Few addresses and prefix lengths, so that subnets are shared more often than not.
fn some_key() -> impl Strategy<Value = Key> {
    let prefix = prop_oneof![Just(24), Just(28), Just(32)];
    (0_u8..24, prefix).prop_map(|(host, prefix)| Key {
        index: ETH0,
        address: Ipv4Addr::new(10, 0, 0, host).into(),
        prefix,
    })
}

fn some_mark() -> impl Strategy<Value = Option<u8>> {
    prop_oneof![3 => Just(None), 2 => Just(Some(OUR_MARK)), 1 => Just(Some(KEEPALIVED_MARK))]
}

fn some_kernel() -> impl Strategy<Value = Kernel> {
    prop::collection::vec((some_key(), some_mark()), 0..12).prop_map(|addresses| {
        let mut kernel = Kernel::default();
        for (key, mark) in addresses {
            kernel.add(Present {
                key,
                secondary: false,
                mark,
                label: Some("eth0".into()),
            });
        }
        kernel
    })
}

fn some_wanted() -> impl Strategy<Value = Vec<VirtualAddress>> {
    prop::collection::btree_map(
        0_u8..24,
        (prop_oneof![Just(24), Just(28), Just(32)], any::<bool>()),
        1..8,
    )
    .prop_map(|hosts| {
        let address = |(host, (prefix, label)): (u8, (u8, bool))| VirtualAddress {
            address: Ipv4Addr::new(10, 0, 0, host).into(),
            prefix,
            interface: InterfaceName::new("eth0").unwrap(),
            label: label.then(|| "eth0:v".into()),
        };
        hosts.into_iter().map(address).collect()
    })
}

proptest! {
    #[test]
    fn a_claim_holds_everything_and_costs_nobody_an_address(
        mut kernel in some_kernel(),
        want in some_wanted(),
    ) {
        let want = wanted(&want);
        let foreign = kernel.foreign();
        let mut observed = kernel.observed(&BTreeSet::new());
        let plan = claim(&want, &observed);
        kernel.carry_out(&plan.steps, &want);
        for want in &want {
            prop_assert!(kernel.has(want.address.address), "{} is missing", want.address);
        }
        prop_assert_eq!(kernel.foreign(), foreign);

        // Nothing is left to do, by the kernel and by the model of it.
        prop_assert_eq!(claim(&want, &kernel.observed(&BTreeSet::new())).steps, vec![]);
        observed.apply(&plan.steps, &want);
        prop_assert_eq!(claim(&want, &observed).steps, vec![]);
    }

    #[test]
    fn a_release_leaves_none_of_ours_and_all_of_the_others(
        mut kernel in some_kernel(),
        want in some_wanted(),
        later in prop::collection::vec(some_key(), 0..4),
    ) {
        let want = wanted(&want);
        let plan = claim(&want, &kernel.observed(&BTreeSet::new()));
        kernel.carry_out(&plan.steps, &want);
        for key in later {
            kernel.add(Present { key, secondary: false, mark: None, label: None });
        }
        let foreign = kernel.foreign();
        let plan = release(&want, &kernel.observed(&BTreeSet::new()));
        kernel.carry_out(&plan.steps, &want);
        prop_assert_eq!(kernel.foreign(), foreign);
        let wanted: BTreeSet<IpAddr> = want.iter().map(|want| want.address.address).collect();
        let left = kernel.0.iter().find(|there| there.mark.is_some() && wanted.contains(&there.key.address));
        prop_assert_eq!(left, None);
    }
}
