//! The numbers of the protocol, as types that cannot hold a forbidden value.

#[cfg(test)]
mod tests;

use core::fmt;
use core::num::NonZeroU8;

/// A virtual router identifier, 1 to 255 (RFC 3768 section 5.3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Vrid(NonZeroU8);

impl Vrid {
    /// `None` for 0, which the RFC does not allow.
    pub const fn new(value: u8) -> Option<Self> {
        match NonZeroU8::new(value) {
            Some(value) => Some(Self(value)),
            None => None,
        }
    }

    /// The number, 1 to 255.
    pub const fn get(self) -> u8 {
        self.0.get()
    }
}

impl fmt::Display for Vrid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A virtual router's priority, 1 to 254, or 255 for the owner of the addresses (RFC 3768 section 5.3.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Priority(NonZeroU8);

impl Priority {
    /// The router that owns the addresses: 255.
    pub const OWNER: Self = Self(NonZeroU8::MAX);
    /// What a backup has when nothing is configured: 100 (RFC 3768 section 6.1).
    pub const DEFAULT: Self = Self(NonZeroU8::new(100).unwrap());

    /// `None` for 0, which on the wire means "I resign" and is nobody's priority.
    pub const fn new(value: u8) -> Option<Self> {
        match NonZeroU8::new(value) {
            Some(value) => Some(Self(value)),
            None => None,
        }
    }

    /// The number, 1 to 255.
    pub const fn get(self) -> u8 {
        self.0.get()
    }

    /// Whether this is the address owner's priority, 255.
    pub const fn is_owner(self) -> bool {
        self.0.get() == Self::OWNER.0.get()
    }
}

impl fmt::Display for Priority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The priority field of an advert, 0 to 255: a [`Priority`], or 0 from a MASTER that resigns
/// (RFC 3768 section 5.3.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WirePriority(u8);

impl WirePriority {
    /// The MASTER stops taking part: backups take over after their `Skew_Time`.
    pub const RESIGN: Self = Self(0);

    /// Any byte is a priority on the wire.
    pub const fn new(value: u8) -> Self {
        Self(value)
    }

    /// The byte.
    pub const fn get(self) -> u8 {
        self.0
    }

    /// Whether the sender resigns.
    pub const fn is_resignation(self) -> bool {
        self.0 == 0
    }
}

impl From<Priority> for WirePriority {
    fn from(priority: Priority) -> Self {
        Self(priority.get())
    }
}

impl fmt::Display for WirePriority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The 8 bytes of simple authentication (RFC 2338 section 5.3.6): a shorter password is padded with zeros.
///
/// It crosses the LAN in clear: it tells clusters apart, it protects nothing. `Debug` hides it all the same, and
/// comparison takes the same time whatever differs.
#[derive(Clone, Copy)]
pub struct Password([u8; 8]);

impl Password {
    /// The field as it stands in a packet.
    pub const fn from_wire(bytes: [u8; 8]) -> Self {
        Self(bytes)
    }

    /// `None` if the text is longer than 8 bytes.
    pub fn new(text: &[u8]) -> Option<Self> {
        let mut bytes = [0; 8];
        bytes.get_mut(..text.len())?.copy_from_slice(text);
        Some(Self(bytes))
    }

    /// The field as it goes into a packet.
    pub const fn to_wire(self) -> [u8; 8] {
        self.0
    }
}

impl PartialEq for Password {
    fn eq(&self, other: &Self) -> bool {
        self.0
            .iter()
            .zip(other.0)
            .fold(0, |differing, (a, b)| differing | (a ^ b))
            == 0
    }
}

impl Eq for Password {}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(hidden)")
    }
}

/// What an advert says, or must say, about who sent it (RFC 2338 section 5.3.6; RFC 3768 keeps only type 0).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authentication {
    /// Type 0. The 8 bytes are still there, and ignored.
    None,
    /// Type 1: a password in clear.
    Simple(Password),
    /// Type 2: an IP Authentication Header should have come before the advert.
    Header,
    /// A type that no RFC defines.
    Unknown(u8),
}

impl Authentication {
    /// The type field.
    pub const fn code(self) -> u8 {
        match self {
            Self::None => 0,
            Self::Simple(_) => 1,
            Self::Header => 2,
            Self::Unknown(code) => code,
        }
    }
}
