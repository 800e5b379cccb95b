//! What arrives becomes events, what the state machines ask for becomes effects.
//!
//! The engine runs on the protocol thread. It never blocks: addresses are changed by the netlink worker, log lines are
//! written by another thread. It is given the time, once per wake-up.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use tracing::{error, warn};
use vrrp_config::{Config, InstanceConfig};
use vrrp_core::{
    Action, Discard, Due, Epoch, Event, Fault, Instance, InterfaceName, Meta, Network as Surroundings,
    Refusal, RouterId, Table, Time, Transport,
};
use vrrp_linux::{
    ArpSocket, ClaimNote, Doing, Job, Kernel, Network, NetworkChange, Owner, Received, Report, SocketError,
    errno_meaning,
};
use vrrp_packet::advert::Header;
use vrrp_packet::{Advert, Datagram, gratuitous};

use super::announcer::{Announced, Announcer};
use super::inbox::Inbox;
use super::narrate;
use super::port::Port;
use super::rejects::Rejects;
use super::router::{Router, Sent};

/// So many datagrams are taken from a socket before everybody else has a turn.
const BATCH: usize = 256;
/// After so many batches in a row without one advert that counts, a BACKUP's deadline is believed although there is
/// more to read: a flood of rubbish must not keep a dead MASTER's place free.
const PATIENCE: u32 = 16;
/// A socket that could not be opened is tried again after this.
const REOPEN: Duration = Duration::from_secs(10);

/// The driver of all virtual routers of this daemon.
pub(super) struct Engine {
    table: Table,
    routers: HashMap<RouterId, Router>,
    ports: Vec<Port>,
    /// Which virtual routers hold an address: whom it concerns when somebody removes it.
    holders: HashMap<IpAddr, RouterId>,
    network: Network,
    /// Whether the first picture of the network has arrived and everybody has been started.
    started: bool,
    kernel: Kernel,
    arp: ArpSocket,
    announcer: Announcer,
    rejects: Rejects,
    /// Packets that were just received; empty between wake-ups.
    inbox: Inbox,
    /// Batches in a row that left something unread and held no advert that counts.
    fruitless: u32,
    reopen_at: Option<Time>,
    woken_at: Time,
}

/// What one look at the sockets found.
#[derive(Clone, Copy, Debug, Default)]
struct Read {
    left_over: bool,
    counted: bool,
}

impl Engine {
    /// An engine for this configuration. Nothing happens before the first report about the network.
    pub(super) fn new(config: Config, kernel: Kernel, arp: ArpSocket, now: Time) -> Self {
        let mut engine = Self {
            table: Table::default(),
            routers: HashMap::new(),
            ports: Vec::new(),
            holders: HashMap::new(),
            network: Network::default(),
            started: false,
            kernel,
            arp,
            announcer: Announcer::default(),
            rejects: Rejects::default(),
            inbox: Inbox::default(),
            fruitless: 0,
            reopen_at: None,
            woken_at: now,
        };
        for instance in config.instances {
            engine.insert(instance);
        }
        engine
    }

    fn insert(&mut self, config: InstanceConfig) {
        let port = self
            .ports
            .iter()
            .position(|port| port.interface == config.interface)
            .unwrap_or_else(|| {
                self.ports.push(Port::new(config.interface.clone()));
                self.ports.len() - 1
            });
        let params = config.params.clone();
        let (vrid, multicast) = (params.vrid, params.transport == Transport::Multicast);
        let id = self.table.insert(Instance::new(params, Surroundings::default()));
        self.ports[port].add(vrid, id, multicast);
        self.holders.extend(
            config
                .addresses
                .iter()
                .map(|virtual_address| (virtual_address.address, id)),
        );
        self.routers.insert(id, Router::new(config, port));
    }

    // What wakes it.

    /// The sockets to poll. Which of them is readable does not matter: all are looked at.
    pub(super) fn sockets(&self) -> impl Iterator<Item = &vrrp_linux::VrrpSocket> {
        self.ports.iter().filter_map(Port::socket)
    }

    /// When it must be woken at the latest.
    pub(super) fn deadline(&self) -> Option<Time> {
        [self.table.deadline(), self.announcer.deadline(), self.reopen_at]
            .into_iter()
            .flatten()
            .min()
    }

    // One wake-up: adverts that are due go out first; then what has arrived is read; only then may a deadline say that
    // nothing arrived. Returns whether there is more to read.

    /// Does what is due at `now`, in the order that keeps a starved daemon from taking over from a healthy MASTER.
    pub(super) fn turn(&mut self, now: Time, reports: impl Iterator<Item = Report>) -> bool {
        self.fire(now, Due::Adverts);
        self.take_reports(now, reports);
        let read = self.receive(now);
        self.fruitless = if read.left_over && !read.counted {
            self.fruitless + 1
        } else {
            0
        };
        if !read.left_over || self.fruitless > PATIENCE {
            self.fire(now, Due::All);
        }
        if self.reopen_at.is_some_and(|at| at <= now) {
            self.survey(now);
        }
        self.announce(now);
        self.woken_at = now;
        read.left_over
    }

