use core::net::Ipv4Addr;

use vrrp_packet::{Contents, Outgoing, Password, Priority, WirePriority};

use super::*;
use crate::{Announcing, Interval, Preempt};

const PEER: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 77, 0, 2));
const OWN: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 77, 0, 1));
const GROUP: IpAddr = IpAddr::V4(vrrp_packet::GROUP);
const LOCAL: Meta = Meta {
    source: PEER,
    destination: GROUP,
    ttl: 255,
};
const DIRECT: Meta = Meta {
    source: PEER,
    destination: OWN,
    ttl: 255,
};

fn vips(last: &[u8]) -> Vec<Ipv4Addr> {
    last.iter().map(|&n| Ipv4Addr::new(10, 77, 0, n)).collect()
}

fn params(authentication: Authentication, transport: Transport) -> Params {
    Params {
        vrid: Vrid::new(51).unwrap(),
        priority: Priority::DEFAULT,
        interval: Interval::DEFAULT,
        preempt: Preempt::Never,
        transport,
        authentication,
        advertised: vips(&[100, 101]).into_iter().map(IpAddr::V4).collect(),
        announce: Announcing::default(),
        tracks: Vec::new(),
    }
}

fn simple(text: &str) -> Authentication {
    Authentication::Simple(Password::new(text.as_bytes()).unwrap())
}

/// What becomes of a peer's advert with these contents.
fn verdict(
    params: &Params,
    meta: &Meta,
    authentication: Authentication,
    seconds: u64,
    addresses: &[u8],
) -> Result<Heard, Discard> {
    let packet = Outgoing::new(&Contents {
        vrid: Vrid::new(51).unwrap(),
        priority: WirePriority::new(120),
        interval: Duration::from_secs(seconds),
        authentication,
        addresses: &vips(addresses),
        source: Ipv4Addr::new(10, 77, 0, 2),
        destination: vrrp_packet::GROUP,
        ttl: 255,
    })
    .unwrap();
    admit(
        params,
        Some(OWN),
        &Advert::decode(&packet.bytes()[20..]).unwrap(),
        meta,
    )
}

fn multicast(meta: &Meta) -> Result<Heard, Discard> {
    verdict(
        &params(Authentication::None, Transport::Multicast),
        meta,
        Authentication::None,
        1,
        &[100, 101],
    )
}

fn unicast(peers: &[IpAddr], meta: &Meta) -> Result<Heard, Discard> {
    let transport = Transport::Unicast {
        peers: peers.to_vec(),
    };
    verdict(
        &params(Authentication::None, transport),
        meta,
        Authentication::None,
        1,
        &[100, 101],
    )
}

#[test]
fn a_peers_advert_counts() {
    let heard = Heard {
        source: PEER,
        priority: WirePriority::new(120),
        difference: None,
    };
    assert_eq!(multicast(&LOCAL), Ok(heard));
    assert_eq!(unicast(&[PEER], &DIRECT), Ok(heard));
    assert_eq!(
        unicast(&[PEER], &Meta { ttl: 3, ..DIRECT }),
        Ok(heard),
        "unicast may cross routers"
    );
}

#[test]
fn an_echo_of_our_own_does_not() {
    assert_eq!(
        multicast(&Meta { source: OWN, ..LOCAL }),
        Err(Discard::OwnAddress)
    );
    assert_eq!(
        unicast(
            &[OWN],
            &Meta {
                source: OWN,
                ..DIRECT
            }
        ),
        Err(Discard::OwnAddress)
    );
}

#[test]
fn multicast_must_not_have_crossed_a_router() {
    for ttl in [0, 1, 64, 254] {
        assert_eq!(
            multicast(&Meta { ttl, ..LOCAL }),
            Err(Discard::Ttl { found: ttl })
        );
    }
}

#[test]
fn the_transport_must_be_ours() {
    let direct = Discard::Transport {
        destination: OWN,
        unicast_expected: false,
    };
    assert_eq!(multicast(&DIRECT), Err(direct));
    let group = Discard::Transport {
        destination: GROUP,
        unicast_expected: true,
    };
    assert_eq!(unicast(&[PEER], &LOCAL), Err(group));
    assert_eq!(
        direct.to_string(),
        "it was sent to 10.77.0.1, but this virtual router is configured for multicast"
    );
    assert_eq!(
        group.to_string(),
        "it was sent to 224.0.0.18, but this virtual router is configured for unicast"
    );
}

#[test]
fn unicast_is_taken_from_peers_only() {
    assert_eq!(
        unicast(&[IpAddr::V4(Ipv4Addr::new(10, 77, 0, 3))], &DIRECT),
        Err(Discard::NotAPeer)
    );
    assert_eq!(unicast(&[], &DIRECT), Err(Discard::NotAPeer));
}

