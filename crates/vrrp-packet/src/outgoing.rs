//! Adverts to send: built once, patched for each send.

#[cfg(test)]
mod tests;

use core::fmt;
use core::net::Ipv4Addr;
use core::time::Duration;

use crate::advert::{self, ADVERTISEMENT, AUTHENTICATION, PROTOCOL, VERSION};
use crate::{Authentication, EncodeError, Vrid, WirePriority, checksum};

/// An IPv4 header without options.
const IP_HEADER: usize = 20;
/// Type of service: DSCP CS6, what routers say to each other (RFC 4594 section 3.1).
const NETWORK_CONTROL: u8 = 0xc0;
/// Header, 255 addresses, authentication, and the IP header before them.
const LONGEST: usize = IP_HEADER + advert::length(255);

/// Where the fields stand that change.
mod field {
    use super::IP_HEADER;

    pub(super) const IP_ID: usize = 4;
    pub(super) const IP_CHECKSUM: usize = 10;
    pub(super) const SOURCE: usize = 12;
    pub(super) const DESTINATION: usize = 16;
    /// The priority is the first half of this word, the count of addresses the second.
    pub(super) const PRIORITY: usize = IP_HEADER + 2;
    pub(super) const CHECKSUM: usize = IP_HEADER + 6;
}

/// What an advert says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contents<'a> {
    /// For which virtual router.
    pub vrid: Vrid,
    /// The sender's priority, or 0 to resign.
    pub priority: WirePriority,
    /// `Advertisement_Interval`: whole seconds, 1 to 255.
    pub interval: Duration,
    /// None or a password.
    pub authentication: Authentication,
    /// The virtual router's addresses, 1 to 255, in the order of the configuration.
    pub addresses: &'a [Ipv4Addr],
    /// The sender's own address.
    pub source: Ipv4Addr,
    /// [`GROUP`](crate::GROUP), or a peer.
    pub destination: Ipv4Addr,
    /// 255 to the group (RFC 3768 section 5.2.3); a peer behind routers sees less arrive.
    pub ttl: u8,
}

/// The bytes of an advert with its IPv4 header, ready for a socket with `IP_HDRINCL`. Every checksum is right at any
/// time.
///
/// The header: TOS 0xC0 (network control), no options, may be fragmented, protocol 112. Its identification is 1 at
/// first: the kernel would replace a 0.
#[derive(Clone)]
pub struct Outgoing {
    bytes: [u8; LONGEST],
    length: usize,
}

impl Outgoing {
    /// Writes the bytes.
    ///
    /// # Errors
    /// A number of addresses, an interval or an authentication that the format cannot express.
    pub fn new(contents: &Contents<'_>) -> Result<Self, EncodeError> {
        let addresses = EncodeError::Addresses {
            count: contents.addresses.len(),
        };
        let count = u8::try_from(contents.addresses.len())
            .ok()
            .filter(|&count| count > 0)
            .ok_or(addresses)?;
        let interval = u8::try_from(contents.interval.as_secs())
            .ok()
            .filter(|&seconds| seconds > 0 && contents.interval.subsec_nanos() == 0)
            .ok_or(EncodeError::Interval {
                interval: contents.interval,
            })?;
        let password = match contents.authentication {
            Authentication::None => [0; AUTHENTICATION],
            Authentication::Simple(password) => password.to_wire(),
            Authentication::Header | Authentication::Unknown(_) => {
                return Err(EncodeError::Authentication {
                    code: contents.authentication.code(),
                });
            }
        };

        // IP header, VRRP header, addresses, authentication.
        let [length_high, length_low] = (20 + 8 + 4 * u16::from(count) + 8).to_be_bytes();
        let [source, destination] = [contents.source.octets(), contents.destination.octets()];
        let ip = [
            [0x45, NETWORK_CONTROL, length_high, length_low],
            [0, 1, 0, 0],
            [contents.ttl, PROTOCOL, 0, 0],
            source,
            destination,
        ];
        let header = [
            [
                VERSION << 4 | ADVERTISEMENT,
                contents.vrid.get(),
                contents.priority.get(),
                count,
            ],
            [contents.authentication.code(), interval, 0, 0],
        ];
        let addresses = contents.addresses.iter().map(Ipv4Addr::octets);
        let octets = ip
            .into_iter()
            .chain(header)
            .chain(addresses)
            .flatten()
            .chain(password);

        let mut outgoing = Self {
            bytes: [0; LONGEST],
            length: IP_HEADER + advert::length(usize::from(count)),
        };
        for (slot, octet) in outgoing.bytes.iter_mut().zip(octets) {
            *slot = octet;
        }
        // What lies behind the end is zero and adds nothing to a sum.
        let (ip, message) = outgoing.bytes.split_at(IP_HEADER);
        let [ip, message] = [ip, message].map(|part| checksum::finish(checksum::sum(part)));
        outgoing.put(field::IP_CHECKSUM, ip);
        outgoing.put(field::CHECKSUM, message);
        Ok(outgoing)
    }

    /// Changes the priority, and the checksum by as much.
    pub fn set_priority(&mut self, priority: WirePriority) {
        let [_, count] = self.word(field::PRIORITY).to_be_bytes();
        self.replace(
            field::PRIORITY,
            u16::from_be_bytes([priority.get(), count]),
            field::CHECKSUM,
        );
    }

    /// Changes to whom it goes. The copies of one advert for several peers keep one identification.
    pub fn set_destination(&mut self, destination: Ipv4Addr) {
        let [a, b, c, d] = destination.octets();
        self.replace(field::DESTINATION, u16::from_be_bytes([a, b]), field::IP_CHECKSUM);
        self.replace(
            field::DESTINATION + 2,
            u16::from_be_bytes([c, d]),
            field::IP_CHECKSUM,
        );
    }

    /// Changes the identification. The kernel replaces 0 by a number of its own.
    pub fn set_id(&mut self, id: u16) {
        self.replace(field::IP_ID, id, field::IP_CHECKSUM);
    }

    /// The sender's own address.
    pub fn source(&self) -> Ipv4Addr {
        self.address(field::SOURCE)
    }

    /// To whom it goes.
    pub fn destination(&self) -> Ipv4Addr {
        self.address(field::DESTINATION)
    }

    /// The whole IPv4 packet.
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or(&self.bytes)
    }

    // Every offset below comes from `field` and lies within the first 28 of 1,056 bytes.

    fn word(&self, at: usize) -> u16 {
        u16::from_be_bytes([self.bytes[at], self.bytes[at + 1]])
    }

    fn put(&mut self, at: usize, word: u16) {
        [self.bytes[at], self.bytes[at + 1]] = word.to_be_bytes();
    }

    fn address(&self, at: usize) -> Ipv4Addr {
        Ipv4Addr::from(u32::from(self.word(at)) << 16 | u32::from(self.word(at + 2)))
    }

    fn replace(&mut self, at: usize, new: u16, checksum_at: usize) {
        let mended = checksum::replace(self.word(checksum_at), self.word(at), new);
        self.put(at, new);
        self.put(checksum_at, mended);
    }
}

impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the bytes: they hold the password.
        f.debug_struct("Outgoing")
            .field("source", &self.source())
            .field("destination", &self.destination())
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}
