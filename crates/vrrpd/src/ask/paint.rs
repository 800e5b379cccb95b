//! Colours and weights, where they are wanted.

use std::env;
use std::io::{self, IsTerminal as _};

/// Whether texts are painted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paint {
    colours: bool,
}

impl Paint {
    /// With colours on a terminal, unless `NO_COLOR` is set.
    pub(super) fn for_standard_output() -> Self {
        let refused = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self {
            colours: !refused && io::stdout().is_terminal(),
        }
    }

    /// As told.
    #[cfg(test)]
    pub(super) fn new(colours: bool) -> Self {
        Self { colours }
    }

    /// What is wrong.
    pub(super) fn bad(self, text: &str) -> String {
        self.with("1;31", text)
    }

    /// What may be meant so.
    pub(super) fn notice(self, text: &str) -> String {
        self.with("33", text)
    }

    /// What is as it should be, and matters.
    pub(super) fn good(self, text: &str) -> String {
        self.with("32", text)
    }

    /// What a part of the screen is about.
    pub(super) fn title(self, text: &str) -> String {
        self.with("1", text)
    }

    fn with(self, code: &str, text: &str) -> String {
        if self.colours && !text.is_empty() {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}
