//! Why bytes are not what they should be, and why a value cannot become bytes.

#[cfg(test)]
mod tests;

use core::time::Duration;

/// The rule that a packet breaks, of those that need no context (RFC 3768 section 7.1).
#[derive(thiserror::Error, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DecodeError {
    /// The packet ends before the advert does. A header is 8 bytes; what it counts says how many more there must be.
    #[error("{length} bytes are too short for an advert, which needs {needed}")]
    TooShort {
        /// Bytes in the IP payload.
        length: usize,
        /// Bytes there must be: 8, or what the header's count of addresses asks for.
        needed: usize,
    },
    /// Bytes follow the advert that Ethernet's padding does not explain.
    #[error("{length} bytes are too long for an advert, whose header counts {expected}")]
    TooLong {
        /// Bytes in the IP payload.
        length: usize,
        /// Bytes that the header's count of addresses asks for.
        expected: usize,
    },
    /// A version other than 2. VRRPv3 is 3.
    #[error("VRRP version {found}, expected 2")]
    Version {
        /// The version field, 0 to 15.
        found: u8,
    },
    /// A packet type other than 1, the only one there is (RFC 3768 section 5.3.2).
    #[error("packet type {found}, expected 1 (advertisement)")]
    Type {
        /// The type field, 0 to 15.
        found: u8,
    },
    /// A virtual router identifier is 1 to 255 (RFC 3768 section 5.3.3).
    #[error("VRID 0, expected 1 to 255")]
    VridZero,
    /// The Internet checksum over header, addresses and authentication does not match.
    #[error("checksum {found:#06x}, should be {computed:#06x}")]
    Checksum {
        /// The checksum field.
        found: u16,
        /// What the field would have to be for these bytes.
        computed: u16,
    },
    /// It is not even an IPv4 packet that carries an advert.
    #[error(transparent)]
    Ip(#[from] IpError),
}

impl DecodeError {
    /// A short name that never changes: log field, metric label, test name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TooShort { .. } => "too_short",
            Self::TooLong { .. } => "too_long",
            Self::Version { .. } => "version",
            Self::Type { .. } => "type",
            Self::VridZero => "vrid_zero",
            Self::Checksum { .. } => "checksum",
            Self::Ip(error) => error.name(),
        }
    }
}

/// Why bytes are not a whole IPv4 packet that carries VRRP (RFC 791 section 3.1).
#[derive(thiserror::Error, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IpError {
    /// An IPv4 header is 20 bytes, or what its length field says.
    #[error("{length} bytes are too short for an IPv4 header, which needs {needed}")]
    TooShort {
        /// Bytes there are.
        length: usize,
        /// Bytes the header needs.
        needed: usize,
    },
    /// A version other than 4.
    #[error("IP version {found}, expected 4")]
    Version {
        /// The version field, 0 to 15.
        found: u8,
    },
    /// A header length below the 20 bytes that every header has.
    #[error("IPv4 header length {found} bytes, expected at least 20")]
    HeaderLength {
        /// The header length field, in bytes.
        found: usize,
    },
    /// A total length that does not even hold the header.
    #[error("IPv4 total length {declared}, expected at least the header's {header} bytes")]
    TotalLength {
        /// The total length field.
        declared: usize,
        /// The header length field, in bytes.
        header: usize,
    },
    /// Fewer bytes than the total length promises.
    #[error("IPv4 total length {declared}, but only {length} bytes are there")]
    Truncated {
        /// The total length field.
        declared: usize,
        /// Bytes there are.
        length: usize,
    },
    /// One fragment of a larger packet. The kernel puts fragments together before a raw socket sees them.
    #[error("a fragment at offset {offset}, expected a whole packet")]
    Fragment {
        /// Where in the packet it belongs, in bytes.
        offset: u16,
        /// Whether more of them follow.
        more: bool,
    },
    /// VRRP behind an IP Authentication Header, the way RFC 2338 sends authentication type 2.
    #[error("an IP Authentication Header (authentication type AH) comes before the advert, expected none")]
    AuthenticationHeader,
    /// Another protocol than VRRP.
    #[error("IP protocol {found}, expected 112 (VRRP)")]
    Protocol {
        /// The protocol field.
        found: u8,
    },
}

impl IpError {
    /// A short name that never changes: log field, metric label, test name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TooShort { .. } => "ip_too_short",
            Self::Version { .. } => "ip_version",
            Self::HeaderLength { .. } => "ip_header_length",
            Self::TotalLength { .. } => "ip_total_length",
            Self::Truncated { .. } => "ip_truncated",
            Self::Fragment { .. } => "ip_fragment",
            Self::AuthenticationHeader => "ip_authentication_header",
            Self::Protocol { .. } => "ip_protocol",
        }
    }
}

/// Why an advert cannot be written.
#[derive(thiserror::Error, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EncodeError {
    /// The count is one byte, and an advert without addresses says nothing (RFC 3768 section 5.3.5).
    #[error("{count} addresses, an advert holds 1 to 255")]
    Addresses {
        /// How many there are.
        count: usize,
    },
    /// VRRPv2 counts whole seconds in one byte (RFC 3768 section 5.3.7).
    #[error("advert interval {interval:?}, expected whole seconds, 1 to 255")]
    Interval {
        /// What was asked for.
        interval: Duration,
    },
    /// Only types 0 and 1 can be sent: type 2 is an IP header that is not built here.
    #[error("authentication type {code} cannot be sent, only 0 (none) and 1 (simple)")]
    Authentication {
        /// The type that was asked for.
        code: u8,
    },
}
