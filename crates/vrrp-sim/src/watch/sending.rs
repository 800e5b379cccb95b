//! Who sends which advert when.

use vrrp_core::WirePriority;

use super::{Breach, Role, Rule, Step, hold};

/// A MASTER sends its priority. One that yields sends it one last time. One that leaves, or
/// whose sync group must wait, sends one priority 0, and one that fails sends two. Nobody else sends anything.
pub(super) fn check(step: &Step<'_>) -> Result<(), Breach> {
    let ours = WirePriority::from(step.priority());
    let resignations = step.sent().filter(|priority| priority.is_resignation()).count();
    let adverts = step.sent().filter(|priority| *priority == ours).count();
    let others = step.sent().count() - resignations - adverts;

    let (least, most, expected) = match (step.from(), step.to()) {
        // Whose sync group must wait.
        (Role::Master, Role::Backup) if step.must_wait() => (0, 0, 1),
        (Role::Master, Role::Out) => (0, 0, 1),
        (Role::Master, Role::Fault) => (0, 0, 2),
        (Role::Master, Role::Master) => (0, 1, 0),
        // The last one of a loser, and the first one of a winner.
        (Role::Master, Role::Backup) | (_, Role::Master) => (1, 1, 0),
        _ => (0, 0, 0),
    };
    hold(others == 0, Rule::Sending, || {
        format!("a priority that is not its own: {}", step.words())
    })?;
    hold(resignations == expected, Rule::Sending, || {
        format!(
            "{resignations} resignations, expected {expected}: {}",
            step.words()
        )
    })?;
    hold((least..=most).contains(&adverts), Rule::Sending, || {
        format!("{adverts} adverts, expected {least} to {most}: {}", step.words())
    })
}
