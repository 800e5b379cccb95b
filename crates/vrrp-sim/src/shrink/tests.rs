//! What is left after shrinking.

use super::*;
use crate::sabotage::Defect;

#[test]
fn what_is_left_fails_in_the_same_way_and_is_small() {
    for defect in [Defect::ResignationIgnored, Defect::TieReversed, Defect::NoRepair] {
        let options = Options {
            traced: false,
            defect: Some(defect),
        };
        let failing = (0..1000)
            .map(Scenario::generate)
            .find(|scenario| run(scenario, options).failure.is_some());
        let failing = failing.unwrap();
        let rule = run(&failing, options).failure.unwrap().breach.rule;
        let least = shrink(&failing, options);
        assert_eq!(run(&least, options).failure.unwrap().breach.rule, rule);
        assert!(least.disturbances.len() <= 2, "{defect}: {least}");
        assert!(least.routers.len() <= 3, "{defect}: {least}");
        assert_eq!(least.jitter, Duration::ZERO, "{defect}: {least}");
        assert!(!least.grouped, "{defect}: {least}");
        let tracks = least.routers.iter().map(|router| router.tracks.len());
        assert_eq!(tracks.sum::<usize>(), 0, "{defect}: {least}");
    }
}

#[test]
fn what_needs_a_sync_group_keeps_it() {
    let options = Options {
        traced: false,
        defect: Some(Defect::MemberAlone),
    };
    let mut scenarios = (0..1000).map(Scenario::generate);
    let failing = scenarios.find(|scenario| run(scenario, options).failure.is_some());
    let least = shrink(&failing.unwrap(), options);
    assert!(least.grouped && least.routers.len() == 2, "{least}");
}

#[test]
fn what_does_not_fail_stays_as_it_is() {
    let scenario = Scenario::generate(3);
    assert_eq!(shrink(&scenario, Options::default()), scenario);
}
