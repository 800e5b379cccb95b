//! One run: hosts on a LAN, one clock, and everything that happens in the order in which it happens.

mod coming;
mod disturb;
mod host;
mod operate;
#[cfg(test)]
mod tests;

use core::cmp::Reverse;
use core::fmt;
use core::time::Duration;
use std::collections::BinaryHeap;
use std::rc::Rc;

use self::coming::{Coming, Entry};
use self::host::Host;
use crate::clock::Moment;
use crate::cluster::{Cluster, Member};
use crate::daemon::{Arrival, Daemon, Effect, Order, Turn};
use crate::kernel::Report;
use crate::lan::Lan;
use crate::rng::Rng;
use crate::sabotage::Defect;
use crate::scenario::{Kind, Name, Node, Scenario, VRIDS, Virtual, What};
use crate::trace::Trace;
use crate::watch::{Breach, Rule, hold};

/// What a receive buffer holds; the rest is lost.
const RECEIVE_BUFFER: usize = 400;
/// How often somebody looks, although nothing may have happened.
const LOOK: Duration = Duration::from_millis(500);
/// A run is over so long after its last disturbance, even if a kernel's refusal still makes somebody wait.
const LONGEST_QUIET: Duration = Duration::from_mins(1);
/// No run has so many events.
const MOST_EVENTS: u64 = 2_000_000;
/// A wake-up comes so much too late at most.
const WAKE_LATENCY: u64 = 300_000;
/// One that found more to read than it took comes back after this.
const NEXT_BATCH: Duration = Duration::from_micros(50);
/// What the kernel needs for a job when nothing slows it.
const KERNEL_WORK: (u64, u64) = (50_000, 2_000_000);

/// What came of a run.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The promise that was broken, if one was.
    pub failure: Option<Failure>,
    /// The story, if it was asked for.
    pub trace: Trace,
    /// How much has happened.
    pub events: u64,
    /// How long it lasted, in its own time.
    pub lasted: Moment,
}

/// Where a run failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// When.
    pub at: Moment,
    /// By which router, if by one.
    pub node: Option<Node>,
    /// What was broken.
    pub breach: Breach,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} s  ", self.at)?;
        if let Some(node) = self.node {
            write!(f, "{}  ", Name(node))?;
        }
        write!(f, "BROKEN: {}: {}", self.breach.rule, self.breach.detail)
    }
}

/// How a scenario is run.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Whether the story is kept.
    pub traced: bool,
    /// A defect that every vrrpd has.
    pub defect: Option<Defect>,
}

/// Runs a scenario to its end, or to the first broken promise.
pub fn run(scenario: &Scenario, options: Options) -> Outcome {
    let mut world = World::new(scenario, options);
    let failure = world.run().err();
    if let Some(failure) = &failure {
        world.trace.world(format_args!("{failure}"));
    }
    Outcome {
        failure,
        events: world.sequence,
        lasted: world.now,
        trace: world.trace,
    }
}

struct World<'a> {
    scenario: &'a Scenario,
    defect: Option<Defect>,
    now: Moment,
    queue: BinaryHeap<Reverse<Entry>>,
    sequence: u64,
    hosts: Vec<Host>,
    lan: Lan,
    /// For each virtual router.
    clusters: Vec<Cluster>,
    members: Vec<Vec<Member>>,
    effects: Vec<Effect>,
    trace: Trace,
    /// When the last disturbance is over.
    over_at: Moment,
    /// Packets that strangers have sent.
    strange: u64,
}

