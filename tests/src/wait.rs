//! Waiting for something to become true, within bounds.

use core::time::Duration;
use std::thread;

use anyhow::{Result, bail};

use crate::clock::monotonic;

/// How often a condition is looked at.
const PAUSE: Duration = Duration::from_millis(20);

/// Waits until `condition` holds.
///
/// # Errors
///
/// When it does not within `limit`, or cannot be looked at.
pub fn eventually(limit: Duration, what: &str, mut condition: impl FnMut() -> Result<bool>) -> Result<()> {
    let end = monotonic() + limit;
    while !condition()? {
        if monotonic() > end {
            bail!("within {limit:?} it did not come to pass that {what}");
        }
        thread::sleep(PAUSE);
    }
    Ok(())
}

/// Watches for `span` that `condition` does not hold.
///
/// # Errors
///
/// When it does, or cannot be looked at.
pub fn never(span: Duration, what: &str, mut condition: impl FnMut() -> Result<bool>) -> Result<()> {
    let end = monotonic() + span;
    while monotonic() < end {
        if condition()? {
            bail!("it came to pass that {what}");
        }
        thread::sleep(PAUSE);
    }
    Ok(())
}
