//! What the kernel reports: links, addresses, answers to claims.

use std::collections::BTreeSet;
use std::time::Duration;

use tracing::error;
use vrrp_core::{Epoch, Event, Instance, Network as Outlook, Refusal, RouterId, Time};
use vrrp_linux::{ClaimNote, NetworkChange, Owner, Report};

use super::Engine;
use crate::run::engine::outlook::outlook;
use crate::run::engine::port::Port;
use crate::run::engine::router::Router;
use crate::run::narrate;

/// A socket that could not be opened is tried again after this.
const REOPEN: Duration = Duration::from_secs(10);

impl Engine {
    pub(super) fn take_reports(&mut self, now: Time, reports: impl Iterator<Item = Report>) {
        let mut survey = false;
        // Whoever holds something now, and may find it gone.
        let mut bereft = BTreeSet::new();
        for report in reports {
            match report {
                Report::Network(change) => {
                    survey |= self.concerns_everybody(&change);
                    bereft.extend(self.concerned_holders(&change));
                    self.network.apply(&change);
                }
                Report::Claimed { owner, epoch, result } => self.claimed(now, owner, epoch, result),
                Report::Released { owner, result, .. } => {
                    if let Some(router) = self.table.id(owner.0).and_then(|id| self.routers.get(&id)) {
                        narrate::released(router, &result);
                    }
                }
                Report::Swept { removed, .. } => narrate::swept(&removed),
            }
        }
        if survey {
            self.survey(now);
        }
        for id in bereft {
            if !self.holds_everything(id) {
                self.event(now, id, Event::AddressLost);
            }
        }
    }

    /// Who holds an address, or has asked for it, that may be gone with this change.
    fn concerned_holders(&self, change: &NetworkChange) -> Vec<RouterId> {
        let holding = |id: &RouterId| self.table.get(*id).is_some_and(Instance::is_holding);
        match change {
            NetworkChange::AddressGone(gone) => self
                .holders
                .get(&gone.address)
                .copied()
                .filter(holding)
                .into_iter()
                .collect(),
            NetworkChange::Snapshot { .. } => self.holders.values().copied().filter(holding).collect(),
            NetworkChange::Link(_) | NetworkChange::LinkGone { .. } | NetworkChange::Address(_) => Vec::new(),
        }
    }

    /// Whether a change can concern anybody but the holder of one address.
    fn concerns_everybody(&self, change: &NetworkChange) -> bool {
        match change {
            NetworkChange::Snapshot { .. } | NetworkChange::Link(_) | NetworkChange::LinkGone { .. } => true,
            NetworkChange::Address(assigned) | NetworkChange::AddressGone(assigned) => {
                // What an owner has may be what it sends from.
                let holder = self
                    .holders
                    .get(&assigned.address)
                    .and_then(|&id| self.table.get(id));
                holder.is_none_or(|instance| instance.params().priority.is_owner())
            }
        }
    }

    fn holds_everything(&self, id: RouterId) -> bool {
        let Some(router) = self.routers.get(&id) else {
            return true;
        };
        router.addresses.iter().all(|wanted| {
            self.network
                .link(&wanted.interface)
                .is_some_and(|link| self.network.holds(link.index, wanted.address))
        })
    }

    fn claimed(&mut self, now: Time, owner: Owner, epoch: u64, result: Result<Vec<ClaimNote>, Refusal>) {
        let Some(id) = self.table.id(owner.0) else { return };
        if let Some(router) = self.routers.get_mut(&id) {
            match &result {
                Ok(notes) => narrate::claim_notes(router, notes),
                Err(_) => router.tally.claims_refused += 1,
            }
        }
        self.event(now, id, Event::Claimed(Epoch(epoch), result.map(|_| ())));
    }

    /// Looks at the network with the eyes of every virtual router: sockets, sources, faults.
    pub(super) fn survey(&mut self, now: Time) {
        let ids: Vec<RouterId> = self.table.iter().map(|(id, _)| id).collect();
        for router in self.routers.values_mut() {
            router.links.follow(now, &self.network);
        }
        let settling = self.routers.values().filter_map(|router| router.links.deadline());
        self.links_settle_at = settling.min();
        // Who has to leave says so with the socket and the address that it has had: the interface may only have
        // another name by now.
        self.close_dead_sockets();
        for &id in &ids {
            if let Some(outlook) = self.outlook(id).filter(|outlook| !outlook.faults.is_empty()) {
                self.event(now, id, Event::Network(outlook));
            }
        }
        self.follow_interfaces(now);
        for &id in &ids {
            let Some(outlook) = self.outlook(id) else { continue };
            if let Some(router) = self.routers.get_mut(&id)
                && let Err(error) = router.set_source(outlook.source)
            {
                error!(
                    event = "advert_not_built",
                    router = router.config.name,
                    "no advert can be built: {error}"
                );
            }
            let tracked = self
                .routers
                .get(&id)
                .map(Router::tracked_links)
                .unwrap_or_default();
            for (what, standing) in tracked {
                self.event(now, id, Event::Verdict(what, standing));
            }
            self.event(now, id, Event::Network(outlook));
            if !self.started {
                self.event(now, id, Event::Start);
            }
        }
        self.started = true;
    }

    fn close_dead_sockets(&mut self) {
        for port in &mut self.ports {
            if port
                .index()
                .is_some_and(|index| self.network.link_by_index(index).is_none())
            {
                port.close();
            }
        }
    }

    fn follow_interfaces(&mut self, now: Time) {
        self.reopen_at = None;
        for port in &mut self.ports {
            let index = self.network.link(&port.interface).map(|link| link.index);
            let before = port.failure();
            if let Err(error) = port.follow(index) {
                self.reopen_at = Some(now + REOPEN);
                if port.failure() != before {
                    error!(event = "interface_unusable", interface = %port.interface, "{error}");
                }
            }
        }
    }

    fn outlook(&self, id: RouterId) -> Option<Outlook> {
        let router = self.routers.get(&id)?;
        let failure = self.ports.get(router.port).and_then(Port::failure);
        Some(outlook(
            (id, &router.config),
            &router.links,
            &self.network,
            &self.holders,
            failure,
        ))
    }
}
