//! Every pair of role and event, by name: what is done, and which state people see after it.

use super::*;

/// The roles: as peers see us, and what the kernel has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum In {
    Init,
    Fault,
    Refused,
    Backup,
    /// BACKUP that has heard a MASTER of lower priority and waits for the `preempt_delay`.
    Delaying,
    /// BACKUP whose time has come, and whose sync group makes it wait.
    Ready,
    /// BACKUP that claims the addresses before it displaces a living MASTER.
    Preempting,
    /// Has sent its first advert and waits for the kernel.
    Taking,
    Master,
}

const ALL: [In; 9] = [
    In::Init,
    In::Fault,
    In::Refused,
    In::Backup,
    In::Delaying,
    In::Ready,
    In::Preempting,
    In::Taking,
    In::Master,
];

const DELAY: Duration = Duration::from_secs(30);
const OUR_PRIORITY: u8 = 100;

/// A router in this role at one second after [`START`], its deadline still ahead, and the epoch of its claim.
fn at(role: In) -> (Instance, Epoch) {
    let mut delayed = params(OUR_PRIORITY);
    delayed.preempt = Preempt::After(DELAY);
    match role {
        In::Init => (created(params(OUR_PRIORITY)), Epoch::default()),
        In::Fault => {
            let mut instance = Instance::new(params(OUR_PRIORITY), down());
            let _ = instance.handle(START, Event::Start);
            (instance, Epoch::default())
        }
        In::Refused => {
            let (mut instance, epoch) = at(In::Taking);
            let _ = instance.handle(ms(1000), Event::Claimed(epoch, Err(refusal())));
            (instance, epoch)
        }
        In::Backup => (backup(params(OUR_PRIORITY)), Epoch::default()),
        In::Delaying => {
            let mut instance = backup(delayed);
            let _ = instance.handle(START, advert(50, LOWER));
            (instance, Epoch::default())
        }
        In::Ready => {
            let mut instance = Instance::new(params(OUR_PRIORITY), network());
            let _ = instance.handle(START, Event::Permit(must_wait()));
            let started = START + Duration::from_secs(1) - instance.master_down_interval();
            let _ = instance.handle(started, Event::Start);
            let (when, actions) = wait(&mut instance);
            assert_eq!((when, actions), (ms(1000), vec![Action::Note(Note::Waiting)]));
            (instance, Epoch::default())
        }
        In::Preempting => {
            let mut instance = Instance::new(params(OUR_PRIORITY), network());
            let started = START + Duration::from_secs(1) - instance.master_down_interval();
            let _ = instance.handle(started, Event::Start);
            let _ = instance.handle(ms(900), advert(50, LOWER));
            let (_, actions) = wait(&mut instance);
            (instance, claimed(&actions))
        }
        In::Taking => {
            let mut instance = Instance::new(params(OUR_PRIORITY), network());
            let started = START + Duration::from_secs(1) - instance.master_down_interval();
            let _ = instance.handle(started, Event::Start);
            let (when, actions) = wait(&mut instance);
            assert_eq!(when, ms(1000));
            (instance, claimed(&actions))
        }
        In::Master => {
            let (mut instance, epoch) = at(In::Taking);
            let _ = instance.handle(ms(1000), Event::Claimed(epoch, Ok(())));
            (instance, epoch)
        }
    }
}

/// What a router in this role does about an event at one second after [`START`].
fn does(role: In, event: impl Fn(Epoch) -> Event) -> (Actions, State) {
    let (mut instance, epoch) = at(role);
    let actions = effects(instance.handle(ms(1000), event(epoch)));
    (actions, instance.state())
}

/// Asserts the whole row of an event: the roles that are not named must not react.
fn row(event: impl Fn(Epoch) -> Event, expected: &[(In, Vec<Action>, State)]) {
    for role in ALL {
        let (actions, state) = does(role, &event);
        if let Some((_, expected, to)) = expected.iter().find(|(named, ..)| *named == role) {
            assert_eq!(
                (&actions, state),
                (expected, *to),
                "{role:?} on {:?}",
                event(Epoch(1))
            );
        } else {
            let before = at(role).0.state();
            assert_eq!(
                (actions, state),
                (vec![], before),
                "{role:?} must not react to {:?}",
                event(Epoch(1))
            );
        }
    }
}

fn release() -> Action {
    Action::Release(Epoch(1))
}

#[test]
fn start() {
    row(
        |_| Event::Start,
        &[(
            In::Init,
            vec![moved(State::Init, State::Backup, Cause::Started)],
            State::Backup,
        )],
    );
}

