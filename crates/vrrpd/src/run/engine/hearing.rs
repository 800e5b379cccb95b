//! What arrives on the wire.

use std::net::{IpAddr, Ipv4Addr};

use tracing::warn;
use vrrp_core::{Discard, Event, Meta, RouterId, Time};
use vrrp_linux::{Moment, Received};
use vrrp_packet::advert::Header;
use vrrp_packet::{Advert, Datagram};

use super::Engine;
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
                Err(error) => warn!(interface = %port.interface, "receiving failed: {error}"),
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
        let claimed = Header::read(datagram.payload).and_then(|header| self.ports[port].router(header.vrid));
        let advert = match Advert::decode(datagram.payload) {
            Ok(advert) => advert,
            Err(error) => {
                self.reject(at, port, claimed, source, Discard::Malformed(error));
                return;
            }
        };
        let Some((id, instance)) = claimed.and_then(|id| Some((id, self.table.get(id)?))) else {
            self.reject(at, port, None, source, Discard::UnknownVrid(advert.vrid()));
            return;
        };
        match instance.admit(&advert, &meta) {
            Ok(heard) => {
                if let (Some(router), Some(difference)) = (self.routers.get(&id), heard.difference) {
                    let told = self.rejects.count(at, Some(id), source, "address_list");
                    narrate::address_difference(router, source, difference, told);
                }
                self.event(at, id, Event::Advert(heard));
            }
            Err(discard) => self.reject(at, port, Some(id), source, discard),
        }
    }

    fn reject(&mut self, at: Time, port: usize, id: Option<RouterId>, source: IpAddr, discard: Discard) {
        if let Some(told) = self.rejects.count(at, id, source, discard.name()) {
            let router = id.and_then(|id| self.routers.get(&id));
            narrate::rejected(router, &self.ports[port].interface, source, &discard, told);
        }
    }
}
