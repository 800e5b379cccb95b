use core::net::{IpAddr, Ipv4Addr};
use core::time::Duration;

use proptest::prelude::*;

use super::{Advert, Header};
use crate::{Authentication, DecodeError, Password, Vrid, WirePriority};

/// VRID 51, priority 100, simple authentication, 1 s, 10.9.0.50: from a capture of keepalived 2.2.7.
const GOLDEN: [u8; 20] = [
    0x21, 0x33, 0x64, 0x01, 0x01, 0x01, 0x48, 0x66, 0x0a, 0x09, 0x00, 0x32, 0x31, 0x31, 0x31, 0x31, 0x61,
    0x62, 0x63, 0x64,
];

/// An advert with `count` addresses, no authentication, and a right checksum, followed by `excess` bytes.
fn advert(count: u8, excess: usize) -> Vec<u8> {
    let mut bytes = vec![0x21, 7, 100, count, 0, 1, 0, 0];
    bytes.extend((0..count).flat_map(|host| [10, 0, 0, host]));
    bytes.extend([0; 8]);
    seal(&mut bytes);
    bytes.extend(std::iter::repeat_n(0xa5, excess));
    bytes
}

/// Puts the right checksum in, computed the long way round.
fn seal(bytes: &mut [u8]) {
    bytes[6..8].fill(0);
    let mut sum: u64 = bytes
        .chunks(2)
        .map(|pair| u64::from(pair[0]) * 256 + u64::from(pair[1]))
        .sum();
    while sum >= 0x1_0000 {
        sum = sum % 0x1_0000 + sum / 0x1_0000;
    }
    let checksum = u16::try_from(0xffff - sum).unwrap();
    bytes[6..8].copy_from_slice(&checksum.to_be_bytes());
}

/// The advert of `advert(1, 0)` with one byte changed and the checksum right again.
fn with(at: usize, value: u8) -> Vec<u8> {
    let mut bytes = advert(1, 0);
    bytes[at] = value;
    seal(&mut bytes);
    bytes
}

#[test]
fn keepaliveds_advert_is_read_field_by_field() {
    let advert = Advert::decode(&GOLDEN).unwrap();
    assert_eq!(advert.version(), 2);
    assert_eq!(advert.vrid(), Vrid::new(51).unwrap());
    assert_eq!(advert.priority(), WirePriority::new(100));
    assert_eq!(advert.interval(), Duration::from_secs(1));
    assert_eq!(
        advert.authentication(),
        Authentication::Simple(Password::new(b"1111abcd").unwrap())
    );
    assert_eq!(advert.checksum(), 0x4866);
    assert_eq!(
        advert.addresses().collect::<Vec<_>>(),
        [IpAddr::V4(Ipv4Addr::new(10, 9, 0, 50))]
    );
    assert_eq!(advert.padding(), 0);
}

#[test]
fn a_header_is_read_from_anything_of_8_bytes() {
    let header = Header {
        version: 15,
        kind: 0,
        vrid: 0,
        priority: WirePriority::RESIGN,
        count: 255,
        authentication: 9,
        interval: 4,
        checksum: 0x1234,
    };
    assert_eq!(Header::read(&[0xf0, 0, 0, 255, 9, 4, 0x12, 0x34]), Some(header));
    assert_eq!(Header::read(&[0xf0, 0, 0, 255, 9, 4, 0x12]), None);
}

#[test]
fn every_shorter_prefix_is_too_short() {
    for length in 0..GOLDEN.len() {
        let needed = if length < 8 { 8 } else { 20 };
        let refused = Advert::decode(&GOLDEN[..length]);
        assert_eq!(
            refused,
            Err(DecodeError::TooShort { length, needed }),
            "{length} bytes"
        );
    }
}

#[test]
fn other_versions_are_refused_by_number() {
    for version in (0..16).filter(|&version| version != 2) {
        let refused = Advert::decode(&with(0, version << 4 | 1)).err();
        assert_eq!(refused, Some(DecodeError::Version { found: version }));
    }
}

#[test]
fn other_packet_types_are_refused_by_number() {
    for kind in (0..16).filter(|&kind| kind != 1) {
        assert_eq!(
            Advert::decode(&with(0, 0x20 | kind)).err(),
            Some(DecodeError::Type { found: kind })
        );
    }
}

#[test]
fn vrid_0_is_refused() {
    assert_eq!(Advert::decode(&with(1, 0)).err(), Some(DecodeError::VridZero));
}

#[test]
fn a_wrong_checksum_is_refused_with_the_right_one() {
    let mut bytes = GOLDEN;
    bytes[6..8].copy_from_slice(&[0x12, 0x34]);
    assert_eq!(
        Advert::decode(&bytes),
        Err(DecodeError::Checksum {
            found: 0x1234,
            computed: 0x4866
        })
    );
    bytes[6..8].copy_from_slice(&[0, 0]);
    assert_eq!(
        Advert::decode(&bytes),
        Err(DecodeError::Checksum {
            found: 0,
            computed: 0x4866
        })
    );
}

#[test]
fn the_checksum_covers_the_authentication_bytes_even_without_authentication() {
    let mut bytes = advert(1, 0);
    *bytes.last_mut().unwrap() = 1;
    assert!(matches!(
        Advert::decode(&bytes),
        Err(DecodeError::Checksum { .. })
    ));
}