#[test]
fn stop() {
    let stopped = |from| moved(from, State::Init, Cause::Stopped);
    row(
        |_| Event::Stop,
        &[
            (In::Fault, vec![stopped(State::Fault)], State::Init),
            (In::Refused, vec![stopped(State::Fault)], State::Init),
            (In::Backup, vec![stopped(State::Backup)], State::Init),
            (In::Delaying, vec![stopped(State::Backup)], State::Init),
            (In::Ready, vec![stopped(State::Backup)], State::Init),
            (
                In::Preempting,
                vec![release(), stopped(State::Backup)],
                State::Init,
            ),
            (
                In::Taking,
                vec![send(0), release(), stopped(State::Backup)],
                State::Init,
            ),
            (
                In::Master,
                vec![send(0), release(), stopped(State::Master)],
                State::Init,
            ),
        ],
    );
}

#[test]
fn advert_of_higher_priority() {
    let cause = Cause::HigherPriority {
        master: LOWER,
        theirs: WirePriority::new(200),
    };
    row(
        |_| advert(200, LOWER),
        &[
            (In::Preempting, vec![release()], State::Backup),
            (In::Taking, vec![send(100), release()], State::Backup),
            (
                In::Master,
                vec![
                    send(100),
                    release(),
                    moved(State::Master, State::Backup, cause.clone()),
                ],
                State::Backup,
            ),
        ],
    );
}

#[test]
fn advert_of_equal_priority_and_higher_address() {
    let cause = Cause::HigherAddress { master: HIGHER };
    row(
        |_| advert(100, HIGHER),
        &[
            (In::Preempting, vec![release()], State::Backup),
            (In::Taking, vec![send(100), release()], State::Backup),
            (
                In::Master,
                vec![
                    send(100),
                    release(),
                    moved(State::Master, State::Backup, cause.clone()),
                ],
                State::Backup,
            ),
        ],
    );
}

#[test]
fn advert_of_equal_priority_and_lower_address() {
    row(
        |_| advert(100, LOWER),
        &[
            // A BACKUP takes its equal for a MASTER, whatever its address.
            (In::Preempting, vec![release()], State::Backup),
            (In::Taking, vec![send(100)], State::Backup),
            (In::Master, vec![send(100)], State::Master),
        ],
    );
}

#[test]
fn advert_of_lower_priority() {
    row(
        |_| advert(50, HIGHER),
        &[
            (In::Taking, vec![send(100)], State::Backup),
            (In::Master, vec![send(100)], State::Master),
        ],
    );
}

#[test]
fn resignation() {
    row(
        |_| advert(0, HIGHER),
        &[
            (In::Taking, vec![send(100)], State::Backup),
            (In::Master, vec![send(100)], State::Master),
        ],
    );
}

#[test]
fn timeout_before_the_deadline() {
    // `at` leaves the deadline of each role ahead.
    row(|_| Event::Timeout, &[]);
}

#[test]
fn timeout_at_the_deadline() {
    for role in ALL {
        let (mut instance, _) = at(role);
        let Some(deadline) = instance.deadline() else {
            assert!(
                matches!(role, In::Init | In::Fault | In::Ready),
                "{role:?} has nothing to wait for"
            );
            continue;
        };
        let actions = effects(instance.handle(deadline, Event::Timeout));
        let expected = match role {
            In::Init | In::Fault | In::Ready => unreachable!("they have no deadline"),
            In::Refused => vec![moved(State::Fault, State::Backup, Cause::Recovered)],
            // The MASTER that was spared has gone silent before the delay was over.
            In::Backup | In::Delaying => vec![send(100), Action::Claim(Epoch(1))],
            // The kernel has not answered. For the one that preempts, the MASTER is gone: now the others must know.
            In::Preempting | In::Taking => vec![send(100)],
            In::Master => vec![send(100), announce(1)],
        };
        assert_eq!(actions, expected, "{role:?}");
    }
}

#[test]
fn network_as_before() {
    row(
        |_| Event::Network(network()),
        &[(
            // There it was down before.
            In::Fault,
            vec![moved(State::Fault, State::Backup, Cause::Recovered)],
            State::Backup,
        )],
    );
}

#[test]
fn network_down() {
    let fault = |from| {
        moved(
            from,
            State::Fault,
            Cause::Fault(Fault::InterfaceDown(interface())),
        )
    };
    row(
        |_| Event::Network(down()),
        &[
            (In::Backup, vec![fault(State::Backup)], State::Fault),
            (In::Delaying, vec![fault(State::Backup)], State::Fault),
            (In::Ready, vec![fault(State::Backup)], State::Fault),
            (
                In::Preempting,
                vec![release(), fault(State::Backup)],
                State::Fault,
            ),
            (
                In::Taking,
                vec![send(0), send(0), release(), fault(State::Backup)],
                State::Fault,
            ),
            (
                In::Master,
                vec![send(0), send(0), release(), fault(State::Master)],
                State::Fault,
            ),
        ],
    );
}

