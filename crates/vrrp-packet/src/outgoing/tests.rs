use core::net::{IpAddr, Ipv4Addr};
use core::time::Duration;

use proptest::prelude::*;

use super::{Contents, Outgoing};
use crate::{
    Advert, Authentication, Datagram, DecodeError, EncodeError, GROUP, Password, Vrid, WirePriority,
};

/// The packet of keepalived 2.2.7 that says the same.
const GOLDEN: [u8; 40] = [
    0x45, 0xc0, 0x00, 0x28, 0x00, 0x01, 0x00, 0x00, 0xff, 0x70, 0xd0, 0x88, 0x0a, 0x09, 0x00, 0x01, 0xe0,
    0x00, 0x00, 0x12, 0x21, 0x33, 0x64, 0x01, 0x01, 0x01, 0x48, 0x66, 0x0a, 0x09, 0x00, 0x32, 0x31, 0x31,
    0x31, 0x31, 0x61, 0x62, 0x63, 0x64,
];

fn contents(addresses: &[Ipv4Addr]) -> Contents<'_> {
    Contents {
        vrid: Vrid::new(51).unwrap(),
        priority: WirePriority::new(100),
        interval: Duration::from_secs(1),
        authentication: Authentication::Simple(Password::new(b"1111abcd").unwrap()),
        addresses,
        source: Ipv4Addr::new(10, 9, 0, 1),
        destination: GROUP,
        ttl: 255,
    }
}

fn addresses(count: usize) -> Vec<Ipv4Addr> {
    (0..count)
        .map(|n| Ipv4Addr::from(0x0a09_0032 + u32::try_from(n).unwrap()))
        .collect()
}

#[test]
fn keepaliveds_packet_byte_for_byte() {
    let outgoing = Outgoing::new(&contents(&addresses(1))).unwrap();
    assert_eq!(outgoing.bytes(), GOLDEN);
    assert_eq!(outgoing.source(), Ipv4Addr::new(10, 9, 0, 1));
    assert_eq!(outgoing.destination(), GROUP);
}

#[test]
fn without_authentication_the_8_bytes_are_zero_and_still_there() {
    let list = addresses(1);
    let outgoing = Outgoing::new(&Contents {
        authentication: Authentication::None,
        ..contents(&list)
    })
    .unwrap();
    assert_eq!(outgoing.bytes().len(), 40);
    assert_eq!(outgoing.bytes()[24], 0);
    assert_eq!(outgoing.bytes()[32..], [0; 8]);
    assert!(Advert::decode(&outgoing.bytes()[20..]).is_ok());
}

#[test]
fn the_longest_advert_fills_the_buffer() {
    let list = addresses(255);
    let outgoing = Outgoing::new(&contents(&list)).unwrap();
    assert_eq!((outgoing.length, outgoing.bytes.len()), (1056, 1056));
}

#[test]
fn what_the_format_cannot_express_is_refused() {
    for count in [0, 256, 1000] {
        let refused = Outgoing::new(&contents(&addresses(count))).err();
        assert_eq!(refused, Some(EncodeError::Addresses { count }));
    }
    let list = addresses(1);
    for interval in [
        Duration::ZERO,
        Duration::from_millis(1500),
        Duration::from_secs(256),
        Duration::MAX,
    ] {
        let refused = Outgoing::new(&Contents {
            interval,
            ..contents(&list)
        })
        .err();
        assert_eq!(refused, Some(EncodeError::Interval { interval }));
    }
    for authentication in [Authentication::Header, Authentication::Unknown(9)] {
        let refused = Outgoing::new(&Contents {
            authentication,
            ..contents(&list)
        })
        .err();
        assert_eq!(
            refused,
            Some(EncodeError::Authentication {
                code: authentication.code()
            })
        );
    }
    let told = EncodeError::Interval {
        interval: Duration::from_millis(1500),
    }
    .to_string();
    assert_eq!(told, "advert interval 1.5s, expected whole seconds, 1 to 255");
}

#[test]
fn a_patched_packet_is_the_packet_written_anew() {
    let list = addresses(2);
    let peer = Ipv4Addr::new(192, 0, 2, 200);
    let mut patched = Outgoing::new(&contents(&list)).unwrap();
    patched.set_destination(peer);
    patched.set_priority(WirePriority::RESIGN);
    let anew = Contents {
        destination: peer,
        priority: WirePriority::RESIGN,
        ..contents(&list)
    };
    assert_eq!(patched.bytes(), Outgoing::new(&anew).unwrap().bytes());
    assert_eq!(patched.destination(), peer);
}

#[test]
fn the_identification_changes_nothing_but_itself_and_the_header_checksum() {
    let mut outgoing = Outgoing::new(&contents(&addresses(1))).unwrap();
    for id in [0, 1, 2, 0x7fff, 0x8000, 0xffff, 1] {
        outgoing.set_id(id);
        let datagram = Datagram::decode(outgoing.bytes()).unwrap();
        assert_eq!(datagram.id, id);
        assert_eq!(datagram.checksum, datagram.computed_checksum());
    }
    assert_eq!(outgoing.bytes(), GOLDEN, "back where it began");
}

#[test]
fn debug_does_not_show_the_password() {
    let shown = format!("{:?}", Outgoing::new(&contents(&addresses(1))).unwrap());
    assert_eq!(
        shown,
        "Outgoing { source: 10.9.0.1, destination: 224.0.0.18, length: 40, .. }"
    );
}

