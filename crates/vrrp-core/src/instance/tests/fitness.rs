//! What tracks and sync groups do to a virtual router.

use super::*;

pub(super) const WEB: &str = "web";
pub(super) const READY: &str = "ready";
pub(super) const DRAIN: &str = "drain";

pub(super) fn track(name: &str, weight: i16) -> Track {
    Track {
        what: Tracked::Check(name.into()),
        weight: Weight::new(weight).unwrap(),
    }
}

pub(super) fn verdict(name: &str, standing: Standing) -> Event {
    Event::Verdict(Tracked::Check(name.into()), standing)
}

pub(super) fn failing() -> Standing {
    Standing::Failing("exited with status 1".into())
}

fn with(priority: u8, tracks: &[(&str, i16)]) -> Params {
    Params {
        tracks: tracks.iter().map(|(name, weight)| track(name, *weight)).collect(),
        ..params(priority)
    }
}

fn changed(from: u8, to: u8, name: &str, standing: Standing) -> Action {
    Action::Note(Note::PriorityChanged {
        from: Priority::new(from).unwrap(),
        to: Priority::new(to).unwrap(),
        by: Some((Tracked::Check(name.into()), standing)),
    })
}

fn fault(name: &str, standing: Standing) -> Cause {
    Cause::Fault(Fault::Tracked(Tracked::Check(name.into()), standing))
}

#[test]
fn before_its_first_result_a_check_without_a_weight_holds_it_in_fault() {
    let mut instance = created(with(100, &[(WEB, 0)]));
    let awaited = Cause::Fault(Fault::Awaited(Tracked::Check(WEB.into())));
    assert_eq!(
        instance.handle(START, Event::Start),
        [moved(State::Init, State::Fault, awaited)]
    );
    assert_eq!(instance.deadline(), None);
    assert_eq!(
        instance.handle(ms(5), verdict(WEB, Standing::Passing)),
        [moved(State::Fault, State::Backup, Cause::Recovered)]
    );
    assert_eq!(
        instance.deadline(),
        Some(ms(5) + instance.master_down_interval()),
        "it listens for the whole interval"
    );
}

#[test]
fn a_first_result_that_fails_says_why() {
    let mut instance = created(with(100, &[(WEB, 0)]));
    let _ = instance.handle(START, Event::Start);
    let cause = fault(WEB, failing());
    assert_eq!(
        instance.handle(ms(5), verdict(WEB, failing())),
        [Action::Note(Note::FaultIs(cause.clone()))]
    );
    assert_eq!(instance.status().cause, cause);
    assert_eq!(cause.to_string(), "check web failing: exited with status 1");
}

#[test]
fn a_result_before_the_start_counts() {
    let mut instance = created(with(100, &[(WEB, 0)]));
    assert_eq!(instance.handle(START, verdict(WEB, Standing::Passing)), []);
    assert_eq!(
        instance.handle(START, Event::Start),
        [moved(State::Init, State::Backup, Cause::Started)]
    );
}

#[test]
fn a_failing_check_without_a_weight_resigns_twice() {
    let mut instance = created(with(100, &[(WEB, 0)]));
    let _ = instance.handle(START, verdict(WEB, Standing::Passing));
    let _ = instance.handle(START, Event::Start);
    let (at, actions) = wait(&mut instance);
    let epoch = claimed(&actions);
    let _ = instance.handle(at, Event::Claimed(epoch, Ok(())));
    assert_eq!(
        instance.handle(at, verdict(WEB, failing())),
        [
            send(0),
            send(0),
            Action::Release(epoch),
            moved(State::Master, State::Fault, fault(WEB, failing()))
        ]
    );
}

#[test]
fn weights_add_while_passing_and_subtract_while_failing() {
    let mut instance = backup(with(100, &[(WEB, 20), (READY, -30), (DRAIN, -2)]));
    assert_eq!(instance.priority().get(), 100, "nothing is known yet");
    let steps = [
        (WEB, Standing::Passing, 120),
        (READY, Standing::Passing, 120),
        (READY, failing(), 90),
        (WEB, failing(), 70),
        (DRAIN, Standing::Value(10), 50),
        (DRAIN, Standing::Value(-10), 90),
        (DRAIN, failing(), 68),
        (READY, Standing::Passing, 98),
        (WEB, Standing::Passing, 118),
        (DRAIN, Standing::Value(126), 1),
        (DRAIN, Standing::Value(i64::MIN), 254),
        (DRAIN, Standing::Value(0), 120),
    ];
    let mut from = 100;
    for (name, standing, to) in steps {
        let actions = instance.handle(ms(1), verdict(name, standing.clone()));
        if from == to {
            assert_eq!(actions, []);
        } else {
            assert_eq!(actions, [changed(from, to, name, standing)]);
        }
        assert_eq!(instance.priority().get(), to);
        from = to;
    }
}

