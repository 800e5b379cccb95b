//! The core as it is, or with a defect planted from outside: a simulator that finds none of these finds nothing.

mod defect;
mod hosted;
#[cfg(test)]
mod tests;

use core::net::{IpAddr, Ipv4Addr};

use vrrp_core::{
    Action, Cause, Discard, Epoch, Event, Heard, Instance, Meta, Params, Preempt, Priority, Standing, State,
    Time, Weight, WirePriority,
};
use vrrp_packet::Advert;

pub use self::defect::Defect;
pub(crate) use self::hosted::{Core, Hosted, Wanted};
use crate::scenario::Virtual;

/// The virtual routers of one host, perhaps with a defect.
#[derive(Clone, Debug)]
pub(crate) struct Subject<C> {
    core: C,
    defect: Option<Defect>,
    /// The epoch of each one's last claim.
    epochs: Vec<Epoch>,
}

/// What can be seen of one from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) state: State,
    pub(crate) advertising: bool,
    pub(crate) deadline: Option<Time>,
}

impl Subject<Instance> {
    /// One by itself.
    pub(crate) fn alone(instance: Instance, defect: Option<Defect>) -> Self {
        Self {
            core: instance,
            defect,
            epochs: vec![Epoch::default()],
        }
    }

    pub(crate) fn instance(&self) -> &Instance {
        &self.core
    }
}

impl Subject<Hosted> {
    /// Those of a host: several are a sync group.
    pub(crate) fn hosted(instances: Vec<Instance>, defect: Option<Defect>) -> Self {
        let grouped = instances.len() > 1 && defect != Some(Defect::MemberAlone);
        Self {
            epochs: vec![Epoch::default(); instances.len()],
            core: Hosted::new(instances, grouped),
            defect,
        }
    }

    /// Whose deadline has come.
    pub(crate) fn due(&self, now: Time, only_adverts: bool) -> Option<Virtual> {
        match self.defect {
            Some(Defect::SlowRhythm | Defect::DelaySparesTheDead) => (0..self.epochs.len()).find(|&which| {
                let advertising = self.get(which).is_advertising();
                let due = self.deadline(which).is_some_and(|deadline| deadline <= now);
                due && (advertising || !only_adverts)
            }),
            _ => self.core.due(now, only_adverts),
        }
    }

    pub(crate) fn core(&self) -> &Hosted {
        &self.core
    }
}

impl<C: Core> Subject<C> {
    pub(crate) fn get(&self, which: Virtual) -> &Instance {
        self.core.get(which)
    }

    pub(crate) fn has(&self, defect: Defect) -> bool {
        self.defect == Some(defect)
    }

    pub(crate) fn seen(&self, which: Virtual) -> Seen {
        let instance = self.get(which);
        Seen {
            state: instance.state(),
            advertising: instance.is_advertising(),
            deadline: self.deadline(which),
        }
    }

    fn is_backup(&self, which: Virtual) -> bool {
        let instance = self.get(which);
        instance.state() == State::Backup && !instance.is_advertising()
    }

    fn priority(&self, which: Virtual) -> WirePriority {
        self.get(which).priority().into()
    }

    pub(crate) fn admit(&self, which: Virtual, advert: &Advert<'_>, meta: &Meta) -> Result<Heard, Discard> {
        self.get(which).admit(advert, meta)
    }

    /// Takes note of a packet that was rejected: the core has no such thing, on purpose.
    pub(crate) fn rejected(&mut self, now: Time, which: Virtual) {
        if self.has(Defect::RejectRearms) && self.get(which).is_advertising() {
            self.restart_rhythm(now, which);
        }
    }

    /// There and back again: the advert timer starts anew and what is sent on the way is thrown away.
    fn restart_rhythm(&mut self, now: Time, which: Virtual) {
        let params = self.get(which).params().clone();
        let priority = if params.priority.get() == 7 {
            Priority::DEFAULT
        } else {
            seven()
        };
        let other = Params {
            priority,
            ..params.clone()
        };
        let _ = self.core.handle(now, which, Event::Params(other));
        let _ = self.core.handle(now, which, Event::Params(params));
    }

    pub(crate) fn deadline(&self, which: Virtual) -> Option<Time> {
        let instance = self.get(which);
        let deadline = instance.deadline()?;
        Some(match (self.defect, instance.params().preempt) {
            (Some(Defect::SlowRhythm), _) if instance.is_advertising() => {
                deadline + instance.params().interval.get() / 10
            }
            (Some(Defect::DelaySparesTheDead), Preempt::After(delay)) if self.is_backup(which) => {
                deadline + delay
            }
            _ => deadline,
        })
    }