#[test]
fn parameters_as_before() {
    for role in ALL {
        let (mut instance, _) = at(role);
        let before = (instance.deadline(), instance.state());
        let same = instance.params().clone();
        assert_eq!(instance.handle(ms(1000), Event::Params(same)), [], "{role:?}");
        assert_eq!((instance.deadline(), instance.state()), before, "{role:?}");
    }
}

#[test]
fn parameters_with_another_priority() {
    row(
        |_| Event::Params(params(90)),
        &[
            (
                In::Refused,
                vec![moved(State::Fault, State::Backup, Cause::Recovered)],
                State::Backup,
            ),
            (In::Taking, vec![send(90)], State::Backup),
            (In::Master, vec![send(90)], State::Master),
        ],
    );
}

#[test]
fn the_group_may_go() {
    // The others have no group, and may always.
    row(
        |_| Event::Permit(Permit::Go),
        &[(In::Ready, vec![send(100), Action::Claim(Epoch(1))], State::Backup)],
    );
}

#[test]
fn the_group_must_wait() {
    row(
        |_| Event::Permit(must_wait()),
        &[
            (In::Preempting, vec![release()], State::Backup),
            (In::Taking, vec![send(0), release()], State::Backup),
            (
                In::Master,
                vec![
                    send(0),
                    release(),
                    moved(State::Master, State::Backup, Cause::Group("inside".into())),
                ],
                State::Backup,
            ),
        ],
    );
}

#[test]
fn a_member_of_the_group_is_in_fault() {
    let fault = |from| moved(from, State::Fault, Cause::Fault(Fault::Member("inside".into())));
    row(
        |_| Event::Permit(Permit::Fault("inside".into())),
        &[
            (In::Backup, vec![fault(State::Backup)], State::Fault),
            (In::Delaying, vec![fault(State::Backup)], State::Fault),
            (In::Ready, vec![fault(State::Backup)], State::Fault),
            (
                In::Preempting,
                vec![release(), fault(State::Backup)],
                State::Fault,
            ),
            (
                In::Taking,
                vec![send(0), send(0), release(), fault(State::Backup)],
                State::Fault,
            ),
            (
                In::Master,
                vec![send(0), send(0), release(), fault(State::Master)],
                State::Fault,
            ),
        ],
    );
}

#[test]
fn claim_granted() {
    let preempted = Cause::Preempted {
        master: LOWER,
        theirs: WirePriority::new(50),
    };
    row(
        |epoch| Event::Claimed(epoch, Ok(())),
        &[
            (
                In::Preempting,
                vec![
                    send(100),
                    announce(5),
                    moved(State::Backup, State::Master, preempted.clone()),
                ],
                State::Master,
            ),
            (
                In::Taking,
                vec![announce(5), moved(State::Backup, State::Master, Cause::Silence)],
                State::Master,
            ),
            // The answer to a repair: the addresses were announced a moment ago.
            (In::Master, vec![], State::Master),
        ],
    );
}

#[test]
fn claim_refused() {
    let refused = |from| moved(from, State::Fault, Cause::Refused(refusal()));
    row(
        |epoch| Event::Claimed(epoch, Err(refusal())),
        &[
            (In::Preempting, vec![refused(State::Backup)], State::Fault),
            (
                In::Taking,
                vec![send(0), send(0), refused(State::Backup)],
                State::Fault,
            ),
            (
                In::Master,
                vec![send(0), send(0), release(), refused(State::Master)],
                State::Fault,
            ),
        ],
    );
}

#[test]
fn stale_answers() {
    row(|epoch| Event::Claimed(Epoch(epoch.0 + 1), Ok(())), &[]);
    row(|epoch| Event::Claimed(Epoch(epoch.0 + 1), Err(refusal())), &[]);
}

#[test]
fn address_lost() {
    row(
        |_| Event::AddressLost,
        &[(In::Master, vec![Action::Repair(Epoch(1))], State::Master)],
    );
}

#[test]
fn sending_again() {
    // The announcements of a new MASTER have only just begun: they serve.
    row(|_| Event::SendingAgain, &[]);
    let (mut instance, _) = at(In::Master);
    assert_eq!(instance.handle(ms(2500), Event::SendingAgain), [announce(5)]);
}