impl<'a> World<'a> {
    fn new(scenario: &'a Scenario, options: Options) -> Self {
        let count = scenario.routers.len();
        let lasting = scenario
            .disturbances
            .iter()
            .filter(|d| !matches!(d.what, What::Hostile { .. }));
        let mut world = Self {
            scenario,
            defect: options.defect,
            now: Moment::default(),
            queue: BinaryHeap::new(),
            sequence: 0,
            hosts: (0..count).map(|node| Host::new(scenario, node)).collect(),
            lan: Lan::new(scenario.seed, scenario.delay, scenario.jitter),
            clusters: vec![Cluster::new(count, scenario.grouped); scenario.vrids().len()],
            members: vec![Vec::with_capacity(count); scenario.vrids().len()],
            effects: Vec::new(),
            trace: if options.traced {
                Trace::kept()
            } else {
                Trace::default()
            },
            over_at: lasting
                .map(crate::scenario::Disturbance::ends)
                .max()
                .unwrap_or_default(),
            strange: 0,
        };
        for (index, disturbance) in scenario.disturbances.iter().enumerate() {
            world.plan(disturbance.at, Coming::Begin(index));
        }
        for (node, router) in scenario.routers.iter().enumerate() {
            world.over_at = world.over_at.max(router.starts_at + router.results_last());
            world.plan(router.starts_at, Coming::Boot(node));
        }
        world.plan(Moment::default() + LOOK, Coming::Look);
        world
    }

    fn plan(&mut self, at: Moment, coming: Coming) {
        self.sequence += 1;
        self.queue.push(Reverse(Entry {
            at: at.max(self.now),
            sequence: self.sequence,
            coming,
        }));
    }

    fn run(&mut self) -> Result<(), Failure> {
        while let Some(Reverse(entry)) = self.queue.pop() {
            self.now = entry.at;
            self.trace.at(entry.at);
            let last = matches!(entry.coming, Coming::Look);
            self.happen(entry.coming)?;
            self.check()?;
            if last {
                if self.is_over() {
                    return Ok(());
                }
                self.plan(self.now + LOOK, Coming::Look);
            }
            let endless = self.sequence > MOST_EVENTS;
            hold(!endless, Rule::Endless, || format!("{MOST_EVENTS} events"))
                .map_err(|breach| self.fail(None, breach))?;
        }
        Ok(())
    }

    fn is_over(&self) -> bool {
        let each = self.clusters.iter().zip(&self.members);
        let settled = each.map(|(cluster, members)| cluster.settled_at(members)).max();
        let settled = settled.unwrap_or_default().max(self.over_at) + LOOK * 3;
        self.now > settled || self.now > self.over_at + LONGEST_QUIET
    }

    fn fail(&self, node: Option<Node>, breach: Breach) -> Failure {
        Failure {
            at: self.now,
            node,
            breach,
        }
    }

    fn happen(&mut self, coming: Coming) -> Result<(), Failure> {
        match coming {
            Coming::Begin(index) => self.begin(index),
            Coming::End(index) => self.end(index),
            Coming::Tick(index) => self.tick(index),
            Coming::Boot(node) => self.boot(node),
            Coming::Interval(node, to) => {
                // Until everybody knows, they reject each other's adverts.
                (0..self.hosts.len()).for_each(|other| self.changed(other));
                self.hosts[node]
                    .params
                    .iter_mut()
                    .for_each(|params| params.interval = to);
                self.order(node, Order::Params(self.hosts[node].params.clone()))
            }
            Coming::Result {
                node,
                incarnation,
                what,
            } if self.hosts[node].incarnation == incarnation => self.judge(node, what),
            Coming::Packet {
                to,
                which,
                bytes,
                hostile,
                from,
                disturbs,
            } => {
                if disturbs {
                    self.disturb();
                    if let Some(from) = from {
                        self.clusters[which].harm(from, to, self.now);
                    }
                }
                self.arrive(to, which, bytes, hostile, from)
            }
            Coming::Wake(node, number) if self.hosts[node].wake_number == number => {
                self.hosts[node].wakes_for = None;
                self.wake(node)
            }
            Coming::Done {
                node,
                which,
                incarnation,
                job,
                slow,
            } if self.hosts[node].incarnation == incarnation => {
                if slow {
                    self.quieter();
                    self.hosts[node].slow_jobs -= 1;
                }
                let report = self.hosts[node].kernels[which].finish(job);
                self.report(node, which, report)
            }
            Coming::Wake(..) | Coming::Done { .. } | Coming::Result { .. } | Coming::Look => Ok(()),
        }
    }

