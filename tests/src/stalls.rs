//! How long this very machine stood still: what it costs a daemon is no fault of the daemon's.
//!
//! A test machine is shared, and stops now and then for tenths of a second, real-time threads included. A bound in
//! milliseconds that does not allow for that fails for nobody's fault; one that is generous enough to never fail
//! says nothing on a machine that is well. So the lab watches, and bounds grow by what it has seen.

use core::time::Duration;
use std::sync::{Mutex, Once, PoisonError};
use std::thread;

use crate::clock::wall;

/// How often the watcher looks.
const PERIOD: Duration = Duration::from_millis(2);
/// What it is late in any case.
const USUAL: Duration = Duration::from_millis(2);

/// When the watcher looked late, and by how much.
static SEEN: Mutex<Vec<(Duration, Duration)>> = Mutex::new(Vec::new());

/// Watches from now on, as long as the process lives.
pub(crate) fn watch() {
    static WATCHING: Once = Once::new();
    WATCHING.call_once(|| {
        thread::spawn(|| {
            let mut before = wall();
            loop {
                thread::sleep(PERIOD);
                let now = wall();
                let late = now.saturating_sub(before).saturating_sub(PERIOD);
                if late > USUAL {
                    SEEN.lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push((now, late));
                }
                before = now;
            }
        });
    });
}

/// The longest that the machine stood still at a time since this moment (of [`wall`]). A lab watches since its
/// beginning.
pub fn longest_stall(since: Duration) -> Duration {
    let seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    let stalls = seen.iter().filter(|(at, _)| *at >= since).map(|(_, late)| *late);
    stalls.max().unwrap_or_default()
}
