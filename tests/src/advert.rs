//! Adverts as bytes, read and forged by the lab's own hand. The forger can write what no router should send.

use core::net::Ipv4Addr;
use core::ops::Range;

#[cfg(test)]
mod tests;

/// The group that multicast adverts go to (RFC 3768 section 5.2.2).
const GROUP: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 18);

/// An advert that was seen in the LAN, valid or not, with its IP header (RFC 3768 section 5.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advert {
    /// IP: from whom.
    pub source: Ipv4Addr,
    /// IP: to whom.
    pub destination: Ipv4Addr,
    /// IP: time to live.
    pub ttl: u8,
    /// IP: type of service.
    pub tos: u8,
    /// IP: identification.
    pub id: u16,
    /// IP: whether the "do not fragment" bit is set.
    pub dont_fragment: bool,
    /// The upper half of the first byte.
    pub version: u8,
    /// The lower half.
    pub kind: u8,
    /// Virtual router identifier.
    pub vrid: u8,
    /// Priority; 0 is the resignation.
    pub priority: u8,
    /// How many addresses the header announces.
    pub count: u8,
    /// Authentication type.
    pub auth_type: u8,
    /// Advertisement interval, in seconds.
    pub interval: u8,
    /// Whether the sum over all bytes is right.
    pub checksum_ok: bool,
    /// As many addresses as are announced and there.
    pub addresses: Vec<Ipv4Addr>,
    /// What comes after the addresses: 8 bytes of authentication data, if the sender is right.
    pub tail: Vec<u8>,
}

impl Advert {
    /// Reads an IPv4 packet of protocol 112; `None` if it is too short for the VRRP header.
    pub(crate) fn decode(packet: &[u8]) -> Option<Self> {
        let header = usize::from(packet.first()? & 0x0f) * 4;
        let total = usize::from(short(packet, 2)?);
        let vrrp = packet.get(header..total)?;
        let &[
            head,
            vrid,
            priority,
            count,
            auth_type,
            interval,
            _,
            _,
            ref rest @ ..,
        ] = vrrp
        else {
            return None;
        };
        let (addresses, tail) = rest
            .split_at_checked(usize::from(count) * 4)
            .unwrap_or((rest, &[]));
        Some(Self {
            source: address(packet, 12..16)?,
            destination: address(packet, 16..20)?,
            ttl: *packet.get(8)?,
            tos: *packet.get(1)?,
            id: short(packet, 4)?,
            dont_fragment: packet.get(6)? & 0x40 != 0,
            version: head >> 4,
            kind: head & 0x0f,
            vrid,
            priority,
            count,
            auth_type,
            interval,
            checksum_ok: checksum(vrrp) == 0,
            addresses: addresses
                .chunks_exact(4)
                .filter_map(|bytes| address(bytes, 0..4))
                .collect(),
            tail: tail.to_vec(),
        })
    }
}

/// An advert to be sent, every field at will. It starts as a proper one.
#[derive(Clone, Debug)]
pub struct Forged {
    /// IP: from whom.
    pub source: Ipv4Addr,
    /// IP: to whom.
    pub destination: Ipv4Addr,
    /// IP: time to live.
    pub ttl: u8,
    /// VRRP version, the upper half of the first byte.
    pub version: u8,
    /// Type, the lower half.
    pub kind: u8,
    /// Virtual router identifier.
    pub vrid: u8,
    /// Priority.
    pub priority: u8,
    /// The count of addresses, if it is to differ from how many there are.
    pub count: Option<u8>,
    /// Authentication type.
    pub auth_type: u8,
    /// Advertisement interval, in seconds.
    pub interval: u8,
    /// Whether the checksum is spoiled.
    pub bad_checksum: bool,
    /// The addresses.
    pub addresses: Vec<Ipv4Addr>,
    /// What follows them; proper are 8 bytes.
    pub tail: Vec<u8>,
}

impl Forged {
    /// What a router at `source` would send for one address: multicast, 1 s, no authentication.
    pub fn new(source: Ipv4Addr, vrid: u8, priority: u8, address: Ipv4Addr) -> Self {
        Self {
            source,
            destination: GROUP,
            ttl: 255,
            version: 2,
            kind: 1,
            vrid,
            priority,
            count: None,
            auth_type: 0,
            interval: 1,
            bad_checksum: false,
            addresses: vec![address],
            tail: vec![0; 8],
        }
    }

    /// With a password of at most 8 bytes (authentication type 1).
    #[must_use]
    pub fn password(mut self, password: &str) -> Self {
        self.auth_type = 1;
        self.tail = password.bytes().chain([0; 8]).take(8).collect();
        self
    }

    /// The IPv4 packet. The kernel fills in the IP checksum.
    pub(crate) fn packet(&self) -> Vec<u8> {
        let count = self
            .count
            .unwrap_or(u8::try_from(self.addresses.len()).unwrap_or(u8::MAX));
        let mut vrrp = vec![
            self.version << 4 | self.kind,
            self.vrid,
            self.priority,
            count,
            self.auth_type,
            self.interval,
            0,
            0,
        ];
        vrrp.extend(self.addresses.iter().flat_map(Ipv4Addr::octets));
        vrrp.extend(&self.tail);
        let sum = checksum(&vrrp) ^ u16::from(self.bad_checksum);
        vrrp.splice(6..8, sum.to_be_bytes());
        // No packet of the lab comes near the limit.
        let total = u16::try_from(20 + vrrp.len()).unwrap_or(u16::MAX);
        let mut packet = vec![0x45, 0xc0];
        packet.extend(total.to_be_bytes());
        packet.extend([0, 1, 0, 0, self.ttl, 112, 0, 0]);
        packet.extend(self.source.octets());
        packet.extend(self.destination.octets());
        packet.extend(vrrp);
        packet
    }
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    bytes
        .get(at..)?
        .first_chunk()
        .map(|pair| u16::from_be_bytes(*pair))
}

fn address(bytes: &[u8], at: Range<usize>) -> Option<Ipv4Addr> {
    bytes.get(at)?.first_chunk().map(|four| Ipv4Addr::from(*four))
}

/// The Internet checksum (RFC 1071): 0 over bytes that hold a right one.
fn checksum(bytes: &[u8]) -> u16 {
    let mut sum: u32 = 0;
    for pair in bytes.chunks(2) {
        sum += match *pair {
            [high, low] => u32::from(u16::from_be_bytes([high, low])),
            [high] => u32::from(high) << 8,
            _ => 0,
        };
    }
    while let carry @ 1.. = sum >> 16 {
        sum = (sum & 0xffff) + carry;
    }
    !(u16::try_from(sum).unwrap_or(u16::MAX))
}
