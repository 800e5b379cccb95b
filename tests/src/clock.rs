//! The lab's clocks. The lab measures, so it reads the time itself; nothing else in the project does.

use core::time::Duration;

use nix::time::{ClockId, clock_gettime};

/// Time since some fixed moment, which no clock adjustment disturbs: for how long something took.
pub fn monotonic() -> Duration {
    read(ClockId::CLOCK_MONOTONIC)
}

/// Time since the epoch: the clock that a capture's stamps are of.
pub fn wall() -> Duration {
    read(ClockId::CLOCK_REALTIME)
}

fn read(clock: ClockId) -> Duration {
    // Both clocks exist on every Linux, so the call cannot fail.
    clock_gettime(clock).map(Duration::from).unwrap_or_default()
}
