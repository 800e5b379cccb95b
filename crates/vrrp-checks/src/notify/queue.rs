//! What one subject's hooks have still to be told.

#[cfg(test)]
mod tests;

use super::notice::{Event, Notice, State};

/// The notices of one subject: told one at a time, in order, and if hooks lag only the latest state.
///
/// A notice that was begun is told to all of its hooks. While it is, a newer state replaces the one that waits. STOP
/// is the last.
#[derive(Debug, Default)]
pub(super) struct Queue {
    /// A state, and a reassertion after it.
    state: Option<Notice>,
    reasserted: Option<Notice>,
    /// The state that was pushed last.
    latest: Option<State>,
    telling: bool,
}

impl Queue {
    /// Something happened. Returns what will never be told because of it, or is not told itself.
    pub(super) fn push(&mut self, notice: Notice) -> Vec<Notice> {
        if self.latest == Some(State::Stop) {
            return vec![notice];
        }
        match notice.event {
            Event::State(state) => {
                self.latest = Some(state);
                let reasserted = self.reasserted.take();
                self.state.replace(notice).into_iter().chain(reasserted).collect()
            }
            // It says that a MASTER stays one, so there must be one.
            Event::Reasserted if self.latest.is_some_and(|latest| latest != State::Master) => vec![notice],
            Event::Reasserted => self.reasserted.replace(notice).into_iter().collect(),
        }
    }

    /// What is to be told now: nothing as long as the one before is being told.
    pub(super) fn next(&mut self) -> Option<Notice> {
        if self.telling {
            return None;
        }
        let next = self.state.take().or_else(|| self.reasserted.take());
        self.telling = next.is_some();
        next
    }

    /// Whether there is a newer state than the one that is being told.
    pub(super) fn has_state(&self) -> bool {
        self.state.is_some()
    }

    /// All hooks of the notice were told.
    pub(super) fn told(&mut self) {
        self.telling = false;
    }
}
