//! What must hold of one router, event by event: what went in, what came out, and what could be seen before and after.
//!
//! The rules are told again here, from the documents and not from the core, so that the two can contradict each other.

mod fitness;
pub(crate) mod group;
mod holding;
mod moves;
mod rhythm;
mod rule;
mod sending;
#[cfg(test)]
mod tests;
mod timing;
mod waiting;

use core::cmp::Ordering;
use core::time::Duration;

use vrrp_core::{
    Action, Event, Fault, Heard, Network, Params, Permit, Preempt, Priority, State, Time, WirePriority,
};

use self::fitness::Fitness;
use self::holding::Holding;
use self::moves::Moves;
use self::rhythm::Rhythm;
pub(crate) use self::rule::hold;
pub use self::rule::{Breach, Rule};
pub(crate) use self::timing::Timing;
use self::waiting::Waiting;
use crate::sabotage::Seen;

/// A wake-up may come this much too late: what comes later is late by the core's doing.
const LATENESS: Duration = Duration::from_millis(3);

/// What a router is to its peers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Out,
    Fault,
    Backup,
    Master,
}

impl Role {
    fn of(seen: Seen) -> Self {
        match seen {
            Seen {
                advertising: true, ..
            } => Self::Master,
            Seen {
                state: State::Init, ..
            } => Self::Out,
            Seen {
                state: State::Fault, ..
            } => Self::Fault,
            Seen {
                state: State::Backup | State::Master,
                ..
            } => Self::Backup,
        }
    }
}

/// One event and what it caused, also by way of the sync group.
struct Step<'a> {
    now: Time,
    event: &'a Event,
    actions: &'a [Action],
    before: Seen,
    after: Seen,
    /// As they are after the event.
    params: &'a Params,
    network: &'a Network,
    /// Whether the parameters are others than before, and what it did about a lower MASTER.
    reloaded: bool,
    preempted: Preempt,
    /// Its times, and the priority that it must advertise, before and after.
    was: Timing,
    is: Timing,
    /// Why it cannot take part, as far as that is its own affair.
    fault: Option<Fault>,
    /// Whether it is a member of a sync group.
    grouped: bool,
}

impl Step<'_> {
    fn from(&self) -> Role {
        Role::of(self.before)
    }

    fn to(&self) -> Role {
        Role::of(self.after)
    }

    fn priority(&self) -> Priority {
        self.is.priority
    }

    fn sent(&self) -> impl Iterator<Item = WirePriority> {
        self.actions.iter().filter_map(|action| match action {
            Action::Send(priority) => Some(*priority),
            _ => None,
        })
    }

    fn claims(&self) -> bool {
        let mut actions = self.actions.iter();
        actions.any(|action| matches!(action, Action::Claim(_)))
    }

    /// Whether its sync group has told it to stand back.
    fn must_wait(&self) -> bool {
        matches!(self.event, Event::Permit(Permit::Wait { .. }))
    }

    /// How much longer it listens because of that.
    fn longer(&self) -> Duration {
        match self.event {
            Event::Permit(Permit::Wait { longer, .. }) => *longer,
            _ => Duration::ZERO,
        }
    }

    /// How a MASTER that was heard compares with us (RFC 3768 section 6.4.3).
    fn rank(&self, heard: &Heard) -> Ordering {
        let ours = WirePriority::from(self.priority());
        heard
            .priority
            .cmp(&ours)
            .then_with(|| Some(heard.source).cmp(&self.network.source))
    }

    fn words(&self) -> String {
        let Self {
            event,
            actions,
            before,
            after,
            ..
        } = self;
        format!("{event:?} caused {actions:?} ({before:?} became {after:?})")
    }
}

/// Watches one router.
#[derive(Clone, Debug)]
pub(crate) struct Watch {
    params: Params,
    network: Network,
    grouped: bool,
    seen: Seen,
    fitness: Fitness,
    moves: Moves,
    holding: Holding,
    rhythm: Rhythm,
    waiting: Waiting,
}

impl Watch {
    pub(crate) fn new(params: Params, network: Network, grouped: bool, seen: Seen) -> Self {
        Self {
            fitness: Fitness::new(&params),
            params,
            network,
            grouped,
            seen,
            moves: Moves::default(),
            holding: Holding::default(),
            rhythm: Rhythm::default(),
            waiting: Waiting::default(),
        }
    }

