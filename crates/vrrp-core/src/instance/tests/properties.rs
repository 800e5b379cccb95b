//! What holds whatever happens, in whatever order.

use proptest::prelude::*;

use super::fitness::{DRAIN, READY, WEB, failing, track, verdict};
use super::*;

fn source() -> impl Strategy<Value = IpAddr> {
    prop_oneof![Just(LOWER), Just(HIGHER)]
}

fn any_params() -> impl Strategy<Value = Params> {
    let preempt = prop_oneof![
        Just(Preempt::Never),
        (0_u64..10).prop_map(|seconds| Preempt::After(Duration::from_secs(seconds))),
        (1_u8..=254).prop_map(|below| Preempt::Below(Priority::new(below).unwrap())),
    ];
    let tracks = prop::sample::subsequence(vec![(WEB, 0), (READY, -30), (DRAIN, 7)], 0..=3);
    (1_u8..=255, 1_u64..5, preempt, tracks).prop_map(|(priority, seconds, preempt, tracks)| Params {
        preempt,
        tracks: tracks
            .into_iter()
            .map(|(name, weight)| track(name, weight))
            .collect(),
        interval: Interval::new(Duration::from_secs(seconds)).unwrap(),
        ..params(priority)
    })
}

fn any_verdict() -> impl Strategy<Value = Event> {
    let standing = prop_oneof![
        Just(Standing::Unknown),
        Just(Standing::Passing),
        Just(failing()),
        any::<i64>().prop_map(Standing::Value),
        (-3_i64..3).prop_map(Standing::Value),
    ];
    let what = prop::sample::select(vec![WEB, READY, DRAIN]);
    (what, standing).prop_map(|(what, standing)| verdict(what, standing))
}

fn any_permit() -> impl Strategy<Value = Event> {
    let permit = prop_oneof![
        3 => Just(Permit::Go),
        2 => Just(must_wait()),
        1 => Just(Permit::Fault("inside".into())),
    ];
    permit.prop_map(Event::Permit)
}

/// An event, where the epoch of an answer is counted back from the latest claim's.
fn any_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        1 => Just(Event::Start),
        1 => Just(Event::Stop),
        8 => (any::<u8>(), source()).prop_map(|(priority, source)| advert(priority, source)),
        8 => Just(Event::Timeout),
        1 => prop_oneof![Just(down()), Just(network())].prop_map(Event::Network),
        1 => any_params().prop_map(Event::Params),
        2 => any_verdict(),
        1 => any_permit(),
        4 => (0_u64..3).prop_map(|back| Event::Claimed(Epoch(back), Ok(()))),
        1 => (0_u64..3).prop_map(|back| Event::Claimed(Epoch(back), Err(refusal()))),
        1 => Just(Event::AddressLost),
        1 => Just(Event::SendingAgain),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn any_order_of_events_keeps_the_promises(
        params in any_params(),
        steps in prop::collection::vec((0_u64..4_000, any_event()), 1..200),
    ) {
        let mut instance = created(params);
        let mut twin = instance.clone();
        let mut now = START;
        let mut reported = State::Init;
        let mut latest = 0;
        let mut claimed = None;
        for (pause, event) in steps {
            now = now + Duration::from_millis(pause);
            let event = match event {
                Event::Claimed(Epoch(back), result) => Event::Claimed(Epoch(latest.max(back) - back), result),
                // Half of the time-outs come when they are due.
                Event::Timeout if pause % 2 == 0 => {
                    now = instance.deadline().map_or(now, |deadline| deadline.max(now));
                    Event::Timeout
                }
                event => event,
            };
            let due = instance.deadline().is_some_and(|deadline| deadline <= now);
            let actions = instance.handle(now, event.clone());
            prop_assert_eq!(&actions, &twin.handle(now, event.clone()), "the same again does the same");
            prop_assert!(actions.len() <= Action::MOST, "{actions:?}");

            for action in &actions {
                match action {
                    Action::Claim(Epoch(epoch)) => {
                        prop_assert!(claimed.is_none(), "a claim while one stands");
                        prop_assert!(*epoch > latest, "epochs go up");
                        latest = *epoch;
                        claimed = Some(*epoch);
                    }
                    Action::Release(Epoch(epoch)) => prop_assert_eq!(claimed.take(), Some(*epoch)),
                    Action::Repair(Epoch(epoch)) => prop_assert_eq!(claimed, Some(*epoch)),
                    Action::Moved(moved) => {
                        prop_assert_eq!(moved.from, reported);
                        prop_assert_ne!(moved.from, moved.to);
                        reported = moved.to;
                    }
                    Action::Announce(_) => prop_assert_eq!(instance.state(), State::Master),
                    Action::Send(_) | Action::Note(_) => {}
                }
            }
            // A refused claim is gone without a release; a refused repair is released.
            if let Event::Claimed(Epoch(epoch), Err(_)) = event
                && claimed == Some(epoch)
            {
                claimed = None;
            }
            prop_assert_eq!(instance.state(), reported, "every change of state is reported");
            prop_assert_eq!(instance.status().state, reported);
            let sends = actions.iter().filter_map(|action| match action {
                Action::Send(priority) if !priority.is_resignation() => Some(*priority),
                _ => None,
            });
            for priority in sends {
                // One that yields to its group or a fault sends nothing but resignations after that.
                prop_assert_eq!(priority, instance.priority().into(), "the advert says the effective priority");
            }
            prop_assert!((1..=254).contains(&instance.priority().get()) || instance.params().priority.is_owner());
            match reported {
                State::Master => prop_assert!(instance.deadline().is_some()),
                State::Backup => prop_assert_eq!(
                    instance.deadline().is_none(),
                    instance.can_serve() && !instance.is_advertising() && !instance.is_holding(),
                    "only one that waits for its group has no deadline"
                ),
                State::Init | State::Fault => {}
            }
            if event == Event::Timeout && due {
                prop_assert!(instance.deadline().is_none_or(|deadline| deadline > now), "a deadline is met once");
            }
            if event == Event::Timeout && !due {
                prop_assert_eq!(actions, vec![], "a time-out before its time does nothing");
            }
        }
    }
}
