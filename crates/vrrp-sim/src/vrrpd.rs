//! Our daemon, without its kernel: the order of its wake-ups, bytes in and bytes out, and a watch over the core.

use core::net::{IpAddr, Ipv4Addr};

use vrrp_core::{
    Action, Epoch, Event, Instance, InterfaceName, Meta, Network, Params, Standing, State, Time, Tracked,
    Transport, WirePriority,
};
use vrrp_packet::{Advert, Datagram, GROUP, Outgoing};

use crate::daemon::{Effect, Order, Turn, View};
use crate::kernel::{Job, Report};
use crate::packets;
use crate::sabotage::{Defect, Hosted, Subject};
use crate::scenario::{Name, VRIDS, Virtual};
use crate::watch::{Breach, Rule, Watch, group, hold};

/// So many packets are taken before everybody else has a turn: fewer than in the daemon, so that it happens.
const BATCH: usize = 8;
/// After so many batches in a row a BACKUP's deadline is believed although there is more to read: as in the daemon.
const PATIENCE: u32 = 32;
/// A deadline that was met has moved on long before this.
const MOST_TIMEOUTS: u32 = 32;
/// One in so many wake-ups is asked to do nothing.
const PROBED: u64 = 60;

/// Our daemon, with one virtual router, or with two in a sync group.
#[derive(Debug)]
pub(crate) struct Vrrpd {
    subject: Subject<Hosted>,
    watches: Vec<Watch>,
    wires: Vec<Wire>,
    lists: u8,
    woken_at: Time,
    undrained: u32,
}

/// What a virtual router has to do with the world.
#[derive(Debug)]
struct Wire {
    advert: Option<Outgoing>,
    /// Whether the last send failed.
    failing: bool,
    /// Of its last claim.
    epoch: Epoch,
}

impl Vrrpd {
    /// A daemon that has not been started.
    pub(crate) fn new(params: &[Params], networks: &[Network], lists: u8, defect: Option<Defect>) -> Self {
        let all = || params.iter().zip(networks);
        let instances = all().map(|(params, network)| Instance::new(params.clone(), network.clone()));
        let subject = Subject::hosted(instances.collect(), defect);
        let grouped = params.len() > 1;
        let watch = |((params, network), which): ((&Params, &Network), Virtual)| {
            Watch::new(params.clone(), network.clone(), grouped, subject.seen(which))
        };
        let wire = |(params, network): (&Params, &Network)| Wire {
            advert: build(params, network.source, lists),
            failing: false,
            epoch: Epoch::default(),
        };
        Self {
            watches: all().zip(0..).map(watch).collect(),
            wires: all().map(wire).collect(),
            subject,
            lists,
            woken_at: Time::default(),
            undrained: 0,
        }
    }

    pub(crate) fn deadline(&self) -> Option<Time> {
        let all = 0..self.wires.len();
        all.filter_map(|which| self.subject.deadline(which)).min()
    }

    pub(crate) fn view(&self, which: Virtual) -> View {
        let instance = self.subject.get(which);
        View {
            takes_part: matches!(instance.state(), State::Backup | State::Master),
            advertising: instance.is_advertising(),
            serving: instance.state() == State::Master,
            priority: self.watches[which].timing().priority,
            preempt: instance.params().preempt,
            interval: instance.params().interval,
        }
    }

    pub(crate) fn on_time(&self, now: Time) -> Result<(), Breach> {
        self.watches.iter().try_for_each(|watch| watch.on_time(now))
    }

    /// One wake-up, in the daemon's order: adverts that are due; what the kernel says; what has arrived; and only then
    /// the deadlines which say that nothing has arrived.
    pub(crate) fn turn(&mut self, turn: &mut Turn<'_>) -> Result<(), Breach> {
        if self.subject.has(Defect::TimersBeforePackets) {
            self.fire(turn, false)?;
        }
        self.fire(turn, true)?;
        while let Some((which, report)) = turn.reports.pop_front() {
            match report {
                Report::Claimed(epoch, result) => {
                    self.event(turn, turn.now, which, &Event::Claimed(epoch, result))?;
                }
                Report::AddressGone if turn.holds_all[which] => {}
                Report::AddressGone => self.event(turn, turn.now, which, &Event::AddressLost)?,
            }
        }
        let half = self.subject.has(Defect::HalfDrained);
        self.receive(turn, if half { 1 } else { BATCH })?;
        let left_over = !turn.inbox.is_empty();
        self.undrained = if left_over { self.undrained + 1 } else { 0 };
        if !left_over || half || self.undrained > PATIENCE {
            self.fire(turn, false)?;
        }
        self.probe(turn)?;
        self.woken_at = turn.now;
        Ok(())
    }

