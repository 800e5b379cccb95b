//! A virtual router, its addresses apart.

use std::path::PathBuf;

use vrrp_core::Vrid;

use super::ReadFailure;
use crate::Elsewhere;

/// What can be wrong with a virtual router, its addresses apart.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InstanceFlaw {
    /// The daemon's name.
    #[error(
        "`{0}` is not a name for the daemon: 1 to 64 of A-Z, a-z, 0-9, `_`, `.` and `-`, not beginning with a dot"
    )]
    DaemonName(String),
    /// Not a chain's name.
    #[error(
        "`{0}` is not the name of a chain: 1 to 28 of A-Z, a-z, 0-9, `_`, `.` and `-`, as `iptables -S` shows it"
    )]
    Chain(String),
    /// Not an interface's name.
    #[error(
        "`{0}` is not an interface's name: 1 to 15 bytes without `/`, `:` and white space, as `ip link` shows it"
    )]
    Interface(String),
    /// Out of range (RFC 3768 section 5.3.3).
    #[error("{0} is not a VRID: 1 to 255, the same number on every node of this virtual router")]
    Vrid(String),
    /// Two virtual routers that could not tell their adverts apart.
    #[error(
        "VRID {vrid} on {interface} is already taken at {first}; each virtual router of an interface has its own, \
        whether multicast or unicast"
    )]
    VridTwice {
        /// Which.
        vrid: Vrid,
        /// Where.
        interface: String,
        /// Its first place.
        first: Elsewhere,
    },
    /// Out of range (RFC 3768 section 5.3.4).
    #[error("{0} is not a priority: 1 to 254, or 255 for the owner of the addresses")]
    Priority(String),
    /// An interval that VRRPv2 cannot express (RFC 3768 section 5.3.7).
    #[error(
        "`{0}` is not an interval of VRRPv2, which has whole seconds from 1s to 255s; write one, as \"1s\""
    )]
    Interval(String),
    /// A delay that is never used.
    #[error("`preempt_delay` does nothing with preempt = false; remove it, or write preempt = true")]
    DelayWithoutPreempt,
    /// A setting that the owner of the addresses overrides (RFC 3768 section 6.1).
    #[error(
        "`{key}` does nothing at priority 255: the owner of the addresses always preempts at once; remove it, or \
        give a priority of 1 to 254"
    )]
    OwnerPreempts {
        /// Which setting.
        key: &'static str,
    },
    /// A delay beside a threshold, which does not use it.
    #[error(
        "`preempt_delay` does nothing with preempt = {{ below = ... }}; remove it, or write preempt = true"
    )]
    DelayBelow,
    /// A threshold for the owner of the addresses (RFC 3768 section 6.1).
    #[error(
        "`preempt.below` at priority 255: the owner of the addresses always preempts at once; write preempt = true, \
        or give a priority of 1 to 254"
    )]
    OwnerBelow,
    /// A threshold out of range.
    #[error("{0} is not a threshold: 1 to 254, the priority below which a MASTER is replaced")]
    Below(String),
    /// A debounce out of range.
    #[error("`{0}` is too long for `link_debounce`; write \"0s\" to \"1m\"")]
    Debounce(String),
    /// A debounce that is longer than the patience of the others.
    #[error(
        "a `link_debounce` of `{written}` is as long as {adverts} adverts or longer: the others may take over before \
        this node knows that its link is down; write less, or a longer `advert_interval`"
    )]
    SlowDebounce {
        /// As written.
        written: String,
        /// To how many intervals it comes, rounded down.
        adverts: u128,
    },
    /// An authentication type that is none of ours.
    #[error("{} is not a type of authentication that is supported: \"none\" or \"simple\"{}",
        known.as_ref().map_or("this".to_owned(), |(found, _)| format!("`{found}`")),
        known.as_ref().map_or(String::new(), |(_, hint)| format!("; {hint}")))]
    AuthenticationType {
        /// As written, and what it may mean. `None` = a word that nobody knows, which may be the password.
        known: Option<(String, &'static str)>,
    },
    /// A password that would not be used.
    #[error("a password needs type = \"simple\"; write that, or remove the password")]
    PasswordUnused,
    /// `simple` without a password.
    #[error("type = \"simple\" needs a password; add `password` or `password_file`")]
    NoPassword,
    /// Both forms at once.
    #[error("`password` and `password_file` are both given; keep one")]
    TwoPasswords,
    /// Nothing in it.
    #[error("the password is empty; write 1 to 8 bytes, or type = \"none\"")]
    EmptyPassword,
    /// Longer than its field (RFC 2338 section 5.3.6).
    #[error(
        "the password has {0} bytes, and an advert carries 8; write the first 8 alone, which is what keepalived \
        uses of a longer one without showing it"
    )]
    LongPassword(usize),
    /// A password's file.
    #[error("the password file `{}` cannot be read: {reason}; name one that can, relative to this file or from /",
        path.display())]
    PasswordFile {
        /// Which, relative to where the daemon runs.
        path: PathBuf,
        /// Why.
        reason: ReadFailure,
    },
    /// A password's file that everybody may read.
    #[error("the password file `{}` can be read by every user of this host; chmod o-r it", path.display())]
    PasswordFileOpen {
        /// Which.
        path: PathBuf,
    },
    /// Out of range.
    #[error("{0} is not a number of announcements: 1 to 255")]
    Repeat(String),
    /// A second round at the time of the first.
    #[error(
        "`again` repeats at 0s what is done at once; write times after the first round, as [\"1s\", \"2s\", \"5s\"]"
    )]
    AgainNow,
    /// Not in the order of time.
    #[error("`{0}` is not later than the one before it; write the times in ascending order")]
    AgainOrder(String),
    /// A refresh that is a flood.
    #[error("a refresh every `{0}` floods the LAN; write \"1s\" or more, or \"off\"")]
    Refresh(String),
}
