//! A host: its clock, its kernel, its daemon, and what waits for that.

use core::net::IpAddr;
use core::time::Duration;
use std::collections::VecDeque;

use vrrp_core::{
    Announcing, Fault, InterfaceName, Network, Params, Preempt, Standing, Time, Tracked, Transport,
};

use crate::clock::Moment;
use crate::cluster::Member;
use crate::daemon::{Arrival, Daemon, Order, View};
use crate::keepalived::Keepalived;
use crate::kernel::{Kernel, Report};
use crate::packets;
use crate::sabotage::Defect;
use crate::scenario::{Kind, Node, Router, Scenario, VRIDS, Virtual};
use crate::vrrpd::Vrrpd;
use crate::watch::{Breach, Rule, hold};

/// An address that somebody removed is back after this: repairs are a second apart at most, and the kernel needs a
/// moment.
const REPAIRED_WITHIN: Duration = Duration::from_millis(1100);

/// One host. The counters say how many disturbances of a kind go on.
#[derive(Debug)]
pub(super) struct Host {
    pub(super) router: Router,
    /// Of each virtual router.
    pub(super) params: Vec<Params>,
    pub(super) daemon: Option<Daemon>,
    /// How often a daemon has been started.
    pub(super) incarnation: u64,
    /// For each virtual router.
    pub(super) kernels: Vec<Kernel>,
    pub(super) inbox: VecDeque<Arrival>,
    pub(super) reports: VecDeque<(Virtual, Report)>,
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
    /// For each virtual router.
    pub(super) faulty: [u32; VRIDS.len()],
    /// How what may be tracked stands; what is not listed passes.
    pub(super) standings: Vec<(Tracked, Standing)>,
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
        let vrids = scenario.vrids();
        let params = Params {
            vrid: vrids[0],
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
            advertised: Vec::new(),
            announce: if router.announces_often {
                Announcing::default()
            } else {
                Announcing {
                    repeat: 5,
                    again: Vec::new(),
                    refresh: None,
                }
            },
            tracks: router.tracks.clone(),
        };
        let each = |&vrid| Params {
            vrid,
            advertised: packets::listed(vrid, router.lists).map(IpAddr::V4).collect(),
            ..params.clone()
        };
        Self {
            params: vrids.iter().map(each).collect(),
            router,
            daemon: None,
            incarnation: 0,
            kernels: vec![Kernel::default(); vrids.len()],
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
            faulty: [0; VRIDS.len()],
            standings: Vec::new(),
            mute: 0,
            slow: Vec::new(),
            slow_jobs: 0,
        }
    }

    /// A new daemon, not yet started.
    pub(super) fn install(&mut self, now: Moment, defect: Option<Defect>) {
        self.kernels.iter_mut().for_each(|kernel| kernel.sweep(now));
        self.incarnation += 1;
        let (params, networks, lists) = (self.params.clone(), self.networks(), self.router.lists);
        self.daemon = Some(match self.router.kind {
            Kind::Vrrpd => Daemon::Vrrpd(Box::new(Vrrpd::new(&params, &networks, lists, defect))),
            Kind::Keepalived { strict_list } => {
                let (params, network) = (params[0].clone(), networks[0].clone());
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
        self.kernels.iter_mut().for_each(Kernel::orphan);
        core::mem::take(&mut self.slow_jobs)
    }

    /// How something stands.
    pub(super) fn standing(&self, what: &Tracked) -> Standing {
        let known = self.standings.iter().find(|(known, _)| known == what);
        known.map_or(Standing::Passing, |(_, standing)| standing.clone())
    }

    /// The network as the daemon should see it now, with the eyes of each virtual router.
    pub(super) fn networks(&self) -> Vec<Network> {
        (0..self.params.len()).map(|which| self.network(which)).collect()
    }

    fn network(&self, which: Virtual) -> Network {
        let mut faults = Vec::new();
        if self.link_down > 0 {
            faults.extend(InterfaceName::new("eth0").map(Fault::InterfaceDown));
        }
        if self.faulty[which] > 0 {
            faults.extend(InterfaceName::new("eth1").map(Fault::InterfaceMissing));
        }
        Network {
            source: Some(IpAddr::V4(self.router.address)),
            faults,
        }
    }

    pub(super) fn member(&self, which: Virtual) -> Member {
        let params = &self.params[which];
        let absent = View {
            takes_part: false,
            advertising: false,
            serving: false,
            priority: params.priority,
            preempt: Preempt::Never,
            interval: params.interval,
        };
        Member {
            view: self.daemon.as_ref().map_or(absent, |daemon| daemon.view(which)),
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
        self.kernels
            .iter()
            .enumerate()
            .try_for_each(|(which, kernel)| self.check_addresses(now, kernel, daemon.view(which).serving))
    }

    fn check_addresses(&self, now: Moment, kernel: &Kernel, serving: bool) -> Result<(), Breach> {
        let agree = !kernel.is_idle() || serving == kernel.holds_any();
        hold(agree, Rule::Holding, || {
            let has = if kernel.holds_any() {
                "has"
            } else {
                "does not have"
            };
            format!(
                "its kernel {has} the addresses, and it {}",
                if serving { "serves" } else { "does not serve" }
            )
        })?;
        let since = kernel.missing_since().filter(|_| serving && kernel.is_idle());
        let missing = since.map_or(Duration::ZERO, |since| now.since(since.max(self.resumed)));
        hold(missing <= REPAIRED_WITHIN, Rule::Repair, || {
            format!("missing for {missing:?}")
        })
    }
}
