use std::net::Ipv4Addr;

use super::*;

const START: Time = Time::from_nanos(1_000_000_000);

fn host(number: u32) -> IpAddr {
    IpAddr::V4(Ipv4Addr::from(0x0a00_0000 + number))
}

#[test]
fn the_first_is_told_and_then_one_a_minute() {
    let mut rejects = Rejects::default();
    assert_eq!(
        rejects.count(START, None, host(1), "ttl"),
        Some(Told { total: 1, untold: 0 })
    );
    for second in 1..60 {
        assert_eq!(
            rejects.count(START + Duration::from_secs(second), None, host(1), "ttl"),
            None
        );
    }
    assert_eq!(
        rejects.count(START + REPEAT, None, host(1), "ttl"),
        Some(Told {
            total: 61,
            untold: 59
        })
    );
}

#[test]
fn sources_and_reasons_are_told_apart() {
    let mut rejects = Rejects::default();
    assert!(rejects.count(START, None, host(1), "ttl").is_some());
    assert!(rejects.count(START, None, host(1), "password").is_some());
    assert!(rejects.count(START, None, host(2), "ttl").is_some());
    assert!(rejects.count(START, None, host(2), "ttl").is_none());
}

#[test]
fn forged_sources_cannot_fill_memory_or_log() {
    let mut rejects = Rejects::default();
    let told = (0..100_000)
        .filter(|&n| rejects.count(START, None, host(n), "checksum").is_some())
        .count();
    assert_eq!(told, MOST + 1);
    assert_eq!(rejects.counts.len(), MOST + 1);
    let rest = rejects
        .count(START + REPEAT, None, host(100_000), "checksum")
        .unwrap();
    assert_eq!(rest.total, 100_000 - MOST as u64 + 1);
}
