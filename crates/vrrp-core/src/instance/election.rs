//! RFC 3768 section 6.4: what each state does about an advert and about its timer.

use core::cmp::Ordering;
use core::net::IpAddr;
use core::time::Duration;

use super::announcing::Announcements;
use super::repair::Repairs;
use super::{Backup, Holding, Instance, LastHeard, Master, Role};
use crate::{Action, Actions, Cause, Heard, Note, Permit, Preempt, Time};

/// A contender is answered at once, but not more often than this: an answer costs every listener a packet, and a
/// flood of lower-priority adverts shall not make us a second flood.
const ANSWER_SPACING: Duration = Duration::from_millis(100);

impl Instance {
    /// 6.4.1, Startup: the owner is MASTER at once, everybody else listens first. A router that cannot take part waits
    /// in FAULT.
    pub(super) fn take_part(&mut self, now: Time, cause: Cause, actions: &mut Actions) -> Cause {
        if let Some(obstacle) = self.obstacle() {
            self.role = Role::Fault;
            return obstacle;
        }
        self.role = Role::Backup(self.new_backup(now));
        if self.params.priority.is_owner() {
            self.take_over_as_owner(now, actions);
        }
        cause
    }

    /// The owner asks nobody, except for its sync group. Says whether it did.
    pub(super) fn take_over_as_owner(&mut self, now: Time, actions: &mut Actions) -> bool {
        if let (Role::Backup(backup), Permit::Wait { .. }) = (&mut self.role, &self.permit) {
            backup.ready = true;
            return false;
        }
        self.take_over(now, Cause::Owner, actions);
        true
    }

    /// 6.4.2 and 6.4.3, "if an ADVERTISEMENT is received".
    pub(super) fn hear(&mut self, now: Time, heard: Heard, actions: &mut Actions) -> Option<Cause> {
        match self.role {
            Role::Init | Role::Fault => None,
            Role::Backup(_) => {
                self.hear_as_backup(now, heard, actions);
                None
            }
            Role::Master(_) => self.hear_as_master(now, heard, actions),
        }
    }

    /// 6.4.2. While a claim is on its way to displace a MASTER, one that is better than we are ends it.
    fn hear_as_backup(&mut self, now: Time, heard: Heard, actions: &mut Actions) {
        let (skew, down) = (self.skew_time(), self.master_down_interval());
        let spared = self.params.preempt.spares(heard.priority, self.priority());
        let delay = match self.params.preempt {
            Preempt::After(delay) => delay,
            Preempt::Never | Preempt::Below(_) => Duration::ZERO,
        };
        let claiming = self.holding != Holding::Nothing;
        let Role::Backup(backup) = &mut self.role else {
            return;
        };

        if heard.priority.is_resignation() {
            actions.push(Action::Note(Note::ResignationHeard {
                from: heard.source,
                as_master: false,
            }));
            // Not the MASTER that we hear: it has lost to that one, and is late to say so.
            let another = |last: &LastHeard| last.from != heard.source && now.since(last.at) < down;
            if backup.heard.as_ref().is_some_and(another) {
                return;
            }
            // Never later than it was: whoever repeats a resignation shall not keep everybody waiting.
            backup.down_at = backup.down_at.min(now + skew);
            backup.preempt_at = None;
            backup.resigned = Some(heard.source);
            backup.heard = None;
            return;
        }

        let before = backup.heard.map(|last| last.from);
        if before != Some(heard.source) {
            actions.push(Action::Note(Note::MasterIs {
                before,
                now: heard.source,
                priority: heard.priority,
            }));
        }
        backup.heard = Some(LastHeard {
            at: now,
            from: heard.source,
            priority: heard.priority,
        });

        if spared {
            backup.down_at = now + down + backup.longer(now);
            backup.resigned = None;
            backup.ready = false;
            if backup.preempt_at.take().is_some() {
                actions.push(Action::Note(Note::DelayEnded));
            }
            self.release(actions);
            return;
        }
        if claiming {
            // It lives, and is about to be displaced.
            backup.down_at = now + down;
        } else if backup.ready {
            // It lives, and is displaced when the sync group can.
        } else if delay.is_zero() {
            // Ignored: the timer runs on, and we take over when it ends.
            actions.push(Action::Note(Note::LowerIgnored {
                from: heard.source,
                theirs: heard.priority,
            }));
        } else {
            backup.down_at = now + down;
            backup.resigned = None;
            if backup.preempt_at.is_none() {
                backup.preempt_at = Some(now + delay + skew);
                actions.push(Action::Note(Note::DelayStarted {
                    delay,
                    master: heard.source,
                }));
            }
        }
    }

    /// 6.4.3, and beyond it: the RFC ignores a MASTER of lower priority; we answer, so that it yields at once, and
    /// announce ourselves, so that its clients come back.
    fn hear_as_master(&mut self, now: Time, heard: Heard, actions: &mut Actions) -> Option<Cause> {
        let ours = self.priority();
        if heard.priority.is_resignation() {
            actions.push(Action::Note(Note::ResignationHeard {
                from: heard.source,
                as_master: true,
            }));
            // Other backups have heard it too and are waiting for a sign of life.
            self.answer(now, actions);
            return self.announce_anew(now, actions);
        }
        let rank = heard
            .priority
            .cmp(&ours.into())
            .then_with(|| compare(heard.source, self.network.source));
        match rank {
            Ordering::Less => {
                let note = Note::Contested {
                    from: heard.source,
                    theirs: heard.priority,
                    ours,
                };
                actions.push(Action::Note(note));
                self.answer(now, actions);
                self.announce_anew(now, actions)
            }
            // Our priority and our address: `admit` has counted it as an echo.
            Ordering::Equal => None,
            Ordering::Greater => {
                // One last advert of lower rank, so that the winner announces itself after we have gone quiet.
                actions.push(Action::Send(ours.into()));
                self.release(actions);
                let mut backup = self.new_backup(now);
                backup.heard = Some(LastHeard {
                    at: now,
                    from: heard.source,
                    priority: heard.priority,
                });
                self.role = Role::Backup(backup);
                Some(if heard.priority > ours.into() {
                    Cause::HigherPriority {
                        master: heard.source,
                        theirs: heard.priority,
                    }
                } else {
                    Cause::HigherAddress { master: heard.source }
                })
            }
        }
    }

