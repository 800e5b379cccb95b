//! Who takes over from whom, and when.

use super::*;

fn with(priority: u8, preempt: Preempt) -> Params {
    Params {
        preempt,
        ..params(priority)
    }
}

#[test]
fn times_of_the_rfc_are_exact() {
    let at = |priority, seconds| {
        let mut params = params(priority);
        params.interval = Interval::new(Duration::from_secs(seconds)).unwrap();
        created(params).master_down_interval()
    };
    assert_eq!(at(100, 1), Duration::from_micros(3_609_375));
    assert_eq!(at(254, 1), Duration::from_nanos(3_007_812_500));
    assert_eq!(at(1, 255), Duration::from_nanos(765_996_093_750));
    assert_eq!(created(params(255)).skew_time(), Duration::from_nanos(3_906_250));
}

#[test]
fn silence_makes_master_after_the_master_down_interval() {
    let mut instance = backup(params(100));
    let (at, actions) = wait(&mut instance);
    assert_eq!(at, START + Duration::from_micros(3_609_375));
    assert_eq!(actions, [send(100), Action::Claim(Epoch(1))]);
    assert_eq!(instance.state(), State::Backup, "the kernel has not answered yet");
}

#[test]
fn adverts_of_a_better_master_keep_it_waiting() {
    for (priority, source) in [(101, LOWER), (100, LOWER), (100, HIGHER), (255, LOWER)] {
        let mut instance = backup(params(100));
        for beat in 1..=10 {
            assert_eq!(
                effects(instance.handle(ms(beat * 1000), advert(priority, source))),
                []
            );
            assert_eq!(
                instance.deadline(),
                Some(ms(beat * 1000) + instance.master_down_interval())
            );
        }
    }
}

#[test]
fn a_lower_master_is_displaced_when_the_original_deadline_passes() {
    let mut instance = backup(params(200));
    let deadline = instance.deadline();
    for beat in 1..=3 {
        let note = Note::LowerIgnored {
            from: LOWER,
            theirs: WirePriority::new(100),
        };
        let said = instance.handle(ms(beat * 1000), advert(100, LOWER));
        assert!(said.contains(&Action::Note(note)));
        assert_eq!(instance.deadline(), deadline);
    }
    let (at, actions) = wait(&mut instance);
    assert_eq!(Some(at), deadline);
    // It lives, so the addresses come before the advert that silences it.
    assert_eq!(actions, [Action::Claim(Epoch(1))]);
    let actions = instance.handle(at, Event::Claimed(Epoch(1), Ok(())));
    let cause = Cause::Preempted {
        master: LOWER,
        theirs: WirePriority::new(100),
    };
    assert_eq!(
        actions,
        [send(200), announce(5), moved(State::Backup, State::Master, cause)]
    );
}

#[test]
fn without_preemption_every_master_is_accepted() {
    let mut instance = backup(with(200, Preempt::Never));
    for beat in 1..=100 {
        assert_eq!(effects(instance.handle(ms(beat * 1000), advert(1, LOWER))), []);
    }
    let (at, actions) = wait(&mut instance);
    assert_eq!(
        at,
        ms(100_000) + instance.master_down_interval(),
        "and replaced once it is silent"
    );
    assert_eq!(actions, [send(200), Action::Claim(Epoch(1))]);
}

#[test]
fn without_preemption_a_master_still_yields_to_a_higher_one() {
    let (mut instance, at) = master(with(100, Preempt::Never));
    let _ = instance.handle(at, advert(101, LOWER));
    assert_eq!(instance.state(), State::Backup);
}

#[test]
fn preempt_delay_runs_from_the_first_lower_advert_and_ends_with_the_skew_time() {
    let delay = Duration::from_secs(5);
    let mut instance = backup(with(200, Preempt::After(delay)));
    let skew = instance.skew_time();
    let _ = instance.handle(ms(500), advert(100, LOWER));
    for beat in 1..=5 {
        assert_eq!(
            effects(instance.handle(ms(500 + beat * 1000), advert(100, LOWER))),
            []
        );
    }
    let (at, actions) = wait(&mut instance);
    assert_eq!(at, ms(500) + delay + skew);
    assert_eq!(actions, [Action::Claim(Epoch(1))]);
}

