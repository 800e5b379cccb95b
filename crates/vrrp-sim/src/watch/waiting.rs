//! When a BACKUP takes over: not before its time, not after it, and not from whom it must spare.

use core::net::IpAddr;
use core::time::Duration;

use vrrp_core::{Action, Event, Preempt, Time, WirePriority};

use super::{Breach, Role, Rule, Step, entitled, hold};

/// What a BACKUP waits for.
#[derive(Clone, Debug, Default)]
pub(super) struct Waiting {
    /// When the `Master_Down_Timer` fires.
    down: Time,
    /// When a `preempt_delay` is over.
    delay: Option<Time>,
    /// Whether the timer runs because of a resignation.
    resigned: bool,
    /// The last advert of a MASTER that has not resigned since.
    heard: Option<(Time, WirePriority)>,
    /// And who sent it.
    from: Option<IpAddr>,
    /// Whether it claims already, to displace a living MASTER.
    claiming: bool,
    /// Whether its time has come, and it waits for its sync group.
    ready: bool,
    /// Its sync group made it resign: until then it listens so much longer.
    patience: Option<(Time, Duration)>,
}

impl Waiting {
    pub(super) fn step(&mut self, step: &Step<'_>) -> Result<(), Breach> {
        let entered = step.from() != Role::Backup && step.to() == Role::Backup;
        let released = || {
            step.actions
                .iter()
                .any(|action| matches!(action, Action::Release(_)))
        };
        let yielded = match step.event {
            Event::Advert(heard) => Some(heard),
            _ => None,
        };
        if entered || (step.must_wait() && released()) {
            // One that comes out of FAULT has not been made to resign.
            let longer = if step.from() == Role::Fault {
                Duration::ZERO
            } else {
                step.longer()
            };
            hold(longer <= step.params.interval.get() / 4, Rule::TooLate, || {
                format!("to listen longer by {longer:?}: {}", step.words())
            })?;
            *self = Self {
                down: step.now + step.is.down() + longer,
                patience: (!longer.is_zero()).then(|| (step.now + step.is.down(), longer)),
                heard: yielded.map(|heard| (step.now, heard.priority)),
                from: yielded.map(|heard| heard.source),
                // The owner of the addresses waits for nobody but its sync group.
                ready: step.from() != Role::Master && entered && step.grouped && step.priority().is_owner(),
                ..Self::default()
            };
        }
        if step.from() != Role::Backup {
            return Ok(());
        }
        if step.reloaded || step.was != step.is {
            self.retime(step);
        }
        if let Event::Advert(heard) = step.event {
            self.hear(step, heard);
        }
        if step.claims() || (step.to() == Role::Master && !matches!(step.event, Event::Claimed(..))) {
            self.takes_over(step)?;
            self.in_order(step)?;
        } else if step.grouped && step.to() == Role::Backup {
            let due = *step.event == Event::Timeout && step.now >= self.due();
            let owns = matches!(step.event, Event::Params(_)) && step.reloaded && step.priority().is_owner();
            if due || (owns && !self.claiming) {
                self.ready = true;
                self.delay = None;
            }
        }
        if step.claims() && step.to() == Role::Backup {
            let heard = self.heard;
            *self = Self {
                down: step.now + step.is.down(),
                claiming: true,
                heard,
                from: self.from,
                patience: self.patience,
                ..Self::default()
            };
        }
        Ok(())
    }

    /// Whether its time has come, and it waits for its sync group.
    pub(super) fn waits(&self) -> bool {
        self.ready
    }

    fn due(&self) -> Time {
        self.delay.map_or(self.down, |delay| delay.min(self.down))
    }

    fn takes_over(&self, step: &Step<'_>) -> Result<(), Breach> {
        let becomes_owner = step.priority().is_owner() && matches!(step.event, Event::Params(_));
        let time_has_come = self.ready || step.now >= self.due();
        hold(becomes_owner || time_has_come, Rule::TooEarly, || {
            format!("{:?} too early: {}", self.due().since(step.now), step.words())
        })?;
        // Who becomes the owner of the addresses asks nobody, not even another that pretends to be.
        if step.priority().is_owner() {
            return Ok(());
        }
        let down = step.is.down();
        let living = self.heard.filter(|(at, _)| step.now.since(*at) < down);
        let spared = living.filter(|(_, master)| !entitled(step.params.preempt, step.priority(), *master));
        hold(spared.is_none(), Rule::Sparing, || {
            format!("{spared:?} by {:?}: {}", step.params.preempt, step.words())
        })
    }

