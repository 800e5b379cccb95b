//! What arrives becomes events, what the state machines ask for becomes effects.
//!
//! The engine runs on the protocol thread. It never blocks: addresses are changed by the netlink worker, log lines are
//! written by another thread. It is given the time, once per wake-up.

mod announcer;
pub(super) mod chronicle;
pub(super) mod contest;
mod hearing;
mod inbox;
pub(super) mod links;
pub(super) mod notices;
mod outlook;
pub(super) mod picture;
mod picturing;
mod port;
pub(super) mod rejects;
pub(super) mod router;
pub(super) mod sightings;
mod strangers;
pub(super) mod tally;
mod watching;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use vrrp_config::{Config, InstanceConfig};
use vrrp_core::{
    Action, Cause, Due, Epoch, Event, GroupId, Instance, Network as Outlook, Note, Outcome, RouterId,
    Standing, State, Table, Time, Tracked, Transport,
};
use vrrp_linux::{ArpSocket, Job, Kernel, Moment, Network, Owner, Report};
use vrrp_packet::gratuitous;

use self::announcer::{Announced, Announcer};
use self::chronicle::{Chronicle, News, What};
use self::inbox::Inbox;
use self::notices::{Group, Notices};
use self::outlook::Holders;
use self::picture::Rights;
use self::port::Port;
use self::rejects::Rejects;
use self::router::{Router, Sent};
use self::tally::Lateness;
use super::narrate;
use super::pace::Pace;

/// After so many batches in a row a BACKUP's deadline is believed although there is more to read: a flood must not keep
/// a dead MASTER's place free. It is more than a receive buffer holds, so all that had arrived when the deadline came
/// has been read by then.
const PATIENCE: u32 = 32;

/// The driver of all virtual routers of this daemon.
pub(super) struct Engine {
    table: Table,
    routers: HashMap<RouterId, Router>,
    ports: Vec<Port>,
    /// Which virtual routers hold an address: whom it concerns when somebody removes it.
    holders: Holders,
    /// Whom a check concerns.
    trackers: HashMap<Tracked, Vec<RouterId>>,
    /// The sync groups, by their number.
    groups: Vec<Group>,
    network: Network,
    /// Whether the first picture of the network has arrived and everybody has been started.
    started: bool,
    kernel: Kernel,
    arp: ArpSocket,
    announcer: Announcer,
    notices: Notices,
    chronicle: Chronicle,
    rejects: Rejects,
    /// How many first rejects the journal is told of.
    first_rejects: Pace,
    /// Packets that were just received; empty between wake-ups.
    inbox: Inbox,
    /// Batches in a row that left something unread.
    undrained: u32,
    reopen_at: Option<Time>,
    /// When a link that has changed counts as changed.
    links_settle_at: Option<Time>,
    woken_at: Time,
    lateness: Lateness,
    rights: Rights,
}

/// What the service thread has to say.
#[derive(Clone, Debug)]
pub(super) enum Told {
    /// How a check stands.
    Verdict {
        /// Its name.
        check: String,
        /// How.
        standing: Standing,
    },
    /// Somebody wants to know how everything stands.
    Asked,
}

impl Engine {
    /// An engine for this configuration. Nothing happens before the first report about the network.
    pub(super) fn new(
        config: Config,
        (kernel, arp): (Kernel, ArpSocket),
        (notices, chronicle): (Notices, Chronicle),
        rights: Rights,
        now: Time,
    ) -> Self {
        let mut engine = Self {
            table: Table::default(),
            routers: HashMap::new(),
            ports: Vec::new(),
            holders: Holders::new(),
            trackers: HashMap::new(),
            groups: Vec::new(),
            network: Network::default(),
            started: false,
            kernel,
            arp,
            announcer: Announcer::default(),
            notices,
            chronicle,
            rejects: Rejects::default(),
            first_rejects: Pace::default(),
            inbox: Inbox::default(),
            undrained: 0,
            reopen_at: None,
            links_settle_at: None,
            woken_at: now,
            lateness: Lateness::default(),
            rights,
        };
        let ids: Vec<RouterId> = config
            .instances
            .into_iter()
            .map(|instance| engine.insert(instance))
            .collect();
        for group in config.groups {
            let member = |&place: &usize| {
                let id = *ids.get(place)?;
                Some((id, engine.routers.get(&id)?.config.name.as_str().into()))
            };
            let members: Vec<_> = group.members.iter().filter_map(member).collect();
            for (id, _) in &members {
                if let Some(router) = engine.routers.get_mut(id) {
                    router.group = Some(engine.groups.len());
                }
            }
            engine.table.group(members);
            engine.groups.push(Group::new(group.name));
        }
        engine
    }

