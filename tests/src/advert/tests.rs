use super::{Advert, Forged};

/// A packet of keepalived 2.2.7: VRID 51, priority 100, 10.9.0.50, password "1111abcd".
const KEEPALIVED: [u8; 40] = [
    0x45, 0xc0, 0x00, 0x28, 0x00, 0x01, 0x00, 0x00, 0xff, 0x70, 0xd0, 0x88, 0x0a, 0x09, 0x00, 0x01, 0xe0,
    0x00, 0x00, 0x12, 0x21, 0x33, 0x64, 0x01, 0x01, 0x01, 0x48, 0x66, 0x0a, 0x09, 0x00, 0x32, 0x31, 0x31,
    0x31, 0x31, 0x61, 0x62, 0x63, 0x64,
];

fn like_keepalived() -> Forged {
    Forged::new([10, 9, 0, 1].into(), 51, 100, [10, 9, 0, 50].into()).password("1111abcd")
}

#[test]
fn reads_a_packet_of_keepalived() {
    let advert = Advert::decode(&KEEPALIVED).unwrap();
    assert_eq!(
        (advert.version, advert.kind, advert.vrid, advert.priority),
        (2, 1, 51, 100)
    );
    assert_eq!(
        (advert.tos, advert.id, advert.dont_fragment, advert.ttl),
        (0xc0, 1, false, 255)
    );
    assert_eq!((advert.count, advert.auth_type, advert.interval), (1, 1, 1));
    assert_eq!(advert.addresses, [core::net::Ipv4Addr::new(10, 9, 0, 50)]);
    assert_eq!(advert.tail, b"1111abcd");
    assert!(advert.checksum_ok);
}

#[test]
fn forges_what_keepalived_sends() {
    let mut expected = KEEPALIVED;
    expected[10..12].fill(0);
    assert_eq!(like_keepalived().packet(), expected);
}

#[test]
fn a_spoiled_checksum_is_seen() {
    let forged = Forged {
        bad_checksum: true,
        ..like_keepalived()
    };
    assert!(!Advert::decode(&forged.packet()).unwrap().checksum_ok);
}

#[test]
fn every_truncation_is_read_or_refused() {
    for length in 0..KEEPALIVED.len() {
        assert_eq!(Advert::decode(&KEEPALIVED[..length]), None, "{length} bytes");
    }
}

#[test]
fn an_odd_tail_keeps_a_right_checksum() {
    let forged = Forged {
        tail: vec![7; 9],
        ..like_keepalived()
    };
    assert!(Advert::decode(&forged.packet()).unwrap().checksum_ok);
}
