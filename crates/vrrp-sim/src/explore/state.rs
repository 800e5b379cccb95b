//! A state of the explorer, and the steps that lead out of it.

use core::fmt;
use core::net::{IpAddr, Ipv4Addr};
use core::time::Duration;
use std::collections::VecDeque;

use vrrp_core::{
    Action, Announcing, Authentication, Epoch, Event, Fault, Heard, Instance, InterfaceName, Interval,
    Network, Params, Priority, Refusal, Standing, State as Shown, Time, Track, Tracked, Transport, Weight,
    WirePriority,
};

use super::Manners;
use crate::sabotage::{Defect, Subject};
use crate::scenario::{Name, Node, VRID};
use crate::watch::{Breach, Watch, group};

/// Long after boot, so that a subtraction that goes wrong shows.
const START: Time = Time::from_nanos(1_000_000_000_000);
/// So many adverts wait on one way; the LAN loses what is sent beyond that.
const WAITING: usize = 2;

/// What a reload makes of any priority, until the next one.
const LOWEST: Priority = Priority::new(50).unwrap();
/// What a router tracks: something that takes it below every other while it fails, and something without which it
/// cannot take part.
const TRACKED: [(&str, Weight); 2] = [("light", Weight::new(-20).unwrap()), ("vital", Weight::FAULT)];

/// All routers, the adverts between them, and the time.
#[derive(Clone, Debug)]
pub(super) struct State {
    pub(super) now: Time,
    pub(super) routers: Vec<Router>,
    /// By sender, then receiver.
    pub(super) ways: Vec<Vec<VecDeque<WirePriority>>>,
    /// How many more results of checks may come.
    pub(super) verdicts: u32,
}

/// One router and its kernel.
#[derive(Clone, Debug)]
pub(super) struct Router {
    pub(super) subject: Subject<Instance>,
    pub(super) watch: Watch,
    address: IpAddr,
    /// Claims and repairs that the kernel has not answered.
    pub(super) asked: VecDeque<Epoch>,
    pub(super) link_down: bool,
    /// Whether it has the lowest priority for now, and not its own.
    pub(super) lowered: bool,
    own: Priority,
}

/// What can happen next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Arrives { from: Node, to: Node },
    Lost { from: Node, to: Node },
    Timer(Node),
    Granted(Node),
    Refused(Node),
    Start(Node),
    Stop(Node),
    LinkDown(Node),
    LinkUp(Node),
    AddressLost(Node),
    Reloaded(Node),
    Judged { node: Node, which: usize },
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Arrives { from, to } => write!(f, "{} hears {}", Name(to), Name(from)),
            Self::Lost { from, to } => write!(f, "{} misses {}", Name(to), Name(from)),
            Self::Timer(node) => write!(f, "{}'s timer fires", Name(node)),
            Self::Granted(node) => write!(f, "{} gets the addresses", Name(node)),
            Self::Refused(node) => write!(f, "{} is refused the addresses", Name(node)),
            Self::Start(node) => write!(f, "{} starts", Name(node)),
            Self::Stop(node) => write!(f, "{} stops", Name(node)),
            Self::LinkDown(node) => write!(f, "{}'s link goes down", Name(node)),
            Self::LinkUp(node) => write!(f, "{}'s link comes up", Name(node)),
            Self::AddressLost(node) => write!(f, "{} loses an address", Name(node)),
            Self::Reloaded(node) => write!(f, "{} gets another priority", Name(node)),
            Self::Judged { node, which } => {
                let (name, weight) = TRACKED[which];
                write!(f, "{}'s interface {name} ({weight}) stands otherwise", Name(node))
            }
        }
    }
}

impl State {
    /// Nobody has started.
    pub(super) fn new(setting: &[Manners], verdicts: u32, defect: Option<Defect>) -> Self {
        let routers: Vec<Router> = setting
            .iter()
            .enumerate()
            .map(|(node, manners)| Router::new(node, *manners, verdicts > 0, defect))
            .collect();
        let ways = vec![vec![VecDeque::new(); routers.len()]; routers.len()];
        Self {
            now: START,
            routers,
            ways,
            verdicts,
        }
    }

