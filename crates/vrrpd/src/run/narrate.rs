//! What is told in the log: one place for every line about an election.
//!
//! The human sentence keeps keepalived's wording where people and test suites look for it. Fields carry the same facts
//! for machines. A transition is one `info`; what needs somebody's attention is a `warn`; what repeats is `debug`.

mod addresses;
mod peers;
mod words;

use tracing::{debug, info, warn};
use vrrp_core::{Moved, Note, State, WirePriority};
use vrrp_linux::{Doing, errno_meaning};

use self::words::errno_name;
use super::engine::notices::awaits;
use super::engine::router::{Router, Sent};
use crate::report::{Happened, Severity};

pub(super) use self::addresses::{claim_notes, no_room_to_announce, not_announced, released, swept};
pub(super) use self::peers::{address_difference, rejected, untold};
pub(super) use self::words::{because, cause};

/// A transition.
pub(super) fn moved(router: &Router, moved: &Moved) {
    let name = &router.config.name;
    let (from, to) = (moved.from, moved.to);
    let cause = cause(&moved.cause);
    let note = if (from, to) == (State::Init, State::Backup) {
        " (init)"
    } else {
        ""
    };
    let (vrid, interface) = (router.config.params.vrid, &router.config.interface);
    // One that has just started and has no result yet is not broken.
    if to == State::Fault && !awaits(&moved.cause) {
        warn!(
            event = "transition", router = name, %interface, %vrid, %from, %to, cause,
            "({name}) Entering {to} STATE"
        );
    } else {
        info!(
            event = "transition", router = name, %interface, %vrid, %from, %to, cause,
            "({name}) Entering {to} STATE{note}"
        );
    }
}

/// What happened without a transition.
pub(super) fn note(router: &Router, note: &Note) {
    let name = &router.config.name;
    match note {
        Note::Repairing { times } => {
            warn!(
                event = "address_removed",
                router = name,
                times,
                "({name}) somebody removed an address that this MASTER holds: putting it back (keep network managers \
                 off it)"
            );
        }
        Note::FaultIs(reason) if awaits(reason) => {
            info!(
                event = "still_in_fault",
                router = name,
                "({name}) still in FAULT: {}",
                cause(reason)
            );
        }
        Note::FaultIs(reason) => warn!(
            event = "still_in_fault",
            router = name,
            "({name}) still in FAULT: {}",
            cause(reason)
        ),
        Note::NextTry(wait) => {
            info!(
                event = "next_try",
                router = name,
                "({name}) next try in {} s, or when the network changes",
                wait.as_secs()
            );
        }
        Note::PriorityChanged { from, to, by } => {
            let because = because(by.as_ref());
            info!(
                event = "priority_changed",
                router = name, %from, %to, because,
                "({name}) Changing effective priority from {from} to {to} ({because})"
            );
        }
        Note::Waiting => info!(
            event = "waiting_for_group",
            router = name,
            "({name}) ready to be MASTER, and waiting for the other members of its sync group"
        ),
        Note::MasterIs { .. }
        | Note::LowerIgnored { .. }
        | Note::ResignationHeard { .. }
        | Note::DelayStarted { .. }
        | Note::DelayEnded
        | Note::Contested { .. } => peers::note(router, note),
    }
}

/// A condition that began, or is over.
pub(super) fn condition(change: &Happened) {
    match change {
        Happened::ConditionBegan {
            kind,
            severity: Severity::Problem,
            router,
            about,
            cause,
        } => warn!(
            event = "condition_began", condition = %kind, router, about,
            "{}{kind}: {cause}", of(router.as_deref())
        ),
        Happened::ConditionBegan {
            kind,
            router,
            about,
            cause,
            severity: Severity::Notice,
        } => info!(
            event = "condition_began", condition = %kind, router, about,
            "{}{kind}: {cause}", of(router.as_deref())
        ),
        Happened::ConditionEnded {
            kind,
            router,
            about,
            lasted,
        } => info!(
            event = "condition_ended", condition = %kind, router, about,
            "{}{kind} is over after {lasted:.1} s", of(router.as_deref())
        ),
        _ => {}
    }
}

/// So many lines about conditions were kept back before the next one.
pub(super) fn conditions_untold(untold: u64) {
    if untold > 0 {
        warn!(
            event = "condition_lines_withheld",
            untold,
            "{untold} lines about conditions were not written: too many at a time (`vrrpd events` has them)"
        );
    }
}

/// The beginning of a sentence about a virtual router.
fn of(router: Option<&str>) -> String {
    router.map_or_else(String::new, |router| format!("({router}) "))
}

/// Notices that hooks will never see.
pub(super) fn notice_lost(lost: u64) {
    if lost.is_power_of_two() {
        warn!(
            event = "notices_lost",
            lost, "{lost} notices for hooks were lost: the thread that tells them does not keep up"
        );
    }
}

/// A transition of a sync group.
pub(super) fn group_moved(group: &str, from: State, to: State) {
    info!(
        event = "group_transition", group, %from, %to,
        "VRRP_Group({group}) Syncing instances to {to} state"
    );
}

/// A send that changed whether sending works.
pub(super) fn sent(router: &Router, priority: WirePriority, sent: Sent) {
    let name = &router.config.name;
    if priority.is_resignation() {
        debug!(router = name, "({name}) sent 0 priority");
    }
    match sent {
        Sent::AsBefore => {}
        Sent::Failing(errno) => {
            let meaning = errno_meaning(Doing::Send, errno);
            warn!(
                event = "send_failing",
                router = name,
                errno,
                "({name}) send advert error {errno} ({}): {meaning}",
                errno_name(errno)
            );
        }
        Sent::Recovered => info!(
            event = "send_recovered",
            router = name,
            "({name}) adverts can be sent again"
        ),
    }
}
