use std::io::{self, Read};
use std::time::Duration;

use super::{CaptureError, Step, open, read, show, units_per_second};
use crate::decode::link::Network;

/// Gives one byte a read, as the slowest of pipes.
struct Trickle(io::Cursor<Vec<u8>>);

impl Read for Trickle {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = buffer.len().min(1);
        self.0.read(&mut buffer[..wanted])
    }
}

/// One byte order.
#[derive(Clone, Copy)]
struct Order {
    u16: fn(u16) -> [u8; 2],
    u32: fn(u32) -> [u8; 4],
}

const LITTLE: Order = Order {
    u16: u16::to_le_bytes,
    u32: u32::to_le_bytes,
};
const BIG: Order = Order {
    u16: u16::to_be_bytes,
    u32: u32::to_be_bytes,
};

const ETHERNET: u16 = 1;
const RAW: u16 = 101;
/// The beginning of an IPv4 packet: enough to be told from others.
const PACKET: [u8; 5] = [0x45, 0xc0, 1, 2, 3];

fn pcap(order: Order, magic: u32, link: u32, packets: &[(u32, u32, &[u8])]) -> Vec<u8> {
    let mut bytes = (order.u32)(magic).to_vec();
    bytes.extend([(order.u16)(2), (order.u16)(4)].concat());
    bytes.extend([0, 0, 262_144, link].map(order.u32).concat());
    for &(seconds, fraction, packet) in packets {
        let length = u32::try_from(packet.len()).unwrap();
        bytes.extend([seconds, fraction, length, length + 2].map(order.u32).concat());
        bytes.extend(packet);
    }
    bytes
}

fn block(order: Order, kind: u32, body: &[u8]) -> Vec<u8> {
    let padding = vec![0; body.len().next_multiple_of(4) - body.len()];
    let length = (order.u32)(u32::try_from(12 + body.len() + padding.len()).unwrap());
    [&(order.u32)(kind), &length, body, &padding, &length].concat()
}

fn section(order: Order) -> Vec<u8> {
    let comment = [&(order.u16)(1)[..], &(order.u16)(4), b"test", &[0; 4]].concat();
    let body = [
        &(order.u32)(0x1a2b_3c4d)[..],
        &(order.u16)(1),
        &(order.u16)(0),
        &[0xff; 8],
        &comment,
    ]
    .concat();
    block(order, 0x0a0d_0d0a, &body)
}

fn interface(order: Order, link: u16, resolution: Option<u8>) -> Vec<u8> {
    let mut body = [&(order.u16)(link)[..], &[0, 0], &(order.u32)(0)].concat();
    if let Some(resolution) = resolution {
        body.extend(
            [
                &(order.u16)(9)[..],
                &(order.u16)(1),
                &[resolution, 0, 0, 0],
                &[0; 4],
            ]
            .concat(),
        );
    }
    block(order, 1, &body)
}

fn enhanced(order: Order, interface: u32, ticks: u64, packet: &[u8]) -> Vec<u8> {
    let length = u32::try_from(packet.len()).unwrap();
    let high = u32::try_from(ticks >> 32).unwrap();
    let low = u32::try_from(ticks & 0xffff_ffff).unwrap();
    block(
        order,
        6,
        &[
            &[interface, high, low, length, length].map(order.u32).concat()[..],
            packet,
        ]
        .concat(),
    )
}

/// A packet's time, and its bytes if it is IPv4.
type Seen = (Option<Duration>, Option<Vec<u8>>);

/// Every packet, and how the reading ended.
fn packets(input: Box<dyn Read + Send>) -> (Vec<Seen>, Result<(), CaptureError>) {
    let mut packets = Vec::new();
    let result = read(input, |step| {
        if let Step::Packet(packet) = step {
            let bytes = match packet.frame.network {
                Network::Ipv4(bytes) => Some(bytes.to_vec()),
                Network::Ipv6(_) | Network::Other => None,
            };
            packets.push((packet.time, bytes));
        }
        true
    });
    (packets, result)
}

fn whole(bytes: &[u8]) -> (Vec<Seen>, Result<(), CaptureError>) {
    packets(Box::new(io::Cursor::new(bytes.to_vec())))
}

fn refusal(bytes: &[u8]) -> String {
    whole(bytes).1.unwrap_err().to_string()
}