    // What reaches a daemon.

    fn arrive(
        &mut self,
        to: Node,
        which: Virtual,
        bytes: Rc<[u8]>,
        hostile: bool,
        from: Option<Node>,
    ) -> Result<(), Failure> {
        let host = &mut self.hosts[to];
        if host.daemon.is_none() || host.link_down > 0 {
            return Ok(());
        }
        if host.inbox.len() >= RECEIVE_BUFFER {
            self.disturb();
            if let Some(from) = from {
                self.clusters[which].harm(from, to, self.now);
            }
            return Ok(());
        }
        if hostile && host.router.kind != Kind::Vrrpd {
            // What must not disturb us does disturb a keepalived, whether it is rejected or believed.
            self.disturb();
            self.changed(to);
        }
        let host = &mut self.hosts[to];
        let at = host.router.clock.show(self.now);
        host.inbox.push_back(Arrival { at, bytes, hostile });
        self.wake(to)
    }

    fn report(&mut self, node: Node, which: Virtual, report: Report) -> Result<(), Failure> {
        self.trace
            .node(node, format_args!("its kernel reports {report:?}"));
        if self.hosts[node].daemon.is_none() {
            return Ok(());
        }
        self.hosts[node].reports.push_back((which, report));
        self.wake(node)
    }

    /// What its operator or its network tells a daemon.
    fn order(&mut self, node: Node, order: Order) -> Result<(), Failure> {
        if self.hosts[node].paused > 0 {
            self.hosts[node].orders.push_back(order);
            return Ok(());
        }
        self.with(node, |daemon, turn| daemon.order(turn, order))
    }

    /// A daemon looks at what there is for it.
    fn wake(&mut self, node: Node) -> Result<(), Failure> {
        if self.hosts[node].paused > 0 {
            return Ok(());
        }
        self.with(node, Daemon::turn)
    }