#[test]
fn a_number_without_a_weight_is_a_fault_unless_it_is_zero() {
    let mut instance = created(with(100, &[(DRAIN, 0)]));
    let _ = instance.handle(START, verdict(DRAIN, Standing::Value(0)));
    let _ = instance.handle(START, Event::Start);
    assert_eq!(instance.state(), State::Backup);
    let _ = instance.handle(ms(1), verdict(DRAIN, Standing::Value(1)));
    assert_eq!(instance.state(), State::Fault);
    assert_eq!(instance.status().cause.to_string(), "check drain says 1");
    let _ = instance.handle(ms(2), verdict(DRAIN, Standing::Value(0)));
    assert_eq!(instance.state(), State::Backup);
}

#[test]
fn a_number_that_takes_the_whole_priority_is_a_fault() {
    let mut instance = backup(with(100, &[(DRAIN, -1)]));
    let _ = instance.handle(ms(1), verdict(DRAIN, Standing::Value(253)));
    assert_eq!((instance.state(), instance.priority().get()), (State::Backup, 1));
    let _ = instance.handle(ms(2), verdict(DRAIN, Standing::Value(254)));
    assert_eq!(instance.state(), State::Fault);
}

#[test]
fn a_master_that_leaves_says_only_that() {
    let (mut instance, at) = master(with(100, &[(DRAIN, -1)]));
    let sent = |actions: Actions| -> Vec<Action> {
        actions
            .into_iter()
            .filter(|action| matches!(action, Action::Send(_)))
            .collect()
    };
    assert_eq!(
        sent(instance.handle(at, verdict(DRAIN, Standing::Value(300)))),
        [send(0), send(0)]
    );
    let (mut instance, at) = master(params(100));
    let actions = instance.handle(at, Event::Params(with(90, &[(WEB, 0)])));
    assert_eq!(sent(actions), [send(0), send(0)]);
}

#[test]
fn the_owner_is_immune_to_weights_and_not_to_faults() {
    let mut instance = created(with(255, &[(READY, -200), (WEB, 0)]));
    let _ = instance.handle(START, verdict(WEB, Standing::Passing));
    let _ = instance.handle(START, Event::Start);
    assert_eq!(instance.handle(ms(1), verdict(READY, failing())), []);
    assert!(instance.priority().is_owner());
    let _ = instance.handle(ms(2), verdict(WEB, failing()));
    assert_eq!(instance.state(), State::Fault);
}

#[test]
fn the_same_verdict_and_one_of_something_else_change_nothing() {
    let mut instance = backup(with(100, &[(READY, -30)]));
    let _ = instance.handle(ms(1), verdict(READY, failing()));
    let before = format!("{instance:?}");
    assert_eq!(instance.handle(ms(2), verdict(READY, failing())), []);
    assert_eq!(instance.handle(ms(3), verdict(WEB, failing())), []);
    assert_eq!(format!("{instance:?}"), before);
}

#[test]
fn a_master_tells_its_new_priority_at_once_and_keeps_its_rhythm() {
    let (mut instance, at) = master(with(100, &[(READY, -30)]));
    let now = at + Duration::from_millis(400);
    assert_eq!(
        instance.handle(now, verdict(READY, failing())),
        [changed(100, 70, READY, failing()), send(70)]
    );
    // A check that flaps does not make it a flood.
    assert_eq!(
        effects(instance.handle(now + Duration::from_millis(10), verdict(READY, Standing::Passing))),
        []
    );
    let (next, actions) = wait(&mut instance);
    assert_eq!(
        (next, actions),
        (now + Duration::from_millis(100), vec![send(100)])
    );
    let (next, actions) = wait(&mut instance);
    assert_eq!(next, at + Duration::from_secs(1));
    assert_eq!(effects(actions), [send(100), announce(1)]);
}

