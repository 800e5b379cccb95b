//! What must hold of one router, event by event: what went in, what came out, and what could be seen before and after.
//!
//! The rules are told again here, from the documents and not from the core, so that the two can contradict each other.

mod holding;
mod moves;
mod rhythm;
mod sending;
mod waiting;

use core::cmp::Ordering;
use core::fmt;
use core::time::Duration;

use vrrp_core::{Action, Event, Heard, Network, Params, Preempt, State, Time, WirePriority};

use self::holding::Holding;
use self::moves::Moves;
use self::rhythm::Rhythm;
use self::waiting::Waiting;
pub(crate) use self::waiting::{master_down, skew};
use crate::sabotage::Seen;

/// A wake-up may come this much too late: what comes later is late by the core's doing.
const LATENESS: Duration = Duration::from_millis(3);

/// Which promise was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// BACKUP and MASTER have a deadline; a deadline that was met moves on.
    Deadline,
    /// Every change of state is reported once, and has a cause that fits.
    Transition,
    /// Adverts are sent by a MASTER only: with its priority, and the resignation and last advert that the rules name.
    Sending,
    /// A MASTER's adverts are never further apart than the interval, and it answers a contender at once.
    Rhythm,
    /// A MASTER does not flood.
    Flood,
    /// Claims and releases alternate, epochs go up, and the state is MASTER only while the kernel has the addresses.
    Holding,
    /// An address that somebody removed is put back.
    Repair,
    /// A winner announces itself, and nobody else does.
    Announcing,
    /// A stale answer, a spurious timeout, a rejected packet, or the same again change nothing.
    Inert,
    /// What nobody may believe is rejected.
    Rejecting,
    /// A MASTER yields to a better one at once, and to nobody else.
    Yielding,
    /// Nobody takes over before its time, or from a MASTER that it must spare.
    TooEarly,
    /// Nobody takes over after its time.
    TooLate,
    /// The successor of a silent MASTER speaks first and then claims; one that displaces a living MASTER claims first.
    Order,
    /// An event causes at most [`Action::MOST`] actions.
    Bounded,
    /// Nobody takes over while there is something left to read.
    ReadFirst,
    /// In a connected and quiet LAN there is a MASTER within 3 x interval + skew.
    NoMaster,
    /// And only one, which serves.
    NotOneMaster,
    /// And it is the right one.
    WrongMaster,
    /// Two MASTERs that can hear each other are one after one exchange of adverts.
    TwoMasters,
    /// A run ends.
    Endless,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Deadline => "BACKUP and MASTER have a deadline, and one that was met moves on",
            Self::Transition => "every change of state is reported once and has a cause",
            Self::Sending => "only a MASTER sends adverts",
            Self::Rhythm => "a MASTER's adverts and answers come in time",
            Self::Flood => "a MASTER does not flood",
            Self::Holding => {
                "claims and releases alternate, and MASTER means that the kernel has the addresses"
            }
            Self::Repair => "an address that somebody removed is put back",
            Self::Announcing => "a winner announces itself, and nobody else does",
            Self::Inert => "what means nothing changes nothing",
            Self::Rejecting => "what nobody may believe is rejected",
            Self::Yielding => "a MASTER yields to a better one at once, and to nobody else",
            Self::TooEarly => "nobody takes over before its time",
            Self::TooLate => "nobody takes over after its time",
            Self::Order => "a dead MASTER's successor speaks first, a living one's claims first",
            Self::Bounded => "an event causes a bounded number of actions",
            Self::ReadFirst => "nobody takes over with packets unread",
            Self::NoMaster => "a connected and quiet LAN has a MASTER within 3 x interval + skew",
            Self::NotOneMaster => "a connected and quiet LAN has one MASTER, and it serves",
            Self::WrongMaster => "a connected and quiet LAN has the right MASTER",
            Self::TwoMasters => "two MASTERs that hear each other are one after one exchange",
            Self::Endless => "a run ends",
        })
    }
}

