use tokio::sync::mpsc::{Receiver, channel};
use vrrp_checks::Hooks;
use vrrp_config::InstanceConfig;
use vrrp_core::{
    Announcing, Authentication, Event as Happens, InterfaceName, Interval, Network, Params, Preempt,
    Priority, Standing, Track, Tracked, Transport, VirtualAddress, Vrid, Weight, WirePriority,
};

use super::*;

fn check() -> Tracked {
    Tracked::Check("web".into())
}

fn router() -> Router {
    let interface = InterfaceName::new("eth0").unwrap();
    let address = "10.77.0.100".parse().unwrap();
    Router::new(
        InstanceConfig {
            name: "web".into(),
            interface: interface.clone(),
            source: None,
            params: Params {
                vrid: Vrid::new(51).unwrap(),
                priority: Priority::new(110).unwrap(),
                interval: Interval::DEFAULT,
                preempt: Preempt::Never,
                transport: Transport::Multicast,
                authentication: Authentication::None,
                advertised: vec![address],
                announce: Announcing::default(),
                tracks: vec![Track {
                    what: check(),
                    weight: Weight::FAULT,
                }],
            },
            addresses: vec![VirtualAddress {
                address,
                prefix: 32,
                interface,
                label: None,
            }],
            link_debounce: Duration::ZERO,
            hooks: Hooks::default(),
        },
        0,
    )
}

fn instance(router: &Router) -> Instance {
    Instance::new(router.config.params.clone(), Network::default())
}

fn moved(from: State, to: State, cause: Cause) -> Moved {
    Moved { from, to, cause }
}

fn failing() -> Cause {
    Cause::Fault(Fault::Tracked(
        check(),
        Standing::Failing("exited with status 1".into()),
    ))
}

fn awaited() -> Cause {
    Cause::Fault(Fault::Awaited(check()))
}

fn told(queue: &mut Receiver<Notice>) -> Vec<(Event, &'static str, String)> {
    std::iter::from_fn(|| queue.try_recv().ok())
        .map(|notice| (notice.event, notice.from, notice.cause))
        .collect()
}

const FAULT: Event = Event::State(notify::State::Fault);

#[test]
fn a_transition_is_told_with_all_that_there_is_to_know() {
    let (send, mut queue) = channel(8);
    let (mut notices, mut router) = (Notices::new(send), router());
    let instance = instance(&router);
    notices.moved(
        &mut router,
        &instance,
        &moved(State::Backup, State::Master, Cause::Silence),
    );
    let expected = Notice {
        kind: Kind::Instance,
        name: "web".into(),
        event: Event::State(notify::State::Master),
        priority: 110,
        from: "BACKUP",
        cause: "no MASTER was heard".into(),
        sequence: 1,
        vrid: Some(51),
        interface: Some("eth0".into()),
        addresses: vec!["10.77.0.100/32".into()],
    };
    assert_eq!(queue.try_recv(), Ok(expected));
}

#[test]
fn waiting_for_a_first_result_is_not_told_and_its_failure_is() {
    let (send, mut queue) = channel(8);
    let (mut notices, mut router) = (Notices::new(send), router());
    let instance = instance(&router);
    notices.moved(
        &mut router,
        &instance,
        &moved(State::Init, State::Fault, awaited()),
    );
    assert_eq!(told(&mut queue), []);
    for _ in 0..2 {
        notices.noted(Time::default(), &mut router, &instance, &Note::FaultIs(failing()));
    }
    let reason = "check web failing: exited with status 1".to_owned();
    assert_eq!(told(&mut queue), [(FAULT, "INIT", reason)]);
}

#[test]
fn a_fault_that_was_told_is_not_told_again_for_another_reason() {
    let (send, mut queue) = channel(8);
    let (mut notices, mut router) = (Notices::new(send), router());
    let instance = instance(&router);
    notices.moved(
        &mut router,
        &instance,
        &moved(State::Backup, State::Fault, failing()),
    );
    notices.noted(Time::default(), &mut router, &instance, &Note::FaultIs(awaited()));
    notices.noted(Time::default(), &mut router, &instance, &Note::FaultIs(failing()));
    assert_eq!(told(&mut queue).len(), 1);
}

#[test]
fn a_group_is_told_as_its_members_are() {
    let (send, mut queue) = channel(8);
    let (mut notices, mut group) = (Notices::new(send), Group::new("gw".into()));
    notices.group_moved(&mut group, State::Init, State::Fault, &awaited());
    notices.member_fault_is(&mut group, &awaited());
    assert_eq!(told(&mut queue), []);
    notices.member_fault_is(&mut group, &failing());
    notices.member_fault_is(&mut group, &failing());
    assert_eq!(told(&mut queue).len(), 1);
    notices.group_moved(&mut group, State::Fault, State::Backup, &Cause::Recovered);
    let notice = queue.try_recv().unwrap();
    assert_eq!(
        (notice.kind, notice.priority, notice.sequence),
        (Kind::Group, 0, 2)
    );
}

#[test]
fn a_contested_master_is_told_of_once_a_second_and_neither_at_its_beginning_nor_as_a_backup() {
    let (send, mut queue) = channel(64);
    let (mut notices, mut router) = (Notices::new(send), router());
    let mut instance = instance(&router);
    let ours = Priority::new(110).unwrap();
    let contested = Note::Contested {
        from: "10.77.0.2".parse().unwrap(),
        theirs: WirePriority::new(90),
        ours,
    };
    notices.noted(Time::default(), &mut router, &instance, &contested);
    assert_eq!(told(&mut queue), []);

    let passing = Happens::Verdict(check(), Standing::Passing);
    let _ = instance.handle(Time::default(), passing);
    let _ = instance.handle(Time::default(), Happens::Start);
    let at = instance.deadline().unwrap();
    let _ = instance.handle(at, Happens::Timeout);
    let _ = instance.handle(at, Happens::Claimed(vrrp_core::Epoch(1), Ok(())));
    assert_eq!(instance.state(), State::Master);
    for tenth in 0..35 {
        let now = at + Duration::from_millis(tenth * 100);
        notices.noted(now, &mut router, &instance, &contested);
    }
    let reasserted = (Event::Reasserted, "MASTER", "no MASTER was heard".to_owned());
    assert_eq!(told(&mut queue), vec![reasserted; 3]);
}

#[test]
fn what_is_held_comes_in_order_and_a_full_queue_is_not_waited_for() {
    let (send, mut queue) = channel(2);
    let (mut notices, mut router) = (Notices::new(send), router());
    let instance = instance(&router);
    notices.hold();
    for to in [State::Master, State::Backup, State::Init] {
        notices.moved(&mut router, &instance, &moved(State::Backup, to, Cause::Stopped));
    }
    assert_eq!(told(&mut queue), []);
    notices.tell_held();
    let events: Vec<Event> = told(&mut queue).into_iter().map(|(event, ..)| event).collect();
    let states = [notify::State::Master, notify::State::Backup];
    assert_eq!(events, states.map(Event::State));
    assert_eq!(notices.lost, 1);
}
