//! What is wrong, or worth knowing.

use std::collections::HashMap;
use std::iter::repeat;

use super::table::Style;
use super::{Section, WIDTH};
use crate::ask::paint::Paint;
use crate::ask::sentence::subject;
use crate::ask::words::{clean, count, since, wall, wrap};
use crate::report::{Ago, Condition, Severity, Status};

/// So many of those that a condition is about are named.
const NAMED: usize = 4;
/// More notices than this are told in brief, behind the virtual routers.
const NOTICES_IN_FULL: usize = 8;
/// Of those so many.
const NOTICES_IN_BRIEF: usize = 20;

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

/// Where the conditions stand: before the virtual routers, and behind them.
#[derive(Debug)]
pub(super) struct Drawn {
    pub(super) first: String,
    pub(super) later: String,
}

/// All of them, each once however many it is about. Problems come first, and many notices do not stand in the way of
/// the virtual routers: they come later, and in brief.
pub(super) fn draw(conditions: &[Condition], paint: Paint) -> Drawn {
    let problems = folded(conditions, Severity::Problem);
    let notices = folded(conditions, Severity::Notice);
    let in_full = |entries: &[Entry<'_>]| entries.iter().map(|entry| entry.in_full(paint)).collect();
    let mut first: String = in_full(&problems);
    if notices.len() <= NOTICES_IN_FULL {
        first.push_str(&in_full(&notices));
        return Drawn {
            first,
            later: String::new(),
        };
    }
    let mut later = Section::default();
    for notice in notices.iter().take(NOTICES_IN_BRIEF) {
        later.lines(notice.in_brief(paint));
    }
    if let Some(more @ 1..) = notices.len().checked_sub(NOTICES_IN_BRIEF) {
        let more = count(more as u64, "more notice", "more notices");
        later.line(format!("and {more} (all of them with --json)"));
    }
    Drawn {
        first,
        later: later.0,
    }
}

/// Conditions that say the same of several virtual routers, peers or whatever they are about.
struct Entry<'a> {
    all: Vec<&'a Condition>,
    /// What all of them say.
    one: &'a Condition,
    /// When the first of them began.
    since: &'a Ago,
}

/// Those of this severity, in the order of the first of each.
fn folded(conditions: &[Condition], severity: Severity) -> Vec<Entry<'_>> {
    let mut entries: Vec<Entry<'_>> = Vec::new();
    let mut places = HashMap::new();
    for condition in conditions
        .iter()
        .filter(|condition| condition.severity == severity)
    {
        let says = (condition.kind, &condition.cause, &condition.hint);
        let place = *places.entry(says).or_insert(entries.len());
        if let Some(entry) = entries.get_mut(place) {
            entry.add(condition);
        } else {
            entries.push(Entry {
                all: vec![condition],
                one: condition,
                since: &condition.since,
            });
        }
    }
    entries
}

impl<'a> Entry<'a> {
    fn add(&mut self, condition: &'a Condition) {
        self.all.push(condition);
        if condition.since.seconds_ago > self.since.seconds_ago {
            self.since = &condition.since;
        }
    }

    fn label(&self) -> (&'static str, Style) {
        match self.one.severity {
            Severity::Problem => ("PROBLEM", Style::Bad),
            Severity::Notice => ("notice", Style::Notice),
        }
    }

    /// `cannot_win (web-1, web-2, web-3, web-4 and 196 more)`.
    fn subject(&self) -> String {
        let Condition {
            kind, router, about, ..
        } = self.one;
        let (router, about) = (router.as_deref(), about.as_deref());
        if self.all.len() == 1 {
            return subject(*kind, router, about);
        }
        let is_same = self.all.iter().all(|other| other.about.as_deref() == about);
        let names = self.all.iter().take(NAMED).map(|other| {
            match (other.router.as_deref(), other.about.as_deref()) {
                (Some(router), Some(about)) if !is_same => format!("{router}: {about}"),
                (Some(one), _) | (None, Some(one)) => one.to_owned(),
                (None, None) => "this host".to_owned(),
            }
        });
        let mut whom = names.collect::<Vec<String>>().join(", ");
        if let Some(more @ 1..) = self.all.len().checked_sub(NAMED) {
            whom = format!("{whom} and {more} more");
        }
        let about = about.filter(|_| is_same && router.is_some());
        subject(*kind, Some(&whom), about)
    }

    /// What it is about, since when, what was seen, and what to do.
    fn in_full(&self, paint: Paint) -> String {
        let (label, style) = self.label();
        let mut head = wrap(&clean(&self.subject()), WIDTH - label.len() - 2);
        if let Some(first) = head.first_mut() {
            *first = format!("{label}  {first}");
        }
        let since = format!("since {} ({})", wall(&self.since.at), since(self.since));
        let used = head.last().map_or(0, |line| line.chars().count());
        let fits = used + 2 + since.len() <= WIDTH;
        let mut head: Vec<String> = head.iter().map(|line| style.paint(paint, line)).collect();
        match head.last_mut() {
            Some(last) if fits => *last = format!("{last}  {since}"),
            _ => head.push(format!("  {since}")),
        }
        let mut section = Section::default();
        section.lines(head);
        for (lead, said) in [("", &self.one.cause), ("do: ", &self.one.hint)] {
            let told = wrap(&clean(&format!("{lead}{said}")), WIDTH - 2);
            section.lines(told.iter().map(|line| format!("  {line}")));
        }
        section.0
    }

    /// What it is about, and what was seen.
    fn in_brief(&self, paint: Paint) -> Vec<String> {
        let (label, style) = self.label();
        let text = format!("{}: {}", self.subject(), self.one.cause);
        let lines = wrap(&clean(&text), WIDTH - label.len() - 2);
        let first = format!("{}  ", style.paint(paint, label));
        let leads = [first].into_iter().chain(repeat("  ".to_owned()));
        leads.zip(lines).map(|(lead, line)| lead + &line).collect()
    }
}
