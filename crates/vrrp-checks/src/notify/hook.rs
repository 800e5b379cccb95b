//! From a notice to the scripts that are told.

#[cfg(test)]
mod tests;

use super::notice::{Event, Notice, State};
use crate::runner::Job;
use crate::{Hook, Hooks};

/// The runs that a notice takes, one after the other: the hook of the state alone, then the one of every state.
pub(super) fn jobs(hooks: &Hooks, notice: &Notice) -> Vec<Job> {
    let (specific, general) = match notice.event {
        Event::State(state) => (of_state(hooks, state), hooks.notify.as_ref()),
        Event::Reasserted => (None, hooks.reasserted.as_ref()),
    };
    let specific = specific.map(|hook| job(hook, notice, Vec::new()));
    let general = general.map(|hook| job(hook, notice, arguments(notice)));
    specific.into_iter().chain(general).collect()
}

fn of_state(hooks: &Hooks, state: State) -> Option<&Hook> {
    match state {
        State::Master => hooks.master.as_ref(),
        State::Backup => hooks.backup.as_ref(),
        State::Fault => hooks.fault.as_ref(),
        State::Stop => hooks.stop.as_ref(),
    }
}

fn job(hook: &Hook, notice: &Notice, arguments: Vec<String>) -> Job {
    Job {
        script: hook.script.clone(),
        arguments,
        environment: environment(notice),
        timeout: hook.timeout,
        ends_with_daemon: false,
    }
}

fn arguments(notice: &Notice) -> Vec<String> {
    [
        notice.kind.to_string(),
        without_nul(&notice.name),
        notice.event.state().to_string(),
        notice.priority.to_string(),
    ]
    .into()
}

/// Every variable is always there; one that says nothing of this subject is empty.
fn environment(notice: &Notice) -> Vec<(String, String)> {
    let event = match notice.event {
        Event::State(_) => "state",
        Event::Reasserted => "reasserted",
    };
    let vrid = notice.vrid.map(|vrid| vrid.to_string());
    [
        ("VRRPD_KIND", notice.kind.to_string()),
        ("VRRPD_NAME", notice.name.clone()),
        ("VRRPD_STATE", notice.event.state().to_string()),
        ("VRRPD_FROM", notice.from.to_owned()),
        ("VRRPD_CAUSE", notice.cause.clone()),
        ("VRRPD_PRIORITY", notice.priority.to_string()),
        ("VRRPD_SEQUENCE", notice.sequence.to_string()),
        ("VRRPD_EVENT", event.to_owned()),
        ("VRRPD_VRID", vrid.unwrap_or_default()),
        ("VRRPD_INTERFACE", notice.interface.clone().unwrap_or_default()),
        ("VRRPD_ADDRESSES", notice.addresses.join(" ")),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), without_nul(&value)))
    .collect()
}

/// A program can be given no NUL.
fn without_nul(text: &str) -> String {
    text.replace('\0', "")
}
