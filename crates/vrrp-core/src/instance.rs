//! One virtual router: RFC 3768 section 6, without I/O.
//!
//! What happens goes in as an [`Event`], what is to be done comes out as [`Actions`], and [`Instance::deadline`] says
//! when it wants to be woken. The election itself (section 6.4) stands in [`election`]; this file holds what surrounds
//! it: who we are, what the kernel holds. What makes us unable to take part, or less fit for it, stands in [`fitness`].

mod announcing;
mod election;
mod fitness;
mod repair;
#[cfg(test)]
mod tests;

use alloc::vec;
use alloc::vec::Vec;
use core::net::IpAddr;
use core::time::Duration;

use vrrp_packet::advert::Advert;
use vrrp_packet::{Priority, Vrid, WirePriority};

use self::announcing::Announcements;
use self::fitness::{FIRST_RETRY, Refused, Timing};
use self::repair::Repairs;
use crate::track::effective;
use crate::{
    Action, Actions, Cause, Discard, Epoch, Event, Heard, Meta, Moved, Network, Note, Params, Permit,
    Refusal, Standing, State, Time, Track, admit,
};

/// One virtual router on one host.
///
/// `handle` is total: it never panics, blocks or fails, whatever the order of events. The order of calls does not
/// matter, except that `now` must not go back (an earlier `now` is harmless, only late).
#[derive(Clone, Debug)]
pub struct Instance {
    params: Params,
    network: Network,
    role: Role,
    holding: Holding,
    epoch: Epoch,
    /// The claim that the kernel refused last, until it is tried again.
    refused: Option<Refused>,
    /// How long the next refusal waits.
    next_retry: Duration,
    /// How what it tracks stands, in the order of `params.tracks`.
    standings: Vec<Standing>,
    /// What its sync group lets it do.
    permit: Permit,
    reported: State,
    since: Time,
    cause: Cause,
}

/// What our peers see of us.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Role {
    Init,
    Fault,
    Backup(Backup),
    Master(Master),
}

/// What a BACKUP remembers.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Backup {
    /// When the `Master_Down_Timer` fires.
    down_at: Time,
    /// When a `preempt_delay` that runs is over.
    preempt_at: Option<Time>,
    /// The last advert of a MASTER, whether it re-armed the timer or not.
    heard: Option<LastHeard>,
    /// Who resigned, if the timer runs because of that.
    resigned: Option<IpAddr>,
    /// Its time has come, and it waits for its sync group.
    ready: bool,
    /// Its sync group made it resign: until then it listens so much longer whenever its timer is set. What two hosts
    /// that make each other resign still send must not make them equal again.
    patience: Option<(Time, Duration)>,
}

impl Backup {
    /// How much longer than the `Master_Down_Interval` it listens.
    fn longer(&self, now: Time) -> Duration {
        match self.patience {
            Some((until, longer)) if now < until => longer,
            _ => Duration::ZERO,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct LastHeard {
    at: Time,
    from: IpAddr,
    priority: WirePriority,
}

/// What a MASTER remembers.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Master {
    /// When the `Adver_Timer` fires. It advances by whole intervals, whatever arrives.
    advert_at: Time,
    /// When an answer to a contender is due that had to wait for `answer_from`.
    answer_at: Option<Time>,
    /// No answer to a contender goes out before this.
    answer_from: Time,
    announcements: Announcements,
    repairs: Repairs,
}

/// What the kernel has.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Holding {
    Nothing,
    Claiming {
        epoch: Epoch,
        /// Why: reported once the kernel has them.
        cause: Cause,
        /// Somebody removed one again before the answer came.
        lost: bool,
    },
    Held(Epoch),
}

/// What there is to know about a virtual router at the moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The state as people see it.
    pub state: State,
    /// Since when.
    pub since: Time,
    /// Why.
    pub cause: Cause,
    /// The MASTER, as far as we know: ourselves (our own address) or the last one heard.
    pub master: Option<IpAddr>,
    /// When it next acts of its own accord.
    pub deadline: Option<Time>,
    /// When a `preempt_delay` that runs is over.
    pub preempt_at: Option<Time>,
}

impl Instance {
    /// A virtual router that has not been started: it stays in INIT until [`Event::Start`].
    pub fn new(params: Params, network: Network) -> Self {
        Self {
            standings: vec![Standing::Unknown; params.tracks.len()],
            params,
            network,
            role: Role::Init,
            holding: Holding::Nothing,
            epoch: Epoch::default(),
            refused: None,
            next_retry: FIRST_RETRY,
            permit: Permit::Go,
            reported: State::Init,
            since: Time::default(),
            cause: Cause::Stopped,
        }
    }

    // What it is.

    /// Its parameters.
    pub fn params(&self) -> &Params {
        &self.params
    }

    /// Its VRID.
    pub fn vrid(&self) -> Vrid {
        self.params.vrid
    }

    /// The priority that it advertises: the configured one, and what its tracks add and subtract.
    pub fn priority(&self) -> Priority {
        effective(self.params.priority, &self.params.tracks, &self.standings)
    }

