//! What an advert costs: read, written, and patched for the next send.

use std::hint::black_box;
use std::net::Ipv4Addr;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use vrrp_packet::{
    Advert, Authentication, Contents, Datagram, GROUP, MacAddress, Outgoing, Password, Vrid, WirePriority,
    gratuitous,
};

/// The usual case, a large one, and the largest that fits.
const COUNTS: [u32; 3] = [1, 20, 255];

fn addresses(count: u32) -> Vec<Ipv4Addr> {
    (0..count).map(|n| Ipv4Addr::from(0x0a4d_0064 + n)).collect()
}

fn contents(addresses: &[Ipv4Addr]) -> Contents<'_> {
    Contents {
        vrid: Vrid::new(51).expect("not 0"),
        priority: WirePriority::new(100),
        interval: Duration::from_secs(1),
        authentication: Authentication::Simple(Password::new(b"secret").expect("at most 8 bytes")),
        addresses,
        source: Ipv4Addr::new(10, 77, 0, 1),
        destination: GROUP,
        ttl: 255,
    }
}

/// From the bytes that a raw socket delivers to a checked advert, every address looked at.
fn decode(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decode");
    for count in COUNTS {
        let outgoing = Outgoing::new(&contents(&addresses(count))).expect("a sound advert");
        group.throughput(Throughput::Bytes(outgoing.bytes().len() as u64));
        group.bench_with_input(
            BenchmarkId::from_parameter(count),
            outgoing.bytes(),
            |bencher, bytes| {
                bencher.iter(|| {
                    let datagram = Datagram::decode(black_box(bytes)).expect("a sound packet");
                    let advert = Advert::decode(datagram.payload).expect("a sound advert");
                    for address in advert.addresses() {
                        black_box(address);
                    }
                    black_box(advert)
                });
            },
        );
    }
    group.finish();
}

fn encode(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("encode");
    for count in COUNTS {
        let addresses = addresses(count);
        group.bench_with_input(
            BenchmarkId::from_parameter(count),
            &contents(&addresses),
            |bencher, contents| {
                bencher.iter(|| Outgoing::new(black_box(contents)));
            },
        );
    }
    group.finish();
}

/// What stands between two sends of one advert: it must not depend on the number of addresses.
fn patch(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("patch");
    for count in COUNTS {
        let mut outgoing = Outgoing::new(&contents(&addresses(count))).expect("a sound advert");
        group.bench_function(BenchmarkId::new("priority", count), |bencher| {
            let mut priority = 0_u8;
            bencher.iter(|| {
                priority = priority.wrapping_add(1);
                outgoing.set_priority(black_box(WirePriority::new(priority)));
                black_box(&outgoing);
            });
        });
    }
    let mut outgoing = Outgoing::new(&contents(&addresses(1))).expect("a sound advert");
    group.bench_function("identification and destination", |bencher| {
        let mut id = 0_u16;
        bencher.iter(|| {
            id = id.wrapping_add(1);
            outgoing.set_id(black_box(id));
            outgoing.set_destination(black_box(Ipv4Addr::from(u32::from(id))));
            black_box(&outgoing);
        });
    });
    group.finish();
}

fn announce(criterion: &mut Criterion) {
    let mac = MacAddress([2, 0, 0, 0, 0, 1]);
    criterion.bench_function("gratuitous ARP", |bencher| {
        bencher.iter(|| gratuitous(black_box(mac), black_box(Ipv4Addr::new(10, 77, 0, 100))));
    });
}

criterion_group!(codec, decode, encode, patch, announce);
criterion_main!(codec);