#[test]
fn a_backup_moves_its_deadline_by_the_skew() {
    let mut instance = backup(with(100, &[(READY, -30)]));
    let before = instance.deadline().unwrap();
    let _ = instance.handle(ms(1000), verdict(READY, failing()));
    let skew = Duration::from_nanos(30 * 3_906_250);
    assert_eq!(instance.deadline(), Some(before + skew));
    let _ = instance.handle(ms(1100), verdict(READY, Standing::Passing));
    assert_eq!(instance.deadline(), Some(before));
}

#[test]
fn one_that_is_about_to_displace_and_sinks_below_lets_the_master_be() {
    let mut instance = backup(with(100, &[(READY, -30)]));
    let _ = instance.handle(ms(3000), advert(90, LOWER));
    let (at, actions) = wait(&mut instance);
    let epoch = claimed(&actions);
    assert_eq!(
        effects(instance.handle(at, verdict(READY, failing()))),
        [Action::Release(epoch)]
    );
    assert_eq!(
        instance.deadline(),
        Some(ms(3000) + instance.master_down_interval())
    );
}

#[test]
fn a_master_that_sinks_below_its_backup_is_displaced() {
    let mut instance = backup(params(90));
    let _ = instance.handle(ms(1000), advert(100, LOWER));
    let deadline = instance.deadline();
    let _ = instance.handle(ms(1500), advert(70, LOWER));
    assert_eq!(instance.deadline(), deadline, "its adverts do not count any more");
    let (_, actions) = wait(&mut instance);
    assert_eq!(actions, [Action::Claim(Epoch(1))]);
}

#[test]
fn a_reload_keeps_what_is_known_of_what_is_still_tracked() {
    let mut instance = backup(with(100, &[(WEB, -10), (READY, -30)]));
    let _ = instance.handle(ms(1), verdict(READY, failing()));
    let _ = instance.handle(ms(2), Event::Params(with(100, &[(READY, -40), (DRAIN, -5)])));
    assert_eq!(instance.priority().get(), 60);
    let _ = instance.handle(ms(3), Event::Params(with(100, &[(READY, 0)])));
    assert_eq!(instance.state(), State::Fault);
    let _ = instance.handle(ms(4), Event::Params(params(100)));
    assert_eq!(instance.state(), State::Backup);
}

#[test]
fn a_refusal_is_told_again_when_the_check_that_hid_it_passes() {
    let mut instance = backup(with(100, &[(READY, -30), (DRAIN, -1)]));
    let (at, actions) = wait(&mut instance);
    let _ = instance.handle(at, Event::Claimed(claimed(&actions), Err(refusal())));
    let _ = instance.handle(at, verdict(DRAIN, Standing::Value(254)));
    assert_eq!(instance.deadline(), None, "there is no use in trying");
    let _ = instance.handle(at, verdict(DRAIN, Standing::Value(0)));
    assert_eq!(instance.status().cause, Cause::Refused(refusal()));
    assert_eq!(
        instance.deadline(),
        Some(at + Duration::from_secs(10)),
        "a check that flaps earns no earlier try"
    );
}

mod below {
    use super::*;

    fn below(priority: u8, threshold: u8) -> Params {
        Params {
            preempt: Preempt::Below(Priority::new(threshold).unwrap()),
            ..params(priority)
        }
    }

    #[test]
    fn a_master_at_or_above_the_threshold_is_left_in_peace() {
        for theirs in [100, 101, 109] {
            let mut instance = backup(below(110, 100));
            for beat in 1..=5 {
                assert_eq!(
                    effects(instance.handle(ms(beat * 1000), advert(theirs, LOWER))),
                    []
                );
            }
            assert_eq!(
                instance.deadline(),
                Some(ms(5000) + instance.master_down_interval())
            );
        }
    }

    #[test]
    fn a_master_below_the_threshold_and_below_us_is_displaced() {
        let mut instance = backup(below(95, 100));
        let _ = instance.handle(ms(1000), advert(110, LOWER));
        let deadline = instance.deadline();
        // Below the threshold, and still no worse than we are.
        let _ = instance.handle(ms(2000), advert(95, LOWER));
        assert_ne!(instance.deadline(), deadline);
        let deadline = instance.deadline();
        let _ = instance.handle(ms(3000), advert(94, LOWER));
        assert_eq!(instance.deadline(), deadline);
        let (at, _) = wait(&mut instance);
        assert_eq!(Some(at), deadline);
        assert_eq!(instance.handle(at, Event::Claimed(Epoch(1), Ok(()))).len(), 3);
        assert_eq!(instance.state(), State::Master);
    }

