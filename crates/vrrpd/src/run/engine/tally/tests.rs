use super::*;

fn at(seconds: u64) -> Time {
    Time::default() + Duration::from_secs(seconds)
}

#[test]
fn an_address_that_is_removed_now_and_then_is_no_story() {
    let mut tally = Tally::default();
    for second in [10, 20, 30, 40] {
        tally.repaired(at(second));
        assert!(!tally.keeps_repairing(at(second)));
    }
    assert_eq!(tally.repairs, 4);
}

#[test]
fn one_that_is_removed_again_and_again_is_one_until_that_ends() {
    let mut tally = Tally::default();
    for second in [10, 11, 12] {
        tally.repaired(at(second));
    }
    assert!(tally.keeps_repairing(at(19)));
    assert!(!tally.keeps_repairing(at(20)));
}

#[test]
fn lateness_lies_in_the_bucket_whose_bound_it_does_not_pass() {
    let mut lateness = Lateness::default();
    for micros in [0, 100, 101, 5_000_000] {
        lateness.add(Duration::from_micros(micros));
    }
    assert_eq!(lateness.buckets, [2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    assert_eq!(lateness.worst, Duration::from_secs(5));
    assert_eq!(lateness.sum, Duration::from_micros(5_000_201));
}

#[test]
fn a_refusal_is_remembered_until_it_is_known_to_be_over() {
    let refusal = Refusal::TimedOut;
    let moved = |from, to, cause| Moved { from, to, cause };
    let refused = || {
        let mut tally = Tally::default();
        tally.moved(&moved(
            State::Master,
            State::Fault,
            Cause::Refused(refusal.clone()),
        ));
        tally.moved(&moved(State::Fault, State::Backup, Cause::Recovered));
        assert_eq!(tally.refused, Some(refusal.clone()));
        tally
    };
    let mut granted = refused();
    granted.moved(&moved(State::Backup, State::Master, Cause::Silence));
    assert_eq!(granted.refused, None);
    let mut spared = refused();
    spared.heard(WirePriority::RESIGN, false);
    assert_eq!(spared.refused, None);
}