    /// What it tracks, and how that stands.
    pub fn tracks(&self) -> impl Iterator<Item = (&Track, &Standing)> {
        self.params.tracks.iter().zip(&self.standings)
    }

    /// The network around it, as it was told last.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The address that it sends from and that decides ties.
    pub fn source(&self) -> Option<IpAddr> {
        self.network.source
    }

    /// The state as people see it.
    pub fn state(&self) -> State {
        match (&self.role, &self.holding) {
            (Role::Init, _) => State::Init,
            (Role::Fault, _) => State::Fault,
            (Role::Master(_), Holding::Held(_)) => State::Master,
            (Role::Backup(_) | Role::Master(_), _) => State::Backup,
        }
    }

    /// Whether its next deadline is an advert that peers wait for, or anything else that a MASTER does. Such a deadline
    /// must not wait for anything; the others must not fire before everything that has arrived was handled.
    pub fn is_advertising(&self) -> bool {
        matches!(self.role, Role::Master(_))
    }

    /// Whether the kernel holds its addresses, or has been asked to.
    pub fn is_holding(&self) -> bool {
        self.holding != Holding::Nothing
    }

    /// When it wants an [`Event::Timeout`]. MASTER always does, and BACKUP unless it waits for its sync group.
    pub fn deadline(&self) -> Option<Time> {
        match &self.role {
            Role::Init | Role::Backup(Backup { ready: true, .. }) => None,
            Role::Fault => self.retry_at(),
            Role::Backup(backup) => Some(
                backup
                    .preempt_at
                    .map_or(backup.down_at, |at| at.min(backup.down_at)),
            ),
            Role::Master(master) => {
                let rest = [
                    master.answer_at,
                    master.announcements.next(),
                    master.repairs.next(),
                ];
                Some(rest.into_iter().flatten().fold(master.advert_at, Time::min))
            }
        }
    }

    /// Everything a status page shows.
    pub fn status(&self) -> Status {
        Status {
            state: self.reported,
            since: self.since,
            cause: self.cause.clone(),
            master: match &self.role {
                Role::Master(_) => self.network.source,
                Role::Backup(backup) => backup.heard.map(|heard| heard.from),
                Role::Init | Role::Fault => None,
            },
            deadline: self.deadline(),
            preempt_at: match &self.role {
                Role::Backup(backup) => backup.preempt_at,
                Role::Init | Role::Fault | Role::Master(_) => None,
            },
        }
    }

    /// Whether an advert counts for this virtual router. It changes nothing; what it returns goes into
    /// [`Event::Advert`].
    ///
    /// # Errors
    /// Why it is ignored.
    pub fn admit(&self, advert: &Advert<'_>, meta: &Meta) -> Result<Heard, Discard> {
        admit(&self.params, self.network.source, advert, meta)
    }

    // What happens to it.

    /// Takes note of an event and says what to do about it.
    #[must_use]
    pub fn handle(&mut self, now: Time, event: Event) -> Actions {
        let mut actions = Actions::new();
        let cause = match event {
            Event::Start => self.start(now, &mut actions),
            Event::Stop => Some(self.stop(&mut actions)),
            Event::Advert(heard) => self.hear(now, heard, &mut actions),
            Event::Timeout => self.time_out(now, &mut actions),
            Event::Network(network) => self.network_changed(now, network, &mut actions),
            Event::Params(params) => self.params_changed(now, params, &mut actions),
            Event::Claimed(epoch, result) => self.claim_answered(now, epoch, result, &mut actions),
            Event::AddressLost => self.address_lost(now, &mut actions),
            Event::SendingAgain => self.announce_anew(now, &mut actions),
            Event::Verdict(what, standing) => self.judged(now, what, standing, &mut actions),
            Event::Permit(permit) => self.permitted(now, permit, &mut actions),
        };
        self.report(now, cause, &mut actions);
        actions
    }

    /// Says so when the state that people see is another than before.
    fn report(&mut self, now: Time, cause: Option<Cause>, actions: &mut Actions) {
        let (from, to) = (self.reported, self.state());
        if from == to {
            return;
        }
        debug_assert!(cause.is_some(), "{from} -> {to} without a cause");
        if let Some(cause) = cause {
            self.cause = cause.clone();
            actions.push(Action::Moved(Moved { from, to, cause }));
        }
        self.reported = to;
        self.since = now;
    }

    fn start(&mut self, now: Time, actions: &mut Actions) -> Option<Cause> {
        (self.role == Role::Init).then(|| self.take_part(now, Cause::Started, actions))
    }

    fn stop(&mut self, actions: &mut Actions) -> Cause {
        if let Role::Master(_) = self.role {
            actions.push(Action::Send(WirePriority::RESIGN));
        }
        self.release(actions);
        self.role = Role::Init;
        self.refused = None;
        self.next_retry = FIRST_RETRY;
        Cause::Stopped
    }