#[test]
fn preempt_delay_does_not_delay_the_replacement_of_a_silent_master() {
    let mut instance = backup(with(200, Preempt::After(Duration::from_mins(5))));
    let _ = instance.handle(ms(1000), advert(100, LOWER));
    let (at, actions) = wait(&mut instance);
    assert_eq!(at, ms(1000) + instance.master_down_interval());
    assert_eq!(actions, [send(200), Action::Claim(Epoch(1))]);
}

#[test]
fn preempt_delay_does_not_delay_the_replacement_of_one_that_resigned() {
    let mut instance = backup(with(200, Preempt::After(Duration::from_mins(5))));
    let _ = instance.handle(ms(1000), advert(100, LOWER));
    let _ = instance.handle(ms(1500), advert(0, LOWER));
    let (at, actions) = wait(&mut instance);
    assert_eq!(at, ms(1500) + instance.skew_time());
    assert_eq!(actions, [send(200), Action::Claim(Epoch(1))]);
}

#[test]
fn a_better_master_ends_the_preempt_delay() {
    let mut instance = backup(with(200, Preempt::After(Duration::from_secs(5))));
    let _ = instance.handle(ms(1000), advert(100, LOWER));
    let said = instance.handle(ms(2000), advert(200, LOWER));
    assert!(said.contains(&Action::Note(Note::DelayEnded)));
    assert_eq!(
        instance.deadline(),
        Some(ms(2000) + instance.master_down_interval())
    );
    let _ = instance.handle(ms(3000), advert(100, LOWER));
    for beat in 4..=7 {
        assert_eq!(
            effects(instance.handle(ms(beat * 1000), advert(100, LOWER))),
            [],
            "it began anew at 3 s"
        );
    }
    assert_eq!(instance.deadline(), Some(ms(8000) + instance.skew_time()));
}

#[test]
fn a_resignation_leaves_only_the_skew_time_and_never_more_than_there_was() {
    let mut instance = backup(params(100));
    let _ = instance.handle(ms(1000), advert(150, HIGHER));
    let _ = instance.handle(ms(2000), advert(0, HIGHER));
    let deadline = instance.deadline();
    assert_eq!(deadline, Some(ms(2000) + instance.skew_time()));
    let _ = instance.handle(ms(2300), advert(0, HIGHER));
    assert_eq!(
        instance.deadline(),
        deadline,
        "a repeated resignation postpones nothing"
    );
    let (at, actions) = wait(&mut instance);
    let _ = instance.handle(at, Event::Claimed(claimed(&actions), Ok(())));
    assert_eq!(instance.status().cause, Cause::Resigned(HIGHER));
}

#[test]
fn the_successor_of_a_resigned_master_keeps_us_waiting() {
    let mut instance = backup(params(100));
    let _ = instance.handle(ms(2000), advert(0, HIGHER));
    let _ = instance.handle(ms(2400), advert(150, LOWER));
    assert_eq!(
        instance.deadline(),
        Some(ms(2400) + instance.master_down_interval())
    );
}

#[test]
fn a_master_that_comes_back_while_we_claim_ends_the_claim() {
    let mut instance = backup(params(150));
    let _ = instance.handle(ms(3000), advert(100, LOWER));
    let (at, actions) = wait(&mut instance);
    let epoch = claimed(&actions);
    let actions = instance.handle(at, advert(200, HIGHER));
    assert!(actions.contains(&Action::Release(epoch)));
    assert_eq!(
        instance.handle(at, Event::Claimed(epoch, Ok(()))),
        [],
        "the answer is stale"
    );
    assert_eq!(instance.state(), State::Backup);
}

