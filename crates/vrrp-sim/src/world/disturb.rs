//! Disturbances: how they begin, strike and end.

use core::net::Ipv4Addr;
use core::time::Duration;
use std::rc::Rc;

use vrrp_core::{Preempt, Standing};

use super::operate::chosen;
use super::{Coming, Failure, World};
use crate::daemon::Order;
use crate::kernel::Report;
use crate::packets;
use crate::rng::Rng;
use crate::scenario::{Flaw, Kind, Node, Virtual, What};

impl World<'_> {
    pub(super) fn begin(&mut self, index: usize) -> Result<(), Failure> {
        let scenario = self.scenario;
        let disturbance = &scenario.disturbances[index];
        self.trace.world(format_args!("BEGINS: {disturbance}"));
        if !disturbance.what.is_momentary() {
            self.plan(disturbance.ends(), Coming::End(index));
        }
        if self.keeps_disturbing(&disturbance.what) {
            self.unquiet();
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
            What::Fault { node, link, only } => {
                for counter in self.fault_counters(*node, *link, *only) {
                    *counter += 1;
                }
                return self.look_around(*node);
            }
            What::Priority { node, to } => {
                for params in &mut self.hosts[*node].params {
                    params.priority = *to;
                    if to.is_owner() {
                        params.preempt = Preempt::After(Duration::ZERO);
                    }
                }
                return self.reload(*node);
            }
            What::Preempt { node, to } => {
                for params in &mut self.hosts[*node].params {
                    if !params.priority.is_owner() {
                        params.preempt = *to;
                    }
                }
                return self.reload(*node);
            }
            What::Tracks { node, to } => {
                for params in &mut self.hosts[*node].params {
                    params.tracks.clone_from(to);
                }
                self.reload(*node)?;
                return self.await_results(*node);
            }
            What::Interval { to } => self.roll(disturbance, *to),
            What::Address { node, to } => {
                self.hosts[*node].router.address = *to;
                self.disturb();
                self.changed(*node);
                return self.look_around(*node);
            }
            What::SlowKernel { node, by } => self.hosts[*node].slow.push(*by),
            What::Refusing { node, only } => {
                for kernel in chosen(&mut self.hosts[*node].kernels, *only) {
                    kernel.refusing += 1;
                }
            }
            What::Mute(node) => self.hosts[*node].mute += 1,
            What::Undone { .. } | What::Hostile { .. } | What::Forged { .. } | What::Verdict { .. } => {
                return self.tick(index);
            }
        }
        Ok(())
    }

    pub(super) fn end(&mut self, index: usize) -> Result<(), Failure> {
        let scenario = self.scenario;
        let disturbance = &scenario.disturbances[index];
        self.trace.world(format_args!("ENDS: {}", disturbance.what));
        if self.keeps_disturbing(&disturbance.what) {
            self.quieter();
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
            What::Fault { node, link, only } => {
                for counter in self.fault_counters(*node, *link, *only) {
                    *counter -= 1;
                }
                return self.look_around(*node);
            }
            What::Verdict { node, what, .. } => {
                return self.stands(*node, what, &Standing::Passing);
            }
            What::SlowKernel { node, by } => {
                let slow = &mut self.hosts[*node].slow;
                if let Some(place) = slow.iter().position(|other| other == by) {
                    slow.swap_remove(place);
                }
            }
            What::Refusing { node, only } => {
                for kernel in chosen(&mut self.hosts[*node].kernels, *only) {
                    kernel.refusing -= 1;
                }
            }
            What::Mute(node) => self.hosts[*node].mute -= 1,
            What::Priority { .. }
            | What::Preempt { .. }
            | What::Tracks { .. }
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
            | What::Refusing { .. }
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
            | What::Tracks { .. }
            | What::Verdict { .. }
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
            What::Verdict { flaps, .. } => flaps.unwrap_or(Duration::MAX),
            _ => return Ok(()),
        };
        if self.now + every < disturbance.ends() {
            self.plan(self.now + every, Coming::Tick(index));
        }
        match &disturbance.what {
            What::Undone { node, .. } => {
                let now = self.now;
                for which in 0..scenario.vrids().len() {
                    if self.hosts[*node].kernels[which].undo(now) {
                        self.report(*node, which, Report::AddressGone)?;
                    }
                }
            }
            What::Hostile { flaw, only, .. } => {
                for (to, which) in self.targets(*only) {
                    self.attack(to, which, *flaw);
                }
            }
            What::Forged {
                as_node,
                priority,
                only,
                ..
            } => {
                let source = as_node.map_or(packets::STRANGER, |node| self.hosts[node].router.address);
                for (to, which) in self.targets(*only) {
                    self.forge(to, which, source, *priority);
                }
            }
            What::Verdict {
                node,
                what,
                to,
                flaps,
            } => {
                // By turns, if it flaps.
                let turned = flaps.is_some() && self.hosts[*node].standing(what) == *to;
                let to = if turned { &Standing::Passing } else { to };
                return self.stands(*node, what, to);
            }
            _ => {}
        }
        Ok(())
    }

    /// Every host with every virtual router, or with one of them.
    fn targets(&self, only: Option<Virtual>) -> Vec<(Node, Virtual)> {
        let all = 0..self.scenario.vrids().len();
        let which = || all.clone().filter(|&which| only.is_none_or(|only| only == which));
        (0..self.hosts.len())
            .flat_map(|to| which().map(move |which| (to, which)))
            .collect()
    }

    fn attack(&mut self, to: Node, which: Virtual, flaw: Flaw) {
        self.strange += 1;
        let mut rng = Rng::keyed(self.scenario.seed, [4, to as u64, self.strange]);
        let peer = self.hosts[(to + 1) % self.hosts.len()].router.address;
        let host = &self.hosts[to];
        // An echo of an address that is no longer the receiver's is an advert like any other.
        let hostile = flaw != Flaw::Echo;
        if let Ok(bytes) = packets::hostile(&host.params[which], host.router.address, peer, flaw, &mut rng) {
            self.inject(to, which, bytes, hostile);
        }
    }

    fn forge(&mut self, to: Node, which: Virtual, source: Ipv4Addr, priority: u8) {
        let host = &self.hosts[to];
        let (params, receiver) = (&host.params[which], host.router.address);
        if let Ok(bytes) = packets::forged(params, receiver, source, priority, host.router.lists) {
            self.inject(to, which, bytes, false);
        }
    }

    fn inject(&mut self, to: Node, which: Virtual, bytes: Vec<u8>, hostile: bool) {
        self.strange += 1;
        let fate = self.lan.fate(None, to, self.strange, which);
        let bytes: Rc<[u8]> = bytes.into();
        for after in [fate.arrives, fate.again].into_iter().flatten() {
            // What is believed disturbs; what is rejected must not.
            let packet = Coming::Packet {
                to,
                which,
                bytes: Rc::clone(&bytes),
                hostile,
                from: None,
                disturbs: !hostile,
            };
            self.plan(self.now + after, packet);
        }
    }
}
