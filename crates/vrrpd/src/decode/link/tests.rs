use pcap_parser::Linktype;
use vrrp_packet::MacAddress;

use super::{Network, strip};

const PACKET: [u8; 3] = [0x45, 0xc0, 0x00];
const SOURCE: [u8; 6] = [2, 0, 0, 0, 0, 0x0a];
const GROUP: [u8; 6] = [1, 0, 0x5e, 0, 0, 0x12];

fn joined(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

#[test]
fn ethernet_with_any_number_of_vlan_tags() {
    for (tags, vlans) in [
        (&[][..], &[][..]),
        (&[0x81, 0x00, 0xe0, 0x05], &[5]),
        (&[0x88, 0xa8, 0x0f, 0xff, 0x81, 0x00, 0x00, 0x01], &[4095, 1]),
        (
            &[
                0x91, 0x00, 0x00, 0x02, 0x91, 0x00, 0x00, 0x03, 0x81, 0x00, 0x00, 0x04,
            ],
            &[2, 3, 4],
        ),
    ] {
        let bytes = joined(&[&GROUP, &SOURCE, tags, &[8, 0], &PACKET]);
        let frame = strip(Linktype::ETHERNET, &bytes).unwrap();
        assert_eq!(frame.network, Network::Ipv4(&PACKET));
        assert_eq!(frame.vlans, vlans);
        assert_eq!(frame.source, Some(MacAddress(SOURCE)));
        assert_eq!(frame.destination, Some(MacAddress(GROUP)));
    }
}

#[test]
fn cooked_says_who_sent_it() {
    for (packet_type, outgoing) in [(4, true), (0, false), (2, false)] {
        let v1 = joined(&[&[0, packet_type, 0, 1, 0, 6], &SOURCE, &[0, 0, 8, 0], &PACKET]);
        let v2 = joined(&[
            &[8, 0, 0, 0, 0, 0, 0, 3, 0, 1, packet_type, 6],
            &SOURCE,
            &[0, 0],
            &PACKET,
        ]);
        for (link, bytes) in [(Linktype::LINUX_SLL, v1), (Linktype::LINUX_SLL2, v2)] {
            let frame = strip(link, &bytes).unwrap();
            assert_eq!(frame.network, Network::Ipv4(&PACKET));
            assert_eq!(
                (frame.source, frame.destination),
                (Some(MacAddress(SOURCE)), None)
            );
            assert_eq!(frame.outgoing, outgoing);
        }
    }
}

#[test]
fn cooked_captures_keep_vlan_tags_too() {
    let v1 = joined(&[
        &[0, 0, 0, 1, 0, 6],
        &SOURCE,
        &[0, 0, 0x81, 0, 0, 7, 8, 0],
        &PACKET,
    ]);
    let v2 = joined(&[
        &[0x81, 0, 0, 0, 0, 0, 0, 3, 0, 1, 0, 6],
        &SOURCE,
        &[0, 0, 0, 7, 8, 0],
        &PACKET,
    ]);
    for (link, bytes) in [(Linktype::LINUX_SLL, v1), (Linktype::LINUX_SLL2, v2)] {
        let frame = strip(link, &bytes).unwrap();
        assert_eq!((frame.vlans, frame.network), (vec![7], Network::Ipv4(&PACKET)));
    }
}

#[test]
fn a_link_without_mac_addresses_has_none() {
    let bytes = joined(&[&[0, 0, 0xff, 0xfe, 0, 0], &[0; 8], &[8, 0], &PACKET]);
    assert_eq!(strip(Linktype::LINUX_SLL, &bytes).unwrap().source, None);
}

#[test]
fn raw_ip_tells_its_version() {
    for link in [Linktype::RAW, Linktype::IPV4, Linktype::IPV6] {
        assert_eq!(strip(link, &PACKET).unwrap().network, Network::Ipv4(&PACKET));
        assert_eq!(
            strip(link, &[0x60, 1]).unwrap().network,
            Network::Ipv6(&[0x60, 1])
        );
        assert_eq!(strip(link, &[0x50]).unwrap().network, Network::Other);
    }
}

#[test]
fn loopback_in_either_byte_order() {
    for family in [[2, 0, 0, 0], [0, 0, 0, 2]] {
        let bytes = joined(&[&family, &PACKET]);
        assert_eq!(
            strip(Linktype::NULL, &bytes).unwrap().network,
            Network::Ipv4(&PACKET)
        );
        assert_eq!(
            strip(Linktype::LOOP, &bytes).unwrap().network,
            Network::Ipv4(&PACKET)
        );
    }
    assert_eq!(
        strip(Linktype::NULL, &[30, 0, 0, 0, 0x60]).unwrap().network,
        Network::Ipv6(&[0x60])
    );
    assert_eq!(
        strip(Linktype::NULL, &[7, 0, 0, 0, 0x60]).unwrap().network,
        Network::Other
    );
}

#[test]
fn other_ethertypes_and_short_frames_are_other() {
    let arp = joined(&[&GROUP, &SOURCE, &[8, 6], &PACKET]);
    assert_eq!(strip(Linktype::ETHERNET, &arp).unwrap().network, Network::Other);
    let tagged = joined(&[&GROUP, &SOURCE, &[0x81, 0, 0, 1, 8, 0]]);
    for link in [Linktype::ETHERNET, Linktype::LINUX_SLL, Linktype::LINUX_SLL2] {
        for length in 0..14 {
            assert_eq!(
                strip(link, &tagged[..length]).unwrap().network,
                Network::Other,
                "{link} {length}"
            );
        }
    }
    for length in 14..18 {
        assert_eq!(
            strip(Linktype::ETHERNET, &tagged[..length]).unwrap().network,
            Network::Other
        );
    }
}

#[test]
fn other_links_are_not_known() {
    assert_eq!(strip(Linktype(105), &PACKET), None);
}
