//! All virtual routers: in full if they are few, and in a table if they are many.

use super::table::{Cell, Style, lines, shortened};
use super::{Section, View, router};
use crate::ask::words::since;
use crate::report::{Address, Deadline, DueTo, Router, Severity, State, Status};

/// More than this make a table.
const IN_FULL: usize = 8;
/// Of those in the table that have a problem so many are shown in full.
const TROUBLED: usize = 8;
/// How long a name may be in the table.
const NAME: usize = 24;

/// The part of the screen about them.
pub(super) fn draw(shown: &[&Router], status: &Status, view: View<'_>) -> String {
    let full = |routers: &[&Router]| -> String {
        let drawn: Vec<String> = routers
            .iter()
            .map(|router| router::draw(router, view.paint))
            .collect();
        drawn.join("\n")
    };
    if shown.len() <= IN_FULL || !view.routers.is_empty() {
        return full(shown);
    }
    let troubled: Vec<&Router> = shown
        .iter()
        .filter(|router| is_troubled(router, status))
        .copied()
        .collect();
    let mut section = Section(full(troubled.get(..TROUBLED).unwrap_or(&troubled)));
    if let Some(more) = troubled.len().checked_sub(TROUBLED).filter(|more| *more > 0) {
        section.line(format!(
            "\n{more} more have problems: see below, and --router NAME"
        ));
    }
    if !section.0.is_empty() {
        section.line("");
    }
    table(&mut section, shown, view);
    section.0
}

fn is_troubled(router: &Router, status: &Status) -> bool {
    let is_named = status.conditions.iter().any(|condition| {
        condition.severity == Severity::Problem && condition.router.as_ref() == Some(&router.name)
    });
    let has_gap = router.state == State::Master && !router::are_as_they_should(router);
    is_named || has_gap || router.state == State::Fault || router.send_error.is_some()
}

fn table(section: &mut Section, shown: &[&Router], view: View<'_>) {
    let titles = [
        "ROUTER",
        "INTERFACE",
        "VRID",
        "STATE",
        "FOR",
        "PRIORITY",
        "HERE",
        "MASTER",
        "TAKES OVER",
    ];
    let mut rows = vec![
        titles
            .iter()
            .map(|title| Cell::new(title, Style::Title))
            .collect(),
    ];
    rows.extend(shown.iter().map(|router| row(router)));
    section.lines(lines(&rows, view.paint));
    let counted = [State::Master, State::Backup, State::Fault, State::Init].map(|state| {
        let number = shown.iter().filter(|router| router.state == state).count();
        (number, state)
    });
    let counted = counted.iter().filter(|(number, _)| *number > 0);
    let counted: Vec<String> = counted
        .map(|(number, state)| format!("{number} {state}"))
        .collect();
    section.line(format!("{} virtual routers: {}", shown.len(), counted.join(", ")));
}

fn row(router: &Router) -> Vec<Cell> {
    let (there, all) = router::present(router);
    let is_stray = |address: &Address| router::is_stray(address, router);
    let (mark, here) = if router.addresses.iter().any(is_stray) {
        // As beside the address where it is shown in full.
        ("!", Style::Notice)
    } else if router::are_as_they_should(router) {
        ("", Style::Plain)
    } else {
        ("", Style::Bad)
    };
    let master = match &router.master {
        Some(master) if master.us => "this host".into(),
        Some(master) => master.address.to_string(),
        None => "?".into(),
    };
    let takes_over = match &router.next {
        Some(Deadline {
            what: DueTo::TakeOver | DueTo::Preempt,
            seconds,
        }) => format!("in {}", crate::ask::words::short(*seconds)),
        _ => String::new(),
    };
    let priority = &router.priority;
    let lowered = priority.effective < priority.base;
    vec![
        Cell::plain(shortened(&router.name, NAME)),
        Cell::plain(&router.interface),
        Cell::plain(router.vrid.to_string()),
        Cell::new(router.state.to_string(), router::style(router.state)),
        Cell::plain(since(&router.since)),
        Cell::new(
            priority.effective.to_string(),
            if lowered { Style::Notice } else { Style::Plain },
        ),
        Cell::new(format!("{mark}{there}/{all}"), here),
        Cell::plain(master),
        Cell::plain(takes_over),
    ]
}