    #[test]
    fn one_that_recovers_while_it_is_being_displaced_stays() {
        let mut instance = backup(below(110, 100));
        let _ = instance.handle(ms(3000), advert(90, LOWER));
        let (at, actions) = wait(&mut instance);
        let epoch = claimed(&actions);
        assert_eq!(
            effects(instance.handle(at, advert(105, LOWER))),
            [Action::Release(epoch)]
        );
    }

    #[test]
    fn a_silent_master_is_replaced_whatever_its_priority() {
        let mut instance = backup(below(50, 10));
        let _ = instance.handle(ms(1000), advert(100, LOWER));
        let (at, actions) = wait(&mut instance);
        assert_eq!(at, ms(1000) + instance.master_down_interval());
        assert_eq!(actions, [send(50), Action::Claim(Epoch(1))]);
    }
}

mod group {
    use super::*;

    /// One that waits for its group since its time has come.
    fn ready(params: Params) -> (Instance, Time) {
        let mut instance = created(params);
        let _ = instance.handle(START, Event::Permit(must_wait()));
        let _ = instance.handle(START, Event::Start);
        let at = instance.deadline().expect("a deadline");
        assert_eq!(instance.handle(at, Event::Timeout), [Action::Note(Note::Waiting)]);
        (instance, at)
    }

    #[test]
    fn one_that_is_ready_has_nothing_to_wait_for_but_its_group() {
        let (instance, _) = ready(params(100));
        assert_eq!(instance.deadline(), None);
        assert!(instance.can_serve());
    }

    #[test]
    fn an_advert_that_counts_ends_its_readiness() {
        let (mut instance, at) = ready(params(100));
        let _ = instance.handle(at, advert(150, LOWER));
        assert!(!instance.can_serve());
        assert_eq!(instance.deadline(), Some(at + instance.master_down_interval()));
    }

    #[test]
    fn a_lower_master_is_displaced_when_the_group_can() {
        let delay = Preempt::After(Duration::from_secs(5));
        for preempt in [Preempt::After(Duration::ZERO), delay] {
            let mut instance = created(Params {
                preempt,
                ..params(100)
            });
            let _ = instance.handle(START, Event::Permit(must_wait()));
            let _ = instance.handle(START, Event::Start);
            let mut beat = 0;
            while !instance.can_serve() {
                beat += 500;
                let _ = instance.handle(ms(beat), advert(90, LOWER));
                let _ = instance.handle(ms(beat), Event::Timeout);
            }
            // It stays ready, and a preempt_delay that is over does not begin anew.
            let _ = instance.handle(ms(beat + 1000), advert(90, LOWER));
            assert!(instance.can_serve());
            assert_eq!(
                instance.handle(ms(beat + 1001), Event::Permit(Permit::Go)),
                [Action::Claim(Epoch(1))],
                "the MASTER lives: addresses first"
            );
        }
    }

    #[test]
    fn the_owner_waits_too() {
        let mut instance = created(params(255));
        let _ = instance.handle(START, Event::Permit(must_wait()));
        assert_eq!(
            instance.handle(START, Event::Start),
            [moved(State::Init, State::Backup, Cause::Started)]
        );
        assert!(instance.can_serve());
        assert_eq!(
            instance.handle(ms(1), Event::Permit(Permit::Go)),
            [send(255), Action::Claim(Epoch(1))]
        );
    }

    #[test]
    fn a_fault_of_another_member_ends_with_it() {
        let mut instance = backup(params(100));
        let _ = instance.handle(ms(1), Event::Permit(Permit::Fault("inside".into())));
        assert!(!instance.has_own_fault(), "the fault is not its own");
        assert_eq!(
            instance.handle(ms(2), Event::Permit(must_wait())),
            [moved(State::Fault, State::Backup, Cause::Recovered)]
        );
    }

    #[test]
    fn a_refused_claim_is_tried_again_although_the_others_are_in_fault_because_of_it() {
        let mut instance = backup(params(100));
        let (at, actions) = wait(&mut instance);
        let _ = instance.handle(at, Event::Claimed(claimed(&actions), Err(refusal())));
        let _ = instance.handle(at, Event::Permit(Permit::Fault("inside".into())));
        assert_eq!(instance.deadline(), Some(at + Duration::from_secs(10)));
        let _ = wait(&mut instance);
        assert!(!instance.has_own_fault());
        assert_eq!(instance.state(), State::Fault, "until the other is well too");
    }
}
