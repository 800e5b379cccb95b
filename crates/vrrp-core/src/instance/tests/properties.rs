//! What holds whatever happens, in whatever order.

use proptest::prelude::*;

use super::*;

fn source() -> impl Strategy<Value = IpAddr> {
    prop_oneof![Just(LOWER), Just(HIGHER)]
}

fn any_params() -> impl Strategy<Value = Params> {
    let preempt = prop_oneof![
        Just(Preempt::Never),
        (0_u64..10).prop_map(|seconds| Preempt::After(Duration::from_secs(seconds))),
    ];
    (1_u8..=255, 1_u64..5, preempt).prop_map(|(priority, seconds, preempt)| Params {
        preempt,
        interval: Interval::new(Duration::from_secs(seconds)).unwrap(),
        ..params(priority)
    })
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
            if matches!(reported, State::Backup | State::Master) {
                prop_assert!(instance.deadline().is_some());
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
