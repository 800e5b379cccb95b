use super::*;

fn at(milliseconds: u64) -> Time {
    Time::default() + Duration::from_millis(milliseconds)
}

#[test]
fn nothing_is_due_before_something_happens() {
    let mut pace = Pace::default();
    assert_eq!(pace.due(), None);
    pace.looked(at(0), false);
    assert_eq!(pace.due(), None);
}

#[test]
fn a_look_comes_when_changes_are_over_or_after_a_second() {
    let mut pace = Pace::default();
    pace.looked(at(0), false);
    pace.happened(at(60_000));
    assert_eq!(pace.due(), Some(at(60_300)));
    pace.happened(at(60_200));
    assert_eq!(pace.due(), Some(at(60_500)));
    for moment in (60_300..62_000).step_by(100) {
        pace.happened(at(moment));
    }
    assert_eq!(pace.due(), Some(at(61_000)));
}

/// When it is looked at, if something happens every so often.
fn looks(every: u64, until: u64) -> Vec<u64> {
    let mut pace = Pace::default();
    pace.looked(at(0), false);
    let mut looks = Vec::new();
    for moment in (20_000..until).step_by(10) {
        if moment % every == 0 {
            pace.happened(at(moment));
        }
        if pace.due().is_some_and(|due| due <= at(moment)) {
            pace.looked(at(moment), false);
            looks.push(moment);
        }
    }
    looks
}

#[test]
fn where_changes_keep_coming_looks_become_rare() {
    for every in [10, 200, 1000, 7000] {
        let looks = looks(every, 400_000);
        let gaps: Vec<_> = looks.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let (first, rest) = gaps.split_at(5);
        assert!(first.iter().all(|&gap| gap >= 1000), "{every}: {gaps:?}");
        assert!(
            rest.len() > 10 && rest.iter().all(|&gap| gap >= 10_000),
            "{every}: {gaps:?}"
        );
    }
}

#[test]
fn after_a_quiet_time_a_change_is_looked_at_at_once() {
    let looks = looks(11_000, 200_000);
    let changes: Vec<_> = looks.iter().map(|look| look / 11_000 * 11_000 + 300).collect();
    assert!(looks.len() > 10);
    assert_eq!(looks, changes);
}

#[test]
fn a_rule_that_has_to_be_put_back_again_and_again_never_waits_long() {
    let mut pace = Pace::default();
    pace.looked(at(0), false);
    for reload in (1..20).map(|nth| nth * 1_500) {
        pace.happened(at(reload));
        let due = pace.due().unwrap();
        assert!(due <= at(reload + 1_000), "{due:?}");
        pace.looked(due, true);
    }
}
