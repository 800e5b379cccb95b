use std::time::Duration;

use super::*;

fn add(journal: &Journal, times: u64) {
    for _ in 0..times {
        let what = Happened::CheckChanged {
            check: "web".into(),
            standing: "passing".into(),
        };
        journal.add(Wall::since_epoch(Duration::ZERO), what);
    }
}

fn numbers(events: &[Arc<Event>]) -> Vec<u64> {
    events.iter().map(|event| event.sequence).collect()
}

#[test]
fn events_are_numbered_from_1_and_those_after_a_number_can_be_had() {
    let journal = Journal::default();
    add(&journal, 3);
    assert_eq!(numbers(&journal.after(0)), [1, 2, 3]);
    assert_eq!(numbers(&journal.after(2)), [3]);
    assert_eq!(
        numbers(&journal.after(9)),
        [1, 2, 3],
        "the number of an earlier run"
    );
}

#[test]
fn a_thousand_are_kept_and_who_comes_too_late_is_told_how_many_are_gone() {
    let journal = Journal::default();
    add(&journal, 1500);
    assert_eq!(journal.after(0).len(), KEPT);
    let late = journal.after(100);
    assert_eq!(late.len(), KEPT + 1);
    assert_eq!(late[0].sequence, 500);
    assert_eq!(late[0].what, Happened::Missed { events: 400 });
    assert_eq!(late[1].sequence, 501);
    assert_eq!(numbers(&journal.after(1499)), [1500]);
}

#[tokio::test(flavor = "current_thread")]
async fn whoever_waits_is_woken_by_the_next_one() {
    let journal = Arc::new(Journal::default());
    add(&journal, 1);
    journal.more(0).await;
    let waiting = tokio::spawn({
        let journal = Arc::clone(&journal);
        async move {
            journal.more(1).await;
            numbers(&journal.after(1))
        }
    });
    tokio::task::yield_now().await;
    assert!(!waiting.is_finished());
    add(&journal, 1);
    assert_eq!(waiting.await.unwrap(), [2]);
}

#[test]
fn rejects_cannot_make_the_rest_be_forgotten() {
    let journal = Journal::default();
    add(&journal, 5);
    for _ in 0..5000 {
        let what = Happened::FirstReject {
            router: None,
            interface: "eth0".into(),
            source: std::net::IpAddr::from([10, 0, 0, 1]),
            reason: "password".into(),
            because: "invalid password".into(),
        };
        journal.add(Wall::since_epoch(Duration::ZERO), what);
    }
    let kept = journal.after(0);
    assert_eq!(numbers(&kept)[..5], [1, 2, 3, 4, 5]);
    assert_eq!(
        kept[5].what,
        Happened::Missed { events: 4800 },
        "in the place of those that are gone"
    );
    assert_eq!(kept.len(), 5 + 1 + REJECTS);
    assert_eq!(
        kept.last().map(|event| event.sequence),
        Some(5005),
        "the latest are kept"
    );
}

#[test]
fn checks_and_conditions_cannot_make_transitions_be_forgotten() {
    let journal = Journal::default();
    for _ in 0..100 {
        let what = Happened::GroupTransition {
            group: "gw".into(),
            from: crate::report::State::Backup,
            to: crate::report::State::Master,
        };
        journal.add(Wall::since_epoch(Duration::ZERO), what);
    }
    add(&journal, 5000);
    let kept = journal.after(0);
    assert_eq!(kept.iter().filter(|event| is_transition(event)).count(), 100);
    assert_eq!(
        kept.iter()
            .filter(|event| !matches!(event.what, Happened::Missed { .. }))
            .count(),
        KEPT
    );
}