    /// After every event.
    pub(crate) fn step(
        &mut self,
        now: Time,
        event: &Event,
        after: Seen,
        actions: &[Action],
    ) -> Result<(), Breach> {
        let (before, was) = (self.seen, self.timing());
        self.fitness.step(event);
        let preempted = self.params.preempt;
        let mut reloaded = false;
        match event {
            Event::Params(params) => {
                reloaded = *params != self.params;
                self.params.clone_from(params);
            }
            Event::Network(network) => self.network.clone_from(network),
            _ => {}
        }
        let step = Step {
            now,
            event,
            actions,
            before,
            after,
            params: &self.params,
            network: &self.network,
            reloaded,
            preempted,
            was,
            is: self.timing(),
            fault: self.fault(),
            grouped: self.grouped,
        };
        hold(actions.len() <= Action::MOST, Rule::Bounded, || step.words())?;
        let takes_part = matches!(step.to(), Role::Backup | Role::Master);
        hold(!takes_part || step.fault.is_none(), Rule::Unfit, || {
            format!("{:?}: {}", step.fault, step.words())
        })?;
        yielding(&step)?;
        sending::check(&step)?;
        self.moves.step(&step)?;
        self.holding.step(&step)?;
        self.waiting.step(&step)?;
        self.rhythm.step(&step)?;
        deadline(&step, self.waiting.waits())?;
        self.seen = after;
        Ok(())
    }

    /// At any time while it runs and has nothing left to do.
    pub(crate) fn on_time(&self, now: Time) -> Result<(), Breach> {
        match self.role() {
            Role::Master => self.rhythm.on_time(now, self.params.interval.get(), LATENESS),
            Role::Backup => self.waiting.on_time(now, LATENESS),
            Role::Out | Role::Fault => Ok(()),
        }
    }

    /// Its times, and the priority that it must advertise.
    pub(crate) fn timing(&self) -> Timing {
        Timing {
            interval: self.params.interval,
            priority: self.fitness.priority(self.params.priority),
        }
    }

    fn fault(&self) -> Option<Fault> {
        let network = self.network.faults.first().cloned();
        network.or_else(|| self.fitness.fault())
    }

    // What the sync group has to know of it.

    fn role(&self) -> Role {
        Role::of(self.seen)
    }

    /// Whether it is in FAULT by itself: something fails, or it waits until it tries a refused claim again.
    fn has_reason(&self) -> bool {
        self.role() == Role::Fault && (self.fault().is_some() || self.seen.deadline.is_some())
    }

    /// Whether it claims, or holds, what it does not yet advertise.
    fn claims(&self) -> bool {
        self.role() == Role::Backup && self.holding.claims()
    }

    /// Whether its time has come and it waits for others.
    fn waits(&self) -> bool {
        self.role() == Role::Backup && self.waiting.waits()
    }

    fn can_serve(&self) -> bool {
        self.role() == Role::Master || self.claims() || self.waits()
    }

    fn words(&self) -> String {
        let claims = if self.claims() { " that claims" } else { "" };
        let waits = if self.waits() { " that waits" } else { "" };
        let vrid = self.params.vrid;
        format!("{vrid} is {:?}{claims}{waits} ({:?})", self.role(), self.fault())
    }
}

fn deadline(step: &Step<'_>, waits: bool) -> Result<(), Breach> {
    let has_one = step.after.deadline.is_some();
    let expected = match step.to() {
        Role::Backup => has_one != waits,
        Role::Master => has_one,
        Role::Out | Role::Fault => true,
    };
    hold(expected, Rule::Deadline, || step.words())?;
    let due = |seen: Seen| seen.deadline.is_some_and(|deadline| deadline <= step.now);
    if *step.event == Event::Timeout {
        hold(!due(step.after), Rule::Deadline, || {
            format!("it stays due: {}", step.words())
        })?;
        let idle = step.actions.is_empty() && step.before == step.after;
        hold(due(step.before) || idle, Rule::Inert, || {
            format!("a spurious timeout: {}", step.words())
        })?;
    }
    Ok(())
}

/// A MASTER yields to a better one at once (RFC 3768 section 6.4.3, and keepalived's tie-break in the same sense), and
/// when another member of its sync group does; to nobody else.
fn yielding(step: &Step<'_>) -> Result<(), Breach> {
    let yields = step.from() == Role::Master && step.to() == Role::Backup;
    let better = match step.event {
        Event::Advert(heard) => !heard.priority.is_resignation() && step.rank(heard) == Ordering::Greater,
        _ => false,
    };
    let must = step.from() == Role::Master && (better || step.must_wait());
    hold(yields == must, Rule::Yielding, || {
        let should = if must {
            "should have yielded"
        } else {
            "should not have yielded"
        };
        format!(
            "priority {} at {:?} {should}: {}",
            step.priority(),
            step.network.source,
            step.words()
        )
    })
}

/// Whether a BACKUP of this priority displaces a living MASTER (RFC 3768 section 6.4.2), or spares it.
pub(crate) fn entitled(preempt: Preempt, ours: Priority, master: WirePriority) -> bool {
    let allowed = match preempt {
        Preempt::Never => false,
        Preempt::After(_) => true,
        Preempt::Below(threshold) => master.get() < threshold.get(),
    };
    allowed && master.get() < ours.get()
}
