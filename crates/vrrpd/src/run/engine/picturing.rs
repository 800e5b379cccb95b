//! Saying how things stand, when somebody asks.

use std::time::Duration;

use vrrp_core::{Instance, Time};

use super::Engine;
use crate::run::engine::picture::{HeardVrid, Picture, PortPicture, RouterPicture};
use crate::run::engine::port::Port;
use crate::run::engine::router::Router;

/// VRIDs of others that were silent for longer are not told of.
const LATELY: Duration = Duration::from_mins(1);

impl Engine {
    /// Everything at this moment.
    pub(super) fn picture(&self, now: Time) -> Picture {
        let routers = self.table.iter().filter_map(|(id, instance)| {
            let router = self.routers.get(&id)?;
            Some(self.router_picture(now, router, instance))
        });
        Picture {
            at: now,
            started: self.started,
            routers: routers.collect(),
            ports: self
                .ports
                .iter()
                .map(|port| self.port_picture(now, port))
                .collect(),
            lateness: self.lateness.clone(),
            notices_lost: self.notices.lost(),
            events_lost: self.chronicle.lost(),
            rights: self.rights,
        }
    }

    fn router_picture(&self, now: Time, router: &Router, instance: &Instance) -> RouterPicture {
        let status = instance.status();
        let window = instance.master_down_interval();
        let master = status.master.filter(|_| !instance.is_advertising());
        let mut sightings = router.sightings.iter();
        let of_master = sightings.find(|sighting| Some(sighting.address) == master);
        let is_there = |wanted: &vrrp_core::VirtualAddress| {
            let link = self.network.link(&wanted.interface);
            link.is_some_and(|link| self.network.holds(link.index, wanted.address))
        };
        RouterPicture {
            priority: instance.priority(),
            master_down_interval: window,
            advertises: instance.is_advertising(),
            holds: instance.is_holding(),
            standings: instance.tracks().map(|(_, standing)| standing.clone()).collect(),
            network: instance.network().clone(),
            present: router.addresses.iter().map(is_there).collect(),
            masters_priority: of_master.and_then(|sighting| sighting.heard),
            sightings: router.sightings.clone(),
            rival: router.contest.rival(now, window, instance.is_advertising()),
            send_error: router.send_error,
            keeps_repairing: router.tally.keeps_repairing(now),
            tally: router.tally.clone(),
            status,
        }
    }

    fn port_picture(&self, now: Time, port: &Port) -> PortPicture {
        let vrids = port
            .strangers
            .iter()
            .filter(|(_, heard)| now.since(heard.heard_at) < LATELY);
        PortPicture {
            name: port.interface.to_string(),
            present: self.network.link(&port.interface).is_some(),
            listening: port.socket().is_some(),
            discards: port.discards.clone(),
            vrids: vrids
                .map(|(vrid, heard)| HeardVrid {
                    vrid,
                    at: heard.heard_at,
                    source: heard.source,
                    ours: port.router(vrid).is_some(),
                    claims: heard.claims,
                })
                .collect(),
        }
    }
}
