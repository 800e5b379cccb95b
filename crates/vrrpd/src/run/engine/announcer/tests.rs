use vrrp_core::{
    Announcing, Authentication, Instance, Interval, Network, Params, Preempt, Priority, Table, Transport,
    Vrid,
};

use super::*;

fn routers(count: u8) -> Vec<RouterId> {
    let mut table = Table::default();
    (1..=count)
        .map(|vrid| {
            let params = Params {
                vrid: Vrid::new(vrid).unwrap(),
                priority: Priority::DEFAULT,
                interval: Interval::DEFAULT,
                preempt: Preempt::Never,
                transport: Transport::Multicast,
                authentication: Authentication::None,
                advertised: Vec::new(),
                announce: Announcing::default(),
                tracks: Vec::new(),
            };
            table.insert(Instance::new(params, Network::default()))
        })
        .collect()
}

const START: Time = Time::from_nanos(5_000_000_000);

/// Runs until nothing is left; each router has this many addresses. Returns what was sent and how long it took.
fn drain(announcer: &mut Announcer, addresses: usize) -> (Vec<(RouterId, usize)>, Duration) {
    let mut sent = Vec::new();
    let mut now = START;
    while let Some(at) = announcer.deadline() {
        now = now.max(at);
        let before = sent.len();
        announcer.run(now, |router, position| {
            if position == addresses {
                return Announced::PassOver;
            }
            sent.push((router, position));
            Announced::Done
        });
        assert!(sent.len() - before <= BATCH, "{} at a time", sent.len() - before);
    }
    (sent, now.since(START))
}

#[test]
fn every_address_once_before_any_twice() {
    let ids = routers(3);
    let mut announcer = Announcer::default();
    for &id in &ids {
        announcer.queue(id, Round { repeat: 3 });
    }
    let (sent, _) = drain(&mut announcer, 2);
    let pass: Vec<_> = ids.iter().flat_map(|&id| [(id, 0), (id, 1)]).collect();
    assert_eq!(sent, [pass.clone(), pass.clone(), pass].concat());
}

#[test]
fn a_batch_and_a_pause() {
    let ids = routers(1);
    let mut announcer = Announcer::default();
    announcer.queue(ids[0], Round { repeat: 5 });
    let (sent, took) = drain(&mut announcer, 200);
    assert_eq!(sent.len(), 1000);
    assert_eq!(took, PAUSE * 15, "1000 frames are 15 full batches and a rest");
}

#[test]
fn a_full_queue_of_the_kernel_loses_nothing() {
    let ids = routers(1);
    let mut announcer = Announcer::default();
    announcer.queue(ids[0], Round { repeat: 1 });
    assert_eq!(announcer.run(START, |_, _| Announced::NoRoom), []);
    assert_eq!(announcer.deadline(), Some(START + PAUSE));
    announcer.run(START, |_, _| panic!("it must wait"));
    let (sent, _) = drain(&mut announcer, 3);
    assert_eq!(sent.len(), 3);
}

#[test]
fn an_interface_without_room_holds_up_nobody_else_and_is_given_up() {
    let ids = routers(2);
    let mut announcer = Announcer::default();
    announcer.queue(ids[0], Round { repeat: 5 });
    announcer.queue(ids[1], Round { repeat: 2 });
    let (mut sent, mut tries, mut given_up) = (0, 0, Vec::new());
    let mut now = START;
    while let Some(at) = announcer.deadline() {
        now = now.max(at);
        given_up.extend(announcer.run(now, |router, position| {
            if router == ids[0] {
                tries += 1;
                return Announced::NoRoom;
            }
            if position == 10 {
                return Announced::PassOver;
            }
            assert_eq!(now, START, "the other one does not wait");
            sent += 1;
            Announced::Done
        }));
    }
    assert_eq!((sent, tries, given_up), (20, TRIES, vec![ids[0]]));
    assert!(now.since(START) < Duration::from_secs(1));
}

#[test]
fn a_new_round_of_the_same_router_replaces_the_rest_of_the_old() {
    let ids = routers(1);
    let mut announcer = Announcer::default();
    announcer.queue(ids[0], Round { repeat: 2 });
    announcer.queue(ids[0], Round { repeat: 1 });
    let (sent, _) = drain(&mut announcer, 1);
    assert_eq!(sent.len(), 2);
}

#[test]
fn what_is_forgotten_is_not_announced() {
    let ids = routers(2);
    let mut announcer = Announcer::default();
    announcer.queue(ids[0], Round { repeat: 5 });
    announcer.queue(ids[1], Round { repeat: 1 });
    announcer.forget(ids[0]);
    let (sent, _) = drain(&mut announcer, 1);
    assert_eq!(sent, [(ids[1], 0)]);
    announcer.queue(ids[0], Round { repeat: 0 });
    assert_eq!(announcer.deadline(), None);
}