    /// Lets a daemon do something, and does what it wants done.
    fn with(
        &mut self,
        node: Node,
        act: impl FnOnce(&mut Daemon, &mut Turn<'_>) -> Result<(), Breach>,
    ) -> Result<(), Failure> {
        let now = self.now;
        let host = &mut self.hosts[node];
        let Some(daemon) = &mut host.daemon else {
            return Ok(());
        };
        host.turns += 1;
        let mut holds_all = [true; VRIDS.len()];
        for (holds, kernel) in holds_all.iter_mut().zip(&host.kernels) {
            *holds = kernel.holds_all();
        }
        let mut turn = Turn {
            node,
            now: host.router.clock.show(now),
            inbox: &mut host.inbox,
            reports: &mut host.reports,
            mute: host.mute > 0 || host.link_down > 0,
            holds_all,
            effects: &mut self.effects,
            trace: &mut self.trace,
            rng: Rng::keyed(self.scenario.seed, [1, node as u64, host.turns]),
        };
        let result = act(daemon, &mut turn).map_err(|breach| Failure {
            at: now,
            node: Some(node),
            breach,
        });
        if let Daemon::Keepalived(keepalived) = daemon
            && core::mem::take(&mut keepalived.rejected) > 0
        {
            self.changed(node);
            self.disturb();
        }
        let effects = core::mem::take(&mut self.effects);
        for effect in &effects {
            self.perform(node, effect);
        }
        // Kept for the next one, so that nothing is allocated.
        self.effects = effects;
        self.effects.clear();
        self.wake_in_time(node);
        result
    }

    /// Plans the wake-up for what there is left to read, or for a daemon's deadline if that is not yet planned.
    fn wake_in_time(&mut self, node: Node) {
        let host = &self.hosts[node];
        if !host.inbox.is_empty() {
            self.wake_again(node, self.now + NEXT_BATCH);
            return;
        }
        let deadline = host.daemon.as_ref().and_then(Daemon::deadline);
        if host.wakes_for == deadline {
            return;
        }
        let Some(time) = deadline else {
            let host = &mut self.hosts[node];
            host.wakes_for = None;
            host.wake_number += 1;
            return;
        };
        let latency = Rng::keyed(self.scenario.seed, [2, node as u64, host.turns]).below(WAKE_LATENCY);
        let at = host.router.clock.reaches(time) + Duration::from_nanos(latency);
        self.wake_again(node, at);
        self.hosts[node].wakes_for = deadline;
    }

    fn wake_again(&mut self, node: Node, at: Moment) {
        let host = &mut self.hosts[node];
        host.wakes_for = None;
        host.wake_number += 1;
        let number = host.wake_number;
        self.plan(at, Coming::Wake(node, number));
    }

    // What a daemon does.

    fn perform(&mut self, node: Node, effect: &Effect) {
        match effect {
            Effect::Packet { which, bytes, to } => {
                for receiver in 0..self.hosts.len() {
                    let meant = to.is_multicast() || *to == self.hosts[receiver].router.address;
                    if receiver != node && meant {
                        self.transmit(node, receiver, *which, bytes);
                    }
                }
            }
            Effect::Job(which, job) => {
                let host = &mut self.hosts[node];
                let slow = host.slow.iter().max().copied();
                let (least, most) = KERNEL_WORK;
                let mut rng = Rng::keyed(self.scenario.seed, [3, node as u64, host.turns]);
                let work = slow.unwrap_or_else(|| Duration::from_nanos(rng.between(least, most)));
                let done = host.kernels[*which].take(self.now, work);
                // Behind a slow job a quick one is slow too.
                let slow = done.since(self.now) > Duration::from_nanos(most) * 2;
                let incarnation = host.incarnation;
                if slow {
                    host.slow_jobs += 1;
                    self.unquiet();
                }
                self.plan(
                    done,
                    Coming::Done {
                        node,
                        which: *which,
                        incarnation,
                        job: *job,
                        slow,
                    },
                );
            }
        }
    }

    fn transmit(&mut self, from: Node, to: Node, which: Virtual, bytes: &Rc<[u8]>) {
        let sender = &mut self.hosts[from];
        sender.sent += 1;
        let fate = self.lan.fate(Some(from), to, sender.sent, which);
        if !fate.undisturbed {
            self.clusters[which].harm(from, to, self.now);
        }
        if fate.arrives.is_none() {
            self.trace.node(
                from,
                format_args!("    the LAN loses it on the way to {}", Name(to)),
            );
        }
        for after in [fate.arrives, fate.again].into_iter().flatten() {
            let packet = Coming::Packet {
                to,
                which,
                bytes: Rc::clone(bytes),
                hostile: false,
                from: Some(from),
                disturbs: !fate.undisturbed,
            };
            self.plan(self.now + after, packet);
        }
    }

    // What must hold.

    fn check(&mut self) -> Result<(), Failure> {
        for (which, members) in self.members.iter_mut().enumerate() {
            members.clear();
            members.extend(self.hosts.iter().map(|host| host.member(which)));
        }
        for (node, host) in self.hosts.iter().enumerate() {
            host.check(self.now).map_err(|breach| Failure {
                at: self.now,
                node: Some(node),
                breach,
            })?;
        }
        for (cluster, members) in self.clusters.iter_mut().zip(&self.members) {
            cluster.check(self.now, members).map_err(|breach| Failure {
                at: self.now,
                node: None,
                breach,
            })?;
        }
        Ok(())
    }

    // What the clusters are told: members of a sync group wait for each other, so what disturbs one disturbs both.

    fn disturb(&mut self) {
        self.clusters
            .iter_mut()
            .for_each(|cluster| cluster.disturb(self.now));
    }

    fn unquiet(&mut self) {
        self.clusters
            .iter_mut()
            .for_each(|cluster| cluster.begin(self.now));
    }

    fn quieter(&mut self) {
        self.clusters.iter_mut().for_each(|cluster| cluster.end(self.now));
    }

    fn changed(&mut self, node: Node) {
        self.clusters
            .iter_mut()
            .for_each(|cluster| cluster.changed(node, self.now));
    }
}