#[test]
fn pcap_in_either_byte_order_and_precision() {
    for order in [LITTLE, BIG] {
        for (magic, fraction, nanoseconds) in
            [(0xa1b2_c3d4, 50_066, 50_066_000), (0xa1b2_3c4d, 50_066, 50_066)]
        {
            let bytes = pcap(
                order,
                magic,
                RAW.into(),
                &[(7, fraction, &PACKET), (8, 0, &PACKET)],
            );
            let (packets, result) = whole(&bytes);
            result.unwrap();
            let first = (Some(Duration::new(7, nanoseconds)), Some(PACKET.to_vec()));
            assert_eq!(
                packets,
                [first, (Some(Duration::from_secs(8)), Some(PACKET.to_vec()))]
            );
        }
    }
}

#[test]
fn pcapng_in_either_byte_order_with_several_interfaces_and_sections() {
    let ethernet = [&[0; 12][..], &[8, 0], &PACKET].concat();
    let mut bytes = Vec::new();
    for order in [LITTLE, BIG] {
        bytes.extend(section(order));
        bytes.extend(interface(order, RAW, None));
        bytes.extend(block(order, 0x0bad, &[1, 2, 3, 4]));
        bytes.extend(interface(order, ETHERNET, Some(9)));
        bytes.extend(enhanced(order, 0, 5_000_001 << 10, &PACKET));
        bytes.extend(enhanced(order, 1, 7_000_000_003, &ethernet));
        bytes.extend(block(order, 3, &[&(order.u32)(5)[..], &PACKET].concat()));
    }
    let (packets, result) = whole(&bytes);
    result.unwrap();
    let data = || Some(PACKET.to_vec());
    let section = [
        (Some(Duration::from_micros(5_000_001 << 10)), data()),
        (Some(Duration::new(7, 3)), data()),
        (None, data()),
    ];
    assert_eq!(packets, [section.clone(), section].concat());
}

#[test]
fn a_slow_pipe_gives_the_same_packets() {
    let ng = [
        section(BIG),
        interface(BIG, RAW, None),
        enhanced(BIG, 0, 1, &PACKET),
    ]
    .concat();
    for bytes in [pcap(LITTLE, 0xa1b2_c3d4, RAW.into(), &[(0, 1, &PACKET)]), ng] {
        let (packets, result) = packets(Box::new(Trickle(io::Cursor::new(bytes))));
        result.unwrap();
        assert_eq!(packets, [(Some(Duration::from_micros(1)), Some(PACKET.to_vec()))]);
    }
}

#[test]
fn reading_stops_when_it_is_told_to() {
    let bytes = pcap(
        LITTLE,
        0xa1b2_c3d4,
        RAW.into(),
        &[(0, 1, &PACKET), (0, 2, &PACKET)],
    );
    let mut seen = 0;
    let result = read(Box::new(io::Cursor::new(bytes)), |step| {
        seen += u32::from(matches!(step, Step::Packet(_)));
        seen == 0
    });
    assert!(result.is_ok());
    assert_eq!(seen, 1);
}

#[test]
fn a_packet_larger_than_the_buffer_is_read() {
    let large = [&PACKET[..], &vec![0; 3 << 20]].concat();
    let bytes = pcap(
        LITTLE,
        0xa1b2_c3d4,
        RAW.into(),
        &[(0, 1, &large), (0, 2, &PACKET)],
    );
    let (packets, result) = whole(&bytes);
    result.unwrap();
    assert_eq!(
        packets
            .iter()
            .map(|(_, bytes)| bytes.as_ref().map_or(0, Vec::len))
            .collect::<Vec<_>>(),
        [large.len(), 5]
    );
}

#[test]
fn a_capture_that_ends_early_gives_what_is_whole_and_says_where() {
    let bytes = pcap(
        LITTLE,
        0xa1b2_c3d4,
        RAW.into(),
        &[(0, 1, &PACKET), (0, 2, &PACKET)],
    );
    for length in 24..bytes.len() {
        let (packets, result) = whole(&bytes[..length]);
        let complete = (length - 24) / 21;
        assert_eq!(packets.len(), complete, "{length} bytes");
        if (length - 24) % 21 == 0 {
            result.unwrap();
        } else {
            let at = 24 + 21 * complete;
            assert!(
                matches!(result, Err(CaptureError::Truncated { at: found }) if found == at),
                "{length} bytes"
            );
        }
    }
    for length in 4..24 {
        assert!(
            matches!(whole(&bytes[..length]).1, Err(CaptureError::Truncated { at: 0 })),
            "{length} bytes"
        );
    }
}

