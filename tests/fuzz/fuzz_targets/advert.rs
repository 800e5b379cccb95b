//! Decoding agrees with the oracle about every byte string, and what it accepts can be written again.
#![no_main]

use std::net::{IpAddr, Ipv4Addr};

use libfuzzer_sys::fuzz_target;
use vrrp_fuzz::Fields;
use vrrp_packet::{Advert, Authentication, Contents, Datagram, Outgoing};

fuzz_target!(|bytes: &[u8]| {
    // A whole IP packet, and the same bytes as an advert: neither may panic.
    if let Ok(datagram) = Datagram::decode(bytes) {
        agree(datagram.payload);
    }
    agree(bytes);
    // The same with a checksum that fits, or hardly anything would get past it.
    let mut mended = bytes.to_vec();
    if mended.len() >= 16 {
        mended[0] = 0x21;
        mended[3] = u8::try_from((mended.len() - 16) / 4).unwrap_or(255);
        mended[6..8].copy_from_slice(&[0, 0]);
        let length = 16 + 4 * usize::from(mended[3]);
        let sum: u32 = mended[..length]
            .chunks(2)
            .map(|w| u32::from(w[0]) << 8 | u32::from(w[1]))
            .sum();
        let folded = (sum & 0xffff) + (sum >> 16);
        let folded = (folded & 0xffff) + (folded >> 16);
        let folded = u16::try_from(folded).expect("folded twice");
        mended[6..8].copy_from_slice(&(!folded).to_be_bytes());
        agree(&mended);
    }
});

fn agree(bytes: &[u8]) {
    let ours = Advert::decode(bytes).ok().map(|advert| Fields {
        vrid: advert.vrid().get(),
        priority: advert.priority().get(),
        authentication: advert.authentication().code(),
        interval: u8::try_from(advert.interval().as_secs()).expect("one byte"),
        addresses: advert.addresses().map(octets).collect(),
        data: match advert.authentication() {
            Authentication::Simple(password) => password.to_wire(),
            // Not exposed: taken from where the oracle finds it.
            _ => vrrp_fuzz::advert(bytes).map_or([0; 8], |fields| fields.data),
        },
    });
    assert_eq!(ours, vrrp_fuzz::advert(bytes));
    if let Ok(advert) = Advert::decode(bytes) {
        write_again(&advert);
    }
}

fn write_again(advert: &Advert<'_>) {
    let addresses: Vec<Ipv4Addr> = advert.addresses().map(octets).map(Ipv4Addr::from).collect();
    let written = Outgoing::new(&Contents {
        vrid: advert.vrid(),
        priority: advert.priority(),
        interval: advert.interval(),
        authentication: advert.authentication(),
        addresses: &addresses,
        source: Ipv4Addr::new(192, 0, 2, 1),
        destination: vrrp_packet::GROUP,
        ttl: 255,
    });
    // What cannot be written is what nobody may send: no address, no interval, an unknown authentication.
    let Ok(written) = written else { return };
    let datagram = Datagram::decode(written.bytes()).expect("our own packet");
    let again = Advert::decode(datagram.payload).expect("our own advert");
    assert_eq!(again.vrid(), advert.vrid());
    assert_eq!(again.priority(), advert.priority());
    assert_eq!(again.interval(), advert.interval());
    assert_eq!(again.authentication(), advert.authentication());
    assert!(again.addresses().eq(advert.addresses()));
}

fn octets(address: IpAddr) -> [u8; 4] {
    match address {
        IpAddr::V4(address) => address.octets(),
        IpAddr::V6(_) => unreachable!("VRRPv2 has IPv4 addresses only"),
    }
}
