//! What happened in a run, in words, one line an event. Nothing is written unless somebody wants to read it.

use core::fmt::{self, Write};

use crate::clock::Moment;
use crate::scenario::{Name, Node};

/// The story of a run.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    text: Option<String>,
    now: Moment,
}

impl Trace {
    /// One that is kept.
    pub fn kept() -> Self {
        Self {
            text: Some(String::new()),
            now: Moment::default(),
        }
    }

    /// The story, if it was kept.
    pub fn text(&self) -> &str {
        self.text.as_deref().unwrap_or_default()
    }

    pub(crate) fn at(&mut self, now: Moment) {
        self.now = now;
    }

    /// Something that no router did.
    pub(crate) fn world(&mut self, what: fmt::Arguments<'_>) {
        if let Some(text) = &mut self.text {
            // Writing to a string does not fail.
            let _ = writeln!(text, "{} s      {what}", self.now);
        }
    }

    /// Something that a router did.
    pub(crate) fn node(&mut self, node: Node, what: fmt::Arguments<'_>) {
        if let Some(text) = &mut self.text {
            let _ = writeln!(text, "{} s  {}  {what}", self.now, Name(node));
        }
    }
}
