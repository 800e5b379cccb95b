use core::net::Ipv4Addr;

use proptest::prelude::*;

use super::{Arp, MacAddress, decode_arp, fill, gratuitous};

const MAC: MacAddress = MacAddress([0x02, 0x00, 0x5e, 0x10, 0x00, 0x01]);
const ADDRESS: Ipv4Addr = Ipv4Addr::new(10, 9, 0, 50);

#[rustfmt::skip]
const FRAME: [u8; 42] = [
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 0x00, 0x5e, 0x10, 0x00, 0x01, 0x08, 0x06,
    0x00, 0x01, 0x08, 0x00, 6, 4, 0x00, 0x01,
    0x02, 0x00, 0x5e, 0x10, 0x00, 0x01, 10, 9, 0, 50,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 10, 9, 0, 50,
];

#[test]
fn an_announcement_is_a_broadcast_request_for_ourselves() {
    assert_eq!(gratuitous(MAC, ADDRESS), FRAME);
}

#[test]
fn every_byte_is_written() {
    let mut frame = [0xa5; 42];
    fill(&mut frame, MAC, ADDRESS);
    assert_eq!(frame, FRAME);
}

#[test]
fn an_announcement_is_read_field_by_field() {
    let arp = Arp {
        operation: 1,
        sender_mac: MAC,
        sender_ip: ADDRESS,
        target_mac: MacAddress::BROADCAST,
        target_ip: ADDRESS,
    };
    assert_eq!(decode_arp(&FRAME), Some(arp));
    assert!(arp.is_gratuitous());
    let mut padded = [0; 60];
    padded[..42].copy_from_slice(&FRAME);
    assert_eq!(decode_arp(&padded), Some(arp));
}

#[test]
fn a_question_for_somebody_else_is_not_gratuitous() {
    let mut frame = FRAME;
    frame[41] = 51;
    assert!(!decode_arp(&frame).unwrap().is_gratuitous());
}

#[test]
fn other_frames_are_not_arp_for_ipv4_over_ethernet() {
    for (at, what) in [
        (12, "ethertype"),
        (15, "hardware"),
        (16, "protocol"),
        (18, "lengths"),
        (19, "lengths"),
    ] {
        let mut frame = FRAME;
        frame[at] ^= 0x40;
        assert_eq!(decode_arp(&frame), None, "{what}");
    }
    for length in 0..42 {
        assert_eq!(decode_arp(&FRAME[..length]), None, "{length} bytes");
    }
}

#[test]
fn a_mac_address_is_shown_in_hexadecimal() {
    assert_eq!(MAC.to_string(), "02:00:5e:10:00:01");
}

proptest! {
    #[test]
    fn any_announcement_reads_back(mac: [u8; 6], address: [u8; 4]) {
        let arp = decode_arp(&gratuitous(MacAddress(mac), address.into())).unwrap();
        prop_assert!(arp.is_gratuitous());
        prop_assert_eq!((arp.sender_mac.0, arp.sender_ip.octets()), (mac, address));
    }

    #[test]
    fn any_bytes_are_arp_or_nothing(mut frame in prop::collection::vec(any::<u8>(), 0..80), likely: bool) {
        if likely && frame.len() >= 20 {
            frame[12..20].copy_from_slice(&FRAME[12..20]);
        }
        let whole = frame.len() >= 42 && frame[12..20] == FRAME[12..20];
        prop_assert_eq!(decode_arp(&frame).is_some(), whole);
    }
}
