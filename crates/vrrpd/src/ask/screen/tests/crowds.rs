//! Where there is much of the same, little is shown of it.

use super::fixture::{ago, calm, condition, master, peer};
use super::plain;
use crate::report::{Condition, Kind, Peer, Reject, Status};

/// One of them for each of so many virtual routers.
fn of_each(kind: Kind, routers: u8, cause: impl Fn(u8) -> String) -> Vec<Condition> {
    let one = |n| {
        condition(
            kind,
            Some(&format!("web-{n}")),
            None,
            &cause(n),
            "right if it is meant so",
        )
    };
    (1..=routers).map(one).collect()
}

fn with(conditions: Vec<Condition>) -> Status {
    let mut status = calm();
    status.routers = (1..=200)
        .map(|vrid| master(&format!("web-{vrid}"), vrid))
        .collect();
    status.conditions = conditions;
    status
}

fn before_the_table(drawn: &str) -> &str {
    drawn.split_once("\nROUTER ").expect("there is a table").0
}

#[test]
fn what_is_said_of_many_is_said_once_and_since_the_first_of_them() {
    let mut conditions = of_each(Kind::NeverHeardAnybody, 200, |_| {
        "it has not heard anybody".into()
    });
    conditions[150].since = ago(3600.0);
    let drawn = plain(&with(conditions));
    assert_eq!(
        before_the_table(&drawn),
        "200 notices, at 2026-11-24 13:07:14 UTC\n\n\
         notice  never_heard_anybody (web-1, web-2, web-3, web-4 and 196 more)\n  \
           since 2026-11-24 12:07:14 UTC (1 h)\n  \
           it has not heard anybody\n  \
           do: right if it is meant so\n"
    );
}

#[test]
fn what_else_it_is_about_is_named_once_or_beside_each() {
    let failing = |router, about| {
        condition(
            Kind::CheckFailing,
            Some(router),
            Some(about),
            "it fails",
            "mend it",
        )
    };
    let drawn = plain(&with(vec![
        failing("web", "check one"),
        failing("db", "check one"),
    ]));
    assert!(
        drawn.contains("\nPROBLEM  check_failing (web, db, check one)  since"),
        "{drawn}"
    );
    let drawn = plain(&with(vec![
        failing("web", "check one"),
        failing("db", "check two"),
    ]));
    assert!(
        drawn.contains("\nPROBLEM  check_failing (web: check one, db: check two)  since"),
        "{drawn}"
    );
}

#[test]
fn what_differs_in_a_letter_is_not_the_same() {
    let conditions = of_each(Kind::CannotWin, 8, |n| format!("it can have {n} at best"));
    let drawn = plain(&with(conditions));
    let before = before_the_table(&drawn);
    assert_eq!(
        before.matches("\nnotice  cannot_win (web-").count(),
        8,
        "{before}"
    );
    assert!(before.contains("it can have 8 at best\n  do: "), "{before}");
}

#[test]
fn many_notices_come_in_brief_behind_the_virtual_routers_and_problems_before_them() {
    let mut conditions = of_each(Kind::CannotWin, 30, |n| format!("it can have {n} at best"));
    conditions.push(condition(
        Kind::CannotSend,
        Some("web-9"),
        None,
        "refused",
        "let it out",
    ));
    let drawn = plain(&with(conditions));
    let before = before_the_table(&drawn);
    assert!(
        before
            .starts_with("1 PROBLEM, 30 notices, at 2026-11-24 13:07:14 UTC\n\nPROBLEM  cannot_send (web-9)"),
        "{before}"
    );
    assert!(!before.contains("cannot_win"), "{before}");
    let behind = &drawn[before.len()..];
    let notices = behind
        .split("\n\n")
        .find(|part| part.starts_with("notice"))
        .expect("they are there");
    let lines: Vec<&str> = notices.lines().collect();
    assert_eq!(lines.len(), 21, "{notices}");
    assert_eq!(lines[0], "notice  cannot_win (web-1): it can have 1 at best");
    assert_eq!(lines[20], "and 10 more notices (all of them with --json)");
}

#[test]
fn of_many_senders_some_are_shown_and_the_rest_counted() {
    let mut status = calm();
    status.routers[0].peers = (1..=12).map(|host| peer(&format!("10.77.1.{host}"))).collect();
    status.routers[0].more_peers = 1;
    let drawn = plain(&status);
    assert!(
        drawn.contains(" 10.77.1.8 ") && !drawn.contains(" 10.77.1.9 "),
        "{drawn}"
    );
    let rest = "\n             and 4 more senders (all of them with --json)\n             \
                1 packet of others for whom there was no room\n";
    assert!(drawn.contains(rest), "{drawn}");
}

#[test]
fn a_long_reason_is_told_to_its_end() {
    let mut status = calm();
    let because = format!("checksum {}and so on", "0x1234 and ".repeat(20));
    status.routers[0].peers = vec![Peer {
        reject: Some(Reject {
            reason: "checksum".into(),
            because,
            when: ago(1.0),
        }),
        rejects: 2,
        ..peer("10.77.0.9")
    }];
    let drawn = plain(&status);
    assert!(
        drawn.contains("the last 1.0 s ago: checksum 0x1234 and"),
        "{drawn}"
    );
    assert!(drawn.contains("and so on\n"), "{drawn}");
    assert!(drawn.lines().all(|line| line.chars().count() <= 100), "{drawn}");
}