    /// All that can happen next.
    pub(super) fn steps(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        for (from, ways) in self.ways.iter().enumerate() {
            for (to, _) in ways.iter().enumerate().filter(|(_, way)| !way.is_empty()) {
                steps.extend([Step::Arrives { from, to }, Step::Lost { from, to }]);
            }
        }
        let earliest = self.earliest();
        for (node, router) in self.routers.iter().enumerate() {
            if earliest.is_some() && router.subject.deadline(0) == earliest {
                steps.push(Step::Timer(node));
            }
            if !router.asked.is_empty() {
                steps.extend([Step::Granted(node), Step::Refused(node)]);
            }
            let shown = router.subject.seen(0).state;
            steps.push(if shown == Shown::Init {
                Step::Start(node)
            } else {
                Step::Stop(node)
            });
            steps.push(if router.link_down {
                Step::LinkUp(node)
            } else {
                Step::LinkDown(node)
            });
            steps.push(Step::Reloaded(node));
            if self.verdicts > 0 {
                steps.extend((0..TRACKED.len()).map(|which| Step::Judged { node, which }));
            }
            if shown == Shown::Master {
                steps.push(Step::AddressLost(node));
            }
        }
        steps
    }

    /// The next deadline of all.
    pub(super) fn earliest(&self) -> Option<Time> {
        self.routers
            .iter()
            .filter_map(|router| router.subject.deadline(0))
            .min()
    }

    /// Does one step. The error is a promise that it broke.
    pub(super) fn take(&mut self, step: Step) -> Result<(), Breach> {
        match step {
            Step::Lost { from, to } => {
                self.ways[from][to].pop_front();
                Ok(())
            }
            Step::Arrives { from, to } => {
                let Some(priority) = self.ways[from][to].pop_front() else {
                    return Ok(());
                };
                if self.routers[to].link_down {
                    return Ok(());
                }
                let source = self.routers[from].address;
                self.event(
                    to,
                    &Event::Advert(Heard {
                        source,
                        priority,
                        difference: None,
                    }),
                )
            }
            Step::Timer(node) => {
                self.now = self.routers[node]
                    .subject
                    .deadline(0)
                    .map_or(self.now, |at| at.max(self.now));
                self.event(node, &Event::Timeout)
            }
            Step::Granted(node) => self.answer(node, Ok(())),
            Step::Refused(node) => self.answer(node, Err(Refusal::TimedOut)),
            Step::Start(node) => self.event(node, &Event::Start),
            Step::Stop(node) => self.event(node, &Event::Stop),
            Step::LinkDown(node) => self.link(node, true),
            Step::LinkUp(node) => self.link(node, false),
            Step::AddressLost(node) => self.event(node, &Event::AddressLost),
            Step::Reloaded(node) => self.reload(node),
            Step::Judged { node, which } => self.judge(node, which),
        }
    }

    fn answer(&mut self, node: Node, result: Result<(), Refusal>) -> Result<(), Breach> {
        let Some(epoch) = self.routers[node].asked.pop_front() else {
            return Ok(());
        };
        self.event(node, &Event::Claimed(epoch, result))
    }

    fn link(&mut self, node: Node, down: bool) -> Result<(), Breach> {
        let router = &mut self.routers[node];
        router.link_down = down;
        let network = network(router.address, down);
        self.event(node, &Event::Network(network))
    }

    fn reload(&mut self, node: Node) -> Result<(), Breach> {
        let router = &mut self.routers[node];
        router.lowered = !router.lowered;
        let priority = if router.lowered { LOWEST } else { router.own };
        let params = Params {
            priority,
            ..router.subject.instance().params().clone()
        };
        self.event(node, &Event::Params(params))
    }