    /// Stops every virtual router: they resign and release what they hold.
    pub(super) fn stop(mut self, now: Time) -> Kernel {
        let ids: Vec<RouterId> = self.table.iter().map(|(id, _)| id).collect();
        for id in ids {
            self.event(now, id, Event::Stop);
        }
        self.kernel
    }

    fn fire(&mut self, now: Time, which: Due) {
        // Each time-out moves a deadline beyond `now`, so this ends.
        while let Some(id) = self.table.due(now, which) {
            self.event(now, id, Event::Timeout);
        }
    }

    // What the kernel reports.

    fn take_reports(&mut self, now: Time, reports: impl Iterator<Item = Report>) {
        let mut survey = false;
        let mut gone = HashSet::new();
        for report in reports {
            match report {
                Report::Network(change) => {
                    survey |= self.concerns_everybody(&change);
                    if let NetworkChange::AddressGone(assigned) = &change {
                        gone.extend(self.holders.get(&assigned.address));
                    }
                    if let NetworkChange::Snapshot { .. } = &change {
                        gone.extend(self.holders.values());
                    }
                    self.network.apply(&change);
                }
                Report::Claimed { owner, epoch, result } => self.claimed(now, owner, epoch, result),
                Report::Released { owner, result, .. } => {
                    if let Some(router) = self.table.id(owner.0).and_then(|id| self.routers.get(&id)) {
                        narrate::released(router, &result);
                    }
                }
                Report::Swept { removed } => narrate::swept(&removed),
            }
        }
        if survey {
            self.survey(now);
        }
        for id in gone {
            if !self.holds_everything(id) {
                self.event(now, id, Event::AddressLost);
            }
        }
    }