#[test]
fn authentication_must_be_ours() {
    let check = |ours, theirs| {
        verdict(
            &params(ours, Transport::Multicast),
            &LOCAL,
            theirs,
            1,
            &[100, 101],
        )
    };
    assert!(check(simple("secret"), simple("secret")).is_ok());
    assert_eq!(check(simple("secret"), simple("secreT")), Err(Discard::Password));
    assert_eq!(check(simple("secret"), simple("")), Err(Discard::Password));
    let mismatch = |ours, theirs| Err(Discard::AuthenticationType { ours, theirs });
    assert_eq!(check(simple("secret"), Authentication::None), mismatch(1, 0));
    assert_eq!(check(Authentication::None, simple("secret")), mismatch(0, 1));
}

#[test]
fn types_that_cannot_be_configured_are_refused() {
    for code in [2, 3, 255] {
        let mut bytes = [
            0x21, 51, 120, 1, code, 1, 0, 0, 10, 77, 0, 100, 0, 0, 0, 0, 0, 0, 0, 0,
        ];
        let sum: u32 = bytes
            .chunks(2)
            .map(|pair| u32::from(u16::from_be_bytes([pair[0], pair[1]])))
            .sum();
        let sum = u16::try_from((sum & 0xffff) + (sum >> 16)).unwrap();
        bytes[6..8].copy_from_slice(&(!sum).to_be_bytes());
        let advert = Advert::decode(&bytes).unwrap();
        for ours in [Authentication::None, simple("x")] {
            let answer = admit(&params(ours, Transport::Multicast), Some(OWN), &advert, &LOCAL);
            assert_eq!(
                answer,
                Err(Discard::AuthenticationType {
                    ours: ours.code(),
                    theirs: code
                })
            );
        }
    }
}

#[test]
fn the_interval_must_be_ours() {
    let check = |seconds| {
        let params = params(Authentication::None, Transport::Multicast);
        verdict(&params, &LOCAL, Authentication::None, seconds, &[100, 101])
    };
    let (ours, theirs) = (Duration::from_secs(1), Duration::from_secs(2));
    assert_eq!(check(2), Err(Discard::Interval { ours, theirs }));
    assert_eq!(
        Discard::Interval { ours, theirs }.to_string(),
        "advert interval 2 s, expected 1 s"
    );
}

#[test]
fn other_addresses_are_reported_and_count() {
    let check = |addresses: &[u8]| {
        let params = params(Authentication::None, Transport::Multicast);
        verdict(&params, &LOCAL, Authentication::None, 1, addresses)
            .unwrap()
            .difference
    };
    assert_eq!(check(&[100, 101]), None);
    assert_eq!(check(&[101, 100]), None, "the order does not matter");
    assert_eq!(
        check(&[100]),
        Some(AddressDifference {
            missing: 1,
            unknown: 0
        })
    );
    assert_eq!(
        check(&[100, 101, 102]),
        Some(AddressDifference {
            missing: 0,
            unknown: 1
        })
    );
    assert_eq!(
        check(&[7]),
        Some(AddressDifference {
            missing: 2,
            unknown: 1
        })
    );
}

#[test]
fn an_advert_without_addresses_is_a_difference() {
    let mut bytes = [0x21, 51, 120, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    bytes[6..8].copy_from_slice(&(!(0x2133_u16 + 0x7800 + 1)).to_be_bytes());
    let advert = Advert::decode(&bytes).unwrap();
    let heard = admit(
        &params(Authentication::None, Transport::Multicast),
        Some(OWN),
        &advert,
        &LOCAL,
    )
    .unwrap();
    assert_eq!(
        heard.difference,
        Some(AddressDifference {
            missing: 2,
            unknown: 0
        })
    );
}

#[test]
fn every_reason_has_a_name_of_its_own() {
    let second = Duration::from_secs(1);
    let reasons = [
        Discard::Malformed(DecodeError::VridZero),
        Discard::UnknownVrid(Vrid::new(1).unwrap()),
        Discard::OwnAddress,
        Discard::Transport {
            destination: GROUP,
            unicast_expected: true,
        },
        Discard::Ttl { found: 1 },
        Discard::NotAPeer,
        Discard::AuthenticationType { ours: 0, theirs: 1 },
        Discard::Password,
        Discard::Interval {
            ours: second,
            theirs: second * 2,
        },
    ];
    let names: std::collections::BTreeSet<_> = reasons.iter().map(|reason| reason.name()).collect();
    assert_eq!(names.len(), reasons.len());
}
