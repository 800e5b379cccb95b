//! VRRPv2 advertisements: the IP payload of protocol 112 (RFC 3768 section 5.1).
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-------+-------+---------------+---------------+---------------+
//! |version| type  |      VRID     |    priority   |     count     |
//! +-------+-------+---------------+---------------+---------------+
//! |   auth type   |   interval    |            checksum           |
//! +---------------+---------------+-------------------------------+
//! |                    address, `count` times                     |
//! +---------------------------------------------------------------+
//! |             authentication data, 8 bytes, always              |
//! |                                                               |
//! +---------------------------------------------------------------+
//! ```

#[cfg(test)]
mod tests;

use core::net::{IpAddr, Ipv4Addr};
use core::time::Duration;

use crate::{Authentication, DecodeError, Password, Vrid, WirePriority, checksum};

/// VRRP's IP protocol number (RFC 3768 section 5.2.4).
pub const PROTOCOL: u8 = 112;
/// Where adverts go unless peers are configured one by one (RFC 3768 section 5.2.2).
pub const GROUP: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 18);

/// The version that is spoken here.
pub(crate) const VERSION: u8 = 2;
/// The only packet type there is (RFC 3768 section 5.3.2).
pub(crate) const ADVERTISEMENT: u8 = 1;
/// Bytes before the addresses.
pub(crate) const HEADER: usize = 8;
/// Bytes of authentication data after the addresses.
pub(crate) const AUTHENTICATION: usize = 8;
/// An Ethernet frame carries at least 46 bytes, of which an IPv4 header takes 20. What is shorter was padded.
const PADDED: usize = 46 - 20;

/// The bytes of an advert with `count` addresses.
pub(crate) const fn length(count: usize) -> usize {
    HEADER + 4 * count + AUTHENTICATION
}

/// The header of anything that came as protocol 112, as it stands: nothing is checked.
///
/// It says whose packet it was when [`Advert::decode`] refuses it. The first four fields mean the same in VRRPv3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The version, 0 to 15.
    pub version: u8,
    /// The packet type, 0 to 15.
    pub kind: u8,
    /// The virtual router identifier, also 0.
    pub vrid: u8,
    /// The priority.
    pub priority: WirePriority,
    /// How many addresses should follow.
    pub count: u8,
    /// The authentication type.
    pub authentication: u8,
    /// The advert interval in seconds.
    pub interval: u8,
    /// The checksum.
    pub checksum: u16,
}

impl Header {
    /// `None` if there are fewer than 8 bytes.
    pub const fn read(bytes: &[u8]) -> Option<Self> {
        let Some(&[first, vrid, priority, count, authentication, interval, high, low]) =
            bytes.first_chunk::<HEADER>()
        else {
            return None;
        };
        Some(Self {
            version: first >> 4,
            kind: first & 0x0f,
            vrid,
            priority: WirePriority::new(priority),
            count,
            authentication,
            interval,
            checksum: u16::from_be_bytes([high, low]),
        })
    }
}

/// An advert that obeys every rule which can be checked without knowing for whom it is.
///
/// A view over the bytes it was decoded from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Advert<'a> {
    vrid: Vrid,
    priority: WirePriority,
    interval: u8,
    checksum: u16,
    authentication: Authentication,
    addresses: &'a [[u8; 4]],
    padding: usize,
}

impl<'a> Advert<'a> {
    /// Reads the payload of an IP packet of protocol 112.
    ///
    /// Checked here, in this order: 8 bytes at least, version, type, VRID, length, checksum (RFC 3768 section 7.1).
    /// Left to the caller, who knows what is configured: TTL, VRID, authentication, interval, addresses. An advert of
    /// no addresses decodes: it is one whose list differs from ours.
    ///
    /// The length must be exactly what the count of addresses asks for, with one exception. A frame on Ethernet
    /// carries at least 46 bytes; a sender that counts the padding in its IP total length hands us up to 26 bytes of
    /// payload. An advert of one address is 20 bytes and of two 24, so these may be followed by anything up to the
    /// 26th byte. From three addresses (28 bytes) on, nothing may follow. Padding after the IP packet itself is not
    /// seen here: [`Datagram::decode`](crate::Datagram::decode) cuts it off.
    ///
    /// # Errors
    /// The first rule that the packet breaks. Never [`DecodeError::Ip`].
    pub fn decode(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let too_short = |needed| DecodeError::TooShort {
            length: bytes.len(),
            needed,
        };
        let header = Header::read(bytes).ok_or(too_short(HEADER))?;
        if header.version != VERSION {
            return Err(DecodeError::Version {
                found: header.version,
            });
        }
        if header.kind != ADVERTISEMENT {
            return Err(DecodeError::Type { found: header.kind });
        }
        let vrid = Vrid::new(header.vrid).ok_or(DecodeError::VridZero)?;

        let expected = length(usize::from(header.count));
        let (message, padding) = bytes.split_at_checked(expected).ok_or(too_short(expected))?;
        if !padding.is_empty() && bytes.len() > PADDED {
            return Err(DecodeError::TooLong {
                length: bytes.len(),
                expected,
            });
        }
        let (body, password) = message
            .split_last_chunk::<AUTHENTICATION>()
            .ok_or(too_short(expected))?;
        let (_, addresses) = body.split_first_chunk::<HEADER>().ok_or(too_short(expected))?;
        let (addresses, _) = addresses.as_chunks::<4>();

        let sum = checksum::sum(message);
        if checksum::finish(sum) != 0 {
            let computed = checksum::finish(sum - u32::from(header.checksum));
            return Err(DecodeError::Checksum {
                found: header.checksum,
                computed,
            });
        }
        Ok(Self {
            vrid,
            priority: header.priority,
            interval: header.interval,
            checksum: header.checksum,
            authentication: match header.authentication {
                0 => Authentication::None,
                1 => Authentication::Simple(Password::from_wire(*password)),
                2 => Authentication::Header,
                other => Authentication::Unknown(other),
            },
            addresses,
            padding: padding.len(),
        })
    }

    /// The protocol version: 2.
    pub const fn version(&self) -> u8 {
        VERSION
    }

    /// For which virtual router it is.
    pub const fn vrid(&self) -> Vrid {
        self.vrid
    }

    /// The sender's priority, or 0 when it resigns.
    pub const fn priority(&self) -> WirePriority {
        self.priority
    }

    /// How often the sender means to send: whole seconds, 0 to 255. No router may be configured with 0, but a packet
    /// can say so.
    pub const fn interval(&self) -> Duration {
        Duration::from_secs(self.interval as u64)
    }

    /// The authentication type, with the password of type 1.
    pub const fn authentication(&self) -> Authentication {
        self.authentication
    }

    /// The virtual router's addresses in the order of the packet: 0 to 255 of them.
    pub fn addresses(&self) -> impl ExactSizeIterator<Item = IpAddr> + Clone + use<'a> {
        self.addresses.iter().map(|&octets| IpAddr::from(octets))
    }

    /// The checksum field, which is right.
    pub const fn checksum(&self) -> u16 {
        self.checksum
    }

    /// How many bytes of padding follow within the IP packet.
    pub const fn padding(&self) -> usize {
        self.padding
    }
}
