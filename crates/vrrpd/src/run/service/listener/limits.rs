//! How much of everything a caller can take.

use std::time::Duration;

/// Bounds. Tests have shorter ones.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// So many may be connected at once.
    pub(super) places: usize,
    /// Whoever asks nothing for so long is hung up on.
    pub(super) idle: Duration,
    /// A request that has begun has to be there within this.
    pub(super) arrives_within: Duration,
    /// A client has to take an answer within this.
    pub(super) taken_within: Duration,
    /// So many answers of any length are under way at once: each may wait in memory until its client takes it.
    pub(super) long_answers: usize,
    /// For the turn of one of those a client waits so long at most.
    pub(super) turn_within: Duration,
    /// So often it is looked whether a follower is still there that has closed its own half.
    pub(super) look_again: Duration,
    /// Whoever was let in with the last descriptors is hung up on after so long, whatever it does.
    pub(super) last_door_within: Duration,
}

/// In the daemon.
pub(super) const LIMITS: Limits = Limits {
    places: 64,
    idle: Duration::from_mins(1),
    arrives_within: Duration::from_secs(10),
    taken_within: Duration::from_secs(10),
    long_answers: 16,
    turn_within: Duration::from_secs(2),
    look_again: Duration::from_secs(10),
    last_door_within: Duration::from_secs(5),
};