    /// 6.4.2 and 6.4.3, "if the timer fires".
    pub(super) fn time_out(&mut self, now: Time, actions: &mut Actions) -> Option<Cause> {
        if self.deadline().is_none_or(|deadline| now < deadline) {
            return None;
        }
        let interval = self.params.interval.get();
        let ours = self.priority().into();
        match &mut self.role {
            Role::Init => None,
            Role::Fault => {
                self.refused = None;
                self.reconsider(now, actions)
            }
            Role::Backup(backup) => {
                backup.preempt_at = None;
                if self.permit != Permit::Go {
                    backup.ready = true;
                    actions.push(Action::Note(Note::Waiting));
                    return None;
                }
                self.come_forward(now, actions)
            }
            Role::Master(master) => {
                let advert_due = now >= master.advert_at;
                if advert_due {
                    master.advert_at = next_beat(master.advert_at, interval, now);
                }
                if advert_due || master.answer_at.is_some_and(|at| now >= at) {
                    master.answer_at = None;
                    master.answer_from = now + ANSWER_SPACING;
                    actions.push(Action::Send(ours));
                }
                if let Some(round) = master.announcements.due(now, &self.params.announce) {
                    actions.push(Action::Announce(round));
                }
                if let (Some(times), Holding::Held(epoch)) = (master.repairs.due(now), &self.holding) {
                    actions.push(Action::Note(Note::Repairing { times }));
                    actions.push(Action::Repair(*epoch));
                }
                None
            }
        }
    }

    /// The time of a BACKUP has come, and nobody else is to be asked.
    pub(super) fn come_forward(&mut self, now: Time, actions: &mut Actions) -> Option<Cause> {
        let down = self.master_down_interval();
        let Role::Backup(backup) = &mut self.role else {
            return None;
        };
        backup.ready = false;
        // One that resigned is not among them: who was heard, was heard after that.
        let living = backup.heard.filter(|last| now.since(last.at) < down);
        match living {
            // Nobody must be without service while the kernel works: first the addresses, then the advert.
            Some(last) if self.holding == Holding::Nothing => {
                backup.down_at = now + down;
                let cause = Cause::Preempted {
                    master: last.from,
                    theirs: last.priority,
                };
                self.claim(cause, actions);
                None
            }
            _ => {
                let owns = self.params.priority.is_owner().then_some(Cause::Owner);
                let cause = backup.resigned.map_or(Cause::Silence, Cause::Resigned);
                Some(self.take_over(now, owns.unwrap_or(cause), actions))
            }
        }
    }

    /// Nobody serves: the advert goes out first, or every other BACKUP would claim too, then the addresses.
    pub(super) fn take_over(&mut self, now: Time, cause: Cause, actions: &mut Actions) -> Cause {
        actions.push(Action::Send(self.priority().into()));
        self.role = Role::Master(self.new_master(now));
        if self.holding == Holding::Nothing {
            self.claim(cause.clone(), actions);
        }
        cause
    }

    /// Sends an advert now, or as soon as [`ANSWER_SPACING`] allows. The `Adver_Timer` runs on as if nothing had come.
    pub(super) fn answer(&mut self, now: Time, actions: &mut Actions) {
        let Role::Master(master) = &mut self.role else {
            return;
        };
        if now >= master.answer_from {
            master.answer_at = None;
            master.answer_from = now + ANSWER_SPACING;
            actions.push(Action::Send(self.priority().into()));
        } else {
            master.answer_at.get_or_insert(master.answer_from);
        }
    }

    pub(super) fn new_backup(&self, now: Time) -> Backup {
        Backup {
            down_at: now + self.master_down_interval(),
            preempt_at: None,
            heard: None,
            resigned: None,
            ready: false,
            patience: None,
        }
    }

    /// A MASTER that has just sent an advert.
    pub(super) fn new_master(&self, now: Time) -> Master {
        Master {
            advert_at: now + self.params.interval.get(),
            answer_at: None,
            answer_from: now,
            announcements: Announcements::default(),
            repairs: Repairs::default(),
        }
    }
}

/// The first beat after `now` in the rhythm that `beat` belongs to, which has come. Beats that we slept through are not
/// made up for, and the rhythm stays.
fn next_beat(beat: Time, interval: Duration, now: Time) -> Time {
    let late = now.since(beat).as_nanos() % interval.as_nanos();
    now + interval - Duration::from_nanos(u64::try_from(late).unwrap_or_default())
}

/// Which address decides a tie: the numerically higher one (RFC 3768 section 6.4.3). Without one of our own we lose.
fn compare(theirs: IpAddr, ours: Option<IpAddr>) -> Ordering {
    ours.map_or(Ordering::Greater, |ours| theirs.cmp(&ours))
}
