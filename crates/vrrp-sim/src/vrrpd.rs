//! Our daemon, without its kernel: the order of its wake-ups, bytes in and bytes out, and a watch over the core.

use core::net::{IpAddr, Ipv4Addr};

use vrrp_core::{Action, Epoch, Event, Meta, Network, Params, State, Time, Transport, WirePriority};
use vrrp_packet::{Advert, Datagram, GROUP, Outgoing};

use crate::daemon::{Effect, Order, Turn, View};
use crate::kernel::{Job, Report};
use crate::packets;
use crate::sabotage::{Defect, Subject};
use crate::scenario::Name;
use crate::watch::{Breach, Rule, Watch, hold};

/// So many packets are taken before everybody else has a turn: fewer than in the daemon, so that it happens.
const BATCH: usize = 8;
/// After so many batches in a row a BACKUP's deadline is believed although there is more to read: as in the daemon.
const PATIENCE: u32 = 32;
/// A deadline that was met has moved on long before this.
const MOST_TIMEOUTS: u32 = 32;
/// One in so many wake-ups is asked to do nothing.
const PROBED: u64 = 60;

/// Our daemon, with one virtual router.
#[derive(Clone, Debug)]
pub(crate) struct Vrrpd {
    subject: Subject,
    watch: Watch,
    advert: Option<Outgoing>,
    lists: u8,
    /// Whether the last send failed.
    failing: bool,
    woken_at: Time,
    undrained: u32,
    epoch: Epoch,
}

impl Vrrpd {
    /// A daemon that has not been started.
    pub(crate) fn new(params: Params, network: Network, lists: u8, defect: Option<Defect>) -> Self {
        let subject = Subject::new(params.clone(), network.clone(), defect);
        Self {
            advert: build(&params, network.source, lists),
            watch: Watch::new(params, network, subject.seen()),
            subject,
            lists,
            failing: false,
            woken_at: Time::default(),
            undrained: 0,
            epoch: Epoch::default(),
        }
    }

    pub(crate) fn deadline(&self) -> Option<Time> {
        self.subject.deadline()
    }

    pub(crate) fn view(&self) -> View {
        let instance = self.subject.instance();
        View {
            takes_part: matches!(instance.state(), State::Backup | State::Master),
            advertising: instance.is_advertising(),
            serving: instance.state() == State::Master,
            priority: instance.params().priority,
            preempt: instance.params().preempt,
            interval: instance.params().interval,
        }
    }

    pub(crate) fn on_time(&self, now: Time) -> Result<(), Breach> {
        self.watch.on_time(now)
    }

