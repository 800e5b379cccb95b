//! What cannot be said in another form, of what, and what to do about it.

use core::fmt;
use std::path::PathBuf;
use std::time::Duration;

use vrrp_core::{InterfaceName, Priority, Tracked, Weight};

use crate::Key;

/// Something that cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{of}: {why}")]
pub struct Untold {
    /// Of what.
    pub of: Subject,
    /// What, and why not.
    pub why: Reason,
}

/// A part of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// What counts for all of it.
    Daemon,
    /// A check, by its name.
    Check(String),
    /// An instance, by its name.
    Instance(String),
    /// A sync group, by its name.
    Group(String),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Daemon => f.write_str("top level"),
            Self::Check(name) => write!(f, "check `{}`", name.escape_debug()),
            Self::Instance(name) => write!(f, "instance `{}`", name.escape_debug()),
            Self::Group(name) => write!(f, "group `{}`", name.escape_debug()),
        }
    }
}

/// Why something cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// A group that is known by its number only, or a user who is another one now.
    #[error(
        "`{}` runs as `{user}` with group {gid}, and this host's `{user}` has another group or is gone; a group's number \
        cannot be written, so let it run as a user with that group", key.path
    )]
    User {
        /// What runs so.
        key: &'static Key,
        /// The user's name.
        user: String,
        /// The number of its group.
        gid: u32,
    },
    /// A group that is another one now.
    #[error(
        "`{}` is `{name}` with number {gid}, and this host's `{name}` has another number or is gone; a group's number \
        cannot be written, so name a group that this host has", key.path
    )]
    Group {
        /// What names it.
        key: &'static Key,
        /// Its name.
        name: String,
        /// Its number.
        gid: u32,
    },
    /// Bytes that are no text.
    #[error("the path of `{}`, `{}`, is not UTF-8; give the file another name", key.path, path.display())]
    Path {
        /// What has this path.
        key: &'static Key,
        /// The path.
        path: PathBuf,
    },
    /// A password of arbitrary bytes.
    #[error("its password is not UTF-8; leave it in a file and name that as `authentication.password_file`")]
    PasswordBytes,
    /// A list of peers that names only this host, whose address is not known.
    #[error("it has no peers but this host, and this host has no address to name; name the other nodes")]
    NoPeerToName,
    /// A list of peers that names only this host.
    #[error("it has no peers but this host, and keepalived would use multicast; name the other nodes")]
    NoPeers,
    /// A kind of check that keepalived does not have, or not as it is here.
    #[error("keepalived has no check like `{}`; make it a script that exits with 0", .0.path)]
    Probe(&'static Key),
    /// A time that is not whole seconds.
    #[error("its `{}` is {}, and keepalived counts whole seconds; write 1s or more without a fraction",
        key.path, humantime::format_duration(*time))]
    Fraction {
        /// Which time.
        key: &'static Key,
        /// How long.
        time: Duration,
    },
    /// Longer than keepalived waits.
    #[error("its `preempt_delay` is {}, and keepalived waits 1000s at most", humantime::format_duration(*.0))]
    LongDelay(Duration),
    /// A threshold of preemption.
    #[error(
        "keepalived has no threshold like `preempt.below` ({}); write preempt = true or preempt = false", .0.get()
    )]
    Below(Priority),
    /// Rights beyond those of a user.
    #[error("keepalived gives a script no capabilities as `{}` has them; let it run as root, which has all of them, or as a user that needs none", .0.path)]
    Capabilities(&'static Key),
    /// A hook that keepalived does not have, or not as it is here.
    #[error("keepalived has no `{}` that is told what happened; remove it", .0.path)]
    Hook(&'static Key),
    /// A link that must be down for a while.
    #[error(
        "keepalived has no `link_debounce` ({}) of a virtual router, only interface_up_down_delays of interfaces; remove it \
        and write those", humantime::format_duration(*.0)
    )]
    Debounce(Duration),
    /// A weight that keepalived does not take.
    #[error(
        "{what} has weight {weight}, and keepalived takes -253 to 253, which move any priority as far; write one of these"
    )]
    Weight {
        /// What is tracked.
        what: Tracked,
        /// How much it counts.
        weight: Weight,
    },
    /// A weight that would count for some members of a group only.
    #[error(
        "the interface {interface} has weight {weight}, and a member needs it in any case: keepalived adds that to the \
        other members only; track another interface, or none"
    )]
    Needed {
        /// What is tracked.
        interface: InterfaceName,
        /// How much it counts.
        weight: Weight,
    },
    /// A password that keepalived would read as another one.
    #[error(
        "keepalived cannot read a password with a double quote, a line end, a NUL byte, `${{`, or a backslash at \
        the end; choose another one"
    )]
    PasswordWord,
    /// A text that keepalived would read as another one.
    #[error(
        "keepalived cannot read `{}` as `{}`: no double quote, line end or `${{`, no backslash at the end, and no lone \
        brace; choose another one",
        text.escape_debug(), key.path
    )]
    Word {
        /// What the text is.
        key: &'static Key,
        /// The text.
        text: String,
    },
    /// A script with too many arguments.
    #[error("keepalived reads lines of 1023 bytes at most, and that of `{}` has {length}; put it into a script", key.path)]
    LongLine {
        /// What stands in this line.
        key: &'static Key,
        /// Its length in bytes.
        length: usize,
    },
}