#[test]
fn the_owner_is_master_at_once_and_again_after_a_fault() {
    let mut instance = created(params(255));
    let actions = instance.handle(START, Event::Start);
    assert_eq!(actions[..2], [send(255), Action::Claim(Epoch(1))]);
    let _ = instance.handle(START, Event::Claimed(Epoch(1), Ok(())));
    assert_eq!(instance.status().cause, Cause::Owner);
    let _ = instance.handle(ms(1), Event::Network(down()));
    let actions = instance.handle(ms(2), Event::Network(network()));
    assert_eq!(actions[..2], [send(255), Action::Claim(Epoch(2))]);
}

#[test]
fn two_owners_are_told_apart_by_their_addresses() {
    let (mut ours, at) = master(params(254));
    let _ = ours.handle(at, Event::Params(params(255)));
    assert_eq!(effects(ours.handle(at, advert(255, LOWER))), [send(255)]);
    let _ = ours.handle(at, advert(255, HIGHER));
    assert_eq!(ours.state(), State::Backup);
}

#[test]
fn a_changed_priority_moves_the_deadline_by_the_difference_in_skew_time() {
    let mut instance = backup(params(100));
    let before = instance.deadline().unwrap();
    let _ = instance.handle(ms(500), Event::Params(params(164)));
    assert_eq!(instance.deadline().unwrap() + Duration::from_millis(250), before);
    // A deadline that would lie in the past is due now, not before.
    let mut long = params(164);
    long.interval = Interval::new(Duration::from_secs(255)).unwrap();
    let mut instance = backup(long);
    let _ = instance.handle(ms(60_000), Event::Params(params(164)));
    assert_eq!(instance.deadline(), Some(ms(60_000)));
}

#[test]
fn becoming_the_owner_takes_over_at_once() {
    let mut instance = backup(params(100));
    let actions = effects(instance.handle(ms(10), Event::Params(params(255))));
    assert_eq!(actions, [send(255), Action::Claim(Epoch(1))]);
}

#[test]
fn a_master_that_speaks_after_a_resignation_lives() {
    let mut instance = backup(params(200));
    let _ = instance.handle(ms(1000), advert(0, HIGHER));
    let _ = instance.handle(ms(1100), advert(100, LOWER));
    let (at, actions) = wait(&mut instance);
    assert_eq!(at, ms(1000) + instance.skew_time());
    assert_eq!(actions, [Action::Claim(Epoch(1))], "it serves until we can");
}

#[test]
fn a_reload_that_ends_the_right_to_preempt_ends_the_wait() {
    for now_spared in [params(100), params(50), with(200, Preempt::Never)] {
        let mut instance = backup(params(200));
        let _ = instance.handle(ms(3000), advert(100, LOWER));
        assert_eq!(effects(instance.handle(ms(3100), Event::Params(now_spared))), []);
        assert_eq!(
            instance.deadline(),
            Some(ms(3000) + instance.master_down_interval())
        );
    }
}

#[test]
fn a_reload_that_ends_the_right_to_preempt_ends_the_claim() {
    let mut instance = backup(params(200));
    let _ = instance.handle(ms(3000), advert(100, LOWER));
    let (at, actions) = wait(&mut instance);
    let epoch = claimed(&actions);
    assert_eq!(
        effects(instance.handle(at, Event::Params(params(100)))),
        [Action::Release(epoch)]
    );
    assert_eq!(instance.handle(at, Event::Claimed(epoch, Ok(()))), []);
    assert_eq!(instance.state(), State::Backup);
}

#[test]
fn a_reload_that_gives_the_right_to_preempt_waits_for_the_deadline() {
    let mut instance = backup(with(200, Preempt::Never));
    let _ = instance.handle(ms(3000), advert(100, LOWER));
    let _ = instance.handle(ms(3100), Event::Params(params(200)));
    let (at, actions) = wait(&mut instance);
    assert_eq!(at, ms(3000) + instance.master_down_interval());
    assert_eq!(actions, [send(200), Action::Claim(Epoch(1))]);
}

