//! Health checks, sync groups and interfaces.

use std::iter::repeat;

use super::table::{Cell, Style, lines, shortened};
use super::{Section, View, WIDTH, router};
use crate::ask::paint::Paint;
use crate::ask::words::{ago, clean, since, span, wrap};
use crate::report::{Check, Interface, Standing, Status};

/// How long a check's name and what it looks at may be beside the other columns.
const NAME: usize = 16;
const WHAT: usize = 34;
/// So many VRIDs of others are named.
const FOREIGN: usize = 16;

fn titles(titles: &[&str]) -> Vec<Cell> {
    titles
        .iter()
        .map(|title| Cell::new(title, Style::Title))
        .collect()
}

fn joined(lines: &[String]) -> String {
    let mut section = Section::default();
    section.lines(lines);
    section.0
}

/// The sync groups with a member that is shown.
pub(super) fn groups(status: &Status, view: View<'_>) -> String {
    let mut rows = vec![titles(&["GROUP", "STATE", "MEMBERS"])];
    let groups = status.groups.iter();
    for group in groups.filter(|group| group.members.iter().any(|member| view.shows(member))) {
        rows.push(vec![
            Cell::plain(&group.name),
            Cell::new(group.state.to_string(), router::style(group.state)),
            Cell::plain(group.members.join(", ")),
        ]);
    }
    if rows.len() == 1 {
        return String::new();
    }
    joined(&lines(&rows, view.paint))
}

/// The checks on which a virtual router depends that is shown, or none.
pub(super) fn draw(status: &Status, view: View<'_>) -> String {
    let is_shown =
        |check: &&Check| view.routers.is_empty() || check.routers.iter().any(|router| view.shows(router));
    let checks: Vec<&Check> = status.checks.iter().filter(is_shown).collect();
    if checks.is_empty() {
        return String::new();
    }
    let mut rows = vec![titles(&[
        "CHECK", "STANDING", "FOR", "LAST RUN", "TOOK", "FAILED", "WHAT",
    ])];
    rows.extend(checks.iter().map(|check| row(check)));
    let mut drawn = lines(&rows, view.paint).into_iter();
    let mut text: Vec<String> = drawn.next().into_iter().collect();
    for (check, line) in checks.iter().zip(drawn) {
        text.push(line);
        text.extend(complaint(check, view.paint));
    }
    joined(&text)
}

fn row(check: &Check) -> Vec<Cell> {
    let (standing, style) = match check.standing {
        Standing::Unknown => ("unknown".into(), Style::Notice),
        Standing::Passing => ("passing".into(), Style::Good),
        Standing::Failing => ("failing".into(), Style::Bad),
        Standing::Value(value) => (format!("says {value}"), Style::Plain),
    };
    let last = check.last.as_ref();
    vec![
        Cell::plain(shortened(&check.name, NAME)),
        Cell::new(standing, style),
        Cell::plain(check.since.as_ref().map(since).unwrap_or_default()),
        Cell::plain(last.map_or_else(|| "never".into(), |run| ago(&run.when))),
        Cell::plain(last.map(|run| span(run.took)).unwrap_or_default()),
        Cell::plain(format!("{} of {}", check.failures, check.runs)),
        Cell::plain(shortened(&check.what, WHAT)),
    ]
}

/// What its last run says, unless all is well.
fn complaint(check: &Check, paint: Paint) -> Vec<String> {
    let Some(run) = &check.last else {
        return Vec::new();
    };
    let stands_well = matches!(check.standing, Standing::Passing | Standing::Value(_));
    if run.passed && stands_well {
        return Vec::new();
    }
    let broken = if run.runnable {
        ""
    } else {
        " (the check itself is broken)"
    };
    let text = clean(&format!("{}{broken}", run.says));
    let lines = wrap(&text, WIDTH - 2);
    let paint_line = |line: &String| {
        let line = format!("  {line}");
        if run.passed { line } else { paint.bad(&line) }
    };
    lines.iter().map(paint_line).collect()
}

/// Interfaces with something to say: those that are as they should be and hear no strangers are left out.
pub(super) fn interfaces(status: &Status, paint: Paint) -> String {
    let rows: Vec<Vec<Cell>> = status.interfaces.iter().flat_map(interface).collect();
    joined(&lines(&rows, paint))
}

fn interface(interface: &Interface) -> Vec<Vec<Cell>> {
    let mut parts = Vec::new();
    let mut style = Style::Plain;
    if !interface.present {
        parts.push("does not exist".into());
        style = Style::Bad;
    } else if !interface.listening {
        parts.push("no socket is open on it".into());
        style = Style::Bad;
    }
    if !interface.foreign_vrids.is_empty() {
        let vrids = interface.foreign_vrids.iter().take(FOREIGN);
        let mut vrids: Vec<String> = vrids.map(ToString::to_string).collect();
        if interface.foreign_vrids.len() > FOREIGN {
            vrids.push("…".into());
        }
        parts.push(format!("others use VRID {}", vrids.join(", ")));
    }
    let discards = interface.discards.iter().filter(|(_, number)| **number > 0);
    let discards: Vec<String> = discards
        .map(|(reason, number)| format!("{number} {reason}"))
        .collect();
    if !discards.is_empty() {
        parts.push(format!("ignored: {}", discards.join(", ")));
    }
    if parts.is_empty() {
        return Vec::new();
    }
    let name = clean(&format!("interface {}", interface.name));
    let room = WIDTH.saturating_sub(name.chars().count() + 2);
    let told = wrap(&clean(&parts.join("; ")), room);
    let names = [name.as_str()].into_iter().chain(repeat(""));
    let rows = names.zip(told);
    rows.map(|(name, line)| vec![Cell::plain(name), Cell::new(line, style)])
        .collect()
}
