//! Virtual IP addresses, as wanted and as seen.

#[cfg(test)]
mod tests;

use alloc::boxed::Box;
use core::fmt;
use core::net::IpAddr;

/// The name of a network interface: 1 to 15 bytes, no `/`, no white space (the kernel's rule).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InterfaceName(Box<str>);

impl InterfaceName {
    /// `None` if the kernel would not take the name.
    pub fn new(name: &str) -> Option<Self> {
        let fits = (1..=15).contains(&name.len()) && name != "." && name != "..";
        let clean = !name.contains(|c: char| c == '/' || c == ':' || c.is_whitespace() || c == '\0');
        (fits && clean).then(|| Self(name.into()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for InterfaceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A virtual IP address as it is configured.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct VirtualAddress {
    /// The address.
    pub address: IpAddr,
    /// Its prefix length, as configured: 32 unless said otherwise.
    pub prefix: u8,
    /// Where it is held.
    pub interface: InterfaceName,
    /// The kernel's label for it, at most 15 bytes (IPv4 only).
    pub label: Option<Box<str>>,
}

impl fmt::Display for VirtualAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{} on {}", self.address, self.prefix, self.interface)
    }
}

/// Why the kernel does not hold the addresses of a virtual router, or not all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is no interface of this name.
    NoInterface(InterfaceName),
    /// The kernel answered one address with an error number.
    Kernel {
        /// The first address that it refused.
        address: VirtualAddress,
        /// Its `errno`, positive.
        errno: i32,
    },
    /// No answer came in time.
    TimedOut,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoInterface(name) => write!(f, "interface {name} does not exist"),
            Self::Kernel { address, errno } => write!(f, "the kernel refused {address} (errno {errno})"),
            Self::TimedOut => {
                f.write_str("the kernel did not answer in time, and what became of the addresses is unknown")
            }
        }
    }
}
