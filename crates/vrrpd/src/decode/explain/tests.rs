use std::net::Ipv4Addr;
use std::time::Duration;

use vrrp_packet::{Authentication, Contents, GROUP, MacAddress, Outgoing, Password, Vrid, WirePriority};

use super::{Report, Verdict, packet};
use crate::decode::capture::Packet;
use crate::decode::link::{Frame, Network};

/// An advert as vrrpd sends it, from 10.77.0.1.
fn sent(priority: u8, destination: Ipv4Addr, ttl: u8, addresses: u8) -> Vec<u8> {
    let addresses: Vec<_> = (0..addresses)
        .map(|host| Ipv4Addr::new(10, 77, 1, host))
        .collect();
    let contents = Contents {
        vrid: Vrid::new(51).unwrap(),
        priority: WirePriority::new(priority),
        interval: Duration::from_secs(1),
        authentication: Authentication::Simple(Password::new(b"secret").unwrap()),
        addresses: &addresses,
        source: Ipv4Addr::new(10, 77, 0, 1),
        destination,
        ttl,
    };
    Outgoing::new(&contents).unwrap().bytes().to_vec()
}

/// An advert from its own header on, with a right checksum.
fn advert(start: [u8; 6], rest: &[u8]) -> Vec<u8> {
    let bytes = [&start[..], &[0, 0], rest].concat();
    let sum: u32 = bytes
        .chunks(2)
        .map(|pair| u32::from(pair[0]) * 256 + u32::from(pair[1]))
        .sum();
    let checksum = !u16::try_from(sum % 0xffff).unwrap();
    [&start[..], &checksum.to_be_bytes(), rest].concat()
}