/// The first rule that is broken is named: version, type, VRID, length, checksum.
#[test]
fn the_order_of_the_checks() {
    let mut bytes = [0x30, 0, 100, 2, 0, 1, 0, 0, 1];
    let reason = |bytes: &[u8]| Advert::decode(bytes).unwrap_err().name();
    assert_eq!(reason(&bytes[..7]), "too_short");
    assert_eq!(reason(&bytes), "version");
    bytes[0] = 0x20;
    assert_eq!(reason(&bytes), "type");
    bytes[0] = 0x21;
    assert_eq!(reason(&bytes), "vrid_zero");
    bytes[1] = 1;
    assert_eq!(reason(&bytes), "too_short");
    let mut bytes = advert(3, 1);
    bytes[6] ^= 1;
    assert_eq!(reason(&bytes), "too_long");
    assert_eq!(reason(&bytes[..28]), "checksum");
}

#[test]
fn padding_up_to_ethernets_minimum_is_tolerated_and_no_more() {
    for (count, longest) in [(0, 26), (1, 26), (2, 26), (3, 28), (4, 32), (255, 1036)] {
        let expected = 16 + 4 * usize::from(count);
        for length in expected..longest + 4 {
            let bytes = advert(count, length - expected);
            let padding = Advert::decode(&bytes).map(|advert| advert.padding());
            let right = if length <= longest {
                Ok(length - expected)
            } else {
                Err(DecodeError::TooLong { length, expected })
            };
            assert_eq!(padding, right, "{count} addresses in {length} bytes");
        }
    }
}

#[test]
fn any_number_of_addresses_is_read_in_order() {
    for count in 0..=255 {
        let bytes = advert(count, 0);
        let advert = Advert::decode(&bytes).unwrap();
        let addresses = advert.addresses();
        assert_eq!(addresses.len(), usize::from(count));
        assert!(addresses.eq((0..count).map(|host| IpAddr::V4(Ipv4Addr::new(10, 0, 0, host)))));
    }
}

#[test]
fn every_authentication_type_is_told() {
    let kind = |code| Advert::decode(&with(4, code)).unwrap().authentication();
    assert_eq!(kind(0), Authentication::None);
    assert_eq!(kind(1), Authentication::Simple(Password::from_wire([0; 8])));
    assert_eq!(kind(2), Authentication::Header);
    for code in 3..=255 {
        assert_eq!(kind(code), Authentication::Unknown(code));
    }
}

#[test]
fn every_interval_and_priority_is_told() {
    for value in 0..=255 {
        let interval = with(5, value);
        let advert = Advert::decode(&interval).unwrap();
        assert_eq!(advert.interval(), Duration::from_secs(value.into()));
        let priority = with(2, value);
        assert_eq!(Advert::decode(&priority).unwrap().priority().get(), value);
    }
}

#[test]
fn each_reason_says_what_would_be_right() {
    let told = |bytes: &[u8]| Advert::decode(bytes).unwrap_err().to_string();
    assert_eq!(
        told(&[0; 7]),
        "7 bytes are too short for an advert, which needs 8"
    );
    assert_eq!(told(&with(0, 0x31)), "VRRP version 3, expected 2");
    assert_eq!(told(&with(0, 0x22)), "packet type 2, expected 1 (advertisement)");
    assert_eq!(told(&with(1, 0)), "VRID 0, expected 1 to 255");
    assert_eq!(
        told(&advert(3, 2)),
        "30 bytes are too long for an advert, whose header counts 28"
    );
    let mut bytes = GOLDEN;
    bytes[6] = 0;
    assert_eq!(told(&bytes), "checksum 0x0066, should be 0x4866");
}

proptest! {
    #[test]
    fn any_bytes_are_a_value_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..1100)) {
        if let Ok(advert) = Advert::decode(&bytes) {
            prop_assert_eq!(16 + 4 * advert.addresses().len() + advert.padding(), bytes.len());
        }
    }

    /// Random bytes seldom pass the first checks; these always do.
    #[test]
    fn any_bytes_behind_a_sound_header_are_a_value_or_an_error(
        vrid in 1_u8..,
        count: u8,
        mut bytes in prop::collection::vec(any::<u8>(), 8..1100),
        sealed: bool,
    ) {
        bytes[0] = 0x21;
        bytes[1] = vrid;
        bytes[3] = count;
        let expected = 16 + 4 * usize::from(count);
        if sealed && expected <= bytes.len() {
            seal(&mut bytes[..expected]);
        }
        let fits = bytes.len() == expected || (bytes.len() > expected && bytes.len() <= 26);
        match Advert::decode(&bytes) {
            Ok(advert) => {
                prop_assert!(fits);
                prop_assert_eq!(advert.vrid().get(), vrid);
                prop_assert_eq!(advert.addresses().len(), usize::from(count));
            }
            Err(DecodeError::TooShort { length, needed }) => {
                prop_assert_eq!((length, needed), (bytes.len(), expected));
                prop_assert!(length < needed);
            }
            Err(DecodeError::TooLong { length, .. }) => prop_assert!(!fits && length > expected),
            Err(DecodeError::Checksum { found, computed }) => {
                prop_assert!(fits && !sealed);
                prop_assert_ne!(found, computed);
            }
            Err(other) => prop_assert!(false, "{}", other),
        }
    }
}
