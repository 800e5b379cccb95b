//! How a daemon stands, on one screen: what is wrong comes first.

mod checks;
mod conditions;
mod daemon;
mod peers;
mod priority;
mod router;
mod routers;
mod table;
#[cfg(test)]
mod tests;

use super::paint::Paint;
use crate::report::{Router, Status};

/// What fits beside each other.
const WIDTH: usize = 100;

/// What is shown, and how.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'a> {
    /// With colours or without.
    pub(super) paint: Paint,
    /// Only these virtual routers, and all of them in full; if it is empty, every one.
    pub(super) routers: &'a [String],
}

impl View<'_> {
    fn shows(&self, router: &str) -> bool {
        self.routers.is_empty() || self.routers.iter().any(|shown| shown == router)
    }
}

/// A part of the screen.
#[derive(Debug, Default)]
struct Section(String);

impl Section {
    /// Adds a line.
    fn line(&mut self, line: impl AsRef<str>) {
        self.0.push_str(line.as_ref());
        self.0.push('\n');
    }

    /// Adds each of these lines.
    fn lines(&mut self, lines: impl IntoIterator<Item = impl AsRef<str>>) {
        for line in lines {
            self.line(line);
        }
    }
}

/// The screen, each line with its line break.
pub(super) fn draw(status: &Status, view: View<'_>) -> String {
    let shown: Vec<&Router> = status
        .routers
        .iter()
        .filter(|router| view.shows(&router.name))
        .collect();
    let conditions = conditions::draw(&status.conditions, view.paint);
    let parts = [
        conditions::summary(status, view.paint),
        conditions.first,
        routers::draw(&shown, status, view),
        conditions.later,
        checks::groups(status, view),
        checks::draw(status, view),
        checks::interfaces(status, view.paint),
        daemon::draw(&status.daemon, view.paint),
    ];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("\n")
}
