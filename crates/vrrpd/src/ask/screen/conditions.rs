//! What is wrong, or worth knowing.

use super::table::Style;
use super::{Section, WIDTH};
use crate::ask::paint::Paint;
use crate::ask::sentence::subject;
use crate::ask::words::{clean, count, since, wall, wrap};
use crate::report::{Condition, Severity, Status};

/// One line of it, and a warning if all that follows is old.
pub(super) fn summary(status: &Status, paint: Paint) -> String {
    let count_of = |severity| {
        let conditions = status.conditions.iter();
        conditions
            .filter(|condition| condition.severity == severity)
            .count() as u64
    };
    let (problems, notices) = (count_of(Severity::Problem), count_of(Severity::Notice));
    let mut parts = Vec::new();
    if problems > 0 {
        parts.push(paint.bad(&count(problems, "PROBLEM", "PROBLEMS")));
    }
    if notices > 0 {
        parts.push(paint.notice(&count(notices, "notice", "notices")));
    }
    if parts.is_empty() {
        parts.push(paint.good("Nothing is wrong"));
    }
    let mut section = Section::default();
    section.line(format!("{}, at {}", parts.join(", "), wall(&status.taken_at)));
    if !status.daemon.answering {
        let old = match &status.daemon.turned {
            Some(turned) => format!("it did last {} ago", since(turned)),
            None => "it never did".into(),
        };
        let warning = format!("The protocol thread does not answer ({old}): all of the below is old.");
        section.line(paint.bad(&warning));
    }
    section.0
}

/// Each of them in full.
pub(super) fn list(conditions: &[Condition], paint: Paint) -> String {
    conditions.iter().map(|condition| one(condition, paint)).collect()
}

fn one(condition: &Condition, paint: Paint) -> String {
    let (label, style) = match condition.severity {
        Severity::Problem => ("PROBLEM", Style::Bad),
        Severity::Notice => ("notice", Style::Notice),
    };
    let subject = subject(
        condition.kind,
        condition.router.as_deref(),
        condition.about.as_deref(),
    );
    let what = clean(&format!("{label}  {subject}"));
    let mut section = Section::default();
    section.line(format!(
        "{}  since {} ({})",
        style.paint(paint, &what),
        wall(&condition.since.at),
        since(&condition.since)
    ));
    for (lead, said) in [("", &condition.cause), ("do: ", &condition.hint)] {
        let told = wrap(&clean(&format!("{lead}{said}")), WIDTH - 2);
        section.lines(told.iter().map(|line| format!("  {line}")));
    }
    section.0
}