    pub(crate) fn handle(&mut self, now: Time, which: Virtual, event: Event) -> Wanted {
        let Some(defect) = self.defect else {
            return self.core.handle(now, which, event);
        };
        let speaks =
            defect == Defect::BackupSpeaks && self.is_backup(which) && matches!(event, Event::Advert(_));
        let before = self.get(which).priority();
        let Some(event) = self.distort(now, which, event, defect) else {
            return Wanted::new();
        };
        let moment = match event {
            Event::Timeout if defect == Defect::SpuriousTimeoutCounts => self
                .get(which)
                .deadline()
                .map_or(now, |deadline| deadline.max(now)),
            _ => now,
        };
        let mut wanted = self.core.handle(moment, which, event);
        if speaks {
            wanted.push((which, Action::Send(self.priority(which))));
        }
        if defect == Defect::PriorityUntold && self.get(which).priority() != before {
            let told = Action::Send(self.priority(which));
            wanted.retain(|(_, action)| *action != told);
        }
        self.twist(&mut wanted, defect);
        wanted
    }

    /// What the defective core takes an event for, if it takes notice at all.
    fn distort(&mut self, now: Time, which: Virtual, event: Event, defect: Defect) -> Option<Event> {
        let instance = self.get(which);
        let (ours, master) = (self.priority(which), instance.is_advertising());
        let preempt = instance.params().preempt;
        let lower = |heard: Heard| !master && heard.priority < ours && !heard.priority.is_resignation();
        match (defect, event) {
            (Defect::TieReversed, Event::Advert(heard)) if master && heard.priority == ours => {
                let higher = instance.source().is_some_and(|own| heard.source > own);
                let other = if higher {
                    Ipv4Addr::new(0, 0, 0, 1)
                } else {
                    Ipv4Addr::BROADCAST
                };
                Some(Event::Advert(Heard {
                    source: IpAddr::V4(other),
                    ..heard
                }))
            }
            (Defect::ResignationIgnored, Event::Advert(heard)) if heard.priority.is_resignation() => None,
            (Defect::HigherIgnored, Event::Advert(heard)) if master && heard.priority > ours => None,
            (Defect::NoAnswer, Event::Advert(heard)) if master && heard.priority < ours => None,
            (Defect::EqualIgnored, Event::Advert(heard)) if !master && heard.priority == ours => None,
            (Defect::NeverPreemptsAnyway, Event::Advert(heard))
                if lower(heard) && preempt == Preempt::Never =>
            {
                None
            }
            (Defect::ThresholdIgnored, Event::Advert(heard))
                if lower(heard) && matches!(preempt, Preempt::Below(_)) =>
            {
                None
            }
            (Defect::StaleAnswerCounts, Event::Claimed(_, result)) => {
                Some(Event::Claimed(self.epochs[which], result))
            }
            (Defect::SameParamsRestart, Event::Params(params)) if params == *instance.params() && master => {
                self.restart_rhythm(now, which);
                None
            }
            (Defect::WeightIgnored, Event::Verdict(what, standing)) => {
                let weighs = instance
                    .tracks()
                    .any(|(track, _)| track.what == what && track.weight != Weight::FAULT);
                (!weighs).then_some(Event::Verdict(what, standing))
            }
            (Defect::UnknownPasses, Event::Start) => {
                self.pass_unknown(now, which);
                Some(Event::Start)
            }
            (_, event) => Some(event),
        }
    }

    fn pass_unknown(&mut self, now: Time, which: Virtual) {
        let unknown = |&(_, standing): &(_, &Standing)| *standing == Standing::Unknown;
        let unknown = self.get(which).tracks().filter(unknown);
        let unknown: Vec<_> = unknown.map(|(track, _)| track.what.clone()).collect();
        for what in unknown {
            let _ = self
                .core
                .handle(now, which, Event::Verdict(what, Standing::Passing));
        }
    }

    /// What the defective core makes of its actions.
    fn twist(&mut self, wanted: &mut Wanted, defect: Defect) {
        for (which, action) in wanted.iter() {
            if let Action::Claim(epoch) = action {
                self.epochs[*which] = *epoch;
            }
        }
        let resigns = |action: &Action| *action == Action::Send(WirePriority::RESIGN);
        match defect {
            Defect::NothingReleased => wanted.retain(|(_, action)| !matches!(action, Action::Release(_))),
            Defect::NoResignation => wanted.retain(|(_, action)| !resigns(action)),
            Defect::GroupUntold => {
                let by_group = |action: &Action| matches!(action, Action::Moved(moved) if matches!(moved.cause, Cause::Group(_)));
                let group: Vec<Virtual> = wanted
                    .iter()
                    .filter(|(_, action)| by_group(action))
                    .map(|(which, _)| *which)
                    .collect();
                wanted.retain(|(which, action)| !(resigns(action) && group.contains(which)));
            }
            Defect::NoRepair => wanted.retain(|(_, action)| !matches!(action, Action::Repair(_))),
            Defect::NoAnnouncement => wanted.retain(|(_, action)| !matches!(action, Action::Announce(_))),
            Defect::ClaimsTwice => {
                let claims: Wanted = wanted
                    .iter()
                    .filter(|(_, action)| matches!(action, Action::Claim(_)))
                    .cloned()
                    .collect();
                wanted.extend(claims);
            }
            _ => {}
        }
    }
}

fn seven() -> Priority {
    Priority::new(7).unwrap_or(Priority::DEFAULT)
}
