//! One virtual router, event by event.

mod faults;
mod fitness;
mod holding;
mod preemption;
mod properties;
mod truth_table;

use core::net::{IpAddr, Ipv4Addr};
use core::time::Duration;

use crate::{
    Action, Actions, Announcing, Authentication, Cause, Epoch, Event, Fault, Heard, Instance, InterfaceName,
    Interval, Moved, Network, Note, Params, Permit, Preempt, Priority, Refusal, Round, Standing, State, Time,
    Track, Tracked, Transport, Vrid, Weight, WirePriority,
};

/// A moment long after boot, so that a subtraction that goes wrong shows.
const START: Time = Time::from_nanos(1_000_000_000_000);

const OURS: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 77, 0, 5));
const LOWER: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 77, 0, 4));
const HIGHER: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 77, 0, 6));

/// Milliseconds after [`START`].
fn ms(milliseconds: u64) -> Time {
    START + Duration::from_millis(milliseconds)
}

fn params(priority: u8) -> Params {
    Params {
        vrid: Vrid::new(51).unwrap(),
        priority: Priority::new(priority).unwrap(),
        interval: Interval::DEFAULT,
        preempt: Preempt::After(Duration::ZERO),
        transport: Transport::Multicast,
        authentication: Authentication::None,
        advertised: vec![IpAddr::V4(Ipv4Addr::new(10, 77, 0, 100))],
        announce: Announcing::default(),
        tracks: Vec::new(),
    }
}

fn network() -> Network {
    Network {
        source: Some(OURS),
        faults: Vec::new(),
    }
}

fn interface() -> InterfaceName {
    InterfaceName::new("eth0").unwrap()
}

fn down() -> Network {
    Network {
        source: Some(OURS),
        faults: vec![Fault::InterfaceDown(interface())],
    }
}

fn advert(priority: u8, source: IpAddr) -> Event {
    Event::Advert(Heard {
        source,
        priority: WirePriority::new(priority),
        difference: None,
    })
}

fn send(priority: u8) -> Action {
    Action::Send(WirePriority::new(priority))
}

fn announce(repeat: u8) -> Action {
    Action::Announce(Round { repeat })
}

fn moved(from: State, to: State, cause: Cause) -> Action {
    Action::Moved(Moved { from, to, cause })
}

fn must_wait() -> Permit {
    Permit::Wait {
        member: "inside".into(),
        longer: Duration::from_millis(250),
    }
}

/// What was done, without what was only said.
fn effects(actions: Actions) -> Actions {
    actions
        .into_iter()
        .filter(|action| !matches!(action, Action::Note(_)))
        .collect()
}

fn created(params: Params) -> Instance {
    Instance::new(params, network())
}

/// In BACKUP since [`START`].
fn backup(params: Params) -> Instance {
    let mut instance = created(params);
    let actions = instance.handle(START, Event::Start);
    assert_eq!(actions, [moved(State::Init, State::Backup, Cause::Started)]);
    instance
}

/// Runs into its own deadline and returns what it did there, and when that was.
fn wait(instance: &mut Instance) -> (Time, Actions) {
    let deadline = instance.deadline().expect("a deadline to wait for");
    let actions = instance.handle(deadline, Event::Timeout);
    assert!(
        instance.deadline().is_none_or(|next| next > deadline),
        "a deadline that was met must move on"
    );
    (deadline, actions)
}

/// The epoch of the claim or repair among these actions.
fn claimed(actions: &Actions) -> Epoch {
    let epochs: Vec<Epoch> = actions
        .iter()
        .filter_map(|action| match action {
            Action::Claim(epoch) | Action::Repair(epoch) => Some(*epoch),
            _ => None,
        })
        .collect();
    assert_eq!(epochs.len(), 1, "one claim in {actions:?}");
    epochs[0]
}

/// MASTER after silence; returns the moment at which it took over.
fn master(params: Params) -> (Instance, Time) {
    let mut instance = backup(params);
    let (at, actions) = wait(&mut instance);
    let epoch = claimed(&actions);
    let actions = instance.handle(at, Event::Claimed(epoch, Ok(())));
    assert!(actions.contains(&moved(State::Backup, State::Master, Cause::Silence)));
    (instance, at)
}

fn refusal() -> Refusal {
    Refusal::NoInterface(interface())
}
