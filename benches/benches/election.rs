//! How long the state machine takes: the steady state of a BACKUP and of a MASTER, alone and among 255.

#![allow(missing_docs, reason = "criterion's macros make items without documentation")]

use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use vrrp_core::{
    Announcing, Authentication, Due, Epoch, Event, Heard, Instance, Interval, Network, Params, Preempt,
    Priority, Table, Time, Transport, Vrid, WirePriority,
};

fn instance(vrid: u8) -> Instance {
    let address = |last| IpAddr::V4(Ipv4Addr::new(10, 0, vrid, last));
    let params = Params {
        vrid: Vrid::new(vrid).expect("not 0"),
        priority: Priority::DEFAULT,
        interval: Interval::DEFAULT,
        preempt: Preempt::After(Duration::ZERO),
        transport: Transport::Multicast,
        authentication: Authentication::None,
        advertised: vec![address(100)],
        announce: Announcing {
            repeat: 1,
            again: Vec::new(),
            refresh: None,
        },
        tracks: Vec::new(),
    };
    Instance::new(
        params,
        Network {
            source: Some(address(1)),
            faults: Vec::new(),
        },
    )
}

fn backup_hears_its_master(c: &mut Criterion) {
    let mut router = instance(51);
    let mut now = Time::from_nanos(1);
    let _ = router.handle(now, Event::Start);
    let source = IpAddr::V4(Ipv4Addr::new(10, 0, 51, 2));
    let heard = Heard {
        source,
        priority: WirePriority::new(200),
        difference: None,
    };
    c.bench_function("backup hears its master", |b| {
        b.iter(|| {
            now = now + Duration::from_secs(1);
            black_box(router.handle(now, Event::Advert(heard)))
        });
    });
}

fn a_second_of_255_masters(c: &mut Criterion) {
    let mut table = Table::default();
    let mut now = Time::from_nanos(1);
    let ids: Vec<_> = (1..=255).map(|vrid| table.insert(instance(vrid))).collect();
    for &id in &ids {
        let _ = table.handle(now, id, Event::Start);
    }
    now = now + Duration::from_secs(4);
    for &id in &ids {
        let _ = table.handle(now, id, Event::Timeout);
        let _ = table.handle(now, id, Event::Claimed(Epoch(1), Ok(())));
    }
    c.bench_function("one second of 255 masters", |b| {
        b.iter(|| {
            now = now + Duration::from_secs(1);
            while let Some(id) = table.due(now, Due::Adverts) {
                black_box(table.handle(now, id, Event::Timeout));
            }
        });
    });
}

criterion_group!(benches, backup_hears_its_master, a_second_of_255_masters);
criterion_main!(benches);
