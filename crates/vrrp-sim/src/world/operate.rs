//! What happens to one router: it starts, is killed, stopped or reloaded, and is told how things stand.

use core::time::Duration;

use vrrp_core::{Standing, Tracked};

use super::{Coming, Failure, World};
use crate::daemon::Order;
use crate::scenario::{Disturbance, Node, Virtual};

/// The soonest that one of several routers is reloaded after the other.
const RELOADS_APART: Duration = Duration::from_millis(1);

impl World<'_> {
    /// Starts a daemon, unless one runs or something keeps it down.
    pub(super) fn boot(&mut self, node: Node) -> Result<(), Failure> {
        let host = &mut self.hosts[node];
        if host.daemon.is_some() || host.down > 0 || self.now < host.router.starts_at {
            return Ok(());
        }
        self.trace.node(node, format_args!("starts"));
        host.install(self.now, self.defect);
        // What is known already is known before the start.
        let known = host.router.results_after.is_zero();
        if known {
            self.await_results(node)?;
        }
        self.order(node, Order::Start)?;
        if known { Ok(()) } else { self.await_results(node) }
    }

    /// The first result of everything that it tracks comes at once, or one after the other.
    pub(super) fn await_results(&mut self, node: Node) -> Result<(), Failure> {
        let host = &self.hosts[node];
        let (incarnation, after) = (host.incarnation, host.router.results_after);
        let tracked: Vec<Tracked> = host.params[0]
            .tracks
            .iter()
            .map(|track| track.what.clone())
            .collect();
        let mut at = self.now;
        for what in tracked {
            if after.is_zero() {
                self.judge(node, what)?;
                continue;
            }
            at = at + after;
            self.plan(
                at,
                Coming::Result {
                    node,
                    incarnation,
                    what,
                },
            );
        }
        Ok(())
    }

    /// Something stands otherwise.
    pub(super) fn stands(&mut self, node: Node, what: &Tracked, to: &Standing) -> Result<(), Failure> {
        let standings = &mut self.hosts[node].standings;
        standings.retain(|(known, _)| known != what);
        standings.push((what.clone(), to.clone()));
        self.judge(node, what.clone())
    }

    /// Its daemon is told how something stands.
    pub(super) fn judge(&mut self, node: Node, what: Tracked) -> Result<(), Failure> {
        let standing = self.hosts[node].standing(&what);
        self.order(node, Order::Verdict(what, standing))
    }

    pub(super) fn kill(&mut self, node: Node) {
        let slow_jobs = self.hosts[node].remove();
        (0..slow_jobs).for_each(|_| self.quieter());
    }

    pub(super) fn stop(&mut self, node: Node, same: bool) -> Result<(), Failure> {
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

    pub(super) fn resume(&mut self, node: Node) -> Result<(), Failure> {
        self.hosts[node].paused -= 1;
        if self.hosts[node].paused > 0 {
            return Ok(());
        }
        self.hosts[node].resumed = self.now;
        // It may speak, and leave, before anybody looks.
        self.disturb();
        self.wake(node)?;
        while let Some(order) = self.hosts[node].orders.pop_front() {
            self.order(node, order)?;
        }
        Ok(())
    }

    pub(super) fn fault_counters(
        &mut self,
        node: Node,
        link: bool,
        only: Option<Virtual>,
    ) -> impl Iterator<Item = &mut u32> {
        let host = &mut self.hosts[node];
        let counters = if link {
            core::slice::from_mut(&mut host.link_down)
        } else {
            &mut host.faulty[..]
        };
        chosen(counters, only.filter(|_| !link))
    }

    pub(super) fn look_around(&mut self, node: Node) -> Result<(), Failure> {
        self.disturb();
        let networks = self.hosts[node].networks();
        self.order(node, Order::Network(networks))
    }

    pub(super) fn reload(&mut self, node: Node) -> Result<(), Failure> {
        self.disturb();
        self.changed(node);
        let params = self.hosts[node].params.clone();
        self.order(node, Order::Params(params))
    }

    /// Reloads one router after the other with a new interval, the last one when the disturbance ends.
    pub(super) fn roll(&mut self, disturbance: &Disturbance, to: vrrp_core::Interval) {
        let last = u32::try_from(self.hosts.len() - 1).unwrap_or(1).max(1);
        let step = (disturbance.lasts / last).max(RELOADS_APART);
        let mut at = self.now;
        for node in 0..self.hosts.len() {
            self.plan(at.min(disturbance.ends()), Coming::Interval(node, to));
            at = at + step;
        }
    }
}

/// All of them, or one.
pub(super) fn chosen<T>(all: &mut [T], only: Option<Virtual>) -> impl Iterator<Item = &mut T> {
    let which = move |(index, _): &(usize, &mut T)| only.is_none_or(|only| only == *index);
    all.iter_mut().enumerate().filter(which).map(|(_, chosen)| chosen)
}