    /// Whether a change can concern anybody but the holder of one address.
    fn concerns_everybody(&self, change: &NetworkChange) -> bool {
        match change {
            NetworkChange::Snapshot { .. } | NetworkChange::Link(_) | NetworkChange::LinkGone { .. } => true,
            NetworkChange::Address(assigned) | NetworkChange::AddressGone(assigned) => {
                !self.holders.contains_key(&assigned.address)
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
        if let (Some(router), Ok(notes)) = (self.routers.get(&id), &result) {
            narrate::claim_notes(router, notes);
        }
        self.event(now, id, Event::Claimed(Epoch(epoch), result.map(|_| ())));
    }

    /// Looks at the network with the eyes of every virtual router: sockets, sources, faults.
    fn survey(&mut self, now: Time) {
        self.reopen_at = None;
        for port in &mut self.ports {
            let index = self.network.link(&port.interface).map(|link| link.index);
            let before = port.failure();
            if let Err(error) = port.follow(index) {
                self.reopen_at = Some(now + REOPEN);
                if port.failure() != before {
                    error!(interface = %port.interface, "{error}: {}", advice(&error));
                }
            }
        }
        let ids: Vec<RouterId> = self.table.iter().map(|(id, _)| id).collect();
        for id in ids {
            let Some(router) = self.routers.get(&id) else {
                continue;
            };
            let surroundings = self.surroundings(router);
            let source = surroundings.source;
            if let Some(router) = self.routers.get_mut(&id)
                && let Err(error) = router.set_source(source)
            {
                error!(router = router.config.name, "no advert can be built: {error}");
            }
            self.event(now, id, Event::Network(surroundings));
            if !self.started {
                self.event(now, id, Event::Start);
            }
        }
        self.started = true;
    }

    fn surroundings(&self, router: &Router) -> Surroundings {
        let interface = &router.config.interface;
        let mut faults = Vec::new();
        let mut source = None;
        let mut look = |name: &InterfaceName| match self.network.link(name) {
            None => faults.push(Fault::InterfaceMissing(name.clone())),
            Some(link) if !(link.up && link.running) => faults.push(Fault::InterfaceDown(name.clone())),
            Some(_) => {}
        };
        look(interface);
        let mut others: Vec<&InterfaceName> =
            router.addresses.iter().map(|wanted| &wanted.interface).collect();
        others.sort_unstable();
        others.dedup();
        others
            .into_iter()
            .filter(|name| *name != interface)
            .for_each(&mut look);

        if let Some(link) = self.network.link(interface) {
            let port = self.ports.get(router.port);
            if let Some(errno) = port.and_then(Port::failure) {
                faults.push(Fault::NoSocket(interface.clone(), errno));
            }
            let own = |address: IpAddr| self.holders.contains_key(&address);
            source = match router.config.source {
                Some(configured) => Some(configured).filter(|&address| self.network.has(IpAddr::V4(address))),
                None => self.network.source(link.index, &own),
            };
            if source.is_none() {
                faults.push(match router.config.source {
                    Some(configured) => Fault::SourceMissing(IpAddr::V4(configured)),
                    None => Fault::NoSource(interface.clone()),
                });
            }
        }
        Surroundings {
            source: source.map(IpAddr::V4),
            faults,
        }
    }

    // What arrives on the wire.

    fn receive(&mut self, now: Time) -> Read {
        let mut read = Read::default();
        let mut inbox = std::mem::take(&mut self.inbox);
        // The stamp of a packet is wall clock, which may jump: an advert cannot be older than our last look.
        let oldest = now.since(self.woken_at);
        for index in 0..self.ports.len() {
            let port = &mut self.ports[index];
            let Some(socket) = port.socket_mut() else { continue };
            let drained = socket.receive(BATCH, &mut |received: Received<'_>| {
                inbox.push(now - received.age.min(oldest), received.packet);
            });
            match drained {
                Ok(drained) => read.left_over |= !drained.empty,
                // The interface has gone or went down; the link monitor says so too.
                Err(error) => warn!(interface = %port.interface, "receiving failed: {error}"),
            }
            for (at, packet) in inbox.iter() {
                read.counted |= self.packet(at, index, packet);
            }
            inbox.clear();
        }
        self.inbox = inbox;
        read
    }

    /// One packet of protocol 112. Returns whether it counted.
    fn packet(&mut self, at: Time, port: usize, bytes: &[u8]) -> bool {
        let datagram = match Datagram::decode(bytes) {
            Ok(datagram) => datagram,
            Err(error) => {
                let unknown = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
                self.reject(at, port, None, unknown, Discard::Malformed(error.into()));
                return false;
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
                return false;
            }
        };
        let Some((id, instance)) = claimed.and_then(|id| Some((id, self.table.get(id)?))) else {
            self.reject(at, port, None, source, Discard::UnknownVrid(advert.vrid()));
            return false;
        };
        match instance.admit(&advert, &meta) {
            Ok(heard) => {
                if let (Some(router), Some(difference)) = (self.routers.get(&id), heard.difference) {
                    let told = self.rejects.count(at, Some(id), source, "address_list");
                    narrate::address_difference(router, source, difference, told);
                }
                self.event(at, id, Event::Advert(heard));
                true
            }
            Err(discard) => {
                self.reject(at, port, Some(id), source, discard);
                false
            }
        }
    }

    fn reject(&mut self, at: Time, port: usize, id: Option<RouterId>, source: IpAddr, discard: Discard) {
        if let Some(told) = self.rejects.count(at, id, source, discard.name()) {
            let router = id.and_then(|id| self.routers.get(&id));
            narrate::rejected(router, &self.ports[port].interface, source, &discard, told);
        }
    }

    // What the state machines want.

    fn event(&mut self, now: Time, id: RouterId, event: Event) {
        let actions = self.table.handle(now, id, event);
        for action in actions {
            self.perform(now, id, action);
        }
    }

    fn perform(&mut self, now: Time, id: RouterId, action: Action) {
        let Some(router) = self.routers.get_mut(&id) else {
            return;
        };
        let owner = Owner(id.get());
        let addresses = Arc::clone(&router.addresses);
        match action {
            Action::Send(priority) => {
                let sent = router.send(&self.ports[router.port], priority);
                narrate::sent(router, priority, sent);
                if sent == Sent::Recovered {
                    self.event(now, id, Event::SendingAgain);
                }
            }
            Action::Claim(Epoch(epoch)) | Action::Repair(Epoch(epoch)) => {
                self.kernel.send(Job::Claim {
                    owner,
                    epoch,
                    addresses,
                });
            }
            Action::Release(Epoch(epoch)) => {
                self.announcer.forget(id);
                self.kernel.send(Job::Release {
                    owner,
                    epoch,
                    addresses,
                });
            }
            Action::Announce(round) => self.announcer.queue(id, round),
            Action::Moved(moved) => narrate::moved(router, &moved),
            Action::Note(note) => {
                if let Some(untold) = router.pace.ask(now) {
                    narrate::note(router, &note, untold);
                }
            }
        }
    }

    fn announce(&mut self, now: Time) {
        let (routers, network, arp) = (&self.routers, &self.network, &self.arp);
        self.announcer.run(now, |id, position| {
            let Some(wanted) = routers.get(&id).and_then(|router| router.addresses.get(position)) else {
                return Announced::PassOver;
            };
            let (IpAddr::V4(address), Some(link)) = (wanted.address, network.link(&wanted.interface)) else {
                return Announced::Done;
            };
            // An interface without ARP has no neighbours to tell.
            let Some(mac) = link.mac.filter(|_| link.arp && !link.loopback) else {
                return Announced::Done;
            };
            match arp.send(link.index, &gratuitous(mac, address)) {
                Err(error) if error.raw_os_error() == Some(libc::ENOBUFS) => Announced::NoRoom,
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => Announced::NoRoom,
                Ok(()) => Announced::Done,
                Err(error) => {
                    narrate::not_announced(wanted, &error);
                    Announced::Done
                }
            }
        });
    }
}

/// What a socket error usually means.
fn advice(error: &SocketError) -> &'static str {
    error
        .errno()
        .map_or("", |errno| errno_meaning(Doing::Socket, errno))
}