fn shown(report: &Report) -> String {
    let mut out = Vec::new();
    report.write("advert", &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The text behind the name of a field.
fn field(report: &Report, name: &str) -> String {
    let text = shown(report);
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(&format!("  {name:<10} ")));
    line.unwrap_or_else(|| panic!("no {name} in {text}")).to_owned()
}

fn verdict(bytes: &[u8]) -> String {
    field(&packet(bytes), "verdict")
}

fn captured(network: Network<'_>, kept: usize, length: usize) -> Packet<'_> {
    let frame = Frame {
        source: Some(MacAddress([2, 0, 0, 0, 0, 1])),
        destination: None,
        outgoing: false,
        vlans: vec![12],
        network,
    };
    Packet {
        time: None,
        frame,
        kept,
        length,
    }
}

#[test]
fn every_field_has_its_line() {
    let report = packet(&sent(100, GROUP, 255, 2));
    assert_eq!(
        shown(&report),
        "\
advert  10.77.0.1 > 224.0.0.18
  ttl        255
  tos        0xc0 (network control)
  id         1
  ip sum     0xd040 ok
  version    2
  type       1 (advertisement)
  vrid       51
  priority   100
  auth       1 (simple), password of 6 bytes hidden
  interval   1 s
  checksum   0x26e2 ok
  count      2
  addresses  10.77.1.0, 10.77.1.1
  verdict    valid

"
    );
    assert_eq!(report.verdict(), Verdict::Valid);
}

#[test]
fn priorities_with_a_meaning_say_it() {
    assert_eq!(
        field(&packet(&sent(0, GROUP, 255, 1)), "priority"),
        "0 (the MASTER resigns)"
    );
    assert_eq!(
        field(&packet(&sent(255, GROUP, 255, 1)), "priority"),
        "255 (owner of the addresses)"
    );
}

#[test]
fn the_ttl_counts_for_multicast_only() {
    let rejected = packet(&sent(100, GROUP, 254, 1));
    assert_eq!(rejected.verdict(), Verdict::Rejected);
    assert_eq!(
        field(&rejected, "verdict"),
        "REJECTED: invalid TTL 254, expected 255"
    );
    assert_eq!(verdict(&sent(100, Ipv4Addr::new(10, 77, 0, 2), 62, 1)), "valid");
}

#[test]
fn a_wrong_header_checksum_rejects_unless_it_is_not_filled_in_yet() {
    let mut bytes = sent(100, GROUP, 255, 1);
    bytes[10..12].copy_from_slice(&[0x12, 0x34]);
    assert_eq!(
        verdict(&bytes),
        "REJECTED: IPv4 header checksum 0x1234, should be 0xd044"
    );
    bytes[10..12].fill(0);
    let report = packet(&bytes);
    assert_eq!(report.verdict(), Verdict::Valid);
    assert_eq!(
        field(&report, "ip sum"),
        "0x0000, should be 0xd044: not filled in yet where it was captured"
    );
}

#[test]
fn a_wrong_checksum_shows_both_and_the_addresses_but_no_password() {
    let mut bytes = sent(100, GROUP, 255, 1);
    bytes[27] ^= 1;
    let report = packet(&bytes);
    assert_eq!(
        field(&report, "verdict"),
        format!("REJECTED: checksum {}", field(&report, "checksum"))
    );
    assert_eq!(field(&report, "addresses"), "10.77.1.0");
    assert_eq!(field(&report, "auth"), "1 (simple)");
}

/// A count that is too large makes the password look like addresses. Whether Ethernet's padding follows or not.
#[test]
fn a_wrong_count_does_not_show_the_password() {
    let secret = Ipv4Addr::from(*b"secr").to_string();
    for padding in [0, 6] {
        let mut bytes = sent(100, GROUP, 255, 1)[20..].to_vec();
        bytes.extend(vec![0; padding]);
        for count in 0..=255 {
            bytes[3] = count;
            let text = shown(&packet(&bytes));
            assert!(
                !text.contains(&secret),
                "count {count}, {padding} bytes of padding: {text}"
            );
        }
    }
}

#[test]
fn every_reason_is_told_in_the_order_of_a_receiver() {
    let mut bytes = sent(100, GROUP, 3, 1);
    bytes[11] ^= 1;
    bytes[20] = 0x31;
    let text = verdict(&bytes);
    let places =
        ["IPv4 header checksum", "invalid TTL 3", "VRRP version 3"].map(|reason| text.find(reason).unwrap());
    assert!(places.is_sorted(), "{text}");
}

#[test]
fn another_version_shows_only_what_means_the_same() {
    let text = shown(&packet(&[0x31, 51, 100, 1, 0, 100, 0, 0, 10, 0, 0, 1]));
    assert!(text.contains("  version    3\n"));
    assert!(text.contains("  vrid       51\n"));
    assert!(!text.contains("interval"), "{text}");
    assert!(text.ends_with("  verdict    REJECTED: VRRP version 3, expected 2\n\n"));
}

#[test]
fn what_no_router_can_be_configured_for_is_rejected() {
    let interval = advert([0x21, 1, 100, 1, 0, 0], &[10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(
        verdict(&interval),
        "REJECTED: advert interval 0 s, expected 1 to 255 s"
    );
    let authentication = |code| advert([0x21, 1, 100, 1, code, 1], &[10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    let told = "REJECTED: authentication type 2 (IP Authentication Header), expected 0 (none) or 1 (simple)";
    assert_eq!(verdict(&authentication(2)), told);
    assert_eq!(
        verdict(&authentication(9)),
        "REJECTED: authentication type 9 (unknown), expected 0 (none) or 1 (simple)"
    );
    assert_eq!(verdict(&authentication(0)), "valid");
}

#[test]
fn an_advert_without_addresses_is_noted() {
    let report = packet(&advert([0x21, 1, 100, 0, 0, 1], &[0; 8]));
    assert_eq!(report.verdict(), Verdict::Valid);
    assert_eq!(
        field(&report, "note"),
        "it lists no addresses: every receiver knows another list"
    );
}

#[test]
fn keepaliveds_hmac_is_recognized_by_its_length() {
    let mut bytes = sent(100, GROUP, 255, 1)[20..].to_vec();
    bytes.extend([0; 28]);
    let report = packet(&bytes);
    assert!(field(&report, "note").contains("auth_hmac"));
    assert_eq!(
        field(&report, "verdict"),
        "REJECTED: 48 bytes are too long for an advert, whose header counts 20"
    );
}

#[test]
fn padding_is_told_where_it_is() {
    let mut bytes = sent(100, GROUP, 255, 1);
    bytes.extend([0; 6]);
    assert_eq!(field(&packet(&bytes), "padding"), "6 bytes after the IP packet");
    assert_eq!(
        field(&packet(&bytes[20..]), "padding"),
        "6 bytes within the IP packet"
    );
}

#[test]
fn many_addresses_take_several_lines() {
    let text = shown(&packet(&sent(100, GROUP, 255, 13)));
    let lines: Vec<_> = text
        .lines()
        .skip_while(|line| !line.starts_with("  addresses  "))
        .collect();
    assert_eq!(
        lines[0],
        "  addresses  10.77.1.0, 10.77.1.1, 10.77.1.2, 10.77.1.3, 10.77.1.4, 10.77.1.5"
    );
    assert_eq!(lines[2], "             10.77.1.12");
    assert_eq!(lines[3], "  verdict    valid");
}

#[test]
fn an_ipv4_packet_that_is_not_vrrp_is_rejected_when_it_was_asked_for() {
    let mut bytes = sent(100, GROUP, 255, 1);
    bytes[9] = 17;
    let report = packet(&bytes);
    assert_eq!(
        field(&report, "verdict"),
        "REJECTED: IP protocol 17, expected 112 (VRRP)"
    );
    assert!(shown(&report).starts_with("advert  10.77.0.1 > 224.0.0.18\n"));
}

#[test]
fn a_captured_packet_that_is_not_vrrp_has_no_report() {
    let mut bytes = sent(100, GROUP, 255, 1);
    assert!(Report::of(&captured(Network::Ipv4(&bytes), 54, 54)).is_some());
    assert!(Report::of(&captured(Network::Ipv4(&bytes[..19]), 33, 54)).is_none());
    bytes[9] = 6;
    for network in [
        Network::Ipv4(&bytes),
        Network::Ipv6(&bytes),
        Network::Ipv6(&[]),
        Network::Other,
    ] {
        assert!(Report::of(&captured(network, 54, 54)).is_none());
    }
}

#[test]
fn a_captured_frame_tells_its_sender_and_vlan() {
    let bytes = sent(100, GROUP, 255, 1);
    let report = Report::of(&captured(Network::Ipv4(&bytes), 54, 54)).unwrap();
    assert_eq!(field(&report, "frame"), "from 02:00:00:00:00:01, VLAN 12");
}

#[test]
fn what_the_capture_cut_off_is_not_the_senders_fault() {
    let bytes = sent(100, GROUP, 255, 1);
    for length in 20..40 {
        let report = Report::of(&captured(Network::Ipv4(&bytes[..length]), 14 + length, 54)).unwrap();
        assert_eq!(report.verdict(), Verdict::Cut);
        let kept = format!(
            "CUT OFF: the capture kept {} of 54 bytes; `tcpdump -s 0` keeps all",
            14 + length
        );
        assert_eq!(field(&report, "verdict"), kept);
        let short = Report::of(&captured(
            Network::Ipv4(&bytes[..length]),
            14 + length,
            14 + length,
        ))
        .unwrap();
        assert_eq!(short.verdict(), Verdict::Rejected);
    }
    // Only padding is missing.
    let report = Report::of(&captured(Network::Ipv4(&bytes), 54, 60)).unwrap();
    assert_eq!(report.verdict(), Verdict::Valid);
}

#[test]
fn an_advert_over_ipv6_is_shown_and_rejected() {
    let mut bytes = vec![0x60, 0, 0, 0, 0, 24, 112, 255];
    bytes.extend(
        [
            [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
            [0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x12],
        ]
        .concat(),
    );
    bytes.extend([0x31, 51, 100, 1, 0, 100, 0, 0]);
    for report in [
        packet(&bytes),
        Report::of(&captured(Network::Ipv6(&bytes), 62, 62)).unwrap(),
    ] {
        let text = shown(&report);
        assert!(text.starts_with("advert  fe80::1 > ff02::12\n"), "{text}");
        assert_eq!(field(&report, "vrid"), "51");
        assert_eq!(
            field(&report, "verdict"),
            "REJECTED: IPv6, expected IPv4: only VRRPv2 is spoken here"
        );
    }
}

#[test]
fn no_prefix_of_a_packet_panics() {
    let bytes = sent(100, GROUP, 255, 3);
    for start in [0, 20] {
        for end in start..bytes.len() {
            let report = packet(&bytes[start..end]);
            assert_eq!(report.verdict(), Verdict::Rejected, "{start}..{end}");
        }
    }
}
