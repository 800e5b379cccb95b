//! The core as it is, or with a defect planted from outside: a simulator that finds none of these finds nothing.

#[cfg(test)]
mod tests;

use core::fmt;
use core::net::{IpAddr, Ipv4Addr};

use vrrp_core::{
    Action, Actions, Discard, Epoch, Event, Heard, Instance, Meta, Network, Params, Preempt, Priority, State,
    Time, WirePriority,
};
use vrrp_packet::Advert;

/// A way in which the core, or the daemon around it, could be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Defect {
    /// A rejected packet re-arms the MASTER's advert timer.
    RejectRearms,
    /// Of two equal MASTERs the one with the lower address stays.
    TieReversed,
    /// The `preempt_delay` also delays the replacement of a dead MASTER.
    DelaySparesTheDead,
    /// An answer counts for whatever claim is current.
    StaleAnswerCounts,
    /// A loser keeps its addresses.
    NothingReleased,
    /// Every claim is made twice.
    ClaimsTwice,
    /// A BACKUP sends an advert when it hears one.
    BackupSpeaks,
    /// Nobody listens to a resignation.
    ResignationIgnored,
    /// A MASTER does not yield to a higher priority.
    HigherIgnored,
    /// A MASTER's adverts come a tenth late.
    SlowRhythm,
    /// A BACKUP does not accept its equal.
    EqualIgnored,
    /// A MASTER that stops does not say so.
    NoResignation,
    /// A removed address is not put back.
    NoRepair,
    /// A contender is not answered.
    NoAnswer,
    /// Without preemption a lower MASTER is displaced all the same.
    NeverPreemptsAnyway,
    /// A wake-up before the deadline counts as the deadline.
    SpuriousTimeoutCounts,
    /// A new MASTER does not announce its addresses.
    NoAnnouncement,
    /// The same parameters again are taken for new ones.
    SameParamsRestart,
    /// The daemon believes that nothing was heard before it has read what has arrived.
    TimersBeforePackets,
    /// The daemon handles one packet at each wake-up and believes a deadline although more are waiting.
    HalfDrained,
}

impl Defect {
    /// All of them.
    pub const ALL: [Self; 20] = [
        Self::RejectRearms,
        Self::TieReversed,
        Self::DelaySparesTheDead,
        Self::StaleAnswerCounts,
        Self::NothingReleased,
        Self::ClaimsTwice,
        Self::BackupSpeaks,
        Self::ResignationIgnored,
        Self::HigherIgnored,
        Self::SlowRhythm,
        Self::EqualIgnored,
        Self::NoResignation,
        Self::NoRepair,
        Self::NoAnswer,
        Self::NeverPreemptsAnyway,
        Self::SpuriousTimeoutCounts,
        Self::NoAnnouncement,
        Self::SameParamsRestart,
        Self::TimersBeforePackets,
        Self::HalfDrained,
    ];
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RejectRearms => "a rejected packet re-arms the advert timer",
            Self::TieReversed => "of two equal MASTERs the lower address stays",
            Self::DelaySparesTheDead => "preempt_delay also delays a dead MASTER's replacement",
            Self::StaleAnswerCounts => "a stale answer counts for the current claim",
            Self::NothingReleased => "a loser keeps its addresses",
            Self::ClaimsTwice => "every claim is made twice",
            Self::BackupSpeaks => "a BACKUP sends adverts",
            Self::ResignationIgnored => "a resignation is ignored",
            Self::HigherIgnored => "a MASTER does not yield to a higher priority",
            Self::SlowRhythm => "a MASTER's adverts come a tenth late",
            Self::EqualIgnored => "a BACKUP does not accept its equal",
            Self::NoResignation => "a MASTER that stops does not resign",
            Self::NoRepair => "a removed address is not put back",
            Self::NoAnswer => "a contender is not answered",
            Self::NeverPreemptsAnyway => "preemption although it is off",
            Self::SpuriousTimeoutCounts => "a spurious timeout counts",
            Self::NoAnnouncement => "a new MASTER does not announce itself",
            Self::SameParamsRestart => "the same parameters again restart the rhythm",
            Self::TimersBeforePackets => "the daemon lets timers fire before it has read",
            Self::HalfDrained => "the daemon believes a deadline with packets unread",
        })
    }
}

/// One virtual router of the core, perhaps with a defect.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    instance: Instance,
    defect: Option<Defect>,
    /// The epoch of the last claim.
    epoch: Epoch,
}

/// What can be seen of it from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) state: State,
    pub(crate) advertising: bool,
    pub(crate) deadline: Option<Time>,
}

impl Subject {
    pub(crate) fn new(params: Params, network: Network, defect: Option<Defect>) -> Self {
        Self {
            instance: Instance::new(params, network),
            defect,
            epoch: Epoch::default(),
        }
    }