    fn insert(&mut self, config: InstanceConfig) -> RouterId {
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
        let id = self.table.insert(Instance::new(params, Outlook::default()));
        self.ports[port].add(vrid, id, multicast);
        self.holders.extend(
            config
                .addresses
                .iter()
                .map(|virtual_address| (virtual_address.address, id)),
        );
        for track in &config.params.tracks {
            self.trackers.entry(track.what.clone()).or_default().push(id);
        }
        self.routers.insert(id, Router::new(config, port));
        id
    }

    // What wakes it.

    /// The sockets to poll. Which of them is readable does not matter: all are looked at.
    pub(super) fn sockets(&self) -> impl Iterator<Item = &vrrp_linux::VrrpSocket> {
        self.ports.iter().filter_map(Port::socket)
    }

    /// When it must be woken at the latest.
    pub(super) fn deadline(&self) -> Option<Time> {
        let ours = [self.announcer.deadline(), self.reopen_at, self.links_settle_at];
        ours.into_iter().chain([self.table.deadline()]).flatten().min()
    }

    // One wake-up: adverts that are due go out first; then what has arrived is read; only then may a deadline say that
    // nothing arrived. Returns whether there is more to read.

    /// Does what is due at this moment, in the order that keeps a starved daemon from taking over from a healthy MASTER.
    pub(super) fn turn(
        &mut self,
        moment: Moment,
        reports: impl Iterator<Item = Report>,
        told: impl Iterator<Item = Told>,
    ) -> bool {
        let now = moment.time;
        self.fire(now, Due::Adverts);
        self.take_reports(now, reports);
        let mut asked = false;
        for told in told {
            match told {
                Told::Verdict { check, standing } => self.judged(now, check, &standing),
                Told::Asked => asked = true,
            }
        }
        let more = self.receive(moment);
        self.undrained = if more { self.undrained.saturating_add(1) } else { 0 };
        if !more || self.undrained > PATIENCE {
            self.fire(now, Due::All);
        }
        let due = |at: Option<Time>| at.is_some_and(|at| at <= now);
        if due(self.reopen_at) || due(self.links_settle_at) {
            self.survey(now);
        }
        self.announce(now);
        self.woken_at = now;
        // Last: who asks can wait.
        if asked {
            let picture = Box::new(self.picture(now));
            self.chronicle.tell(News::Picture(picture));
        }
        more
    }

    /// Passes on what is not for the protocol thread.
    pub(super) fn pass_on(&mut self, news: News) {
        self.chronicle.tell(news);
    }

    /// Stops every virtual router: they resign and release what they hold. The notices of that are held back, so that
    /// hooks are told once it is done.
    pub(super) fn stop(mut self, now: Time) -> (Kernel, Notices) {
        let stops: Vec<_> = self.table.iter().map(|(id, _)| (id, Event::Stop)).collect();
        self.notices.hold();
        let outcomes = self.table.handle_all(now, stops);
        self.carry_out(now, outcomes);
        (self.kernel, self.notices)
    }