    /// Whoever replaces a silent MASTER speaks before it claims, or every other BACKUP would claim too. Whoever
    /// displaces a living one claims before it speaks, or nobody would serve while the kernel works.
    fn in_order(&self, step: &Step<'_>) -> Result<(), Breach> {
        let down = step.is.down();
        let living = self.heard.is_some_and(|(at, _)| step.now.since(at) < down);
        let claims_first = step.to() == Role::Backup;
        let owner = matches!(step.event, Event::Params(_));
        hold(
            owner || self.claiming || living == claims_first,
            Rule::Order,
            || {
                format!(
                    "the MASTER {}: {}",
                    if living { "lives" } else { "is silent" },
                    step.words()
                )
            },
        )?;
        let place = |wanted: fn(&Action) -> bool| step.actions.iter().position(wanted);
        let speaks = place(|action| matches!(action, Action::Send(_)));
        let claims = place(|action| matches!(action, Action::Claim(_)));
        let in_order = speaks.is_none() || claims.is_none() || speaks < claims;
        hold(in_order, Rule::Order, || {
            format!("the claim came first: {}", step.words())
        })
    }

    /// A deadline moves as if it had been armed with the new parameters and the new priority. A MASTER that may no
    /// longer be displaced was heard when it was heard.
    fn retime(&mut self, step: &Step<'_>) {
        if let Some((at, priority)) = self.heard
            && !entitled(step.params.preempt, step.priority(), priority)
        {
            let down = (at + step.is.down()).max(step.now);
            *self = Self {
                down,
                heard: self.heard,
                from: self.from,
                patience: self.patience,
                ..Self::default()
            };
            return;
        }
        let (old, new) = if self.resigned {
            (step.was.skew(), step.is.skew())
        } else {
            (step.was.down(), step.is.down())
        };
        self.down = (self.down + new - old).max(step.now);
        let delayed = |preempt| match preempt {
            Preempt::After(delay) if !delay.is_zero() => Some(delay),
            _ => None,
        };
        let (old, new) = (delayed(step.preempted), delayed(step.params.preempt));
        // Its end stays where it is, unless the delay is another.
        self.delay = self.delay.zip(old.zip(new)).map(|(at, (old, new))| {
            if old == new {
                at
            } else {
                (at + new - old).max(step.now)
            }
        });
    }

    /// RFC 3768 section 6.4.2, and keepalived's `preempt_delay`.
    fn hear(&mut self, step: &Step<'_>, heard: &vrrp_core::Heard) {
        let armed = step.now + step.is.down();
        let resigns = heard.priority.is_resignation();
        // Who has lost to the MASTER that is heard is late to say so.
        let another = |(at, _)| self.from != Some(heard.source) && step.now.since(at) < step.is.down();
        if resigns && self.heard.is_some_and(another) {
            return;
        }
        self.from = Some(heard.source);
        self.heard = (!resigns).then_some((step.now, heard.priority));
        if resigns {
            self.down = self.down.min(step.now + step.is.skew());
            self.delay = None;
            self.resigned = true;
        } else if !entitled(step.params.preempt, step.priority(), heard.priority) {
            let longer = self.patience.filter(|(until, _)| step.now < *until);
            *self = Self {
                down: armed + longer.map_or(Duration::ZERO, |(_, longer)| longer),
                heard: self.heard,
                from: self.from,
                patience: self.patience,
                ..Self::default()
            };
        } else if self.claiming {
            self.down = armed;
        } else if let Preempt::After(delay) = step.params.preempt
            && !delay.is_zero()
            && !self.ready
        {
            self.down = armed;
            self.resigned = false;
            self.delay.get_or_insert(step.now + delay + step.is.skew());
        }
    }

    pub(super) fn on_time(&self, now: Time, late: Duration) -> Result<(), Breach> {
        hold(self.ready || now <= self.due() + late, Rule::TooLate, || {
            format!("{:?} too late", now.since(self.due()))
        })
    }
}