#[test]
fn a_reload_that_keeps_the_delay_keeps_its_end() {
    let delay = Duration::from_secs(2);
    let mut instance = backup(with(200, Preempt::After(delay)));
    let _ = instance.handle(ms(1000), advert(100, LOWER));
    let end = instance.deadline();
    assert_eq!(end, Some(ms(1000) + delay + instance.skew_time()));
    let _ = instance.handle(ms(1500), Event::Params(with(201, Preempt::After(delay))));
    assert_eq!(instance.deadline(), end);
}

#[test]
fn a_reload_with_another_delay_moves_its_end() {
    for seconds in [1, 5] {
        let mut instance = backup(with(200, Preempt::After(Duration::from_secs(2))));
        let _ = instance.handle(ms(1000), advert(100, LOWER));
        let other = Duration::from_secs(seconds);
        let _ = instance.handle(ms(1500), Event::Params(with(200, Preempt::After(other))));
        let _ = instance.handle(ms(1600), advert(100, LOWER));
        let expected = ms(1000) + other + instance.skew_time();
        assert_eq!(
            instance.deadline(),
            Some(expected.min(ms(1600) + instance.master_down_interval()))
        );
    }
}

#[test]
fn a_resignation_of_another_than_the_living_master_changes_nothing() {
    let mut instance = backup(params(100));
    let _ = instance.handle(ms(1000), advert(150, HIGHER));
    let before = instance.deadline();
    let _ = instance.handle(ms(1100), advert(0, LOWER));
    assert_eq!(
        instance.deadline(),
        before,
        "it had lost to the MASTER, and is late to say so"
    );
    let _ = instance.handle(ms(1200), advert(0, HIGHER));
    assert_eq!(instance.deadline(), Some(ms(1200) + instance.skew_time()));
}

#[test]
fn a_reload_that_ends_the_delay_ends_its_timer() {
    let delay = Preempt::After(Duration::from_secs(2));
    for (now_spared, priority) in [
        (with(200, Preempt::Never), 100),
        // Still delaying, but the MASTER is no longer a lower one.
        (with(100, delay), 100),
        (with(99, delay), 100),
    ] {
        let mut instance = backup(with(200, delay));
        let _ = instance.handle(ms(1000), advert(priority, LOWER));
        let _ = instance.handle(ms(2500), advert(priority, LOWER));
        assert_eq!(effects(instance.handle(ms(2600), Event::Params(now_spared))), []);
        assert_eq!(
            instance.deadline(),
            Some(ms(2500) + instance.master_down_interval())
        );
    }
}

#[test]
fn a_master_is_named_when_it_is_another_than_before() {
    let mut instance = backup(params(100));
    let master = |before, now| {
        Action::Note(Note::MasterIs {
            before,
            now,
            priority: WirePriority::new(150),
        })
    };
    assert_eq!(
        instance.handle(ms(100), advert(150, LOWER)),
        [master(None, LOWER)]
    );
    assert_eq!(instance.handle(ms(200), advert(150, LOWER)), []);
    assert_eq!(
        instance.handle(ms(300), advert(150, HIGHER)),
        [master(Some(LOWER), HIGHER)]
    );
}

#[test]
fn one_that_claims_waits_as_long_as_the_lower_master_lives() {
    let mut instance = backup(params(150));
    let _ = instance.handle(ms(3000), advert(100, LOWER));
    let (at, _) = wait(&mut instance);
    let later = at + Duration::from_millis(500);
    assert_eq!(effects(instance.handle(later, advert(100, LOWER))), []);
    assert_eq!(instance.deadline(), Some(later + instance.master_down_interval()));
}

#[test]
fn a_clock_that_went_back_costs_no_second_claim() {
    let mut instance = backup(params(150));
    let _ = instance.handle(ms(4000), advert(100, LOWER));
    let actions = instance.handle(ms(3500), Event::Timeout);
    assert_eq!(actions, [Action::Claim(Epoch(1))]);
    let (at, actions) = wait(&mut instance);
    assert_eq!(at, ms(3500) + instance.master_down_interval());
    assert_eq!(actions, [send(150)]);
}