    pub(crate) fn order(&mut self, turn: &mut Turn<'_>, order: Order) -> Result<(), Breach> {
        let events: Vec<Event> = match order {
            Order::Start => {
                self.woken_at = turn.now;
                vec![Event::Start; self.wires.len()]
            }
            Order::Stop => vec![Event::Stop; self.wires.len()],
            Order::Network(networks) => networks.into_iter().map(Event::Network).collect(),
            Order::Params(params) => params.into_iter().map(Event::Params).collect(),
            Order::Verdict(what, standing) => vec![Event::Verdict(what, standing); self.wires.len()],
        };
        for (which, event) in events.iter().enumerate() {
            // As in the daemon: the advert is built for the new source and the new parameters before anything is sent.
            let instance = self.subject.get(which);
            let (source, params) = match &event {
                Event::Network(network) => (network.source, instance.params()),
                Event::Params(params) => (instance.source(), params),
                _ => (instance.source(), instance.params()),
            };
            self.wires[which].advert = build(params, source, self.lists);
            self.event(turn, turn.now, which, event)?;
        }
        Ok(())
    }

    fn fire(&mut self, turn: &mut Turn<'_>, only_adverts: bool) -> Result<(), Breach> {
        for _ in 0..MOST_TIMEOUTS {
            let Some(which) = self.subject.due(turn.now, only_adverts) else {
                return Ok(());
            };
            let advertising = self.subject.get(which).is_advertising();
            let read = turn.inbox.is_empty() || self.undrained > PATIENCE;
            hold(advertising || read, Rule::ReadFirst, || {
                format!("{} packets unread", turn.inbox.len())
            })?;
            self.event(turn, turn.now, which, &Event::Timeout)?;
        }
        hold(false, Rule::Deadline, || {
            format!("still due after {MOST_TIMEOUTS} timeouts")
        })
    }

    fn receive(&mut self, turn: &mut Turn<'_>, most: usize) -> Result<(), Breach> {
        for _ in 0..most {
            let Some(arrival) = turn.inbox.pop_front() else {
                break;
            };
            // No packet is older than the last look at the socket.
            let at = arrival.at.max(self.woken_at).min(turn.now);
            let believed = self.packet(turn, at, &arrival.bytes)?;
            hold(!(believed && arrival.hostile), Rule::Rejecting, || {
                format!("{:02x?}", arrival.bytes)
            })?;
        }
        Ok(())
    }

    fn packet(&mut self, turn: &mut Turn<'_>, at: Time, bytes: &[u8]) -> Result<bool, Breach> {
        let all = || (0..self.wires.len()).map(|which| self.subject.seen(which));
        let mut whose = 0;
        let heard = Datagram::decode(bytes)
            .map_err(|error| error.to_string())
            .and_then(|datagram| {
                let advert = Advert::decode(datagram.payload).map_err(|error| error.to_string())?;
                let vrid = advert.vrid();
                whose = (0..self.wires.len())
                    .find(|&which| self.subject.get(which).vrid() == vrid)
                    .ok_or_else(|| format!("virtual router {vrid}"))?;
                let meta = Meta {
                    source: IpAddr::V4(datagram.source),
                    destination: IpAddr::V4(datagram.destination),
                    ttl: datagram.ttl,
                };
                self.subject
                    .admit(whose, &advert, &meta)
                    .map_err(|discard| discard.to_string())
            });
        match heard {
            Ok(heard) => {
                let own = self.subject.get(whose).source() == Some(heard.source);
                hold(!own, Rule::Rejecting, || format!("our own advert: {heard:?}"))?;
                self.event(turn, at, whose, &Event::Advert(heard))?;
                Ok(true)
            }
            Err(reason) => {
                turn.trace
                    .node(turn.node, format_args!("rejects a packet: {reason}"));
                let before: Vec<_> = all().collect();
                self.subject.rejected(at, whose);
                let after: Vec<_> = (0..self.wires.len())
                    .map(|which| self.subject.seen(which))
                    .collect();
                hold(before == after, Rule::Inert, || {
                    format!("a rejected packet ({reason}): {before:?} became {after:?}")
                })?;
                Ok(false)
            }
        }
    }