/// A promise that was broken, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// Which.
    pub rule: Rule,
    /// How, in words.
    pub detail: String,
}

/// `Err` unless the promise was kept.
pub(crate) fn hold(kept: bool, rule: Rule, detail: impl FnOnce() -> String) -> Result<(), Breach> {
    if kept {
        Ok(())
    } else {
        Err(Breach {
            rule,
            detail: detail(),
        })
    }
}

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

/// One event and what it caused.
struct Step<'a> {
    now: Time,
    event: &'a Event,
    actions: &'a [Action],
    before: Seen,
    after: Seen,
    /// As they are after the event.
    params: &'a Params,
    network: &'a Network,
}

impl Step<'_> {
    fn from(&self) -> Role {
        Role::of(self.before)
    }

    fn to(&self) -> Role {
        Role::of(self.after)
    }

    fn sent(&self) -> impl Iterator<Item = WirePriority> {
        self.actions.iter().filter_map(|action| match action {
            Action::Send(priority) => Some(*priority),
            _ => None,
        })
    }

    /// How a MASTER that was heard compares with us (RFC 3768 section 6.4.3).
    fn rank(&self, heard: &Heard) -> Ordering {
        let ours = WirePriority::from(self.params.priority);
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
    seen: Seen,
    moves: Moves,
    holding: Holding,
    rhythm: Rhythm,
    waiting: Waiting,
}

impl Watch {
    pub(crate) fn new(params: Params, network: Network, seen: Seen) -> Self {
        Self {
            params,
            network,
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
        let before = self.seen;
        let changed = match event {
            Event::Params(params) if *params != self.params => {
                let old = core::mem::replace(&mut self.params, params.clone());
                Some(old)
            }
            _ => None,
        };
        if let Event::Network(network) = event {
            self.network.clone_from(network);
        }
        let step = Step {
            now,
            event,
            actions,
            before,
            after,
            params: &self.params,
            network: &self.network,
        };
        hold(actions.len() <= Action::MOST, Rule::Bounded, || step.words())?;
        deadline(&step)?;
        yielding(&step)?;
        sending::check(&step)?;
        self.moves.step(&step)?;
        self.holding.step(&step)?;
        self.waiting.step(&step, changed.as_ref())?;
        self.rhythm.step(&step, changed.is_some())?;
        self.seen = after;
        Ok(())
    }

    /// At any time while it runs and has nothing left to do.
    pub(crate) fn on_time(&self, now: Time) -> Result<(), Breach> {
        match Role::of(self.seen) {
            Role::Master => self.rhythm.on_time(now, self.params.interval.get(), LATENESS),
            Role::Backup => self.waiting.on_time(now, LATENESS),
            Role::Out | Role::Fault => Ok(()),
        }
    }
}

fn deadline(step: &Step<'_>) -> Result<(), Breach> {
    let has_one = step.after.deadline.is_some();
    hold(
        has_one || !matches!(step.to(), Role::Backup | Role::Master),
        Rule::Deadline,
        || step.words(),
    )?;
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

/// A MASTER yields to a better one at once, and to nobody else (RFC 3768 section 6.4.3, and keepalived's tie-break in
/// the same sense).
fn yielding(step: &Step<'_>) -> Result<(), Breach> {
    let yields = step.from() == Role::Master && step.to() == Role::Backup;
    let must = match step.event {
        Event::Advert(heard) => {
            !heard.priority.is_resignation()
                && step.rank(heard) == Ordering::Greater
                && step.from() == Role::Master
        }
        _ => false,
    };
    hold(yields == must, Rule::Yielding, || {
        let should = if must {
            "should have yielded"
        } else {
            "should not have yielded"
        };
        format!(
            "priority {} at {:?} {should}: {}",
            step.params.priority,
            step.network.source,
            step.words()
        )
    })
}

/// Whether a BACKUP with these parameters displaces a living MASTER of this priority (RFC 3768 section 6.4.2).
pub(crate) fn entitled(params: &Params, master: WirePriority) -> bool {
    master < params.priority.into() && params.preempt != Preempt::Never
}
