//! One run of a check, as it is reported.

#[cfg(test)]
mod tests;

use std::time::Duration;

use crate::probe::{Answer, Failure};

/// What came of one run of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The number that it said, if it says one; or why it failed.
    pub result: Result<Option<i64>, String>,
    /// Whether it looked at anything: false when the check itself could not be run (its script is missing or cannot be
    /// started, there are no descriptors, /proc cannot be read), which says nothing of what it looks at.
    pub runnable: bool,
    /// How long it took.
    pub took: Duration,
}

impl Run {
    /// One that brought this, and took so long.
    pub(super) fn new(result: &Result<Answer, Failure>, took: Duration) -> Self {
        let (result, runnable) = match result {
            Ok(Answer::Passes | Answer::Runs(_)) => (Ok(None), true),
            Ok(Answer::Number(number)) => (Ok(Some(*number)), true),
            Err(failure) => (Err(failure.to_string()), failure.runnable()),
        };
        Self {
            result,
            runnable,
            took,
        }
    }
}