/// Contents without the lists they borrow.
#[derive(Clone, Debug)]
struct Owned {
    vrid: u8,
    priority: u8,
    interval: u8,
    /// Printable, as in any configuration.
    password: Option<String>,
    addresses: Vec<Ipv4Addr>,
    source: Ipv4Addr,
    destination: Ipv4Addr,
    ttl: u8,
}

impl Owned {
    fn contents(&self) -> Contents<'_> {
        Contents {
            vrid: Vrid::new(self.vrid).unwrap(),
            priority: WirePriority::new(self.priority),
            interval: Duration::from_secs(self.interval.into()),
            authentication: match &self.password {
                None => Authentication::None,
                Some(text) => Authentication::Simple(Password::new(text.as_bytes()).unwrap()),
            },
            addresses: &self.addresses,
            source: self.source,
            destination: self.destination,
            ttl: self.ttl,
        }
    }
}

fn any_contents(count: impl Into<prop::collection::SizeRange>) -> impl Strategy<Value = Owned> {
    let address = || any::<[u8; 4]>().prop_map(Ipv4Addr::from);
    let password = prop::collection::vec(0x20_u8..0x7f, 0..=8)
        .prop_map(|bytes| bytes.into_iter().map(char::from).collect::<String>());
    (
        (1_u8.., any::<u8>(), 1_u8.., any::<u8>()),
        prop::option::of(password),
        prop::collection::vec(address(), count),
        (address(), address()),
    )
        .prop_map(
            |((vrid, priority, interval, ttl), password, addresses, (source, destination))| Owned {
                vrid,
                priority,
                interval,
                password,
                addresses,
                source,
                destination,
                ttl,
            },
        )
}

proptest! {
    #[test]
    fn what_is_written_reads_back(owned in any_contents(1..=255)) {
        let contents = owned.contents();
        let outgoing = Outgoing::new(&contents).unwrap();
        let datagram = Datagram::decode(outgoing.bytes()).unwrap();
        prop_assert_eq!(datagram.source, owned.source);
        prop_assert_eq!(datagram.destination, owned.destination);
        prop_assert_eq!((datagram.ttl, datagram.tos, datagram.id), (owned.ttl, 0xc0, 1));
        prop_assert!(!datagram.dont_fragment);
        prop_assert_eq!(datagram.padding, 0);
        prop_assert_eq!(datagram.checksum, datagram.computed_checksum());

        let advert = Advert::decode(datagram.payload).unwrap();
        prop_assert_eq!(advert.vrid(), contents.vrid);
        prop_assert_eq!(advert.priority(), contents.priority);
        prop_assert_eq!(advert.interval(), contents.interval);
        prop_assert_eq!(advert.authentication(), contents.authentication);
        prop_assert!(advert.addresses().eq(owned.addresses.iter().copied().map(IpAddr::V4)));
        prop_assert_eq!(advert.padding(), 0);
    }

    #[test]
    fn a_new_priority_is_as_if_written_anew(owned in any_contents(1..=255), priorities: Vec<u8>) {
        let mut patched = Outgoing::new(&owned.contents()).unwrap();
        for priority in priorities {
            let priority = WirePriority::new(priority);
            patched.set_priority(priority);
            let anew = Outgoing::new(&Contents { priority, ..owned.contents() }).unwrap();
            prop_assert_eq!(patched.bytes(), anew.bytes());
        }
    }

    #[test]
    fn a_new_destination_is_as_if_written_anew(owned in any_contents(1..=4), peers: Vec<[u8; 4]>) {
        let mut patched = Outgoing::new(&owned.contents()).unwrap();
        for destination in peers.into_iter().map(Ipv4Addr::from) {
            patched.set_destination(destination);
            let anew = Outgoing::new(&Contents { destination, ..owned.contents() }).unwrap();
            prop_assert_eq!(patched.bytes(), anew.bytes());
        }
    }
}

proptest! {
    // Each case tries up to 8,288 bits.
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// A ones' complement sum sees every single bit. From three addresses on there is no padding to hide behind, so
    /// that a wrong count is a wrong length.
    #[test]
    fn one_flipped_bit_is_always_seen(owned in any_contents(3..=255)) {
        let outgoing = Outgoing::new(&owned.contents()).unwrap();
        let mut advert = outgoing.bytes()[20..].to_vec();
        for bit in 0..8 * advert.len() {
            advert[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(Advert::decode(&advert).is_err(), "bit {}", bit);
            advert[bit / 8] ^= 1 << (bit % 8);
        }
    }

    /// With one or two addresses a smaller count makes the last bytes look like padding: only the checksum is left,
    /// and some passwords could deceive it. Every other bit is seen.
    #[test]
    fn one_flipped_bit_of_a_short_advert_is_seen_outside_the_count(owned in any_contents(1..=2)) {
        let outgoing = Outgoing::new(&owned.contents()).unwrap();
        let mut advert = outgoing.bytes()[20..].to_vec();
        for bit in 0..8 * advert.len() {
            advert[bit / 8] ^= 1 << (bit % 8);
            let refused = Advert::decode(&advert).err();
            if bit / 8 == 3 {
                let usual = matches!(refused, Some(DecodeError::Checksum { .. } | DecodeError::TooShort { .. }));
                prop_assert!(usual || owned.password.is_some(), "bit {}", bit);
            } else {
                prop_assert!(refused.is_some(), "bit {}", bit);
            }
            advert[bit / 8] ^= 1 << (bit % 8);
        }
    }
}
