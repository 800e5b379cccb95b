//! The rules tell of priorities and of FAULT what the documents say.

use vrrp_core::{Announcing, Authentication, Interval, Standing, Track, Tracked, Transport, Vrid, Weight};

use super::*;

fn params(priority: u8, weights: &[i16]) -> Params {
    let track = |(index, &weight): (usize, &i16)| Track {
        what: check(index),
        weight: Weight::new(weight).unwrap(),
    };
    Params {
        vrid: Vrid::new(51).unwrap(),
        priority: Priority::new(priority).unwrap(),
        interval: Interval::DEFAULT,
        preempt: Preempt::Never,
        transport: Transport::Multicast,
        authentication: Authentication::None,
        advertised: Vec::new(),
        announce: Announcing::default(),
        tracks: weights.iter().enumerate().map(track).collect(),
    }
}

fn check(index: usize) -> Tracked {
    Tracked::Check(format!("check {index}").into())
}

fn fails() -> Standing {
    Standing::Failing("no answer".into())
}

/// The priority, and whether it cannot take part, when what it tracks stands so.
fn fitness(priority: u8, tracks: &[(i16, Standing)]) -> (u8, bool) {
    let weights: Vec<i16> = tracks.iter().map(|(weight, _)| *weight).collect();
    let params = params(priority, &weights);
    let mut fitness = Fitness::new(&params);
    for (index, (_, standing)) in tracks.iter().enumerate() {
        fitness.step(&Event::Verdict(check(index), standing.clone()));
    }
    (fitness.priority(params.priority).get(), fitness.fault().is_some())
}

#[test]
fn a_positive_weight_counts_while_it_passes_and_a_negative_one_while_it_fails() {
    let (passes, unknown) = (|| Standing::Passing, || Standing::Unknown);
    assert_eq!(fitness(100, &[(20, passes()), (-30, passes())]), (120, false));
    assert_eq!(fitness(100, &[(20, fails()), (-30, fails())]), (70, false));
    assert_eq!(fitness(100, &[(20, unknown()), (-30, unknown())]), (100, false));
    assert_eq!(
        fitness(100, &[(20, Standing::Value(2)), (-30, Standing::Value(-1))]),
        (170, false)
    );
}

#[test]
fn a_priority_stays_between_1_and_254_and_the_owner_s_as_it_is() {
    assert_eq!(
        fitness(100, &[(254, Standing::Passing), (254, Standing::Passing)]),
        (254, false)
    );
    assert_eq!(fitness(100, &[(-254, fails())]), (1, false));
    assert_eq!(fitness(255, &[(-254, fails())]), (255, false));
}

#[test]
fn weight_0_and_a_lost_number_are_faults() {
    assert_eq!(fitness(100, &[(0, Standing::Unknown)]), (100, true));
    assert_eq!(fitness(100, &[(0, fails())]), (100, true));
    assert_eq!(fitness(100, &[(0, Standing::Value(7))]), (100, true));
    assert_eq!(
        fitness(100, &[(0, Standing::Value(0)), (0, Standing::Passing)]),
        (100, false)
    );
    assert_eq!(fitness(100, &[(-127, Standing::Value(2))]), (1, true));
    assert_eq!(fitness(100, &[(-127, Standing::Value(1))]), (1, false));
    assert!(fitness(255, &[(0, fails())]).1, "the owner too");
}

#[test]
fn a_reload_keeps_what_is_known_of_what_is_still_tracked() {
    let mut fitness = Fitness::new(&params(100, &[-10, -20]));
    fitness.step(&Event::Verdict(check(0), fails()));
    fitness.step(&Event::Verdict(check(1), fails()));
    fitness.step(&Event::Params(params(100, &[-40])));
    assert_eq!(fitness.priority(Priority::DEFAULT).get(), 60);
    fitness.step(&Event::Params(params(100, &[-40, -20])));
    assert_eq!(
        fitness.priority(Priority::DEFAULT).get(),
        60,
        "what was forgotten is unknown"
    );
}

#[test]
fn a_threshold_spares_what_is_at_it_or_above() {
    let [ours, threshold] = [200, 100].map(|priority| Priority::new(priority).unwrap());
    let displaces = |theirs| entitled(Preempt::Below(threshold), ours, WirePriority::new(theirs));
    assert_eq!([99, 100, 150, 200].map(displaces), [true, false, false, false]);
    let (ours, below) = (Priority::new(50).unwrap(), Preempt::Below(threshold));
    assert!(!entitled(below, ours, WirePriority::new(50)), "its equal");
    assert!(entitled(below, ours, WirePriority::new(49)));
}