    fn fire(&mut self, now: Time, which: Due) {
        // Each time-out moves a deadline beyond `now`, so this ends.
        while let Some(id) = self.table.due(now, which) {
            let due_at = self.table.get(id).and_then(Instance::deadline);
            let outcomes = self.table.handle(now, id, Event::Timeout);
            let sends = |outcome: &Outcome| matches!(outcome, Outcome::Act(_, Action::Send(priority)) if !priority.is_resignation());
            if let (Some(due_at), true) = (due_at, outcomes.iter().any(sends)) {
                self.lateness.add(now.since(due_at));
            }
            self.carry_out(now, outcomes);
        }
    }

    // What checks report.

    fn judged(&mut self, now: Time, check: String, standing: &Standing) {
        let what = Tracked::Check(check.into());
        let concerned = self.trackers.get(&what).cloned().unwrap_or_default();
        for id in concerned {
            self.event(now, id, Event::Verdict(what.clone(), standing.clone()));
        }
    }

    // What the state machines want.

    fn event(&mut self, now: Time, id: RouterId, event: Event) {
        let outcomes = self.table.handle(now, id, event);
        self.carry_out(now, outcomes);
    }

    fn carry_out(&mut self, now: Time, outcomes: Vec<Outcome>) {
        for outcome in outcomes {
            match outcome {
                Outcome::Act(id, action) => self.perform(now, id, action),
                Outcome::GroupMoved { group, from, to } => self.group_moved(now, group, from, to),
            }
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
            Action::Moved(moved) => {
                narrate::moved(router, &moved);
                router.tally.moved(&moved);
                if let Some(instance) = self.table.get(id) {
                    self.notices.moved(router, instance, &moved);
                    let what = What::Moved {
                        router: id,
                        from: moved.from,
                        to: moved.to,
                        priority: instance.priority(),
                        cause: moved.cause,
                    };
                    self.chronicle.tell(News::Happened(now, what));
                }
            }
            Action::Note(note) => {
                if let Some(instance) = self.table.get(id) {
                    self.notices.noted(now, router, instance, &note);
                }
                if let Note::Repairing { .. } = note {
                    router.tally.repaired(now);
                }
                let group = router.group.and_then(|group| self.groups.get_mut(group));
                if let (Note::FaultIs(cause), Some(group)) = (&note, group) {
                    self.notices.member_fault_is(group, cause);
                }
                if !note.is_about_peers() {
                    self.chronicle.noted(now, id, &note);
                    narrate::note(router, &note);
                } else if let Some(untold) = router.pace.ask(now) {
                    self.chronicle.noted(now, id, &note);
                    narrate::untold(router, untold);
                    narrate::note(router, &note);
                }
            }
        }
    }

    fn group_moved(&mut self, now: Time, id: GroupId, from: State, to: State) {
        let members = || self.table.members(id).filter_map(|id| self.table.get(id));
        // The reason is that of a member which has one of its own.
        let telling = members()
            .find(|member| member.has_own_fault())
            .or_else(|| members().find(|member| member.state() == to));
        let cause = telling.map_or(Cause::Stopped, |member| member.status().cause);
        if let Some(group) = self.groups.get_mut(id.index()) {
            narrate::group_moved(&group.name, from, to);
            self.notices.group_moved(group, from, to, &cause);
            let what = What::GroupMoved { group: id, from, to };
            self.chronicle.tell(News::Happened(now, what));
        }
    }

    fn announce(&mut self, now: Time) {
        let (routers, network, arp) = (&mut self.routers, &self.network, &self.arp);
        let given_up = self.announcer.run(now, |id, position| {
            let Some(router) = routers.get_mut(&id) else {
                return Announced::PassOver;
            };
            let Some(wanted) = router.addresses.get(position) else {
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
                Ok(()) => {
                    router.tally.gratuitous_arps += 1;
                    Announced::Done
                }
                Err(error) => {
                    narrate::not_announced(wanted, &error);
                    router.tally.gratuitous_arps_failed += 1;
                    Announced::Done
                }
            }
        });
        for id in given_up {
            if let Some(router) = self.routers.get_mut(&id) {
                router.tally.gratuitous_arps_failed += 1;
                narrate::no_room_to_announce(router);
            }
        }
    }
}
