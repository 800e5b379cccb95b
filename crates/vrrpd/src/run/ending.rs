//! Waiting for a thread to end: not for ever, and not against somebody's will.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

/// How often somebody looks whether it is over.
const LOOK: Duration = Duration::from_millis(100);

/// How the waiting ended.
pub(super) enum Waited {
    /// With the thread's work.
    Ended,
    /// Somebody has no patience left.
    Impatient,
    /// It took too long.
    TooLong,
}

/// Waits so long until the other end of `ended` is gone. `waiting` is told, at every look, how long that has been.
pub(super) fn wait(
    ended: &Receiver<()>,
    patience: Duration,
    mut impatient: impl FnMut() -> bool,
    mut waiting: impl FnMut(Duration),
) -> Waited {
    let mut waited = Duration::ZERO;
    while waited < patience {
        if ended.recv_timeout(LOOK) == Err(RecvTimeoutError::Disconnected) {
            return Waited::Ended;
        }
        if impatient() {
            return Waited::Impatient;
        }
        waited += LOOK;
        waiting(waited);
    }
    Waited::TooLong
}
