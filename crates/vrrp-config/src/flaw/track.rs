//! What a virtual router tracks, and what its preemption makes of it.

use vrrp_core::{InterfaceName, Tracked, Weight};

use crate::Elsewhere;

/// What can be wrong with what a virtual router tracks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrackFlaw {
    /// Out of range.
    #[error("{0} is not a weight: -254 to 254, where 0 means FAULT while it fails")]
    Weight(String),
    /// The same thing again.
    #[error("the {what} is already tracked at {first}; keep one of the two")]
    Twice {
        /// Which.
        what: Tracked,
        /// Its first place.
        first: Elsewhere,
    },
    /// An interface that is tracked in any case.
    #[error("{0} is always tracked: the adverts or addresses of this instance need it; remove it here")]
    Own(InterfaceName),
    /// A weight for a priority that never changes.
    #[error(
        "the weight {weight} of the {what} does nothing at priority 255, which never changes; write weight = 0, or \
        give a priority of 1 to 254"
    )]
    OwnerWeight {
        /// Which.
        what: Tracked,
        /// Its weight.
        weight: Weight,
    },
    /// A weight that moves no address.
    #[error(
        "with preempt = false nobody takes over from a MASTER because of a weight, as the {weight} of the {what} \
        ({place}); write preempt = {{ below = N }}, N being the least priority of a healthy node, or weight = 0"
    )]
    NeverPreempts {
        /// What is tracked.
        what: Tracked,
        /// Its weight.
        weight: Weight,
        /// Where.
        place: Elsewhere,
    },
    /// A threshold that nothing reaches.
    #[error(
        "nothing that is tracked brings this instance below {below}: whatever fails, its priority is {least} or more; \
        raise the threshold, give the checks heavier negative weights, or weight = 0"
    )]
    NeverBelow {
        /// The threshold.
        below: u8,
        /// The lowest priority that failures leave.
        least: i64,
    },
    /// A threshold that this node never reaches.
    #[error(
        "this instance is always below {below}: its priority is {most} at best, so that others take over from it \
        even when nothing fails; write {most} or less"
    )]
    AlwaysBelow {
        /// The threshold.
        below: u8,
        /// The highest priority that it can have.
        most: i64,
    },
}