    fn network_changed(&mut self, now: Time, network: Network, actions: &mut Actions) -> Option<Cause> {
        if network == self.network {
            return None;
        }
        self.network = network;
        // Another network may well be the mend of a refusal: try at once.
        self.refused = None;
        self.reconsider(now, actions)
    }

    fn params_changed(&mut self, now: Time, params: Params, actions: &mut Actions) -> Option<Cause> {
        if params == self.params {
            return None;
        }
        let before = Timing::of(self);
        let priority = self.priority();
        self.follow_tracks(&params.tracks);
        self.params = params;
        self.note_priority(priority, None, actions);
        if self.role == Role::Fault {
            self.refused = None;
        }
        // First: one that leaves has nothing to say but that.
        if let Some(cause) = self.reconsider(now, actions) {
            return Some(cause);
        }
        match &mut self.role {
            Role::Init | Role::Fault => None,
            Role::Backup(_) => {
                self.retime(now, before, actions);
                let owns = self.params.priority.is_owner() && self.holding == Holding::Nothing;
                (owns && self.take_over_as_owner(now, actions)).then_some(Cause::Owner)
            }
            Role::Master(master) => {
                // Peers learn at once; the rhythm starts anew from here, as the interval may be another.
                master.advert_at = now + self.params.interval.get();
                actions.push(Action::Send(self.priority().into()));
                None
            }
        }
    }

    fn claim_answered(
        &mut self,
        now: Time,
        epoch: Epoch,
        result: Result<(), Refusal>,
        actions: &mut Actions,
    ) -> Option<Cause> {
        match (&self.holding, result) {
            (
                Holding::Claiming {
                    epoch: asked,
                    cause,
                    lost,
                },
                Ok(()),
            ) if *asked == epoch => {
                let (cause, lost) = (cause.clone(), *lost);
                self.next_retry = FIRST_RETRY;
                self.holding = Holding::Held(epoch);
                // One that preempts a living MASTER has not spoken yet: it does now that it can serve.
                if let Role::Backup(_) = self.role {
                    actions.push(Action::Send(self.priority().into()));
                    self.role = Role::Master(self.new_master(now));
                }
                self.announce_anew(now, actions);
                if lost {
                    self.address_lost(now, actions);
                }
                Some(cause)
            }
            (Holding::Held(held), Ok(())) if *held == epoch => self.announce_anew(now, actions),
            (Holding::Claiming { epoch: asked, .. }, Err(reason)) if *asked == epoch => {
                // All or nothing: there is nothing to release.
                self.holding = Holding::Nothing;
                Some(self.refuse(now, reason, actions))
            }
            (Holding::Held(held), Err(reason)) if *held == epoch => Some(self.refuse(now, reason, actions)),
            _ => None,
        }
    }

    fn claim(&mut self, cause: Cause, actions: &mut Actions) {
        self.epoch = Epoch(self.epoch.0 + 1);
        self.holding = Holding::Claiming {
            epoch: self.epoch,
            cause,
            lost: false,
        };
        actions.push(Action::Claim(self.epoch));
    }

    fn release(&mut self, actions: &mut Actions) {
        match self.holding {
            Holding::Nothing => {}
            Holding::Claiming { epoch, .. } | Holding::Held(epoch) => actions.push(Action::Release(epoch)),
        }
        self.holding = Holding::Nothing;
    }

    fn address_lost(&mut self, now: Time, actions: &mut Actions) -> Option<Cause> {
        match (&mut self.role, &mut self.holding) {
            (Role::Master(master), Holding::Held(epoch)) => {
                if let Some(times) = master.repairs.ask(now) {
                    actions.push(Action::Note(Note::Repairing { times }));
                    actions.push(Action::Repair(*epoch));
                }
            }
            (_, Holding::Claiming { lost, .. }) => *lost = true,
            _ => {}
        }
        None
    }

    /// Starts the announcements from the beginning, unless they have only just begun.
    fn announce_anew(&mut self, now: Time, actions: &mut Actions) -> Option<Cause> {
        if let (Role::Master(master), Holding::Held(_)) = (&mut self.role, &self.holding)
            && let Some(round) = master.announcements.begin(now, &self.params.announce)
        {
            actions.push(Action::Announce(round));
        }
        None
    }

    // The RFC's derived parameters (section 6.1).

    /// `Skew_Time`: ((256 - Priority) / 256) seconds, exactly.
    pub fn skew_time(&self) -> Duration {
        skew_time(self.priority())
    }

    /// `Master_Down_Interval`: (3 * `Advertisement_Interval`) + `Skew_Time`.
    pub fn master_down_interval(&self) -> Duration {
        self.params.interval.get() * 3 + self.skew_time()
    }
}

/// `Skew_Time` in whole nanoseconds (RFC 3768 section 6.1): a 256th of a second is exactly 3,906,250 of them.
fn skew_time(priority: Priority) -> Duration {
    Duration::from_nanos((256 - u64::from(priority.get())) * 3_906_250)
}
