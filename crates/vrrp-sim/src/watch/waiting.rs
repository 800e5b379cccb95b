//! When a BACKUP takes over: not before its time, not after it, and not from whom it must spare.

use core::time::Duration;

use vrrp_core::{Action, Event, Params, Preempt, Time, WirePriority};

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
    /// Whether it claims already, to displace a living MASTER.
    claiming: bool,
}

/// ((256 - Priority) / 256) seconds (RFC 3768 section 6.1).
pub(crate) fn skew(params: &Params) -> Duration {
    Duration::from_secs(1) * (256 - u32::from(params.priority.get())) / 256
}

/// (3 * `Advertisement_Interval`) + `Skew_Time` (RFC 3768 section 6.1).
pub(crate) fn master_down(params: &Params) -> Duration {
    params.interval.get() * 3 + skew(params)
}

impl Waiting {
    pub(super) fn step(&mut self, step: &Step<'_>, old: Option<&Params>) -> Result<(), Breach> {
        let entered = step.from() != Role::Backup && step.to() == Role::Backup;
        if entered {
            *self = Self {
                down: step.now + master_down(step.params),
                ..Self::default()
            };
        }
        if step.from() != Role::Backup {
            return Ok(());
        }
        if let Some(old) = old {
            self.reload(step, old);
        }
        if let Event::Advert(heard) = step.event {
            self.hear(step, heard);
        }
        let claims = step
            .actions
            .iter()
            .any(|action| matches!(action, Action::Claim(_)));
        if claims || (step.to() == Role::Master && !matches!(step.event, Event::Claimed(..))) {
            self.takes_over(step)?;
            self.in_order(step)?;
        }
        if claims && step.to() == Role::Backup {
            let heard = self.heard;
            *self = Self {
                down: step.now + master_down(step.params),
                claiming: true,
                heard,
                ..Self::default()
            };
        }
        Ok(())
    }

    fn due(&self) -> Time {
        self.delay.map_or(self.down, |delay| delay.min(self.down))
    }

    fn takes_over(&self, step: &Step<'_>) -> Result<(), Breach> {
        let becomes_owner = step.params.priority.is_owner() && matches!(step.event, Event::Params(_));
        hold(becomes_owner || step.now >= self.due(), Rule::TooEarly, || {
            format!("{:?} too early: {}", self.due().since(step.now), step.words())
        })
    }

    /// Whoever replaces a silent MASTER speaks before it claims, or every other BACKUP would claim too. Whoever
    /// displaces a living one claims before it speaks, or nobody would serve while the kernel works.
    fn in_order(&self, step: &Step<'_>) -> Result<(), Breach> {
        let down = master_down(step.params);
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

    /// A deadline moves as if it had been armed with the new parameters. A MASTER that may no longer be displaced was
    /// heard when it was heard.
    fn reload(&mut self, step: &Step<'_>, old: &Params) {
        if let Some((at, priority)) = self.heard
            && !entitled(step.params, priority)
        {
            let down = (at + master_down(step.params)).max(step.now);
            *self = Self {
                down,
                heard: self.heard,
                ..Self::default()
            };
            return;
        }
        let span = |params| {
            if self.resigned {
                skew(params)
            } else {
                master_down(params)
            }
        };
        self.down = (self.down + span(step.params) - span(old)).max(step.now);
        if !matches!(step.params.preempt, Preempt::After(delay) if !delay.is_zero()) {
            self.delay = None;
        }
    }

    /// RFC 3768 section 6.4.2, and keepalived's `preempt_delay`.
    fn hear(&mut self, step: &Step<'_>, heard: &vrrp_core::Heard) {
        let armed = step.now + master_down(step.params);
        let resigns = heard.priority.is_resignation();
        self.heard = (!resigns).then_some((step.now, heard.priority));
        if resigns {
            self.down = self.down.min(step.now + skew(step.params));
            self.delay = None;
            self.resigned = true;
        } else if heard.priority >= step.params.priority.into() {
            *self = Self {
                down: armed,
                heard: self.heard,
                ..Self::default()
            };
        } else if !entitled(step.params, heard.priority) {
            self.down = armed;
            self.resigned = false;
        } else if self.claiming {
            self.down = armed;
        } else if let Preempt::After(delay) = step.params.preempt
            && !delay.is_zero()
        {
            self.down = armed;
            self.resigned = false;
            self.delay.get_or_insert(step.now + delay + skew(step.params));
        }
    }

    pub(super) fn on_time(&self, now: Time, late: Duration) -> Result<(), Breach> {
        hold(now <= self.due() + late, Rule::TooLate, || {
            format!("{:?} too late", now.since(self.due()))
        })
    }
}
