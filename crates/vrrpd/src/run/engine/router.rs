//! What the driver keeps of one virtual router, beside the state machine.

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use vrrp_config::InstanceConfig;
use vrrp_core::{Standing, Tracked, Transport, VirtualAddress, WirePriority};
use vrrp_packet::{Contents, EncodeError, GROUP, Outgoing};

use super::contest::Contest;
use super::links::Links;
use super::notices::Told;
use super::port::Port;
use super::sightings::Sightings;
use super::tally::Tally;
use crate::run::pace::Pace;

/// A virtual router: how it is called, what it holds, and the advert it sends.
#[derive(Debug)]
pub(in crate::run) struct Router {
    pub(in crate::run) config: InstanceConfig,
    /// All that it holds as MASTER.
    pub(super) addresses: Arc<[VirtualAddress]>,
    /// Which [`Port`] it uses.
    pub(super) port: usize,
    /// The advert, ready but for its priority; there is none without a source address.
    advert: Option<Outgoing>,
    /// IP identification of the next advert: every copy to a unicast peer has the same.
    next_id: u16,
    /// How much it has told about peers lately.
    pub(super) pace: Pace,
    /// The errno of the last send, until one succeeds.
    pub(super) send_error: Option<i32>,
    /// The links that it needs or tracks.
    pub(super) links: Links,
    /// The sync group that it belongs to, by its number.
    pub(super) group: Option<usize>,
    /// What its hooks were told.
    pub(super) told: Told,
    /// Who was heard.
    pub(super) sightings: Sightings,
    /// Whether there is a second MASTER.
    pub(super) contest: Contest,
    /// What is counted.
    pub(super) tally: Tally,
}

/// What a send told us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::run) enum Sent {
    /// As before: it works, or fails for the same reason.
    AsBefore,
    /// It fails now, with this errno.
    Failing(i32),
    /// It works again.
    Recovered,
}

impl Router {
    pub(super) fn new(config: InstanceConfig, port: usize) -> Self {
        let addresses: Arc<[VirtualAddress]> = config.addresses.clone().into();
        let held_on = addresses.iter().map(|held| held.interface.clone());
        let tracked = config.params.tracks.iter().filter_map(|track| match &track.what {
            Tracked::Interface(name) => Some(name.clone()),
            Tracked::Check(_) => None,
        });
        let interfaces = held_on.chain(tracked).chain([config.interface.clone()]);
        Self {
            links: Links::new(config.link_debounce, interfaces),
            group: None,
            told: Told::default(),
            sightings: match &config.params.transport {
                Transport::Multicast => Sightings::default(),
                Transport::Unicast { peers } => Sightings::expecting(peers),
            },
            contest: Contest::default(),
            tally: Tally::default(),
            config,
            addresses,
            port,
            advert: None,
            next_id: 1,
            pace: Pace::default(),
            send_error: None,
        }
    }

    /// Builds the advert anew if our own address is another than before.
    pub(super) fn set_source(&mut self, source: Option<IpAddr>) -> Result<(), EncodeError> {
        let Some(IpAddr::V4(source)) = source else {
            self.advert = None;
            return Ok(());
        };
        if self
            .advert
            .as_ref()
            .is_some_and(|advert| advert.source() == source)
        {
            return Ok(());
        }
        let params = &self.config.params;
        let addresses: Vec<Ipv4Addr> = params.advertised.iter().filter_map(v4).collect();
        self.advert = Some(Outgoing::new(&Contents {
            vrid: params.vrid,
            priority: params.priority.into(),
            interval: params.interval.get(),
            authentication: params.authentication,
            addresses: &addresses,
            source,
            destination: GROUP,
            ttl: 255,
        })?);
        Ok(())
    }

    /// The interfaces that it tracks, and how they stand.
    pub(super) fn tracked_links(&self) -> Vec<(Tracked, Standing)> {
        let tracks = self.config.params.tracks.iter();
        tracks
            .filter_map(|track| match &track.what {
                Tracked::Interface(name) => Some((track.what.clone(), self.links.condition(name).standing())),
                Tracked::Check(_) => None,
            })
            .collect()
    }

    /// Sends an advert to the group, or to every peer. Without a socket it sends nothing: then it is in FAULT, or soon.
    pub(super) fn send(&mut self, port: &Port, priority: WirePriority) -> Sent {
        let (Some(advert), Some(socket)) = (&mut self.advert, port.socket()) else {
            return Sent::AsBefore;
        };
        advert.set_priority(priority);
        advert.set_id(self.next_id);
        // Never 0: some stacks replace it by a number of their own.
        self.next_id = self.next_id.checked_add(1).unwrap_or(1);
        let mut result = Ok(());
        let mut send = |destination: Ipv4Addr| {
            advert.set_destination(destination);
            let sent = socket.send(advert.bytes(), destination);
            if result.is_ok() {
                result = sent;
            }
        };
        match &self.config.params.transport {
            Transport::Multicast => send(GROUP),
            Transport::Unicast { peers } => peers.iter().filter_map(v4).for_each(send),
        }
        self.tally.sent(priority, result.is_err());
        self.note(result)
    }

    fn note(&mut self, result: io::Result<()>) -> Sent {
        let error = result.err().map(|error| error.raw_os_error().unwrap_or_default());
        let before = std::mem::replace(&mut self.send_error, error);
        match (before, error) {
            (before, Some(errno)) if before != Some(errno) => Sent::Failing(errno),
            (Some(_), None) => Sent::Recovered,
            _ => Sent::AsBefore,
        }
    }
}

/// The IPv4 address in it: VRRPv2 has no others.
fn v4(address: &IpAddr) -> Option<Ipv4Addr> {
    match address {
        IpAddr::V4(address) => Some(*address),
        IpAddr::V6(_) => None,
    }
}
