use core::net::{IpAddr, Ipv4Addr};
use core::time::Duration;

use super::*;
use crate::{
    Announcing, Authentication, Epoch, Interval, Network, Params, Preempt, Priority, Transport, Vrid,
};

const START: Time = Time::from_nanos(1_000_000_000);

fn router(vrid: u8, priority: u8) -> Instance {
    let params = Params {
        vrid: Vrid::new(vrid).unwrap(),
        priority: Priority::new(priority).unwrap(),
        interval: Interval::DEFAULT,
        preempt: Preempt::Never,
        transport: Transport::Multicast,
        authentication: Authentication::None,
        advertised: vec![IpAddr::V4(Ipv4Addr::new(10, 0, 0, vrid))],
        announce: Announcing::default(),
    };
    let source = Some(IpAddr::V4(Ipv4Addr::new(10, 0, 1, 1)));
    Instance::new(
        params,
        Network {
            source,
            faults: Vec::new(),
        },
    )
}

#[test]
fn deadlines_come_in_order() {
    let mut table = Table::default();
    let ids: Vec<RouterId> = [10, 200, 100]
        .iter()
        .zip(1..)
        .map(|(&p, v)| table.insert(router(v, p)))
        .collect();
    assert_eq!(table.deadline(), None, "nobody has started");
    for &id in &ids {
        let _ = table.handle(START, id, Event::Start);
    }
    // The higher the priority, the shorter the Skew_Time.
    let mut order = Vec::new();
    while order.len() < 3 {
        let deadline = table.deadline().unwrap();
        assert_eq!(table.due(deadline - Duration::from_nanos(1), Due::All), None);
        let id = table.due(deadline, Due::All).unwrap();
        let _ = table.handle(deadline, id, Event::Timeout);
        let _ = table.handle(deadline, id, Event::Stop);
        order.push(id);
    }
    assert_eq!(order, [ids[1], ids[2], ids[0]]);
    assert_eq!(table.deadline(), None);
}

#[test]
fn adverts_come_before_everything_else() {
    let mut table = Table::default();
    let master = table.insert(router(1, 255));
    let backup = table.insert(router(2, 100));
    let _ = table.handle(START, backup, Event::Start);
    let late = START + Duration::from_secs(10);
    let _ = table.handle(START + Duration::from_secs(8), master, Event::Start);
    let _ = table.handle(
        START + Duration::from_secs(8),
        master,
        Event::Claimed(Epoch(1), Ok(())),
    );
    // The backup's deadline is older, and still the advert goes first.
    assert_eq!(table.due(late, Due::All), Some(master));
    assert_eq!(table.due(late, Due::Adverts), Some(master));
    while let Some(id) = table.due(late, Due::Adverts) {
        let _ = table.handle(late, id, Event::Timeout);
    }
    assert_eq!(table.due(late, Due::Adverts), None);
    assert_eq!(table.due(late, Due::All), Some(backup));
}

#[test]
fn what_is_removed_is_gone_from_the_queue() {
    let mut table = Table::default();
    let first = table.insert(router(1, 100));
    let second = table.insert(router(2, 50));
    let _ = table.handle(START, first, Event::Start);
    let _ = table.handle(START, second, Event::Start);
    assert!(table.remove(first).is_some());
    assert!(table.remove(first).is_none());
    assert_eq!(table.id(first.get()), None);
    assert_eq!(table.id(second.get()), Some(second));
    assert_eq!(table.handle(START, first, Event::Stop), []);
    let deadline = table.deadline().unwrap();
    assert_eq!(table.due(deadline, Due::All), Some(second));
    assert_eq!(table.iter().map(|(id, _)| id).collect::<Vec<_>>(), [second]);
    let third = table.insert(router(3, 1));
    assert_ne!(third, first, "a number is never used again");
}
