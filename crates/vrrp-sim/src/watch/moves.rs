//! Every change of state is told once, with a cause that fits.

use core::net::IpAddr;

use vrrp_core::{Action, Cause, Event, Fault, Moved, Preempt, Priority, State, WirePriority};

use super::{Breach, Role, Rule, Step, entitled, hold};

/// Whether what is told of a router's states is true.
#[derive(Clone, Debug, Default)]
pub(super) struct Moves {
    /// Who has resigned since we are BACKUP.
    resigned: Vec<IpAddr>,
    /// Whether the claim that is on its way was made by the owner.
    owner: bool,
    /// What it was when it claimed.
    claimed_as: Option<(Preempt, Priority)>,
    /// The priority that was heard last.
    heard: Option<WirePriority>,
}

impl Moves {
    pub(super) fn step(&mut self, step: &Step<'_>) -> Result<(), Breach> {
        if step.from() != Role::Backup {
            self.resigned.clear();
        }
        if let Event::Advert(heard) = step.event {
            self.heard = Some(heard.priority);
        }
        if let Event::Advert(heard) = step.event
            && heard.priority.is_resignation()
            && !self.resigned.contains(&heard.source)
        {
            self.resigned.push(heard.source);
        }
        if step.claims() {
            self.owner = step.priority().is_owner();
            self.claimed_as = Some((step.params.preempt, step.priority()));
        }
        let mut told = step.actions.iter().filter_map(|action| match action {
            Action::Moved(moved) => Some(moved),
            _ => None,
        });
        let (first, second) = (told.next(), told.next());
        let (from, to) = (step.before.state, step.after.state);
        match first {
            None => hold(from == to, Rule::Transition, || {
                format!("untold: {}", step.words())
            }),
            Some(moved) => {
                let true_story = moved.from == from && moved.to == to && from != to && second.is_none();
                hold(true_story, Rule::Transition, || {
                    format!("told wrong: {}", step.words())
                })?;
                let fits = self.fits(step, moved);
                hold(fits, Rule::Transition, || {
                    format!("the cause does not fit: {}", step.words())
                })
            }
        }
    }

    fn fits(&self, step: &Step<'_>, moved: &Moved) -> bool {
        let ours = WirePriority::from(step.priority());
        let heard = match step.event {
            Event::Advert(heard) => Some((heard.source, heard.priority)),
            _ => None,
        };
        let answered = matches!(step.event, Event::Claimed(_, Ok(())));
        match (&moved.cause, moved.from, moved.to) {
            (Cause::Started, State::Init, State::Backup) => *step.event == Event::Start,
            (Cause::Stopped, _, State::Init) => *step.event == Event::Stop,
            (Cause::Fault(fault), _, State::Fault) => match fault {
                // Whether it is, the sync group knows.
                Fault::Member(_) => step.fault.is_none() && step.grouped,
                fault => step.fault.as_ref() == Some(fault),
            },
            (Cause::Refused(_), _, State::Fault) => matches!(step.event, Event::Claimed(_, Err(_))),
            (Cause::Recovered, State::Fault, State::Backup) => step.fault.is_none(),
            (Cause::HigherPriority { master, theirs }, State::Master, State::Backup) => {
                heard == Some((*master, *theirs)) && *theirs > ours
            }
            (Cause::HigherAddress { master }, State::Master, State::Backup) => {
                heard == Some((*master, ours)) && Some(*master) > step.network.source
            }
            (Cause::Group(_), State::Master, State::Backup) => step.must_wait(),
            (Cause::Silence, State::Backup, State::Master) => answered,
            (Cause::Owner, State::Backup, State::Master) => answered && self.owner,
            (Cause::Resigned(master), State::Backup, State::Master) => {
                answered && (self.resigned.contains(master) || step.from() == Role::Master)
            }
            (Cause::Preempted { theirs, .. }, State::Backup, State::Master) => {
                // One that had to take over before the kernel answered, or whose MASTER has resigned while it did,
                // need not spare anybody any more.
                let nobody = step.from() == Role::Master || !self.resigned.is_empty();
                let claimed = |(preempt, ours)| entitled(preempt, ours, *theirs);
                let still = |theirs| entitled(step.params.preempt, step.priority(), theirs);
                let entitled = self.claimed_as.is_some_and(claimed) && self.heard.is_some_and(still);
                answered && (nobody || entitled)
            }
            _ => false,
        }
    }
}