#[test]
fn a_pcapng_capture_that_ends_early_is_truncated() {
    let head = section(LITTLE).len();
    let bytes = [
        section(LITTLE),
        interface(LITTLE, RAW, Some(6)),
        enhanced(LITTLE, 0, 1, &PACKET),
    ]
    .concat();
    let ends = [head, head + interface(LITTLE, RAW, Some(6)).len(), bytes.len()];
    for length in 4..=bytes.len() {
        let result = whole(&bytes[..length]).1;
        if ends.contains(&length) {
            result.unwrap();
        } else {
            let at = ends
                .iter()
                .copied()
                .filter(|&end| end < length)
                .max()
                .unwrap_or(0);
            assert!(
                matches!(result, Err(CaptureError::Truncated { at: found }) if found == at),
                "{length} bytes"
            );
        }
    }
}

/// Whatever a damaged capture says of itself, reading it ends, and nothing panics.
#[test]
fn a_flipped_bit_ends_in_packets_or_an_error() {
    let ng = [
        section(BIG),
        interface(BIG, RAW, Some(6)),
        enhanced(BIG, 0, 1, &PACKET),
    ]
    .concat();
    let mut refused = 0;
    for mut bytes in [
        pcap(
            LITTLE,
            0xa1b2_c3d4,
            RAW.into(),
            &[(0, 1, &PACKET), (0, 2, &PACKET)],
        ),
        ng,
    ] {
        // Every third, which in the end is every bit of three neighbouring bytes.
        for bit in (0..8 * bytes.len()).step_by(3) {
            bytes[bit / 8] ^= 1 << (bit % 8);
            refused += u32::from(whole(&bytes).1.is_err());
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
        assert!(whole(&bytes).1.is_ok());
    }
    assert!(
        refused > 100,
        "only {refused} of the damaged captures were refused"
    );
}

#[test]
fn a_packet_on_an_interface_that_was_not_described_is_damage() {
    let head = [section(LITTLE), interface(LITTLE, RAW, None)].concat();
    let bytes = [head.clone(), enhanced(LITTLE, 1, 1, &PACKET)].concat();
    assert!(matches!(whole(&bytes).1, Err(CaptureError::Damaged { at }) if at == head.len()));
}

#[test]
fn what_is_no_capture_is_told_what_would_be() {
    assert!(refusal(&[]).starts_with("it is empty; expected a capture"));
    assert!(refusal(b"\x1f\x8b\x08\0\0\0\0\0").contains("`zcat FILE | vrrpd decode -`"));
    assert!(refusal(b"not a capture at all, by far").contains("`tcpdump -w FILE` writes it"));
    let wireless = pcap(LITTLE, 0xa1b2_c3d4, 105, &[(0, 0, &PACKET)]);
    assert_eq!(
        refusal(&wireless),
        "it was taken on a link of type 105; expected Ethernet, Linux cooked, raw IP or loopback"
    );
}

#[test]
fn the_length_of_the_frame_check_sequence_is_not_part_of_the_link_type() {
    let bytes = pcap(
        LITTLE,
        0xa1b2_c3d4,
        0x2400_0000 | u32::from(RAW),
        &[(0, 0, &PACKET)],
    );
    let (packets, result) = whole(&bytes);
    result.unwrap();
    assert_eq!(packets.len(), 1);
}

#[test]
fn a_directory_cannot_be_read() {
    let directory = std::fs::File::open(".").unwrap();
    assert!(matches!(
        open(Box::new(directory)).err(),
        Some(CaptureError::Read(_))
    ));
}

#[test]
fn resolutions_are_powers_of_ten_or_two() {
    assert_eq!(units_per_second(6), Some(1_000_000));
    assert_eq!(units_per_second(0), Some(1));
    assert_eq!(units_per_second(0x8a), Some(1024));
    assert_eq!(units_per_second(20), None);
    assert_eq!(units_per_second(0xff), None);
}

#[test]
fn times_are_shown_in_utc_as_fine_as_they_are() {
    assert_eq!(
        show(Duration::new(1_795_223_071, 50_066_000)),
        "2026-11-21T01:04:31.050066Z"
    );
    assert_eq!(show(Duration::new(0, 1)), "1970-01-01T00:00:00.000000001Z");
    assert_eq!(
        show(Duration::from_secs(253_402_300_799)),
        "9999-12-31T23:59:59.000000Z"
    );
    assert_eq!(
        show(Duration::from_secs(253_402_300_801)),
        "253402300801 s after 1970"
    );
}