    /// One wake-up, in the daemon's order: adverts that are due; what the kernel says; what has arrived; and only then
    /// the deadlines which say that nothing has arrived.
    pub(crate) fn turn(&mut self, turn: &mut Turn<'_>) -> Result<(), Breach> {
        if self.subject.has(Defect::TimersBeforePackets) {
            self.fire(turn, false)?;
        }
        self.fire(turn, true)?;
        while let Some(report) = turn.reports.pop_front() {
            match report {
                Report::Claimed(epoch, result) => {
                    self.event(turn, turn.now, &Event::Claimed(epoch, result))?;
                }
                Report::AddressGone if turn.holds_all => {}
                Report::AddressGone => self.event(turn, turn.now, &Event::AddressLost)?,
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
        let event = match order {
            Order::Start => {
                self.woken_at = turn.now;
                Event::Start
            }
            Order::Stop => Event::Stop,
            Order::Network(network) => Event::Network(network),
            Order::Params(params) => Event::Params(params),
        };
        // As in the daemon: the advert is built for the new source and the new parameters before anything is sent.
        let instance = self.subject.instance();
        let (source, params) = match &event {
            Event::Network(network) => (network.source, instance.params()),
            Event::Params(params) => (instance.source(), params),
            _ => (instance.source(), instance.params()),
        };
        self.advert = build(params, source, self.lists);
        self.event(turn, turn.now, &event)
    }

    fn fire(&mut self, turn: &mut Turn<'_>, only_adverts: bool) -> Result<(), Breach> {
        for _ in 0..MOST_TIMEOUTS {
            let advertising = self.subject.instance().is_advertising();
            let due = self
                .subject
                .deadline()
                .is_some_and(|deadline| deadline <= turn.now);
            if !due || (only_adverts && !advertising) {
                return Ok(());
            }
            let read = turn.inbox.is_empty() || self.undrained > PATIENCE;
            hold(advertising || read, Rule::ReadFirst, || {
                format!("{} packets unread", turn.inbox.len())
            })?;
            self.event(turn, turn.now, &Event::Timeout)?;
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
        let before = self.subject.seen();
        let instance = self.subject.instance();
        let heard = Datagram::decode(bytes)
            .map_err(|error| error.to_string())
            .and_then(|datagram| {
                let advert = Advert::decode(datagram.payload).map_err(|error| error.to_string())?;
                if advert.vrid() != instance.vrid() {
                    return Err(format!("virtual router {}", advert.vrid()));
                }
                let meta = Meta {
                    source: IpAddr::V4(datagram.source),
                    destination: IpAddr::V4(datagram.destination),
                    ttl: datagram.ttl,
                };
                self.subject
                    .admit(&advert, &meta)
                    .map_err(|discard| discard.to_string())
            });
        match heard {
            Ok(heard) => {
                let own = instance.source() == Some(heard.source);
                hold(!own, Rule::Rejecting, || format!("our own advert: {heard:?}"))?;
                self.event(turn, at, &Event::Advert(heard))?;
                Ok(true)
            }
            Err(reason) => {
                turn.trace
                    .node(turn.node, format_args!("rejects a packet: {reason}"));
                self.subject.rejected(at);
                let after = self.subject.seen();
                hold(before == after, Rule::Inert, || {
                    format!("a rejected packet ({reason}): {before:?} became {after:?}")
                })?;
                Ok(false)
            }
        }
    }

    fn event(&mut self, turn: &mut Turn<'_>, now: Time, event: &Event) -> Result<(), Breach> {
        let actions = self.subject.handle(now, event.clone());
        let after = self.subject.seen();
        turn.trace.node(turn.node, format_args!("{event:?}"));
        for action in &actions {
            turn.trace.node(turn.node, format_args!("    {action:?}"));
        }
        self.watch.step(now, event, after, &actions)?;
        for action in &actions {
            self.perform(turn, now, action)?;
        }
        Ok(())
    }

    fn perform(&mut self, turn: &mut Turn<'_>, now: Time, action: &Action) -> Result<(), Breach> {
        match action {
            Action::Send(priority) => {
                let failed = turn.mute;
                if !failed {
                    self.send(turn, *priority);
                }
                if core::mem::replace(&mut self.failing, failed) && !failed {
                    self.event(turn, now, &Event::SendingAgain)?;
                }
            }
            Action::Claim(epoch) | Action::Repair(epoch) => {
                self.epoch = *epoch;
                turn.effects.push(Effect::Job(Job::Claim(*epoch)));
            }
            Action::Release(_) => turn.effects.push(Effect::Job(Job::Release)),
            Action::Announce(_) | Action::Moved(_) | Action::Note(_) => {}
        }
        Ok(())
    }

    fn send(&mut self, turn: &mut Turn<'_>, priority: WirePriority) {
        let Some(advert) = &mut self.advert else { return };
        advert.set_priority(priority);
        let mut copy = |to: Ipv4Addr| {
            advert.set_destination(to);
            turn.effects.push(Effect::Packet {
                bytes: advert.bytes().into(),
                to,
            });
        };
        match &self.subject.instance().params().transport {
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
        let instance = self.subject.instance();
        let event = match turn.rng.below(4) {
            0 if self.deadline().is_some_and(|deadline| deadline > turn.now) => Event::Timeout,
            1 => Event::Params(instance.params().clone()),
            // An answer to a claim of long ago: there is one if any claim has been made.
            2 if self.epoch > Epoch(1) => Event::Claimed(Epoch(self.epoch.0 - 1), Ok(())),
            3 if self.epoch > Epoch(1) => {
                Event::Claimed(Epoch(self.epoch.0 - 1), Err(vrrp_core::Refusal::TimedOut))
            }
            _ => return Ok(()),
        };
        let before = format!("{instance:?}");
        let words = format!("{event:?} on {}", Name(turn.node));
        self.event(turn, turn.now, &event)?;
        let after = format!("{:?}", self.subject.instance());
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
