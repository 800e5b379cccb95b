//! Whether a virtual router can take part, how fit it is for it, and what its sync group lets it do.
//!
//! Reasons not to take part come from four sides: its network, what it tracks, the kernel that refused its addresses,
//! and another member of its sync group. While there is any it is in FAULT, and tells the first one.

use core::time::Duration;

use super::{Backup, Holding, Instance, Role};
use crate::{
    Action, Actions, Cause, Fault, Note, Permit, Preempt, Priority, Refusal, Standing, Time, Track, Tracked,
    WirePriority,
};

/// How long a refused claim waits for its next try: this long first, twice as long each time, up to [`LAST_RETRY`].
pub(super) const FIRST_RETRY: Duration = Duration::from_secs(10);
/// See [`FIRST_RETRY`].
const LAST_RETRY: Duration = Duration::from_mins(5);

/// A claim that the kernel refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refused {
    /// When it is tried again.
    at: Time,
    /// Why it was.
    reason: Refusal,
}

/// The times that depend on the priority, as they were.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Timing {
    down: Duration,
    skew: Duration,
    /// A `preempt_delay`, which can be running.
    delay: Option<Duration>,
}

impl Timing {
    pub(super) fn of(instance: &Instance) -> Self {
        Self {
            down: instance.master_down_interval(),
            skew: instance.skew_time(),
            delay: match instance.params.preempt {
                Preempt::After(delay) if !delay.is_zero() => Some(delay),
                _ => None,
            },
        }
    }
}

impl Instance {
    /// Whether it is in FAULT for a reason of its own, and not because another member of its sync group is.
    pub fn has_own_fault(&self) -> bool {
        self.role == Role::Fault && (self.own_fault().is_some() || self.refused.is_some())
    }

    /// Whether it is MASTER, on its way there, or ready for it and waiting for its sync group.
    pub fn can_serve(&self) -> bool {
        match &self.role {
            Role::Init | Role::Fault => false,
            Role::Backup(backup) => backup.ready || self.holding != Holding::Nothing,
            Role::Master(_) => true,
        }
    }

    /// Whether its time has come to be MASTER, and its sync group makes it wait.
    pub fn is_waiting(&self) -> bool {
        matches!(self.role, Role::Backup(Backup { ready: true, .. }))
    }

    /// What its sync group lets it do.
    pub fn permit(&self) -> &Permit {
        &self.permit
    }

    /// What is in the way of taking part, if anything is.
    pub(super) fn obstacle(&self) -> Option<Cause> {
        let member = || match &self.permit {
            Permit::Fault(member) => Some(Fault::Member(member.clone())),
            Permit::Go | Permit::Wait { .. } => None,
        };
        let refused = || Some(Cause::Refused(self.refused.as_ref()?.reason.clone()));
        self.own_fault()
            .map(Cause::Fault)
            .or_else(refused)
            .or_else(|| member().map(Cause::Fault))
    }

    fn own_fault(&self) -> Option<Fault> {
        self.network.faults.first().cloned().or_else(|| {
            let mut tracked = self.tracks();
            tracked.find_map(|(track, standing)| track.fault(standing))
        })
    }

    /// When a refused claim is tried again: not while something else is in the way.
    pub(super) fn retry_at(&self) -> Option<Time> {
        let refused = self.refused.as_ref()?;
        self.own_fault().is_none().then_some(refused.at)
    }

    /// Looks again at what is in the way: to FAULT with the first reason, or out of it when there is none left.
    pub(super) fn reconsider(&mut self, now: Time, actions: &mut Actions) -> Option<Cause> {
        match (&self.role, self.obstacle()) {
            (Role::Init, _) => None,
            (Role::Fault, Some(cause)) => {
                // Still unable, for another reason than the one told.
                if self.cause != cause {
                    self.cause = cause.clone();
                    actions.push(Action::Note(Note::FaultIs(cause)));
                }
                None
            }
            (Role::Fault, None) => Some(self.take_part(now, Cause::Recovered, actions)),
            (_, Some(cause)) => {
                self.fail(actions);
                Some(cause)
            }
            (_, None) => None,
        }
    }

    /// The kernel did not take the addresses.
    pub(super) fn refuse(&mut self, now: Time, reason: Refusal, actions: &mut Actions) -> Cause {
        self.fail(actions);
        actions.push(Action::Note(Note::NextTry(self.next_retry)));
        self.refused = Some(Refused {
            at: now + self.next_retry,
            reason: reason.clone(),
        });
        self.next_retry = (self.next_retry * 2).min(LAST_RETRY);
        Cause::Refused(reason)
    }

