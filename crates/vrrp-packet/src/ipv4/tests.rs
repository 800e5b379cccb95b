use core::net::Ipv4Addr;

use proptest::prelude::*;

use super::Datagram;
use crate::{Advert, IpError};

/// An advert from a capture of keepalived 2.2.7, as it was on the wire.
const GOLDEN: [u8; 40] = [
    0x45, 0xc0, 0x00, 0x28, 0x00, 0x01, 0x00, 0x00, 0xff, 0x70, 0xd0, 0x88, 0x0a, 0x09, 0x00, 0x01, 0xe0,
    0x00, 0x00, 0x12, 0x21, 0x33, 0x64, 0x01, 0x01, 0x01, 0x48, 0x66, 0x0a, 0x09, 0x00, 0x32, 0x31, 0x31,
    0x31, 0x31, 0x61, 0x62, 0x63, 0x64,
];

fn with(at: usize, value: u8) -> [u8; 40] {
    let mut bytes = GOLDEN;
    bytes[at] = value;
    bytes
}

fn refused(bytes: &[u8]) -> IpError {
    Datagram::decode(bytes).unwrap_err()
}

#[test]
fn keepaliveds_packet_is_read_field_by_field() {
    let datagram = Datagram::decode(&GOLDEN).unwrap();
    assert_eq!(datagram.source, Ipv4Addr::new(10, 9, 0, 1));
    assert_eq!(datagram.destination, Ipv4Addr::new(224, 0, 0, 18));
    assert_eq!((datagram.ttl, datagram.tos, datagram.id), (255, 0xc0, 1));
    assert!(!datagram.dont_fragment);
    assert_eq!(
        (datagram.checksum, datagram.computed_checksum()),
        (0xd088, 0xd088)
    );
    assert_eq!(datagram.payload, &GOLDEN[20..]);
    assert_eq!(datagram.padding, 0);
    assert!(Advert::decode(datagram.payload).is_ok());
}

#[test]
fn dont_fragment_and_ecn_are_told() {
    assert!(Datagram::decode(&with(6, 0x40)).unwrap().dont_fragment);
    assert_eq!(Datagram::decode(&with(1, 0xbf)).unwrap().tos, 0xbf);
}

#[test]
fn the_checksum_is_told_right_and_wrong() {
    let bytes = with(8, 254);
    let datagram = Datagram::decode(&bytes).unwrap();
    assert_eq!(
        (datagram.checksum, datagram.computed_checksum()),
        (0xd088, 0xd188)
    );
    let bytes = with(10, 0);
    assert_eq!(Datagram::decode(&bytes).unwrap().computed_checksum(), 0xd088);
}

#[test]
fn what_ethernet_padded_is_cut_off() {
    let mut frame = [0xa5; 46];
    frame[..40].copy_from_slice(&GOLDEN);
    let datagram = Datagram::decode(&frame).unwrap();
    assert_eq!((datagram.payload, datagram.padding), (&GOLDEN[20..], 6));
}

#[test]
fn padding_that_the_total_length_counts_is_payload() {
    let mut packet = [0xa5; 46];
    packet[..40].copy_from_slice(&GOLDEN);
    packet[3] = 46;
    let datagram = Datagram::decode(&packet).unwrap();
    assert_eq!((datagram.payload.len(), datagram.padding), (26, 0));
    assert_eq!(Advert::decode(datagram.payload).unwrap().padding(), 6);
}

#[test]
fn options_are_skipped() {
    // Router Alert, four bytes.
    let mut packet = vec![
        0x46, 0xc0, 0, 44, 0, 1, 0, 0, 255, 112, 0, 0, 10, 9, 0, 1, 224, 0, 0, 18, 148, 4, 0, 0,
    ];
    packet.extend(&GOLDEN[20..]);
    let datagram = Datagram::decode(&packet).unwrap();
    assert_eq!(datagram.payload, &GOLDEN[20..]);
    let sum: u32 = 0x46c0 + 0x002c + 0x0001 + 0xff70 + 0x0a09 + 0x0001 + 0xe000 + 0x0012 + 0x9404;
    assert_eq!(
        u32::from(!datagram.computed_checksum()),
        (sum & 0xffff) + (sum >> 16)
    );

    let cut = &packet[..22];
    assert_eq!(
        refused(cut),
        IpError::TooShort {
            length: 22,
            needed: 24
        }
    );
}

#[test]
fn every_shorter_prefix_is_refused() {
    for length in 0..40 {
        let reason = if length < 20 {
            IpError::TooShort { length, needed: 20 }
        } else {
            IpError::Truncated { declared: 40, length }
        };
        assert_eq!(refused(&GOLDEN[..length]), reason);
    }
}

#[test]
fn a_packet_may_be_a_header_and_nothing_else() {
    let bytes = with(3, 20);
    let datagram = Datagram::decode(&bytes).unwrap();
    assert_eq!((datagram.payload, datagram.padding), (&[][..], 20));
}

#[test]
fn each_broken_header_has_its_reason() {
    assert_eq!(refused(&with(0, 0x65)), IpError::Version { found: 6 });
    assert_eq!(refused(&with(0, 0x44)), IpError::HeaderLength { found: 16 });
    assert_eq!(
        refused(&with(3, 19)),
        IpError::TotalLength {
            declared: 19,
            header: 20
        }
    );
    assert_eq!(
        refused(&with(3, 41)),
        IpError::Truncated {
            declared: 41,
            length: 40
        }
    );
    assert_eq!(refused(&with(9, 17)), IpError::Protocol { found: 17 });
    assert_eq!(
        refused(&with(6, 0x20)),
        IpError::Fragment {
            offset: 0,
            more: true
        }
    );
    assert_eq!(
        refused(&with(7, 3)),
        IpError::Fragment {
            offset: 24,
            more: false
        }
    );
    assert_eq!(
        refused(&with(6, 0x1f)),
        IpError::Fragment {
            offset: 0x1f00 * 8,
            more: false
        }
    );
}

#[test]
fn an_authentication_header_is_named_only_if_vrrp_is_behind_it() {
    let mut packet = with(9, 51);
    packet[20] = 112;
    assert_eq!(refused(&packet), IpError::AuthenticationHeader);
    packet[20] = 6;
    assert_eq!(refused(&packet), IpError::Protocol { found: 51 });
    assert_eq!(refused(&packet[..20]), IpError::Protocol { found: 51 });
}

/// Whoever reads a capture skips what is not about VRRP, however broken it is.
#[test]
fn another_protocol_is_named_before_anything_else_that_is_wrong() {
    let mut packet = with(9, 17);
    packet[3] = 200;
    packet[6] = 0x20;
    assert_eq!(refused(&packet), IpError::Protocol { found: 17 });
}

proptest! {
    #[test]
    fn any_bytes_are_a_value_or_an_error(
        mut bytes in prop::collection::vec(any::<u8>(), 0..120),
        first in 0x44_u8..=0x4f,
        likely: bool,
        length: u8,
    ) {
        if likely && bytes.len() >= 20 {
            bytes[0] = first;
            bytes[2..4].copy_from_slice(&[0, length]);
            bytes[6..8].fill(0);
            bytes[9] = 112;
        }
        if let Ok(datagram) = Datagram::decode(&bytes) {
            let header = usize::from(bytes[0] & 15) * 4;
            prop_assert_eq!(header + datagram.payload.len() + datagram.padding, bytes.len());
            let _ = datagram.computed_checksum();
        }
    }
}
