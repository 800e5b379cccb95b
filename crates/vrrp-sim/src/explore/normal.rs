//! What makes two states the same: everything but when they happened and how many claims came before.
//!
//! The core does not show its inner state, but it writes it for debugging, whole. That text is the state; moments in it
//! are replaced by how far away they are, and epochs by how many claims ago they were.

use core::fmt::Write;
use core::hash::{Hash, Hasher};
use std::collections::hash_map::DefaultHasher;

use vrrp_core::Time;

use super::state::{MEMORY, State};

/// Of two states that are the same, the same number.
pub(super) fn key(state: &State) -> u64 {
    let mut hasher = DefaultHasher::new();
    let mut text = String::new();
    for router in &state.routers {
        text.clear();
        // Writing to a string does not fail.
        let _ = write!(text, "{:?}", router.subject.instance());
        let epoch = latest_epoch(&text);
        relative(behaviour(&text), state.now, epoch).hash(&mut hasher);
        for asked in &router.asked {
            (epoch - asked.0).hash(&mut hasher);
        }
        router.asked.len().hash(&mut hasher);
        (router.link_down, router.lowered).hash(&mut hasher);
    }
    state.ways.hash(&mut hasher);
    state.verdicts.hash(&mut hasher);
    hasher.finish()
}

/// Without the parameters, of which only the priority changes here, which is known, and without what is only shown to people.
fn behaviour(text: &str) -> &str {
    let from = text.find(", network: ").unwrap_or_default();
    let to = text.rfind(", reported: ").unwrap_or(text.len());
    text.get(from..to).unwrap_or(text)
}

/// The epoch of the last claim.
fn latest_epoch(text: &str) -> u64 {
    let at = text
        .rfind(", epoch: Epoch(")
        .map_or(text.len(), |at| at + ", epoch: Epoch(".len());
    digits(text.get(at..).unwrap_or_default()).0
}

/// The number that a text begins with, and the rest.
fn digits(text: &str) -> (u64, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    (number.parse().unwrap_or_default(), rest)
}

/// With moments and epochs counted from now.
fn relative(text: &str, now: Time, epoch: u64) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('(') {
        let (before, after) = rest.split_at(open + 1);
        result.push_str(before);
        rest = after;
        if before.ends_with("Time(") {
            let (moment, after) = digits(rest);
            let moment = Time::from_nanos(moment);
            let _ = if moment >= now {
                write!(result, "+{}", moment.since(now).as_nanos())
            } else {
                write!(result, "-{}", now.since(moment).min(MEMORY).as_nanos())
            };
            rest = after;
        } else if before.ends_with("Epoch(") {
            let (number, after) = digits(rest);
            let _ = write!(result, "-{}", epoch - number.min(epoch));
            rest = after;
        }
    }
    result.push_str(rest);
    result
}
