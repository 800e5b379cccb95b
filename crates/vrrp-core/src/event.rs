//! What happens to a virtual router.

#[cfg(test)]
mod tests;

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use core::net::IpAddr;
use core::time::Duration;

use vrrp_packet::WirePriority;

use crate::{InterfaceName, Params, Refusal, Standing, Tracked};

/// Everything that can happen to a virtual router. What it does about each is [`Instance::handle`](crate::Instance::handle).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The daemon is ready: take part (RFC 3768 section 6.4.1, "Startup").
    Start,
    /// Leave: resign if MASTER, release the addresses (RFC 3768 section 6.4, "Shutdown").
    Stop,
    /// An advert passed [`admit`](crate::admit()).
    Advert(Heard),
    /// The deadline may have come. One that comes too early changes nothing.
    Timeout,
    /// What the network around us looks like now. The same again changes nothing.
    Network(Network),
    /// New parameters. The same again change nothing.
    Params(Params),
    /// The answer to a claim or a repair. One with another epoch than the last claim's is stale and changes nothing.
    Claimed(Epoch, Result<(), Refusal>),
    /// Somebody else removed an address that we hold.
    AddressLost,
    /// Adverts can be sent again after they could not.
    SendingAgain,
    /// How something that it tracks stands now. The same again, or something that it does not track, changes nothing.
    Verdict(Tracked, Standing),
    /// What its sync group lets it do now. The same again changes nothing.
    Permit(Permit),
}

/// What a sync group lets its members do. A virtual router without a group may always go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Permit {
    /// Every member can be MASTER: whose time has come takes over.
    #[default]
    Go,
    /// Not every member can: whose time has come waits, and who is MASTER resigns.
    Wait {
        /// One that cannot.
        member: Box<str>,
        /// How much longer than its `Master_Down_Interval` one that had to resign listens. Two hosts of equal priority
        /// can each be the better one for another member, and make each other resign: with the same wait after that
        /// they would do so for ever.
        longer: Duration,
    },
    /// This other member is in FAULT, and all are with it.
    Fault(Box<str>),
}

/// An advert that concerns us and that we believe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heard {
    /// Who sent it.
    pub source: IpAddr,
    /// The sender's priority, or its resignation.
    pub priority: WirePriority,
    /// Whether it lists other addresses than we do. It counts in the election all the same, as keepalived has it
    /// since 2.3.3: two MASTERs during a rolling change would be worse.
    pub difference: Option<AddressDifference>,
}

/// How a peer's list of addresses differs from ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddressDifference {
    /// How many of ours it does not list.
    pub missing: u8,
    /// How many it lists that are not ours.
    pub unknown: u8,
}

impl fmt::Display for AddressDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of ours missing, {} not ours", self.missing, self.unknown)
    }
}

/// Which claim an answer belongs to. Later claims have higher epochs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Epoch(pub u64);

/// The network as far as one virtual router depends on it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Network {
    /// Our own address on the interface: the source of adverts, and what decides a tie. Never a virtual address.
    pub source: Option<IpAddr>,
    /// Why it cannot take part, if it cannot.
    pub faults: Vec<Fault>,
}

/// A reason not to take part in an election.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// There is no interface of this name.
    InterfaceMissing(InterfaceName),
    /// The interface is administratively down or has no carrier.
    InterfaceDown(InterfaceName),
    /// The interface has no address of its own to send from.
    NoSource(InterfaceName),
    /// The address that is configured as the source of adverts is on no interface.
    SourceMissing(IpAddr),
    /// The socket for adverts could not be opened: `errno`.
    NoSocket(InterfaceName, i32),
    /// Something that it tracks has not been looked at yet, and might fail.
    Awaited(Tracked),
    /// Something that it tracks fails.
    Tracked(Tracked, Standing),
    /// Another member of its sync group is in FAULT.
    Member(Box<str>),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InterfaceMissing(name) => write!(f, "interface {name} does not exist"),
            Self::InterfaceDown(name) => write!(f, "interface {name} is down"),
            Self::NoSource(name) => write!(f, "interface {name} has no IPv4 address of its own"),
            Self::SourceMissing(address) => {
                write!(f, "source address {address} is on no interface of this host")
            }
            Self::NoSocket(name, errno) => write!(f, "no socket on interface {name} (errno {errno})"),
            Self::Awaited(what) => write!(f, "{what} has no result yet"),
            Self::Tracked(what, standing) => write!(f, "{what} {standing}"),
            Self::Member(name) => write!(f, "{name}, of the same sync group, is in FAULT"),
        }
    }
}
