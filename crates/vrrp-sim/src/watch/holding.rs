//! Claims, releases, and what the kernel is believed to have.

use vrrp_core::{Action, Epoch, Event, State};

use super::{Breach, Role, Rule, Step, hold};

/// Whether claims and releases alternate.
#[derive(Clone, Debug, Default)]
pub(super) struct Holding {
    last: Epoch,
    claim: Option<Claim>,
}

#[derive(Clone, Copy, Debug)]
struct Claim {
    epoch: Epoch,
    granted: bool,
    /// Whether it was made by a BACKUP, to displace a living MASTER.
    preempting: bool,
}

impl Holding {
    /// Whether a claim stands.
    pub(super) fn claims(&self) -> bool {
        self.claim.is_some()
    }

    pub(super) fn step(&mut self, step: &Step<'_>) -> Result<(), Breach> {
        self.answer(step)?;
        for action in step.actions {
            self.action(step, action)?;
        }
        self.fits_role(step)?;
        announcing(step)
    }

    fn answer(&mut self, step: &Step<'_>) -> Result<(), Breach> {
        let Event::Claimed(epoch, result) = step.event else {
            return Ok(());
        };
        match (&mut self.claim, result) {
            (Some(claim), Ok(())) if claim.epoch == *epoch => claim.granted = true,
            // A refused claim leaves nothing to release; a refused repair does.
            (Some(claim), Err(_)) if claim.epoch == *epoch && !claim.granted => self.claim = None,
            (Some(claim), Err(_)) if claim.epoch == *epoch => {}
            _ => {
                let idle = step.actions.is_empty() && step.before == step.after;
                hold(idle, Rule::Inert, || format!("a stale answer: {}", step.words()))?;
            }
        }
        Ok(())
    }

    fn action(&mut self, step: &Step<'_>, action: &Action) -> Result<(), Breach> {
        let standing = self.claim.map(|claim| claim.epoch);
        let wrong = |what: &str| format!("{what}: {}", step.words());
        match action {
            Action::Claim(epoch) => {
                hold(standing.is_none(), Rule::Holding, || {
                    wrong("a claim while one stands")
                })?;
                hold(*epoch > self.last, Rule::Holding, || {
                    wrong("an epoch that was used")
                })?;
                self.last = *epoch;
                let preempting = step.to() == Role::Backup;
                self.claim = Some(Claim {
                    epoch: *epoch,
                    granted: false,
                    preempting,
                });
            }
            Action::Release(epoch) => {
                hold(standing == Some(*epoch), Rule::Holding, || {
                    wrong("a release of what is not claimed")
                })?;
                self.claim = None;
            }
            Action::Repair(epoch) => {
                let granted = self
                    .claim
                    .is_some_and(|claim| claim.granted && claim.epoch == *epoch);
                hold(granted, Rule::Holding, || wrong("a repair of what is not held"))?;
            }
            Action::Send(_) | Action::Announce(_) | Action::Moved(_) | Action::Note(_) => {}
        }
        Ok(())
    }

    fn fits_role(&self, step: &Step<'_>) -> Result<(), Breach> {
        let fits = match step.to() {
            Role::Master => self.claim.is_some(),
            Role::Backup => self
                .claim
                .is_none_or(|claim| claim.preempting && step.from() != Role::Master),
            Role::Out | Role::Fault => self.claim.is_none(),
        };
        hold(fits, Rule::Holding, || {
            format!("{:?} is claimed: {}", self.claim, step.words())
        })?;
        let serves = self.claim.is_some_and(|claim| claim.granted) && step.to() == Role::Master;
        hold(
            serves == (step.after.state == State::Master),
            Rule::Holding,
            || format!("{:?} is claimed: {}", self.claim, step.words()),
        )
    }
}

/// Gratuitous ARP for addresses that are not held would steal them; a MASTER that sends none is not found.
fn announcing(step: &Step<'_>) -> Result<(), Breach> {
    let announces = step
        .actions
        .iter()
        .any(|action| matches!(action, Action::Announce(_)));
    let serves = step.after.state == State::Master;
    hold(serves || !announces, Rule::Announcing, || {
        format!("it does not serve: {}", step.words())
    })?;
    let begins = serves && step.before.state != State::Master;
    hold(announces || !begins, Rule::Announcing, || {
        format!("it is silent: {}", step.words())
    })
}