    pub(crate) fn instance(&self) -> &Instance {
        &self.instance
    }

    pub(crate) fn has(&self, defect: Defect) -> bool {
        self.defect == Some(defect)
    }

    pub(crate) fn seen(&self) -> Seen {
        Seen {
            state: self.instance.state(),
            advertising: self.instance.is_advertising(),
            deadline: self.deadline(),
        }
    }

    fn is_backup(&self) -> bool {
        self.instance.state() == State::Backup && !self.instance.is_advertising()
    }

    fn priority(&self) -> WirePriority {
        self.instance.params().priority.into()
    }

    pub(crate) fn admit(&self, advert: &Advert<'_>, meta: &Meta) -> Result<Heard, Discard> {
        self.instance.admit(advert, meta)
    }

    /// Takes note of a packet that was rejected: the core has no such thing, on purpose.
    pub(crate) fn rejected(&mut self, now: Time) {
        if self.has(Defect::RejectRearms) && self.instance.is_advertising() {
            self.restart_rhythm(now);
        }
    }

    /// There and back again: the advert timer starts anew and what is sent on the way is thrown away.
    fn restart_rhythm(&mut self, now: Time) {
        let params = self.instance.params().clone();
        let priority = if params.priority.get() == 7 {
            Priority::DEFAULT
        } else {
            seven()
        };
        let _ = self.instance.handle(
            now,
            Event::Params(Params {
                priority,
                ..params.clone()
            }),
        );
        let _ = self.instance.handle(now, Event::Params(params));
    }

    pub(crate) fn deadline(&self) -> Option<Time> {
        let deadline = self.instance.deadline()?;
        Some(match (self.defect, self.instance.params().preempt) {
            (Some(Defect::SlowRhythm), _) if self.instance.is_advertising() => {
                deadline + self.instance.params().interval.get() / 10
            }
            (Some(Defect::DelaySparesTheDead), Preempt::After(delay)) if self.is_backup() => deadline + delay,
            _ => deadline,
        })
    }

    pub(crate) fn handle(&mut self, now: Time, event: Event) -> Actions {
        let Some(defect) = self.defect else {
            return self.instance.handle(now, event);
        };
        let speaks = defect == Defect::BackupSpeaks && self.is_backup() && matches!(event, Event::Advert(_));
        let Some(event) = self.distort(now, event, defect) else {
            return Actions::new();
        };
        let moment = match event {
            Event::Timeout if defect == Defect::SpuriousTimeoutCounts => {
                self.instance.deadline().map_or(now, |deadline| deadline.max(now))
            }
            _ => now,
        };
        let mut actions = self.instance.handle(moment, event);
        if speaks {
            actions.push(Action::Send(self.priority()));
        }
        self.twist(&mut actions, defect);
        actions
    }

    /// What the defective core takes an event for, if it takes notice at all.
    fn distort(&mut self, now: Time, event: Event, defect: Defect) -> Option<Event> {
        let (ours, master) = (self.priority(), self.instance.is_advertising());
        match (defect, event) {
            (Defect::TieReversed, Event::Advert(heard)) if master && heard.priority == ours => {
                let higher = self.instance.source().is_some_and(|own| heard.source > own);
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
                if !master
                    && heard.priority < ours
                    && !heard.priority.is_resignation()
                    && self.instance.params().preempt == Preempt::Never =>
            {
                None
            }
            (Defect::StaleAnswerCounts, Event::Claimed(_, result)) => {
                Some(Event::Claimed(self.epoch, result))
            }
            (Defect::SameParamsRestart, Event::Params(params))
                if params == *self.instance.params() && master =>
            {
                self.restart_rhythm(now);
                None
            }
            (_, event) => Some(event),
        }
    }

    /// What the defective core makes of its actions.
    fn twist(&mut self, actions: &mut Actions, defect: Defect) {
        for action in actions.iter() {
            if let Action::Claim(epoch) = action {
                self.epoch = *epoch;
            }
        }
        match defect {
            Defect::NothingReleased => actions.retain(|action| !matches!(action, Action::Release(_))),
            Defect::NoResignation => {
                actions.retain(|action| *action != Action::Send(WirePriority::RESIGN));
            }
            Defect::NoRepair => actions.retain(|action| !matches!(action, Action::Repair(_))),
            Defect::NoAnnouncement => actions.retain(|action| !matches!(action, Action::Announce(_))),
            Defect::ClaimsTwice => {
                let claims: Actions = actions
                    .iter()
                    .filter(|action| matches!(action, Action::Claim(_)))
                    .cloned()
                    .collect();
                actions.extend(claims);
            }
            _ => {}
        }
    }
}

fn seven() -> Priority {
    Priority::new(7).unwrap_or(Priority::DEFAULT)
}
