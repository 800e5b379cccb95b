//! Hostile packets are rejected and forged ones believed, or the simulator tests nothing with them.

use core::net::IpAddr;

use vrrp_core::{Announcing, Interval, Meta, Preempt, Priority, admit};
use vrrp_packet::{Advert, Datagram};

use super::*;
use crate::scenario::VRID;

const RECEIVER: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 5);
const PEER: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 6);

fn settings() -> Vec<Params> {
    let transports = [
        Transport::Multicast,
        Transport::Unicast {
            peers: vec![IpAddr::V4(PEER)],
        },
    ];
    let of = |transport: &Transport, authentication| Params {
        vrid: VRID,
        priority: Priority::DEFAULT,
        interval: Interval::DEFAULT,
        preempt: Preempt::Never,
        transport: transport.clone(),
        authentication,
        advertised: listed(VRID, 2).map(IpAddr::V4).collect(),
        announce: Announcing::default(),
        tracks: Vec::new(),
    };
    let both = |transport| {
        [
            of(transport, Authentication::None),
            of(transport, simple(b"secret")),
        ]
    };
    transports.iter().flat_map(both).collect()
}

fn believed(params: &Params, bytes: &[u8]) -> bool {
    let Ok(datagram) = Datagram::decode(bytes) else {
        return false;
    };
    let Ok(advert) = Advert::decode(datagram.payload) else {
        return false;
    };
    let meta = Meta {
        source: IpAddr::V4(datagram.source),
        destination: IpAddr::V4(datagram.destination),
        ttl: datagram.ttl,
    };
    advert.vrid() == VRID && admit(params, Some(IpAddr::V4(RECEIVER)), &advert, &meta).is_ok()
}

#[test]
fn no_hostile_packet_is_believed() {
    for params in settings() {
        for flaw in Flaw::ALL {
            for seed in 0..50 {
                let bytes = hostile(&params, RECEIVER, PEER, flaw, &mut Rng::new(seed)).unwrap();
                assert!(!believed(&params, &bytes), "{flaw:?} {params:?} {bytes:02x?}");
            }
        }
    }
}

#[test]
fn a_forged_advert_is_believed() {
    for params in settings() {
        for priority in [0, 1, 255] {
            assert!(
                believed(&params, &forged(&params, RECEIVER, PEER, priority, 2).unwrap()),
                "{params:?}"
            );
        }
    }
}
