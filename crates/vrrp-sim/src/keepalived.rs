//! A model of keepalived as a neighbour: its rejects, its timers, and the bug that lets any packet silence its MASTER.
//!
//! It is no keepalived: it is what ours must live with. Priorities are 1 to 254, as the owner's special ways do not
//! concern a neighbour.

#[cfg(test)]
mod tests;

use core::cmp::Ordering;
use core::net::IpAddr;

use vrrp_core::{Epoch, Network, Params, Preempt, Time, Transport, WirePriority};
use vrrp_packet::{Advert, Authentication, Datagram, GROUP, Outgoing};

use crate::daemon::{Effect, Order, Turn, View};
use crate::kernel::{Job, Report};
use crate::packets;
use crate::watch::Timing;

/// One instance of keepalived.
#[derive(Clone, Debug)]
pub(crate) struct Keepalived {
    params: Params,
    network: Network,
    lists: u8,
    /// Whether another list of addresses is a reason to reject (up to 2.3.2).
    strict_list: bool,
    state: State,
    epoch: u64,
    /// How many packets it rejected: each is a disturbance to it.
    pub(crate) rejected: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Init,
    Fault,
    Backup { down_at: Time, delay_from: Option<Time> },
    Master { advert_at: Time },
}

impl Keepalived {
    /// One that has not been started.
    pub(crate) fn new(params: Params, network: Network, lists: u8, strict_list: bool) -> Self {
        Self {
            params,
            network,
            lists,
            strict_list,
            state: State::Init,
            epoch: 0,
            rejected: 0,
        }
    }

    pub(crate) fn deadline(&self) -> Option<Time> {
        match self.state {
            State::Init | State::Fault => None,
            State::Backup { down_at, .. } => Some(down_at),
            State::Master { advert_at } => Some(advert_at),
        }
    }

    pub(crate) fn view(&self) -> View {
        let master = matches!(self.state, State::Master { .. });
        View {
            takes_part: master || matches!(self.state, State::Backup { .. }),
            advertising: master,
            serving: master,
            priority: self.params.priority,
            preempt: self.params.preempt,
            interval: self.params.interval,
        }
    }

    /// Timers come first: one that was starved takes over from a healthy MASTER.
    pub(crate) fn turn(&mut self, turn: &mut Turn<'_>) {
        self.fire(turn);
        while let Some((_, report)) = turn.reports.pop_front() {
            if report == Report::AddressGone
                && !turn.holds_all[0]
                && matches!(self.state, State::Master { .. })
            {
                turn.trace
                    .node(turn.node, format_args!("keepalived misses an address"));
                self.send(turn, WirePriority::RESIGN);
                turn.effects.push(Effect::Job(0, Job::Release));
                self.state = State::Backup {
                    down_at: turn.now + Timing::of(&self.params).skew(),
                    delay_from: None,
                };
            }
        }
        while let Some(arrival) = turn.inbox.pop_front() {
            self.packet(turn, &arrival.bytes);
        }
        self.fire(turn);
    }

    pub(crate) fn order(&mut self, turn: &mut Turn<'_>, order: Order) {
        match order {
            Order::Start if self.state == State::Init => self.listen(turn),
            // It tracks nothing here.
            Order::Start | Order::Verdict(..) => {}
            Order::Stop => {
                self.leave(turn, 1);
                self.state = State::Init;
            }
            Order::Network(networks) => {
                let Some(network) = networks.into_iter().next() else {
                    return;
                };
                self.network = network;
                match (self.state, self.network.faults.is_empty()) {
                    (State::Fault, true) => self.listen(turn),
                    (State::Backup { .. } | State::Master { .. }, false) => {
                        self.leave(turn, 2);
                        self.state = State::Fault;
                    }
                    _ => {}
                }
            }
            Order::Params(params) => {
                let Some(params) = params.into_iter().next() else {
                    return;
                };
                self.params = params;
                match self.state {
                    State::Master { .. } => self.advertise(turn),
                    State::Backup { .. } => self.listen(turn),
                    State::Init | State::Fault => {}
                }
            }
        }
    }

    fn listen(&mut self, turn: &mut Turn<'_>) {
        turn.trace
            .node(turn.node, format_args!("keepalived enters BACKUP"));
        self.state = if self.network.faults.is_empty() {
            State::Backup {
                down_at: turn.now + Timing::of(&self.params).down(),
                delay_from: None,
            }
        } else {
            State::Fault
        };
    }

    fn leave(&mut self, turn: &mut Turn<'_>, resignations: u32) {
        if let State::Master { .. } = self.state {
            (0..resignations).for_each(|_| self.send(turn, WirePriority::RESIGN));
            turn.effects.push(Effect::Job(0, Job::Release));
        }
    }

