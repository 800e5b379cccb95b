//! A sync group.

use vrrp_core::{Priority, Tracked, Weight};

use crate::Elsewhere;

/// What can be wrong with a sync group.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GroupFlaw {
    /// A group of nobody.
    #[error("the group has no member; name at least two, as instances = [\"inside\", \"outside\"]")]
    Empty,
    /// A group of one.
    #[error("a group of one instance does nothing; name the others too, or remove the group")]
    Single,
    /// A member named again.
    #[error("`{member}` is already named at {first}; once is enough")]
    MemberTwice {
        /// Which.
        member: String,
        /// Its first place.
        first: Elsewhere,
    },
    /// A member of another group.
    #[error(
        "`{member}` is already in a group at {first}; an instance is in one at most, so make it one group"
    )]
    InTwo {
        /// Which.
        member: String,
        /// Its first place.
        first: Elsewhere,
    },
    /// Members that win and lose apart.
    #[error(
        "`{member}` has priority {priority} ({place}), and `{first}` has {first_priority} ({first_place}); a host wins \
        or loses all members together, so give them the same"
    )]
    Priorities {
        /// The member that differs.
        member: String,
        /// Its priority.
        priority: Priority,
        /// Where that stands.
        place: Elsewhere,
        /// The first member.
        first: String,
        /// Its priority.
        first_priority: Priority,
        /// Where that stands.
        first_place: Elsewhere,
    },
    /// One thing with two weights.
    #[error(
        "the {what} has weight {weight} here and {first_weight} at {first}, in the same group; what one member tracks \
        counts for all, so write one weight"
    )]
    Weights {
        /// What both track.
        what: Tracked,
        /// How much it counts here.
        weight: Weight,
        /// How much it counts there.
        first_weight: Weight,
        /// Where there is.
        first: Elsewhere,
    },
}
