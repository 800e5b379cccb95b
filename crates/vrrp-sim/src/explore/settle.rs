//! From any state, if nothing more goes wrong: one MASTER in time, and the right one.

use core::time::Duration;

use vrrp_core::{Instance, Preempt, State as Shown};

use super::state::{State, Step};
use crate::watch::{Breach, Rule, Timing, entitled, hold};

/// No way to a settled state is longer.
const MOST_STEPS: u32 = 5000;

/// Lets everything arrive, grants every claim, fires every timer when it is due; links that are down stay down. Then
/// there must be one MASTER among those that take part, and nobody who would displace it.
pub(super) fn check(state: &State) -> Result<(), Breach> {
    let mut state = state.clone();
    let patience = patience(&state);
    let mut end = state.now + patience;
    for _ in 0..MOST_STEPS {
        let steps = state.steps();
        let first = |wanted: fn(&Step) -> bool| steps.iter().copied().find(wanted);
        let pending = first(|step| matches!(step, Step::Arrives { .. } | Step::Granted(_)));
        let due = || {
            let timer = first(|step| matches!(step, Step::Timer(_)));
            timer.filter(|_| state.earliest().is_some_and(|at| at <= end))
        };
        let Some(step) = pending.or_else(due) else {
            return settled(&state);
        };
        if let Step::Timer(node) = step
            && state.routers[node].subject.instance().state() == Shown::Fault
        {
            // One that was refused comes back: from here on everybody has to settle again.
            end = state.earliest().unwrap_or(end) + patience;
        }
        state.take(step)?;
    }
    hold(false, Rule::Endless, || {
        format!("still busy after {MOST_STEPS} quiet steps")
    })
}

/// 3 x interval + skew, and the `preempt_delay` from the first advert that it hears.
fn patience(state: &State) -> Duration {
    let timings = || state.routers.iter().map(|router| router.watch.timing());
    let down = timings().map(Timing::down).max().unwrap_or_default();
    let instances = state.routers.iter().map(|router| router.subject.instance());
    let delay = instances
        .zip(timings())
        .map(|(instance, timing)| match instance.params().preempt {
            Preempt::After(delay) if !delay.is_zero() => timing.interval.get() + delay + timing.skew(),
            _ => Duration::ZERO,
        });
    down + delay.max().unwrap_or_default()
}

fn settled(state: &State) -> Result<(), Breach> {
    let present: Vec<&Instance> = state
        .routers
        .iter()
        .map(|router| router.subject.instance())
        .filter(|instance| matches!(instance.state(), Shown::Backup | Shown::Master))
        .collect();
    let masters: Vec<&&Instance> = present
        .iter()
        .filter(|instance| instance.is_advertising())
        .collect();
    let sources = |masters: &[&&Instance]| masters.iter().map(|master| master.source()).collect::<Vec<_>>();
    hold(present.is_empty() || !masters.is_empty(), Rule::NoMaster, || {
        "in quiet".to_owned()
    })?;
    hold(masters.len() <= 1, Rule::NotOneMaster, || {
        format!("{:?} in quiet", sources(&masters))
    })?;
    let Some(master) = masters.first() else {
        return Ok(());
    };
    hold(master.state() == Shown::Master, Rule::NotOneMaster, || {
        "it does not serve in quiet".to_owned()
    })?;
    let displaced = present.iter().any(|other| {
        let (ours, theirs) = (other.priority(), master.priority());
        entitled(other.params().preempt, ours, theirs.into())
    });
    hold(!displaced, Rule::WrongMaster, || {
        format!("{:?} in quiet", master.source())
    })
}
