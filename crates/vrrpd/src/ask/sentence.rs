//! What happened, as a sentence.

#[cfg(test)]
mod tests;

use super::words::{clean, count, reason, span, wall_in_full};
use crate::report::{Event, Happened, Kind, ReloadResult, Severity};

/// One line: when, which number, what.
pub(super) fn line(event: &Event) -> String {
    let at = wall_in_full(&event.at);
    let sequence = event.sequence;
    format!("{at}  {sequence:>5}  {}", clean(&sentence(&event.what)))
}

fn sentence(happened: &Happened) -> String {
    match happened {
        Happened::Transition {
            router,
            from,
            to,
            because,
            priority,
            ..
        } => format!("{router}: {from} to {to}, priority {priority}: {because}"),
        Happened::GroupTransition { group, from, to } => format!("group {group}: {from} to {to}"),
        Happened::Priority {
            router,
            from,
            to,
            because,
        } => format!("{router}: priority {from} to {to}: {because}"),
        Happened::PreemptDelay {
            router,
            seconds,
            master,
        } => {
            let delay = span(*seconds);
            format!("{router}: MASTER {master} has a lower priority: takes over from it in {delay}")
        }
        Happened::ConditionBegan {
            kind,
            severity,
            router,
            about,
            cause,
        } => {
            let severity = match severity {
                Severity::Problem => "PROBLEM",
                Severity::Notice => "notice",
            };
            let subject = subject(*kind, router.as_deref(), about.as_deref());
            format!("{severity} {subject}: {cause}")
        }
        Happened::ConditionEnded {
            kind,
            router,
            about,
            lasted,
        } => {
            let subject = subject(*kind, router.as_deref(), about.as_deref());
            format!("over after {}: {subject}", span(*lasted))
        }
        Happened::FirstReject {
            router,
            interface,
            source,
            reason: name,
            because,
        } => {
            let place = router.as_ref().unwrap_or(interface);
            let why = reason(name, because);
            format!("{place}: a packet of {source} was ignored: {why}")
        }
        Happened::CheckChanged { check, standing } => format!("check {check}: {standing}"),
        Happened::Reloaded { result } => reloaded(*result).into(),
        Happened::Missed { events } => {
            let events = count(*events, "event is", "events are");
            format!("{events} missing here: too old to be kept")
        }
    }
}

/// `two_masters (web, 10.77.0.2)`.
pub(super) fn subject(kind: Kind, router: Option<&str>, about: Option<&str>) -> String {
    match (router, about) {
        (Some(router), Some(about)) => format!("{kind} ({router}, {about})"),
        (Some(one), None) | (None, Some(one)) => format!("{kind} ({one})"),
        (None, None) => kind.to_string(),
    }
}

/// What came of reading the configuration again.
pub(super) fn reloaded(result: ReloadResult) -> &'static str {
    match result {
        ReloadResult::Unchanged => "the configuration is what runs: nothing has changed",
        ReloadResult::RestartNeeded => {
            "the configuration is valid and has changed: it takes effect at a restart"
        }
        ReloadResult::Invalid => "the configuration cannot run: the one that runs goes on",
        ReloadResult::NotAFile => "there is no file to read: the configuration came from the environment",
    }
}
