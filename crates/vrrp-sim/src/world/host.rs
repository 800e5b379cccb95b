//! A host: its clock, its kernel, its daemon, and what waits for that.

use core::net::IpAddr;
use core::time::Duration;
use std::collections::VecDeque;

use vrrp_core::{Announcing, Fault, InterfaceName, Network, Params, Preempt, Time, Transport};

use crate::clock::Moment;
use crate::cluster::Member;
use crate::daemon::{Arrival, Daemon, Order, View};
use crate::keepalived::Keepalived;
use crate::kernel::{Kernel, Report};
use crate::packets;
use crate::sabotage::Defect;
use crate::scenario::{Kind, Node, Router, Scenario, VRID};
use crate::vrrpd::Vrrpd;
use crate::watch::{Breach, Rule, hold};

/// An address that somebody removed is back after this: repairs are a second apart at most, and the kernel needs a
/// moment.
const REPAIRED_WITHIN: Duration = Duration::from_millis(1100);

/// One host. The counters say how many disturbances of a kind go on.
#[derive(Clone, Debug)]
pub(super) struct Host {
    pub(super) router: Router,
    pub(super) params: Params,
    pub(super) daemon: Option<Daemon>,
    /// How often a daemon has been started.
    pub(super) incarnation: u64,
    pub(super) kernel: Kernel,
    pub(super) inbox: VecDeque<Arrival>,
    pub(super) reports: VecDeque<Report>,
    /// What it was told while it did not run.
    pub(super) orders: VecDeque<Order>,
    /// The deadline for which a wake-up is planned, and the number of that wake-up.
    pub(super) wakes_for: Option<Time>,
    pub(super) wake_number: u64,
    pub(super) turns: u64,
    pub(super) sent: u64,
    pub(super) paused: u32,
    /// Since when it runs again.
    pub(super) resumed: Moment,
    pub(super) down: u32,
    pub(super) link_down: u32,
    pub(super) faulty: u32,
    pub(super) mute: u32,
    pub(super) slow: Vec<Duration>,
    pub(super) slow_jobs: u32,
}

impl Host {
    pub(super) fn new(scenario: &Scenario, node: Node) -> Self {
        let router = scenario.routers[node].clone();
        let peers = scenario
            .routers
            .iter()
            .filter(|peer| peer.address != router.address);
        let params = Params {
            vrid: VRID,
            priority: router.priority,
            interval: scenario.interval,
            preempt: router.preempt,
            transport: if scenario.unicast {
                Transport::Unicast {
                    peers: peers.map(|peer| IpAddr::V4(peer.address)).collect(),
                }
            } else {
                Transport::Multicast
            },
            authentication: scenario.authentication,
            advertised: packets::listed(router.lists).map(IpAddr::V4).collect(),
            announce: if router.announces_often {
                Announcing::default()
            } else {
                Announcing {
                    repeat: 5,
                    again: Vec::new(),
                    refresh: None,
                }
            },
        };
        Self {
            router,
            params,
            daemon: None,
            incarnation: 0,
            kernel: Kernel::default(),
            inbox: VecDeque::new(),
            reports: VecDeque::new(),
            orders: VecDeque::new(),
            wakes_for: None,
            wake_number: 0,
            turns: 0,
            sent: 0,
            paused: 0,
            resumed: Moment::default(),
            down: 0,
            link_down: 0,
            faulty: 0,
            mute: 0,
            slow: Vec::new(),
            slow_jobs: 0,
        }
    }

    /// A new daemon, not yet started.
    pub(super) fn install(&mut self, now: Moment, defect: Option<Defect>) {
        self.kernel.sweep(now);
        self.incarnation += 1;
        let (params, network, lists) = (self.params.clone(), self.network(), self.router.lists);
        self.daemon = Some(match self.router.kind {
            Kind::Vrrpd => Daemon::Vrrpd(Box::new(Vrrpd::new(params, network, lists, defect))),
            Kind::Keepalived { strict_list } => {
                Daemon::Keepalived(Box::new(Keepalived::new(params, network, lists, strict_list)))
            }
        });
    }

    /// The daemon is gone, with everything that was meant for it. Says how many slow jobs nobody waits for any more.
    pub(super) fn remove(&mut self) -> u32 {
        self.daemon = None;
        self.incarnation += 1;
        self.inbox.clear();
        self.reports.clear();
        self.orders.clear();
        self.wakes_for = None;
        self.wake_number += 1;
        self.kernel.orphan();
        core::mem::take(&mut self.slow_jobs)
    }

    /// The network as the daemon should see it now.
    pub(super) fn network(&self) -> Network {
        let mut faults = Vec::new();
        if self.link_down > 0 {
            faults.extend(InterfaceName::new("eth0").map(Fault::InterfaceDown));
        }
        if self.faulty > 0 {
            faults.extend(InterfaceName::new("eth1").map(Fault::InterfaceMissing));
        }
        Network {
            source: Some(IpAddr::V4(self.router.address)),
            faults,
        }
    }

    pub(super) fn member(&self) -> Member {
        let absent = View {
            takes_part: false,
            advertising: false,
            serving: false,
            priority: self.params.priority,
            preempt: Preempt::Never,
            interval: self.params.interval,
        };
        Member {
            view: self.daemon.as_ref().map_or(absent, Daemon::view),
            address: self.router.address,
            keepalived: self.router.kind != Kind::Vrrpd,
            sound: self.daemon.is_some() && self.paused == 0 && self.mute == 0 && self.link_down == 0,
        }
    }

    /// What must hold of this host alone whenever it has nothing left to do.
    pub(super) fn check(&self, now: Moment) -> Result<(), Breach> {
        let Some(daemon) = &self.daemon else { return Ok(()) };
        if self.paused > 0 || !self.inbox.is_empty() || !self.reports.is_empty() {
            return Ok(());
        }
        daemon.on_time(self.router.clock.show(now))?;
        if let Daemon::Keepalived(_) = daemon {
            return Ok(());
        }
        let serving = daemon.view().serving;
        let agree = !self.kernel.is_idle() || serving == self.kernel.holds_any();
        hold(agree, Rule::Holding, || {
            let has = if self.kernel.holds_any() {
                "has"
            } else {
                "does not have"
            };
            format!(
                "its kernel {has} the addresses, and it {}",
                if serving { "serves" } else { "does not serve" }
            )
        })?;
        let since = self
            .kernel
            .missing_since()
            .filter(|_| serving && self.kernel.is_idle());
        let missing = since.map_or(Duration::ZERO, |since| now.since(since.max(self.resumed)));
        hold(missing <= REPAIRED_WITHIN, Rule::Repair, || {
            format!("missing for {missing:?}")
        })
    }
}