    /// What passed or was unknown fails, and what failed passes.
    fn judge(&mut self, node: Node, which: usize) -> Result<(), Breach> {
        self.verdicts -= 1;
        let tracked = self.routers[node].subject.instance().tracks().nth(which);
        let event = tracked.map(|(track, standing)| {
            let other = match standing {
                Standing::Failing(_) => Standing::Passing,
                _ => Standing::Failing("".into()),
            };
            Event::Verdict(track.what.clone(), other)
        });
        event.map_or(Ok(()), |event| self.event(node, &event))
    }

    fn event(&mut self, node: Node, event: &Event) -> Result<(), Breach> {
        let router = &mut self.routers[node];
        let wanted = router.subject.handle(self.now, 0, event.clone());
        let actions: Vec<Action> = wanted.into_iter().map(|(_, action)| action).collect();
        router
            .watch
            .step(self.now, event, router.subject.seen(0), &actions)?;
        group::check(core::slice::from_ref(&router.watch))?;
        for action in actions {
            match action {
                Action::Send(priority) if !self.routers[node].link_down => {
                    for (to, way) in self.ways[node].iter_mut().enumerate() {
                        if to != node && way.len() < WAITING {
                            way.push_back(priority);
                        }
                    }
                }
                Action::Claim(epoch) | Action::Repair(epoch) => self.routers[node].asked.push_back(epoch),
                Action::Send(_)
                | Action::Release(_)
                | Action::Announce(_)
                | Action::Moved(_)
                | Action::Note(_) => {}
            }
        }
        self.routers[node].watch.on_time(self.now)
    }
}

impl Router {
    fn new(node: Node, manners: Manners, judged: bool, defect: Option<Defect>) -> Self {
        let last = u8::try_from(node).unwrap_or_default() + 1;
        let address = IpAddr::V4(Ipv4Addr::new(10, 77, 0, last));
        let own = manners.priority;
        let params = Params {
            vrid: VRID,
            priority: own,
            interval: Interval::DEFAULT,
            preempt: manners.preempt,
            transport: Transport::Multicast,
            authentication: Authentication::None,
            advertised: vec![IpAddr::V4(Ipv4Addr::new(10, 77, 9, 101))],
            // One round: what comes later only adds states.
            announce: Announcing {
                repeat: 1,
                again: Vec::new(),
                refresh: None,
            },
            tracks: TRACKED.into_iter().filter(|_| judged).filter_map(track).collect(),
        };
        let network = network(address, false);
        let instance = Instance::new(params.clone(), network.clone());
        let mut subject = Subject::alone(instance, defect);
        let mut watch = Watch::new(params, network, false, subject.seen(0));
        // What it cannot be without is there when it starts; of the rest nothing has been said.
        let vital = |track: &Track| judged && track.weight == Weight::FAULT;
        for track in TRACKED.into_iter().filter_map(track).filter(vital) {
            let event = Event::Verdict(track.what, Standing::Passing);
            let _ = subject.handle(START, 0, event.clone());
            // It has not started: nothing comes of it.
            let _ = watch.step(START, &event, subject.seen(0), &[]);
        }
        Self {
            subject,
            watch,
            address,
            asked: VecDeque::new(),
            link_down: false,
            lowered: false,
            own,
        }
    }
}

fn track((name, weight): (&str, Weight)) -> Option<Track> {
    let what = Tracked::Interface(InterfaceName::new(name)?);
    Some(Track { what, weight })
}

fn network(address: IpAddr, down: bool) -> Network {
    let fault = InterfaceName::new("eth0")
        .filter(|_| down)
        .map(Fault::InterfaceDown);
    Network {
        source: Some(address),
        faults: fault.into_iter().collect(),
    }
}

/// How long two states that differ in a past moment differ: what lies further back is simply long ago.
pub(super) const MEMORY: Duration = Duration::from_secs(6);
