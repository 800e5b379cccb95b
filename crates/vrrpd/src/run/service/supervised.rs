//! Keeping whoever started the daemon informed: that it is ready, which roles it has, and that its protocol loop turns.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use crate::report::{State, Status};
use crate::run::service::desk::Desk;
use crate::run::service::supervisor::Supervisor;

/// How often roles are looked at.
const BEAT: Duration = Duration::from_secs(1);
/// More virtual routers than this are counted, not named.
const NAMED: usize = 6;

/// Tells it, for ever.
pub(super) async fn tell(supervisor: &Supervisor, desk: &Desk) -> Infallible {
    desk.started().await;
    supervisor.ready();
    let period = supervisor
        .watchdog_period()
        .map_or(BEAT, |period| period.min(BEAT));
    let mut beat = interval(period);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut told = String::new();
    loop {
        beat.tick().await;
        let status = desk.status().await;
        // The protocol thread has just answered: its loop turns. Nothing else may feed the watchdog.
        if status.daemon.answering {
            supervisor.alive();
        }
        let line = roles(&status);
        if line != told {
            supervisor.status(&line);
            told = line;
        }
    }
}

/// Who is what, in one line.
fn roles(status: &Status) -> String {
    let roles = if status.routers.len() > NAMED {
        let mut counts: BTreeMap<State, usize> = BTreeMap::new();
        for router in &status.routers {
            *counts.entry(router.state).or_default() += 1;
        }
        let counts = counts
            .iter()
            .rev()
            .map(|(state, count)| format!("{count} {state}"));
        counts.collect::<Vec<_>>()
    } else {
        let named = status
            .routers
            .iter()
            .map(|router| format!("{} {}", router.name, router.state));
        named.collect::<Vec<_>>()
    };
    let problems = status
        .conditions
        .iter()
        .filter(|one| one.severity == crate::report::Severity::Problem)
        .count();
    match problems {
        0 => roles.join(", "),
        1 => format!("{} (1 problem: see `vrrpd status`)", roles.join(", ")),
        many => format!("{} ({many} problems: see `vrrpd status`)", roles.join(", ")),
    }
}
