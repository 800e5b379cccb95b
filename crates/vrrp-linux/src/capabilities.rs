//! What the kernel lets this process do, and what it does not.

use std::fmt;

#[cfg(test)]
mod tests;

/// A capability that the daemon needs, or makes use of (capabilities(7)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capability {
    /// To add and remove addresses. Needed.
    NetAdmin,
    /// To send and receive adverts and gratuitous ARP. Needed.
    NetRaw,
    /// To lock memory, so that no page fault delays an advert.
    IpcLock,
    /// For real-time scheduling, so that no other process delays an advert.
    SysNice,
}

impl Capability {
    /// The bit of `linux/capability.h`.
    const fn bit(self) -> u32 {
        match self {
            Self::NetAdmin => 12,
            Self::NetRaw => 13,
            Self::IpcLock => 14,
            Self::SysNice => 23,
        }
    }

    const fn within(self, set: u64) -> bool {
        set & (1 << self.bit()) != 0
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NetAdmin => "CAP_NET_ADMIN",
            Self::NetRaw => "CAP_NET_RAW",
            Self::IpcLock => "CAP_IPC_LOCK",
            Self::SysNice => "CAP_SYS_NICE",
        })
    }
}

/// Which of these this thread does not have in effect, in the given order.
///
/// Without a readable `/proc` none is called missing: what needs it then fails by itself, and says so.
pub fn missing(needed: &[Capability]) -> Vec<Capability> {
    let status = std::fs::read_to_string("/proc/thread-self/status").unwrap_or_default();
    let effective = effective(&status).unwrap_or(u64::MAX);
    needed
        .iter()
        .copied()
        .filter(|capability| !capability.within(effective))
        .collect()
}

/// The effective set, as a thread's status file has it: `CapEff:` and 16 hexadecimal digits.
fn effective(status: &str) -> Option<u64> {
    let digits = status.lines().find_map(|line| line.strip_prefix("CapEff:"))?;
    u64::from_str_radix(digits.trim(), 16).ok()
}