    /// To FAULT. A MASTER says so twice: on a link that loses packets, one that is lost costs its clients the whole
    /// `Master_Down_Interval`.
    fn fail(&mut self, actions: &mut Actions) {
        if let Role::Master(_) = self.role {
            actions.push(Action::Send(WirePriority::RESIGN));
            actions.push(Action::Send(WirePriority::RESIGN));
        }
        self.release(actions);
        self.role = Role::Fault;
    }

    /// Something that it tracks stands otherwise than before.
    pub(super) fn judged(
        &mut self,
        now: Time,
        what: Tracked,
        standing: Standing,
        actions: &mut Actions,
    ) -> Option<Cause> {
        let place = self.params.tracks.iter().position(|track| track.what == what)?;
        let (timing, priority) = (Timing::of(self), self.priority());
        let known = self.standings.get_mut(place)?;
        if *known == standing {
            return None;
        }
        known.clone_from(&standing);
        let changed = self.note_priority(priority, Some((what, standing)), actions);
        // First: one that leaves has nothing to say but that.
        if let Some(cause) = self.reconsider(now, actions) {
            return Some(cause);
        }
        match self.role {
            Role::Backup(_) if changed => self.retime(now, timing, actions),
            // Peers learn at once, and the rhythm stays.
            Role::Master(_) if changed => self.answer(now, actions),
            _ => {}
        }
        None
    }

    /// Says so if the priority is another than before.
    pub(super) fn note_priority(
        &self,
        from: Priority,
        by: Option<(Tracked, Standing)>,
        actions: &mut Actions,
    ) -> bool {
        let to = self.priority();
        let changed = from != to;
        if changed {
            actions.push(Action::Note(Note::PriorityChanged { from, to, by }));
        }
        changed
    }

    /// Keeps what is known of everything that is still tracked.
    pub(super) fn follow_tracks(&mut self, tracks: &[Track]) {
        let known = |track: &Track| {
            let mut before = self.tracks();
            before.find_map(|(old, standing)| (old.what == track.what).then(|| standing.clone()))
        };
        self.standings = tracks
            .iter()
            .map(|track| known(track).unwrap_or_default())
            .collect();
    }

    /// A BACKUP with another priority or other parameters: its timer runs as if it had been set with these.
    pub(super) fn retime(&mut self, now: Time, before: Timing, actions: &mut Actions) {
        let after = Timing::of(self);
        let (priority, preempt) = (self.priority(), self.params.preempt);
        let Role::Backup(backup) = &mut self.role else {
            return;
        };
        if let Some(spared) = backup
            .heard
            .filter(|last| preempt.spares(last.priority, priority))
        {
            // A MASTER that we may no longer displace: as if its last advert had been heard with these parameters.
            *backup = Backup {
                down_at: (spared.at + after.down).max(now),
                preempt_at: None,
                resigned: None,
                ready: false,
                ..*backup
            };
            self.release(actions);
            return;
        }
        let (old, new) = match backup.resigned {
            None => (before.down, after.down),
            Some(_) => (before.skew, after.skew),
        };
        backup.down_at = (backup.down_at + new - old).max(now);
        // The end of a delay stays where it is, unless the delay is another.
        let delays = before.delay.zip(after.delay);
        backup.preempt_at =
            backup.preempt_at.zip(delays).map(
                |(at, (old, new))| {
                    if old == new { at } else { (at + new - old).max(now) }
                },
            );
    }

    /// Its sync group lets it do something else than before.
    pub(super) fn permitted(&mut self, now: Time, permit: Permit, actions: &mut Actions) -> Option<Cause> {
        if permit == self.permit {
            return None;
        }
        self.permit = permit;
        if let Some(cause) = self.reconsider(now, actions) {
            return Some(cause);
        }
        match (&self.role, &self.permit) {
            (Role::Backup(Backup { ready: true, .. }), Permit::Go) => self.come_forward(now, actions),
            (Role::Master(_), Permit::Wait { member, longer }) => {
                let (cause, longer) = (Cause::Group(member.clone()), *longer);
                actions.push(Action::Send(WirePriority::RESIGN));
                self.stand_back(now, longer, actions);
                Some(cause)
            }
            (Role::Backup(_), Permit::Wait { longer, .. }) if self.holding != Holding::Nothing => {
                let longer = *longer;
                self.stand_back(now, longer, actions);
                None
            }
            _ => None,
        }
    }

    fn stand_back(&mut self, now: Time, longer: Duration, actions: &mut Actions) {
        self.release(actions);
        let backup = self.new_backup(now);
        self.role = Role::Backup(Backup {
            down_at: backup.down_at + longer,
            patience: Some((backup.down_at, longer)),
            ..backup
        });
    }
}
