//! The explorer finds what is there, and calls the same the same.

use super::*;

fn plan(routers: u8, depth: u32, defect: Option<Defect>) -> Plan {
    Plan {
        routers,
        depth,
        verdicts: 2,
        most_states: 100_000,
        jobs: NonZeroUsize::MIN,
        defect,
    }
}

#[test]
fn every_order_of_few_events_keeps_the_promises() {
    for (routers, depth) in [(2, 5), (3, 4)] {
        let found = explore(&plan(routers, depth, None), |_| {});
        assert_eq!(found.failure, None);
        assert_eq!(found.depth, depth);
        assert!(found.states > 1000, "{found}");
    }
}

#[test]
fn defects_are_found_with_the_way_to_them() {
    for defect in [
        Defect::ClaimsTwice,
        Defect::StaleAnswerCounts,
        Defect::HigherIgnored,
        Defect::NothingReleased,
    ] {
        let found = explore(&plan(2, 8, Some(defect)), |_| {});
        let failure = found.failure.unwrap_or_default();
        assert!(
            failure.contains("BROKEN") && failure.contains("starts"),
            "{defect}: {failure}"
        );
    }
}

#[test]
fn states_that_differ_only_in_when_they_happened_are_the_same() {
    let setting = &settings(2)[0];
    let start = |later: Duration| {
        let mut state = State::new(setting, 0, None);
        state.now = state.now + later;
        state.take(Step::Start(0)).unwrap();
        state
    };
    let (early, late) = (start(Duration::ZERO), start(Duration::from_secs(77)));
    assert_eq!(normal::key(&early), normal::key(&late));
    let mut other = early.clone();
    other.take(Step::Start(1)).unwrap();
    assert_ne!(normal::key(&early), normal::key(&other));
}

#[test]
fn a_router_that_was_stopped_and_started_is_the_same_but_for_its_epochs() {
    let mut state = State::new(&settings(2)[0], 0, None);
    let life = [Step::Start(0), Step::Timer(0), Step::Granted(0), Step::Stop(0)];
    let mut keys = Vec::new();
    for _ in 0..2 {
        for step in life {
            state.take(step).unwrap();
            while state.ways[0][1].pop_front().is_some() {}
        }
        keys.push(normal::key(&state));
    }
    assert_eq!(keys[0], keys[1]);
}
