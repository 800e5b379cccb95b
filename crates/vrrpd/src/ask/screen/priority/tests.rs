//! Sums of priorities.

use super::{faults, sum};
use crate::report::{Part, Priority};

fn part(what: &str, weight: i16, adjustment: i64, standing: &str) -> Part {
    Part {
        what: what.into(),
        weight,
        adjustment,
        standing: standing.into(),
    }
}

fn priority(base: u8, effective: u8, parts: Vec<Part>) -> Priority {
    Priority {
        base,
        effective,
        parts,
    }
}

#[test]
fn without_parts_it_is_a_number() {
    assert_eq!(sum(&priority(110, 110, vec![])), "110");
    assert_eq!(sum(&priority(255, 255, vec![])), "255 (owner of the addresses)");
}

#[test]
fn each_part_that_counts_stands_with_its_name() {
    let parts = vec![
        part("check ready", -20, -20, "failing: exited with status 1"),
        part("check disk", -5, 0, "passing"),
        part("interface eth1", 10, 10, "passing"),
    ];
    let priority = priority(110, 100, parts);
    assert_eq!(sum(&priority), "110 - 20 ready + 10 eth1 = 100");
    assert_eq!(faults(&priority), ["check ready: failing: exited with status 1"]);
}

#[test]
fn what_fails_or_is_unknown_is_named_also_if_it_changes_nothing_now() {
    let parts = vec![
        part("check web", 0, 0, "failing: connection refused"),
        part("check disk", -5, 0, "without a result yet"),
        part("interface eth1", 10, 0, "failing: it is down"),
        part("check load", -1, 0, "says 0"),
        part("check sick", 0, 0, "says 3"),
    ];
    let priority = priority(110, 110, parts);
    assert_eq!(sum(&priority), "110");
    assert_eq!(
        faults(&priority),
        [
            "check web: failing: connection refused (FAULT while it fails)",
            "check disk: without a result yet (-5 while it fails)",
            "interface eth1: failing: it is down (+10 while it passes)",
            "check sick: says 3 (FAULT unless it says 0)",
        ]
    );
}

#[test]
fn a_sum_that_no_advert_can_carry_says_where_it_is_kept() {
    let low = vec![part("check disk", -200, -200, "failing: it is full")];
    assert_eq!(sum(&priority(110, 1, low)), "110 - 200 disk = -90, kept at 1");
    let high = vec![part("check disk", 200, 200, "passing")];
    assert_eq!(
        sum(&priority(110, 254, high)),
        "110 + 200 disk = 310, kept at 254"
    );
}
