//! What the protocol thread says of itself when it is asked: plain data, made in one wake-up and handed to the service
//! thread, which knows the configuration and puts it into words.

use std::net::IpAddr;
use std::time::Duration;

use vrrp_core::{Network, Priority, RouterId, Standing, Status, Time, VirtualAddress, WirePriority};

use super::contest::Rival;
use super::sightings::Sightings;
use super::tally::{Lateness, Tally};

/// Everything at one moment.
#[derive(Clone, Debug)]
pub(in crate::run) struct Picture {
    /// The moment.
    pub(in crate::run) at: Time,
    /// Whether the network has been looked at, and sockets were opened where they can be.
    pub(in crate::run) started: bool,
    /// The virtual routers, in the order of the configuration.
    pub(in crate::run) routers: Vec<RouterPicture>,
    /// The interfaces on which adverts are sent and heard.
    pub(in crate::run) ports: Vec<PortPicture>,
    /// How late adverts were.
    pub(in crate::run) lateness: Lateness,
    /// Notices that hooks will never see.
    pub(in crate::run) notices_lost: u64,
    /// Events that the journal will never see.
    pub(in crate::run) events_lost: u64,
    /// What the protocol thread was allowed.
    pub(in crate::run) rights: Rights,
}

/// What the protocol thread was allowed.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::run) struct Rights {
    /// It has real-time priority.
    pub(in crate::run) real_time: bool,
    /// Its memory is locked.
    pub(in crate::run) memory_locked: bool,
}

/// One virtual router.
#[derive(Clone, Debug)]
pub(in crate::run) struct RouterPicture {
    pub(in crate::run) status: Status,
    pub(in crate::run) priority: Priority,
    pub(in crate::run) master_down_interval: Duration,
    /// Whether it sends adverts.
    pub(in crate::run) advertises: bool,
    /// Whether the kernel holds its addresses for it, or has been asked to.
    pub(in crate::run) holds: bool,
    /// How what it tracks stands, in the order of its tracks.
    pub(in crate::run) standings: Vec<Standing>,
    pub(in crate::run) network: Network,
    /// Which of its addresses the kernel has, in their order.
    pub(in crate::run) present: Vec<bool>,
    pub(in crate::run) sightings: Sightings,
    /// The priority in the last advert of the MASTER that it listens to.
    pub(in crate::run) masters_priority: Option<(Time, WirePriority)>,
    /// The second MASTER, if there is one.
    pub(in crate::run) rival: Option<Rival>,
    /// The errno of the last advert, if it could not be sent.
    pub(in crate::run) send_error: Option<i32>,
    /// Whether addresses had to be put back too often lately.
    pub(in crate::run) keeps_repairing: bool,
    pub(in crate::run) tally: Tally,
}

/// One interface on which adverts are sent and heard.
#[derive(Clone, Debug)]
pub(in crate::run) struct PortPicture {
    pub(in crate::run) name: String,
    pub(in crate::run) present: bool,
    pub(in crate::run) listening: bool,
    /// Packets that were for none of ours, or too broken to say, by the reason.
    pub(in crate::run) discards: std::collections::BTreeMap<&'static str, u64>,
    /// Every VRID that was heard lately.
    pub(in crate::run) vrids: Vec<HeardVrid>,
}

/// A VRID that was heard on an interface.
#[derive(Clone, Copy, Debug)]
pub(in crate::run) struct HeardVrid {
    pub(in crate::run) vrid: u8,
    pub(in crate::run) at: Time,
    pub(in crate::run) source: IpAddr,
    /// Whether it is one of ours.
    pub(in crate::run) ours: bool,
    /// One of our addresses that it lists, and which virtual router has that here.
    pub(in crate::run) claims: Option<(IpAddr, RouterId)>,
}

impl RouterPicture {
    /// Which of these addresses the kernel has.
    pub(in crate::run) fn present<'a>(
        &'a self,
        addresses: &'a [VirtualAddress],
    ) -> impl Iterator<Item = (&'a VirtualAddress, bool)> {
        addresses.iter().zip(self.present.iter().copied())
    }
}
