//! What arrives on the wire.

use std::net::{IpAddr, Ipv4Addr};

use tracing::warn;
use vrrp_core::{Discard, Event, Instance, Meta, RouterId, Time, WirePriority, address_difference};
use vrrp_linux::{Moment, Received};
use vrrp_packet::advert::Header;
use vrrp_packet::{Advert, Datagram, DecodeError};

use super::Engine;
use crate::run::engine::chronicle::{News, What};
use crate::run::narrate;

/// So many datagrams are taken from a socket before everybody else has a turn.
const BATCH: usize = 256;

impl Engine {
    /// Takes a batch from each socket. Returns whether any has more.
    pub(super) fn receive(&mut self, now: Moment) -> bool {
        let mut more = false;
        let mut inbox = std::mem::take(&mut self.inbox);
        // The stamp of a packet is wall clock, which may jump: an advert cannot be older than our last look.
        let oldest = self.woken_at;
        for index in 0..self.ports.len() {
            let port = &mut self.ports[index];
            let Some(socket) = port.socket_mut() else { continue };
            let drained = socket.receive(now, BATCH, &mut |received: Received<'_>| {
                inbox.push(received.at.max(oldest), received.packet);
            });
            match drained {
                Ok(drained) => more |= !drained.empty,
                // The interface has gone or went down; the link monitor says so too.
                Err(error) => {
                    warn!(event = "receive_failed", interface = %port.interface, "receiving failed: {error}");
                }
            }
            for (at, packet) in inbox.iter() {
                self.packet(at, index, packet);
            }
            inbox.clear();
        }
        self.inbox = inbox;
        more
    }

    /// One packet of protocol 112.
    fn packet(&mut self, at: Time, port: usize, bytes: &[u8]) {
        let datagram = match Datagram::decode(bytes) {
            Ok(datagram) => datagram,
            Err(error) => {
                let unknown = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
                self.reject(at, port, None, unknown, Discard::Malformed(error.into()));
                return;
            }
        };
        let source = IpAddr::V4(datagram.source);
        let meta = Meta {
            source,
            destination: IpAddr::V4(datagram.destination),
            ttl: datagram.ttl,
        };
        // Whose it would be if it were whole: so that a broken one is told of by name.
        let header = Header::read(datagram.payload);
        let claimed = header.and_then(|header| self.ports[port].router(header.vrid));
        let advert = match Advert::decode(datagram.payload) {
            Ok(advert) => advert,
            Err(error) => {
                if let Some((id, header)) = claimed.zip(header) {
                    self.broken(at, id, source, error, header.priority);
                }
                self.reject(at, port, claimed, source, Discard::Malformed(error));
                return;
            }
        };
        self.advertised(at, port, claimed, source, &advert);
        let Some((id, instance)) = claimed.and_then(|id| Some((id, self.table.get(id)?))) else {
            self.reject(at, port, None, source, Discard::UnknownVrid(advert.vrid()));
            return;
        };
        let admitted = instance.admit(&advert, &meta);
        let (advertises, window) = (instance.is_advertising(), instance.master_down_interval());
        let Some(router) = self.routers.get_mut(&id) else {
            return;
        };
        match admitted {
            Ok(heard) => {
                router.sightings.heard(at, &heard);
                router.tally.heard(heard.priority, heard.difference.is_some());
                match (heard.priority.is_resignation(), advertises) {
                    (true, _) => router.contest.resigned(source),
                    (false, true) => router.contest.against_us(at, source, window),
                    (false, false) => router.contest.between_others(at, source, window),
                }
                if let Some(difference) = heard.difference {
                    let told = self.rejects.count(at, Some(id), source, "address_list");
                    narrate::address_difference(router, source, difference, told);
                }
                self.event(at, id, Event::Advert(heard));
            }
            Err(discard) => {
                if discard != Discard::OwnAddress {
                    let ours = &router.config.params.advertised;
                    let difference = || address_difference(ours, &advert);
                    router
                        .sightings
                        .ignored(at, source, (discard, advert.priority()), difference);
                    // It is MASTER too, whether or not we believe it, and does not believe us either.
                    if advert.priority().is_resignation() {
                        router.contest.resigned(source);
                    } else if advertises {
                        router.contest.refused(at, source);
                    }
                }
                self.reject(at, port, Some(id), source, discard);
            }
        }
    }

    /// What is no advert came with the VRID of one of ours.
    fn broken(&mut self, at: Time, id: RouterId, source: IpAddr, error: DecodeError, priority: WirePriority) {
        let advertises = self.table.get(id).is_some_and(Instance::is_advertising);
        let Some(router) = self.routers.get_mut(&id) else {
            return;
        };
        router
            .sightings
            .ignored(at, source, (Discard::Malformed(error), priority), || None);
        // Of another version it may be whole, and its sender a MASTER.
        if let DecodeError::Version { .. } = error {
            if priority.is_resignation() {
                router.contest.resigned(source);
            } else if advertises {
                router.contest.refused(at, source);
            }
        }
    }

    /// Somebody advertises, under whatever VRID.
    fn advertised(
        &mut self,
        at: Time,
        port: usize,
        claimed: Option<RouterId>,
        source: IpAddr,
        advert: &Advert<'_>,
    ) {
        let holders = &self.holders;
        // An address of ours that belongs to another virtual router than the one that it is for.
        let claims = || {
            let mut ours = advert
                .addresses()
                .filter_map(|address| Some((address, *holders.get(&address)?)));
            ours.find(|(_, holder)| Some(*holder) != claimed)
        };
        let strangers = &mut self.ports[port].strangers;
        if advert.priority().is_resignation() {
            strangers.resigned(advert.vrid().get(), source);
            return;
        }
        strangers.heard(at, advert.vrid().get(), source, claims);
    }

    fn reject(&mut self, at: Time, port: usize, id: Option<RouterId>, source: IpAddr, discard: Discard) {
        let reason = discard.name();
        match id.and_then(|id| self.routers.get_mut(&id)) {
            Some(router) => {
                router.tally.discarded(reason);
            }
            None => *self.ports[port].discards.entry(reason).or_default() += 1,
        }
        let Some(told) = self.rejects.count(at, id, source, reason) else {
            return;
        };
        let interface = &self.ports[port].interface;
        let router = id.and_then(|id| self.routers.get(&id));
        narrate::rejected(router, interface, source, &discard, told);
        // Others on our LAN are no news, however many they are; and whoever can send packets can forge senders.
        let is_news = id.is_some() || !matches!(discard, Discard::UnknownVrid(_));
        if told.total == 1 && is_news && self.first_rejects.ask(at).is_some() {
            let what = What::FirstReject {
                router: id,
                interface: interface.clone(),
                source,
                reason,
                because: discard.to_string(),
            };
            self.chronicle.tell(News::Happened(at, what));
        }
    }
}
