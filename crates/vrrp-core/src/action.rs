//! What a virtual router wants done.

#[cfg(test)]
mod tests;

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use core::net::IpAddr;
use core::time::Duration;

use vrrp_packet::WirePriority;

use crate::{Epoch, Fault, Priority, Refusal, Standing, Tracked};

/// What [`Instance::handle`](crate::Instance::handle) asks for, to be carried out in this order. At most
/// [`Action::MOST`] at a time.
pub type Actions = Vec<Action>;

/// One effect. The virtual router has already moved on: only [`Action::Claim`] and [`Action::Repair`] are answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Send an advert with this priority, to the group or to every peer.
    Send(WirePriority),
    /// Make the kernel hold all addresses of this virtual router, and answer with
    /// [`Event::Claimed`](crate::Event::Claimed): all of them, or none and a reason.
    Claim(Epoch),
    /// Put back what is missing of the addresses claimed in this epoch; answered as a claim is.
    Repair(Epoch),
    /// Give up what was claimed in this epoch. Not answered: a later claim waits behind it.
    Release(Epoch),
    /// Announce every address by gratuitous ARP.
    Announce(Round),
    /// The state that people see has changed.
    Moved(Moved),
    /// Something worth a line in the log that changed no state.
    Note(Note),
}

impl Action {
    /// No event causes more actions than this.
    pub const MOST: usize = 6;
}

/// One round of announcements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Round {
    /// How often each address is announced. Each address is announced once before any is announced twice.
    pub repeat: u8,
}

/// The state of a virtual router as people see it, and as RFC 3768 section 6.3 names it (plus FAULT).
///
/// It is MASTER only while the kernel holds the addresses: one that has won and still waits for the kernel is BACKUP.
///
/// In ascending order of service: a sync group is in the least state of its members.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Not taking part.
    Init,
    /// Cannot take part.
    Fault,
    /// Somebody else serves, or nobody yet.
    Backup,
    /// We serve.
    Master,
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Init => "INIT",
            Self::Fault => "FAULT",
            Self::Backup => "BACKUP",
            Self::Master => "MASTER",
        })
    }
}

/// A change of [`State`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The state before.
    pub from: State,
    /// The state now.
    pub to: State,
    /// Why.
    pub cause: Cause,
}

/// Why a state changed. Every transition has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The daemon started.
    Started,
    /// The daemon stops, or this virtual router is taken out of its configuration.
    Stopped,
    /// We own the addresses (priority 255): nobody else is asked.
    Owner,
    /// No MASTER was heard for the `Master_Down_Interval`.
    Silence,
    /// The MASTER resigned, and nobody came before our `Skew_Time` was over.
    Resigned(IpAddr),
    /// The MASTER has a lower priority than we have.
    Preempted {
        /// The MASTER that we displaced.
        master: IpAddr,
        /// Its priority.
        theirs: WirePriority,
    },
    /// Another MASTER has a higher priority.
    HigherPriority {
        /// The other MASTER.
        master: IpAddr,
        /// Its priority.
        theirs: WirePriority,
    },
    /// Another MASTER has our priority and a higher address, which decides.
    HigherAddress {
        /// The other MASTER.
        master: IpAddr,
    },
    /// Something it needs went away.
    Fault(Fault),
    /// The kernel did not take the addresses.
    Refused(Refusal),
    /// What was in the way is gone.
    Recovered,
    /// This other member of its sync group cannot be MASTER.
    Group(Box<str>),
}

impl Cause {
    /// A short name that never changes.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Stopped => "stopped",
            Self::Owner => "owner",
            Self::Silence => "silence",
            Self::Resigned(_) => "resigned",
            Self::Preempted { .. } => "preempted",
            Self::HigherPriority { .. } => "higher_priority",
            Self::HigherAddress { .. } => "higher_address",
            Self::Fault(_) => "fault",
            Self::Refused(_) => "refused",
            Self::Recovered => "recovered",
            Self::Group(_) => "group",
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Started => f.write_str("started"),
            Self::Stopped => f.write_str("stopped"),
            Self::Owner => f.write_str("it owns the addresses (priority 255)"),
            Self::Silence => f.write_str("no MASTER was heard"),
            Self::Resigned(master) => write!(f, "MASTER {master} resigned"),
            Self::Preempted { master, theirs } => {
                write!(f, "MASTER {master} has the lower priority {theirs}")
            }
            Self::HigherPriority { master, theirs } => write!(f, "{master} has the higher priority {theirs}"),
            Self::HigherAddress { master } => {
                write!(f, "{master} has the same priority and a higher address")
            }
            Self::Fault(fault) => fault.fmt(f),
            Self::Refused(refusal) => refusal.fmt(f),
            Self::Recovered => f.write_str("what was in the way is gone"),
            Self::Group(member) => write!(f, "{member}, of the same sync group, cannot be MASTER"),
        }
    }
}

impl Note {
    /// Whether a peer's packet was the reason: whoever can send packets can cause as many as it likes.
    pub const fn is_about_peers(&self) -> bool {
        match self {
            Self::MasterIs { .. }
            | Self::LowerIgnored { .. }
            | Self::ResignationHeard { .. }
            | Self::DelayStarted { .. }
            | Self::DelayEnded
            | Self::Contested { .. } => true,
            Self::Repairing { .. }
            | Self::FaultIs(_)
            | Self::NextTry(_)
            | Self::PriorityChanged { .. }
            | Self::Waiting => false,
        }
    }
}

/// Something worth knowing that changed no state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// BACKUP hears a MASTER for the first time, or another one than before.
    MasterIs {
        /// The one before, if there was one.
        before: Option<IpAddr>,
        /// The one now.
        now: IpAddr,
        /// Its priority.
        priority: WirePriority,
    },
    /// BACKUP ignored a MASTER of lower priority: it will take over.
    LowerIgnored {
        /// Who sent it.
        from: IpAddr,
        /// Its priority.
        theirs: WirePriority,
    },
    /// The MASTER resigned.
    ResignationHeard {
        /// Who sent it.
        from: IpAddr,
        /// Whether we are MASTER, and so remain it.
        as_master: bool,
    },
    /// The `preempt_delay` began.
    DelayStarted {
        /// The delay as configured.
        delay: Duration,
        /// The MASTER that it spares for now.
        master: IpAddr,
    },
    /// The `preempt_delay` ended without us taking over: a MASTER at least as good as we are is there.
    DelayEnded,
    /// MASTER heard another of lower priority (or of equal priority and lower address), and answered.
    Contested {
        /// The other.
        from: IpAddr,
        /// Its priority.
        theirs: WirePriority,
        /// Ours.
        ours: Priority,
    },
    /// Addresses that somebody removed are put back.
    Repairing {
        /// How often this has happened since it became MASTER.
        times: u32,
    },
    /// It is still in FAULT, and now for this cause.
    FaultIs(Cause),
    /// The kernel did not take the addresses; the next try is so far away.
    NextTry(Duration),
    /// The priority that it advertises is another now.
    PriorityChanged {
        /// Before.
        from: Priority,
        /// Now.
        to: Priority,
        /// What changed it: how something that it tracks stands now. `None` if it was the configuration.
        by: Option<(Tracked, Standing)>,
    },
    /// Its time has come to be MASTER, and it waits for the other members of its sync group.
    Waiting,
}
