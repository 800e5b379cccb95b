//! The IPv4 packet around an advert.

#[cfg(test)]
mod tests;

use core::net::Ipv4Addr;

use pnet::packet::ipv4::{Ipv4Flags, Ipv4Packet};

use crate::{IpError, PROTOCOL, checksum};

/// The protocol number of the IP Authentication Header (RFC 2402).
const AUTHENTICATION_HEADER: u8 = 51;

/// An IPv4 packet that carries protocol 112, as a raw socket delivers it or a capture holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Datagram<'a> {
    /// Who sent it.
    pub source: Ipv4Addr,
    /// To whom: the group, or one host.
    pub destination: Ipv4Addr,
    /// Time to live. An advert leaves with 255, so whoever sees less knows that it crossed a router
    /// (RFC 3768 section 5.2.3).
    pub ttl: u8,
    /// Type of service: DSCP and ECN in one byte.
    pub tos: u8,
    /// Identification.
    pub id: u16,
    /// Whether routers may not fragment it.
    pub dont_fragment: bool,
    /// The header's checksum field. [`Datagram::computed_checksum`] is what it should be.
    pub checksum: u16,
    /// What the header carries: for [`Advert::decode`](crate::Advert::decode).
    pub payload: &'a [u8],
    /// Bytes after the packet that the link added, as Ethernet does to short frames.
    pub padding: usize,
    header: &'a [u8],
}

impl<'a> Datagram<'a> {
    /// Reads one packet. Options are skipped, and bytes after the total length are cut off.
    ///
    /// The header's checksum is not verified: the kernel has done that before a raw socket sees a packet.
    ///
    /// # Errors
    /// The packet is not IPv4, not whole, or does not carry VRRP. The protocol is looked at before fragments and
    /// lengths, so that [`IpError::Protocol`] means "not about VRRP" whatever else may be wrong with the packet.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, IpError> {
        let too_short = |needed| IpError::TooShort {
            length: bytes.len(),
            needed,
        };
        let packet = Ipv4Packet::new(bytes).ok_or(too_short(Ipv4Packet::minimum_packet_size()))?;
        if packet.get_version() != 4 {
            return Err(IpError::Version {
                found: packet.get_version(),
            });
        }
        let header_length = 4 * usize::from(packet.get_header_length());
        if header_length < Ipv4Packet::minimum_packet_size() {
            return Err(IpError::HeaderLength { found: header_length });
        }
        let protocol = packet.get_next_level_protocol().0;
        // The Authentication Header begins with the number of the protocol behind it.
        if protocol == AUTHENTICATION_HEADER && bytes.get(header_length) == Some(&PROTOCOL) {
            return Err(IpError::AuthenticationHeader);
        }
        if protocol != PROTOCOL {
            return Err(IpError::Protocol { found: protocol });
        }
        let offset = packet.get_fragment_offset() * 8;
        let more = packet.get_flags() & Ipv4Flags::MoreFragments != 0;
        if offset != 0 || more {
            return Err(IpError::Fragment { offset, more });
        }
        let declared = usize::from(packet.get_total_length());
        if declared < header_length {
            return Err(IpError::TotalLength {
                declared,
                header: header_length,
            });
        }
        let (header, rest) = bytes
            .split_at_checked(header_length)
            .ok_or(too_short(header_length))?;
        let truncated = IpError::Truncated {
            declared,
            length: bytes.len(),
        };
        let (payload, padding) = rest.split_at_checked(declared - header_length).ok_or(truncated)?;
        Ok(Self {
            source: packet.get_source().octets().into(),
            destination: packet.get_destination().octets().into(),
            ttl: packet.get_ttl(),
            tos: packet.get_dscp() << 2 | packet.get_ecn(),
            id: packet.get_identification(),
            dont_fragment: packet.get_flags() & Ipv4Flags::DontFragment != 0,
            checksum: packet.get_checksum(),
            payload,
            padding: padding.len(),
            header,
        })
    }

    /// What the header's checksum field should be.
    pub fn computed_checksum(&self) -> u16 {
        checksum::finish(checksum::sum(self.header) - u32::from(self.checksum))
    }
}