    fn fire(&mut self, turn: &mut Turn<'_>) {
        if self.deadline().is_none_or(|deadline| turn.now < deadline) {
            return;
        }
        if let State::Backup { .. } = self.state {
            turn.trace
                .node(turn.node, format_args!("keepalived enters MASTER"));
            self.advertise(turn);
            self.epoch += 1;
            turn.effects.push(Effect::Job(0, Job::Claim(Epoch(self.epoch))));
        } else {
            self.advertise(turn);
        }
    }

    fn advertise(&mut self, turn: &mut Turn<'_>) {
        self.send(turn, self.params.priority.into());
        self.state = State::Master {
            advert_at: turn.now + self.params.interval.get(),
        };
    }

    fn send(&mut self, turn: &mut Turn<'_>, priority: WirePriority) {
        let Some(IpAddr::V4(source)) = self.network.source else {
            return;
        };
        let Ok(mut advert) = packets::advert(&self.params, source, self.lists) else {
            return;
        };
        if turn.mute {
            return;
        }
        turn.trace
            .node(turn.node, format_args!("keepalived sends {priority}"));
        advert.set_priority(priority);
        match &self.params.transport {
            Transport::Multicast => copy(turn, &mut advert, GROUP),
            Transport::Unicast { peers } => peers.iter().for_each(|peer| {
                if let IpAddr::V4(peer) = peer {
                    copy(turn, &mut advert, *peer);
                }
            }),
        }
    }

    fn packet(&mut self, turn: &mut Turn<'_>, bytes: &[u8]) {
        let Ok(datagram) = Datagram::decode(bytes) else {
            return;
        };
        // Another virtual router's packets do not reach this instance.
        if datagram.payload.get(1) != Some(&self.params.vrid.get()) {
            return;
        }
        if let Some(priority) = self.admit(&datagram) {
            self.hear(turn, IpAddr::V4(datagram.source), priority);
        } else {
            self.rejected += 1;
            turn.trace
                .node(turn.node, format_args!("keepalived rejects a packet"));
        }
        // The bug: whatever has reached a MASTER postpones its next advert.
        if let State::Master { advert_at } = &mut self.state {
            *advert_at = turn.now + self.params.interval.get();
        }
    }

    /// Its checks, except that it has no list of peers: it takes adverts from anybody.
    fn admit(&self, datagram: &Datagram<'_>) -> Option<WirePriority> {
        let multicast = self.params.transport == Transport::Multicast;
        let advert = Advert::decode(datagram.payload).ok()?;
        let password = match (self.params.authentication, advert.authentication()) {
            (Authentication::Simple(ours), Authentication::Simple(theirs)) => ours == theirs,
            (ours, theirs) => ours.code() == theirs.code(),
        };
        let listed = |address: &IpAddr| advert.addresses().any(|other| other == *address);
        let same_list = advert.addresses().len() == self.params.advertised.len()
            && self.params.advertised.iter().all(listed);
        let believed = (!multicast || datagram.ttl == 255)
            && multicast == datagram.destination.is_multicast()
            && password
            && advert.interval() == self.params.interval.get()
            && (same_list || !self.strict_list)
            && self.network.source != Some(IpAddr::V4(datagram.source));
        believed.then(|| advert.priority())
    }

    fn hear(&mut self, turn: &mut Turn<'_>, source: IpAddr, theirs: WirePriority) {
        let ours = WirePriority::from(self.params.priority);
        let armed = turn.now + Timing::of(&self.params).down();
        match self.state {
            State::Init | State::Fault => {}
            State::Backup { .. } if theirs.is_resignation() => {
                self.state = State::Backup {
                    down_at: turn.now + Timing::of(&self.params).skew(),
                    delay_from: None,
                };
            }
            State::Backup { .. } if theirs >= ours => {
                self.state = State::Backup {
                    down_at: armed,
                    delay_from: None,
                };
            }
            State::Backup { down_at, delay_from } => {
                let (down_at, delay_from) = match self.params.preempt {
                    // It has no threshold: nobody configures one.
                    Preempt::Never | Preempt::Below(_) => (armed, None),
                    Preempt::After(delay) if delay.is_zero() => (down_at, None),
                    Preempt::After(delay) => {
                        let from = delay_from.unwrap_or(turn.now);
                        (if turn.now < from + delay { armed } else { down_at }, Some(from))
                    }
                };
                self.state = State::Backup { down_at, delay_from };
            }
            State::Master { .. } if theirs.is_resignation() => self.advertise(turn),
            State::Master { .. } => {
                let rank = theirs
                    .cmp(&ours)
                    .then_with(|| Some(source).cmp(&self.network.source));
                match rank {
                    Ordering::Less => self.advertise(turn),
                    Ordering::Equal => {}
                    Ordering::Greater => {
                        turn.effects.push(Effect::Job(0, Job::Release));
                        self.listen(turn);
                    }
                }
            }
        }
    }
}

fn copy(turn: &mut Turn<'_>, advert: &mut Outgoing, to: core::net::Ipv4Addr) {
    advert.set_destination(to);
    turn.effects.push(Effect::Packet {
        which: 0,
        bytes: advert.bytes().into(),
        to,
    });
}
