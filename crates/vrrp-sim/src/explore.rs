//! Every order of few events, where a seed is one order of many: breadth first, each state once.
//!
//! Two or three routers of the real core, one exact clock, and adverts that wait on their way for as long as it
//! pleases. A step is one event: an advert arrives or is lost, the earliest timer fires, the kernel answers a claim
//! with yes or no, a router is stopped or started, its link goes down or up, an address is removed, a
//! reload brings another priority, a check another result. States that differ only in when they happened are the same
//! state.
//!
//! In every state the promises about single routers must hold, as in a run. And from every state, if nothing more
//! goes wrong, the routers must settle on the right MASTER in time.

mod normal;
mod settle;
mod state;
#[cfg(test)]
mod tests;

use core::fmt;
use core::num::NonZeroUsize;
use core::sync::atomic::{AtomicUsize, Ordering};
use core::time::Duration;
use std::collections::HashSet;
use std::rc::Rc;
use std::sync::mpsc;
use std::thread;

use vrrp_core::{Preempt, Priority};

use self::state::{State, Step};
use crate::sabotage::Defect;

/// The threshold below which a MASTER is displaced: all are above it while nothing fails.
const HEALTHY: Priority = Priority::new(90).unwrap();

/// How far to go.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// How many routers: 2 or 3.
    pub routers: u8,
    /// How many events in a row.
    pub depth: u32,
    /// How many results of checks may be among the events. None: nothing is tracked.
    pub verdicts: u32,
    /// After so many states of one setting it is left.
    pub most_states: usize,
    /// On how many threads: settings are independent.
    pub jobs: NonZeroUsize,
    /// A defect that every router has.
    pub defect: Option<Defect>,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// How many routers there were.
    pub routers: u8,
    /// How many settings of priorities and preemption were explored.
    pub settings: u32,
    /// How many different states.
    pub states: usize,
    /// How many events led to them, to known states too.
    pub steps: u64,
    /// The depth that every setting was explored to completely.
    pub depth: u32,
    /// The first broken promise, with the way there.
    pub failure: Option<String>,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            routers,
            settings,
            states,
            steps,
            depth,
            failure,
        } = self;
        let reach = format!("{settings} settings, {states} states, {steps} steps, complete to depth {depth}");
        match failure {
            None => write!(f, "{routers} routers: {reach}; every promise was kept"),
            Some(failure) => write!(f, "{routers} routers: {reach}; {failure}"),
        }
    }
}

/// The rank and manners of one router.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Manners {
    pub(crate) priority: Priority,
    pub(crate) preempt: Preempt,
}

/// Explores every setting, and shows what there is so far after each.
pub fn explore(plan: &Plan, mut progress: impl FnMut(&Found)) -> Found {
    let settings = settings(plan.routers);
    let next = AtomicUsize::new(0);
    let mut found = Found {
        routers: plan.routers,
        depth: plan.depth,
        ..Found::default()
    };
    // The first in the order of the settings: whoever failed before the others were begun.
    let mut failed = usize::MAX;
    thread::scope(|scope| {
        let (sender, receiver) = mpsc::channel();
        for _ in 0..plan.jobs.get() {
            let (sender, next, settings) = (sender.clone(), &next, &settings);
            scope.spawn(move || {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(setting) = settings.get(index) else {
                        return;
                    };
                    let mut found = Found {
                        depth: plan.depth,
                        ..Found::default()
                    };
                    explore_setting(plan, setting, &mut found);
                    if sender.send((index, found)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        for (index, one) in receiver {
            found.settings += 1;
            found.states += one.states;
            found.steps += one.steps;
            found.depth = found.depth.min(one.depth);
            if one.failure.is_some() && index < failed {
                failed = index;
                found.failure = one.failure;
                // Those that are under way may still fail earlier.
                next.store(settings.len(), Ordering::Relaxed);
            }
            progress(&found);
        }
    });
    found
}

/// Different and equal priorities and an owner; two routers with every pair of manners, three with a few.
fn settings(routers: u8) -> Vec<Vec<Manners>> {
    let never = Preempt::Never;
    let below = Preempt::Below(HEALTHY);
    let [at_once, delayed] = [0, 2].map(|seconds| Preempt::After(Duration::from_secs(seconds)));
    let ranks: &[&[u8]] = match routers {
        2 => &[&[100, 101], &[100, 100], &[100, 255]],
        _ => &[&[100, 101, 102], &[100, 100, 101], &[100, 101, 101]],
    };
    let pairs =
        [at_once, never, delayed].map(|first| [at_once, never, delayed].map(|second| vec![first, second]));
    let manners: Vec<Vec<Preempt>> = match routers {
        2 => {
            let threshold = [vec![below, below], vec![at_once, below], vec![below, delayed]];
            pairs.into_iter().flatten().chain(threshold).collect()
        }
        _ => vec![
            vec![at_once; 3],
            vec![never; 3],
            vec![below; 3],
            vec![at_once, delayed, never],
        ],
    };
    let mut settings = Vec::new();
    for ranks in ranks {
        for manners in &manners {
            settings.push(
                ranks
                    .iter()
                    .zip(manners)
                    .filter_map(|(&rank, &preempt)| router(rank, preempt))
                    .collect(),
            );
        }
    }
    // The owner preempts whatever is configured.
    settings.dedup();
    settings
}

fn router(priority: u8, preempt: Preempt) -> Option<Manners> {
    let priority = Priority::new(priority)?;
    let preempt = if priority.is_owner() {
        Preempt::After(Duration::ZERO)
    } else {
        preempt
    };
    Some(Manners { priority, preempt })
}

/// The way to a state: the last step, and the way before it.
struct Way {
    step: Step,
    before: Option<Rc<Way>>,
}

struct Reached {
    state: State,
    way: Option<Rc<Way>>,
}

fn explore_setting(plan: &Plan, setting: &[Manners], found: &mut Found) {
    let first = State::new(setting, plan.verdicts, plan.defect);
    let mut known = HashSet::from([normal::key(&first)]);
    let mut level = vec![Reached {
        state: first,
        way: None,
    }];
    for depth in 0..plan.depth {
        let mut next = Vec::new();
        for reached in &level {
            for step in reached.state.steps() {
                found.steps += 1;
                let mut state = reached.state.clone();
                let outcome = state.take(step);
                let way = Some(Rc::new(Way {
                    step,
                    before: reached.way.clone(),
                }));
                let new = known.insert(normal::key(&state));
                let broken = match outcome {
                    Ok(()) if new => settle::check(&state).err(),
                    Ok(()) => None,
                    Err(breach) => Some(breach),
                };
                if let Some(breach) = broken {
                    let (rule, detail) = (breach.rule, breach.detail);
                    let story = story(setting, way.as_ref());
                    found.failure = Some(format!("BROKEN: {rule}: {detail}\n{story}"));
                    return;
                }
                if new {
                    next.push(Reached { state, way });
                }
            }
            if known.len() > plan.most_states {
                // This depth is not complete.
                found.states += known.len();
                found.depth = found.depth.min(depth);
                return;
            }
        }
        level = next;
    }
    found.states += known.len();
}

fn story(setting: &[Manners], way: Option<&Rc<Way>>) -> String {
    let mut steps = Vec::new();
    let mut rest = way;
    while let Some(way) = rest {
        steps.push(way.step.to_string());
        rest = way.before.as_ref();
    }
    steps.reverse();
    let routers: Vec<String> = setting
        .iter()
        .map(|router| format!("priority {} {:?}", router.priority, router.preempt))
        .collect();
    format!("with {}\n  {}", routers.join(", "), steps.join("\n  "))
}
