//! Being MASTER: the rhythm, the answers, the announcements, the repairs.

use super::*;

/// All that a MASTER does of its own accord until `end`, with the time since `from`.
fn run(instance: &mut Instance, from: Time, end: Duration) -> Vec<(Duration, Action)> {
    let mut trace = Vec::new();
    while let Some(deadline) = instance.deadline().filter(|&at| at <= from + end) {
        trace.extend(
            instance
                .handle(deadline, Event::Timeout)
                .into_iter()
                .map(|a| (deadline.since(from), a)),
        );
    }
    trace
}

fn times(trace: &[(Duration, Action)], wanted: &Action) -> Vec<u64> {
    trace
        .iter()
        .filter(|(_, action)| action == wanted)
        .map(|(at, _)| u64::try_from(at.as_millis()).unwrap())
        .collect()
}

#[test]
fn adverts_and_announcements_follow_their_plan() {
    let (mut instance, at) = master(params(100));
    let trace = run(&mut instance, at, Duration::from_secs(130));
    assert_eq!(
        times(&trace, &send(100)),
        (1..=130).map(|s| s * 1000).collect::<Vec<_>>()
    );
    assert_eq!(times(&trace, &announce(1)), [1000, 2000, 5000, 65_000, 125_000]);
}

#[test]
fn nothing_that_arrives_moves_the_rhythm() {
    let (mut instance, at) = master(params(100));
    let mut adverts = Vec::new();
    for step in 1..=400 {
        let now = at + Duration::from_millis(step * 25);
        if instance.deadline().is_some_and(|deadline| deadline <= now) {
            let deadline = instance.deadline().unwrap();
            if instance.handle(deadline, Event::Timeout).contains(&send(100)) {
                adverts.push(deadline.since(at).as_millis());
            }
        }
        let _ = instance.handle(now, advert(50, LOWER));
        let _ = instance.handle(now, Event::Network(network()));
        let _ = instance.handle(now, Event::Timeout);
    }
    let whole: Vec<u128> = adverts.into_iter().filter(|ms| ms % 1000 == 0).collect();
    assert_eq!(whole, (1..=10).map(|s| s * 1000).collect::<Vec<_>>());
}

#[test]
fn a_late_wake_up_keeps_the_rhythm_and_makes_up_for_nothing() {
    let (mut instance, at) = master(params(100));
    let late = at + Duration::from_millis(4300);
    let actions = instance.handle(late, Event::Timeout);
    assert_eq!(actions.iter().filter(|&action| *action == send(100)).count(), 1);
    let trace = run(&mut instance, at, Duration::from_secs(7));
    assert_eq!(times(&trace, &send(100)), [5000, 6000, 7000]);
    let exact = at + Duration::from_secs(9);
    let _ = instance.handle(exact, Event::Timeout);
    assert!(instance.deadline() > Some(exact));
}

#[test]
fn a_contender_is_answered_at_once_and_then_ten_times_a_second() {
    let (mut instance, at) = master(params(100));
    let first = instance.handle(at, advert(50, LOWER));
    assert_eq!(effects(first), [send(100)]);
    let mut answers = 0;
    for step in 1..=900 {
        let now = at + Duration::from_millis(step);
        answers += effects(instance.handle(now, advert(50, LOWER))).len();
        if instance.deadline().is_some_and(|deadline| deadline <= now) {
            answers += instance.handle(now, Event::Timeout).len();
        }
    }
    assert!((8..=9).contains(&answers), "{answers} answers in 0.9 s");
}

#[test]
fn a_contest_long_after_the_takeover_announces_anew() {
    let (mut instance, at) = master(params(100));
    let now = at + Duration::from_millis(20_500);
    let _ = run(&mut instance, at, Duration::from_millis(20_500));
    assert_eq!(
        effects(instance.handle(now, advert(50, LOWER))),
        [send(100), announce(5)]
    );
    let later = now + Duration::from_millis(300);
    assert_eq!(
        effects(instance.handle(later, advert(0, LOWER))),
        [send(100)],
        "that series has only just begun"
    );
    let trace = run(&mut instance, now, Duration::from_secs(6));
    assert_eq!(times(&trace, &announce(1)), [1000, 2000, 5000]);
}

#[test]
fn an_advert_that_just_went_out_is_an_answer() {
    let (mut instance, at) = master(params(100));
    let (beat, actions) = wait(&mut instance);
    assert_eq!((beat.since(at).as_millis(), &actions[0]), (1000, &send(100)));
    assert_eq!(effects(instance.handle(beat, advert(50, LOWER))), [announce(5)]);
    let (answer, actions) = wait(&mut instance);
    assert_eq!((answer.since(beat).as_millis(), actions), (100, vec![send(100)]));
}

#[test]
fn without_again_and_refresh_there_is_one_round() {
    let announce_once = Announcing {
        repeat: 3,
        again: Vec::new(),
        refresh: None,
    };
    let mut instance = backup(Params {
        announce: announce_once,
        ..params(100)
    });
    let (at, actions) = wait(&mut instance);
    let actions = instance.handle(at, Event::Claimed(claimed(&actions), Ok(())));
    assert!(actions.contains(&announce(3)));
    let trace = run(&mut instance, at, Duration::from_secs(200));
    assert_eq!(times(&trace, &announce(1)), []);
}

