//! Disturbances: how they begin, strike and end.

use core::net::Ipv4Addr;
use core::time::Duration;
use std::rc::Rc;

use vrrp_core::Preempt;

use super::{Coming, Failure, World};
use crate::daemon::Order;
use crate::kernel::Report;
use crate::packets;
use crate::rng::Rng;
use crate::scenario::{Disturbance, Flaw, Kind, Node, What};

/// The soonest that one of several routers is reloaded after the other.
const RELOADS_APART: Duration = Duration::from_millis(1);

impl World<'_> {
    pub(super) fn begin(&mut self, index: usize) -> Result<(), Failure> {
        let scenario = self.scenario;
        let disturbance = &scenario.disturbances[index];
        self.trace.world(format_args!("BEGINS: {disturbance}"));
        if !disturbance.what.is_momentary() {
            self.plan(disturbance.ends(), Coming::End(index));
        }
        if self.keeps_disturbing(&disturbance.what) {
            self.cluster.begin(self.now);
        }
        match &disturbance.what {
            What::Loss { .. } | What::Late { .. } | What::Twice { .. } | What::Cut { .. } => {
                self.lan.begin(&disturbance.what);
            }
            What::Pause(node) => self.hosts[*node].paused += 1,
            What::Crash(node) => {
                self.hosts[*node].down += 1;
                self.kill(*node);
            }
            What::Stop { node, same } => return self.stop(*node, *same),
            What::Fault { node, link } => {
                *self.fault_counter(*node, *link) += 1;
                return self.look_around(*node);
            }
            What::Priority { node, to } => {
                let params = &mut self.hosts[*node].params;
                params.priority = *to;
                if to.is_owner() {
                    params.preempt = Preempt::After(Duration::ZERO);
                }
                return self.reload(*node);
            }
            What::Preempt { node, to } => {
                let params = &mut self.hosts[*node].params;
                if !params.priority.is_owner() {
                    params.preempt = *to;
                }
                return self.reload(*node);
            }
            What::Interval { to } => self.roll(disturbance, *to),
            What::Address { node, to } => {
                self.hosts[*node].router.address = *to;
                self.cluster.disturb(self.now);
                self.cluster.changed(*node, self.now);
                return self.look_around(*node);
            }
            What::SlowKernel { node, by } => self.hosts[*node].slow.push(*by),
            What::Refusing(node) => self.hosts[*node].kernel.refusing += 1,
            What::Mute(node) => self.hosts[*node].mute += 1,
            What::Undone { .. } | What::Hostile { .. } | What::Forged { .. } => return self.tick(index),
        }
        Ok(())
    }

    pub(super) fn end(&mut self, index: usize) -> Result<(), Failure> {
        let scenario = self.scenario;
        let disturbance = &scenario.disturbances[index];
        self.trace.world(format_args!("ENDS: {}", disturbance.what));
        if self.keeps_disturbing(&disturbance.what) {
            self.cluster.end(self.now);
        }
        match &disturbance.what {
            What::Loss { .. } | What::Late { .. } | What::Twice { .. } | What::Cut { .. } => {
                self.lan.end(&disturbance.what);
            }
            What::Pause(node) => return self.resume(*node),
            What::Crash(node) | What::Stop { node, same: false } => {
                self.hosts[*node].down -= 1;
                return self.boot(*node);
            }
            What::Stop { node, same: true } => return self.order(*node, Order::Start),
            What::Fault { node, link } => {
                *self.fault_counter(*node, *link) -= 1;
                return self.look_around(*node);
            }
            What::SlowKernel { node, by } => {
                let slow = &mut self.hosts[*node].slow;
                if let Some(place) = slow.iter().position(|other| other == by) {
                    slow.swap_remove(place);
                }
            }
            What::Refusing(node) => self.hosts[*node].kernel.refusing -= 1,
            What::Mute(node) => self.hosts[*node].mute -= 1,
            What::Priority { .. }
            | What::Preempt { .. }
            | What::Interval { .. }
            | What::Address { .. }
            | What::Undone { .. }
            | What::Hostile { .. }
            | What::Forged { .. } => {}
        }
        Ok(())
    }

    /// Whether a LAN cannot be called connected and quiet while this goes on. What is missing here must not disturb
    /// the others: that a router is gone, that packets are rejected, that addresses are removed.
    fn keeps_disturbing(&self, what: &What) -> bool {
        match what {
            What::Loss { .. }
            | What::Late { .. }
            | What::Twice { .. }
            | What::Cut { .. }
            | What::Interval { .. }
            | What::Refusing(_)
            | What::Mute(_)
            | What::Forged { .. } => true,
            // A keepalived gives up over this.
            What::Undone { node, .. } => self.hosts[*node].router.kind != Kind::Vrrpd,
            What::Pause(_)
            | What::Crash(_)
            | What::Stop { .. }
            | What::Fault { .. }
            | What::Priority { .. }
            | What::Preempt { .. }
            | What::Address { .. }
            | What::SlowKernel { .. }
            | What::Hostile { .. } => false,
        }
    }

    pub(super) fn tick(&mut self, index: usize) -> Result<(), Failure> {
        let scenario = self.scenario;
        let disturbance = &scenario.disturbances[index];
        let every = match &disturbance.what {
            What::Undone { every, .. } | What::Hostile { every, .. } | What::Forged { every, .. } => *every,
            _ => return Ok(()),
        };
        if self.now + every < disturbance.ends() {
            self.plan(self.now + every, Coming::Tick(index));
        }
        match &disturbance.what {
            What::Undone { node, .. } => {
                let now = self.now;
                if self.hosts[*node].kernel.undo(now) {
                    return self.report(*node, Report::AddressGone);
                }
            }
            What::Hostile { flaw, .. } => (0..self.hosts.len()).for_each(|to| self.attack(to, *flaw)),
            What::Forged {
                as_node, priority, ..
            } => {
                let source = as_node.map_or(packets::STRANGER, |node| self.hosts[node].router.address);
                (0..self.hosts.len()).for_each(|to| self.forge(to, source, *priority));
            }
            _ => {}
        }
        Ok(())
    }

    fn attack(&mut self, to: Node, flaw: Flaw) {
        self.strange += 1;
        let mut rng = Rng::keyed(self.scenario.seed, [4, to as u64, self.strange]);
        let peer = self.hosts[(to + 1) % self.hosts.len()].router.address;
        let host = &self.hosts[to];
        // An echo of an address that is no longer the receiver's is an advert like any other.
        let hostile = flaw != Flaw::Echo;
        if let Ok(bytes) = packets::hostile(&host.params, host.router.address, peer, flaw, &mut rng) {
            self.inject(to, bytes, hostile);
        }
    }

    fn forge(&mut self, to: Node, source: Ipv4Addr, priority: u8) {
        let host = &self.hosts[to];
        let (params, receiver) = (&host.params, host.router.address);
        if let Ok(bytes) = packets::forged(params, receiver, source, priority, host.router.lists) {
            self.inject(to, bytes, false);
        }
    }

    fn inject(&mut self, to: Node, bytes: Vec<u8>, hostile: bool) {
        self.strange += 1;
        let fate = self.lan.fate(None, to, self.strange);
        let bytes: Rc<[u8]> = bytes.into();
        for after in [fate.arrives, fate.again].into_iter().flatten() {
            // What is believed disturbs; what is rejected must not.
            let packet = Coming::Packet {
                to,
                bytes: Rc::clone(&bytes),
                hostile,
                from: None,
                disturbs: !hostile,
            };
            self.plan(self.now + after, packet);
        }
    }

    // One router.

    /// Starts a daemon, unless one runs or something keeps it down.
    pub(super) fn boot(&mut self, node: Node) -> Result<(), Failure> {
        let host = &mut self.hosts[node];
        if host.daemon.is_some() || host.down > 0 || self.now < host.router.starts_at {
            return Ok(());
        }
        self.trace.node(node, format_args!("starts"));
        host.install(self.now, self.defect);
        self.order(node, Order::Start)
    }

    fn kill(&mut self, node: Node) {
        let slow_jobs = self.hosts[node].remove();
        (0..slow_jobs).for_each(|_| self.cluster.end(self.now));
    }

    fn stop(&mut self, node: Node, same: bool) -> Result<(), Failure> {
        if same {
            return self.order(node, Order::Stop);
        }
        self.hosts[node].down += 1;
        // One that does not run is killed in the end.
        if self.hosts[node].paused == 0 {
            self.order(node, Order::Stop)?;
        }
        self.kill(node);
        Ok(())
    }

    fn resume(&mut self, node: Node) -> Result<(), Failure> {
        self.hosts[node].paused -= 1;
        if self.hosts[node].paused > 0 {
            return Ok(());
        }
        self.hosts[node].resumed = self.now;
        // It may speak, and leave, before anybody looks.
        self.cluster.disturb(self.now);
        self.wake(node)?;
        while let Some(order) = self.hosts[node].orders.pop_front() {
            self.order(node, order)?;
        }
        Ok(())
    }

    fn fault_counter(&mut self, node: Node, link: bool) -> &mut u32 {
        let host = &mut self.hosts[node];
        if link {
            &mut host.link_down
        } else {
            &mut host.faulty
        }
    }

    fn look_around(&mut self, node: Node) -> Result<(), Failure> {
        self.cluster.disturb(self.now);
        let network = self.hosts[node].network();
        self.order(node, Order::Network(network))
    }

    fn reload(&mut self, node: Node) -> Result<(), Failure> {
        self.cluster.disturb(self.now);
        self.cluster.changed(node, self.now);
        let params = self.hosts[node].params.clone();
        self.order(node, Order::Params(params))
    }

    /// Reloads one router after the other with a new interval, the last one when the disturbance ends.
    fn roll(&mut self, disturbance: &Disturbance, to: vrrp_core::Interval) {
        let last = u32::try_from(self.hosts.len() - 1).unwrap_or(1).max(1);
        let step = (disturbance.lasts / last).max(RELOADS_APART);
        let mut at = self.now;
        for node in 0..self.hosts.len() {
            self.plan(at.min(disturbance.ends()), Coming::Interval(node, to));
            at = at + step;
        }
    }
}