    /// Something happens to one virtual router, and what follows from it to the other.
    fn event(&mut self, turn: &mut Turn<'_>, now: Time, which: Virtual, event: &Event) -> Result<(), Breach> {
        let grouped = self.wires.len() > 1;
        let permit = |which: Virtual| self.subject.get(which).permit().clone();
        let permits: Vec<_> = (0..self.wires.len()).filter(|_| grouped).map(permit).collect();
        let wanted = self.subject.handle(now, which, event.clone());
        let whose = |which: Virtual| {
            if grouped {
                VRIDS[which].to_string() + "  "
            } else {
                String::new()
            }
        };
        turn.trace
            .node(turn.node, format_args!("{}{event:?}", whose(which)));
        for (which, action) in &wanted {
            turn.trace
                .node(turn.node, format_args!("    {}{action:?}", whose(*which)));
        }
        let mut actions: Vec<Action> = Vec::new();
        for (member, watch) in self.watches.iter_mut().enumerate() {
            actions.clear();
            let own = wanted.iter().filter(|(whose, _)| *whose == member);
            actions.extend(own.map(|(_, action)| action.clone()));
            let seen = self.subject.seen(member);
            if member == which {
                watch.step(now, event, seen, &actions)?;
                continue;
            }
            let permit = self.subject.get(member).permit();
            if permits[member] != *permit || !actions.is_empty() {
                watch.step(now, &Event::Permit(permit.clone()), seen, &actions)?;
            }
        }
        group::check(&self.watches)?;
        self.subject.core().check()?;
        for (which, action) in &wanted {
            self.perform(turn, now, *which, action)?;
        }
        Ok(())
    }

    fn perform(
        &mut self,
        turn: &mut Turn<'_>,
        now: Time,
        which: Virtual,
        action: &Action,
    ) -> Result<(), Breach> {
        match action {
            Action::Send(priority) => {
                let failed = turn.mute;
                if !failed {
                    self.send(turn, which, *priority);
                }
                if core::mem::replace(&mut self.wires[which].failing, failed) && !failed {
                    self.event(turn, now, which, &Event::SendingAgain)?;
                }
            }
            Action::Claim(epoch) | Action::Repair(epoch) => {
                self.wires[which].epoch = *epoch;
                turn.effects.push(Effect::Job(which, Job::Claim(*epoch)));
            }
            Action::Release(_) => turn.effects.push(Effect::Job(which, Job::Release)),
            Action::Announce(_) | Action::Moved(_) | Action::Note(_) => {}
        }
        Ok(())
    }

    fn send(&mut self, turn: &mut Turn<'_>, which: Virtual, priority: WirePriority) {
        let Some(advert) = &mut self.wires[which].advert else {
            return;
        };
        advert.set_priority(priority);
        let mut copy = |to: Ipv4Addr| {
            advert.set_destination(to);
            turn.effects.push(Effect::Packet {
                which,
                bytes: advert.bytes().into(),
                to,
            });
        };
        match &self.subject.get(which).params().transport {
            Transport::Multicast => copy(GROUP),
            Transport::Unicast { peers } => peers.iter().for_each(|peer| {
                if let IpAddr::V4(peer) = peer {
                    copy(*peer);
                }
            }),
        }
    }

    /// Things that mean nothing, which must change nothing.
    fn probe(&mut self, turn: &mut Turn<'_>) -> Result<(), Breach> {
        if turn.rng.below(PROBED) != 0 {
            return Ok(());
        }
        let which = usize::try_from(turn.rng.below(self.wires.len() as u64)).unwrap_or_default();
        let instance = self.subject.get(which);
        let epoch = self.wires[which].epoch;
        let event = match turn.rng.below(7) {
            0 if self.deadline().is_some_and(|deadline| deadline > turn.now) => Event::Timeout,
            1 => Event::Params(instance.params().clone()),
            // An answer to a claim of long ago: there is one if any claim has been made.
            2 if epoch > Epoch(1) => Event::Claimed(Epoch(epoch.0 - 1), Ok(())),
            3 if epoch > Epoch(1) => Event::Claimed(Epoch(epoch.0 - 1), Err(vrrp_core::Refusal::TimedOut)),
            4 => match instance.tracks().last() {
                Some((track, standing)) => Event::Verdict(track.what.clone(), standing.clone()),
                None => return Ok(()),
            },
            5 => {
                let Some(name) = InterfaceName::new("untracked") else {
                    return Ok(());
                };
                Event::Verdict(Tracked::Interface(name), Standing::Failing("down".into()))
            }
            6 => Event::Permit(instance.permit().clone()),
            _ => return Ok(()),
        };
        let before = format!("{:?}", self.subject);
        let words = format!("{event:?} on {}", Name(turn.node));
        self.event(turn, turn.now, which, &event)?;
        let after = format!("{:?}", self.subject);
        hold(before == after, Rule::Inert, || {
            format!("{words}: {before} became {after}")
        })
    }
}

fn build(params: &Params, source: Option<IpAddr>, lists: u8) -> Option<Outgoing> {
    match source {
        Some(IpAddr::V4(source)) => packets::advert(params, source, lists).ok(),
        Some(IpAddr::V6(_)) | None => None,
    }
}