#[test]
fn a_lost_address_is_put_back_at_once_and_announced() {
    let (mut instance, at) = master(params(100));
    let now = at + Duration::from_secs(10);
    let _ = run(&mut instance, at, Duration::from_secs(10));
    let actions = instance.handle(now, Event::AddressLost);
    assert_eq!(
        actions,
        [
            Action::Note(Note::Repairing { times: 1 }),
            Action::Repair(Epoch(1))
        ]
    );
    assert_eq!(instance.state(), State::Master);
    assert_eq!(
        instance.handle(now, Event::Claimed(Epoch(1), Ok(()))),
        [announce(5)]
    );
}

#[test]
fn one_that_is_lost_before_the_claim_is_answered_is_put_back_after_it() {
    let mut instance = backup(params(100));
    let (at, actions) = wait(&mut instance);
    let epoch = claimed(&actions);
    assert_eq!(instance.handle(at, Event::AddressLost), []);
    assert!(
        instance
            .handle(at, Event::Claimed(epoch, Ok(())))
            .contains(&Action::Repair(epoch))
    );
}

#[test]
fn a_war_over_an_address_is_fought_once_a_second() {
    let (mut instance, at) = master(params(100));
    let mut repairs = Vec::new();
    for step in 0..10_000 {
        let now = at + Duration::from_millis(step);
        let mut actions = instance.handle(now, Event::AddressLost);
        if instance.deadline().is_some_and(|deadline| deadline <= now) {
            actions.extend(instance.handle(now, Event::Timeout));
        }
        repairs.extend(
            actions
                .iter()
                .filter(|a| matches!(a, Action::Repair(_)))
                .map(|_| step),
        );
    }
    let once_a_second = (1..10).map(|second| second * 1000);
    let expected: Vec<u64> = (0..5).chain(once_a_second).collect();
    assert_eq!(repairs, expected, "five at once, then one a second");
}

#[test]
fn changed_parameters_are_told_at_once() {
    let (mut instance, at) = master(params(100));
    let now = at + Duration::from_millis(400);
    assert_eq!(
        effects(instance.handle(now, Event::Params(params(90)))),
        [send(90)]
    );
    assert_eq!(
        instance.deadline(),
        Some(at + Duration::from_secs(1)),
        "the announcements keep their plan"
    );
    let mut longer = params(90);
    longer.interval = Interval::new(Duration::from_secs(3)).unwrap();
    longer.announce = Announcing {
        repeat: 1,
        again: Vec::new(),
        refresh: None,
    };
    let _ = instance.handle(now, Event::Params(longer));
    let trace = run(&mut instance, now, Duration::from_secs(9));
    assert_eq!(times(&trace, &send(90)), [3000, 6000, 9000]);
}

#[test]
fn a_late_clock_earns_no_extra_repair() {
    let (mut instance, at) = master(params(100));
    let mut repairs = 0;
    let mut now = at;
    while now < at + Duration::from_secs(20) {
        let actions = instance.handle(now, Event::AddressLost);
        repairs += actions
            .iter()
            .filter(|action| matches!(action, Action::Repair(_)))
            .count();
        // Every wake-up comes a few milliseconds after its deadline.
        now = instance.deadline().unwrap().max(now) + Duration::from_millis(7);
        let actions = instance.handle(now, Event::Timeout);
        repairs += actions
            .iter()
            .filter(|action| matches!(action, Action::Repair(_)))
            .count();
    }
    assert!((20..=24).contains(&repairs), "{repairs} in 20 s");
}

#[test]
fn a_stale_answer_announces_nothing() {
    let (mut instance, at) = master(params(100));
    let now = at + Duration::from_millis(20_500);
    let _ = run(&mut instance, at, Duration::from_millis(20_500));
    assert_eq!(instance.handle(now, Event::Claimed(Epoch(0), Ok(()))), []);
    assert_eq!(
        instance.handle(now, Event::Claimed(Epoch(1), Ok(()))),
        [announce(5)],
        "the answer to a repair does"
    );
}

#[test]
fn it_holds_from_the_claim_to_the_release() {
    let mut instance = backup(params(100));
    assert!(!instance.is_holding());
    let (at, actions) = wait(&mut instance);
    assert!(instance.is_holding(), "claimed, and not answered yet");
    let _ = instance.handle(at, Event::Claimed(claimed(&actions), Ok(())));
    assert!(instance.is_holding());
    let actions = instance.handle(at, Event::Stop);
    assert!(actions.contains(&Action::Release(Epoch(1))));
    assert!(!instance.is_holding());
}

#[test]
fn a_repair_that_had_to_wait_is_woken_for() {
    let (mut instance, at) = master(params(100));
    let lost = at + Duration::from_millis(300);
    for _ in 0..5 {
        assert!(
            instance
                .handle(lost, Event::AddressLost)
                .contains(&Action::Repair(Epoch(1)))
        );
    }
    assert_eq!(instance.handle(lost, Event::AddressLost), []);

    let mut punctual = instance.clone();
    let trace = run(&mut punctual, lost, Duration::from_secs(5));
    assert_eq!(times(&trace, &Action::Repair(Epoch(1))), [1000]);

    let late = lost + Duration::from_millis(1007);
    assert!(
        instance
            .handle(late, Event::Timeout)
            .contains(&Action::Repair(Epoch(1)))
    );
}
