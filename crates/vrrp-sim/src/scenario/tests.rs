//! Scenarios as data.

use std::collections::BTreeSet;

use super::*;

#[test]
fn a_seed_always_gives_the_same_scenario_and_another_seed_another() {
    assert_eq!(Scenario::generate(7), Scenario::generate(7));
    assert_ne!(Scenario::generate(7), Scenario::generate(8));
}

#[test]
fn scenarios_are_as_the_rest_expects_them() {
    for seed in 0..2000 {
        let scenario = Scenario::generate(seed);
        let addresses: BTreeSet<_> = scenario.routers.iter().map(|router| router.address).collect();
        assert_eq!(
            addresses.len(),
            scenario.routers.len(),
            "seed {seed}: an address twice"
        );
        assert!((2..=5).contains(&scenario.routers.len()), "seed {seed}");
        assert!(
            scenario
                .disturbances
                .is_sorted_by_key(|disturbance| disturbance.at),
            "seed {seed}"
        );
        assert!(scenario.delay + scenario.jitter <= LAN_SLOWEST, "seed {seed}");
        let mut priorities: Vec<Priority> = scenario.routers.iter().map(|router| router.priority).collect();
        priorities.sort_unstable();
        priorities.dedup();
        assert!(
            !scenario.grouped || priorities.len() == scenario.routers.len(),
            "seed {seed}: a sync group of equals"
        );
        for router in &scenario.routers {
            let names: BTreeSet<String> = router.tracks.iter().map(|track| track.what.to_string()).collect();
            assert_eq!(names.len(), router.tracks.len(), "seed {seed}: something twice");
            if router.kind != Kind::Vrrpd {
                assert!(router.tracks.is_empty(), "seed {seed}");
                assert!(!scenario.grouped, "seed {seed}");
                assert!(!matches!(router.preempt, Preempt::Below(_)), "seed {seed}");
            }
        }
        for router in scenario
            .routers
            .iter()
            .filter(|router| router.priority.is_owner())
        {
            assert_eq!(
                router.preempt,
                Preempt::After(Duration::ZERO),
                "seed {seed}: the owner always preempts"
            );
            assert_eq!(router.kind, Kind::Vrrpd, "seed {seed}");
        }
    }
}

#[test]
fn a_router_that_is_taken_out_takes_its_own_disturbances_along() {
    let mut scenario = Scenario::generate(0);
    while scenario.routers.len() < 3 {
        scenario = Scenario::generate(scenario.seed + 1);
    }
    let disturb = |what| Disturbance {
        at: Moment::default(),
        lasts: Duration::ZERO,
        what,
    };
    scenario.disturbances = vec![
        disturb(What::Pause(1)),
        disturb(What::Crash(2)),
        disturb(What::Cut {
            side: vec![0, 1],
            one_way: true,
        }),
        disturb(What::Cut {
            side: vec![1],
            one_way: true,
        }),
    ];
    let smaller = scenario.without_router(1).unwrap();
    assert_eq!(smaller.routers.len(), scenario.routers.len() - 1);
    let left: Vec<What> = smaller
        .disturbances
        .into_iter()
        .map(|disturbance| disturbance.what)
        .collect();
    assert_eq!(
        left,
        [
            What::Crash(1),
            What::Cut {
                side: vec![0],
                one_way: true
            }
        ]
    );
    assert_eq!(
        Scenario {
            routers: scenario.routers[..2].to_vec(),
            ..scenario
        }
        .without_router(0),
        None
    );
}

#[test]
fn without_its_sync_group_a_scenario_has_nothing_that_happens_to_the_second_member_alone() {
    let mut scenario = Scenario::generate(0);
    let refusing = |only| Disturbance {
        at: Moment::default(),
        lasts: Duration::ZERO,
        what: What::Refusing { node: 0, only },
    };
    scenario.grouped = true;
    scenario.disturbances = vec![refusing(Some(0)), refusing(Some(1)), refusing(None)];
    let alone = scenario.without_group();
    assert!(!alone.grouped);
    assert_eq!(alone.vrids().len(), 1);
    assert_eq!(alone.disturbances, [refusing(None), refusing(None)]);
}
