use serde_json::json;

use super::*;

#[test]
fn names_are_taken_from_our_comments_wherever_they_stand() {
    let rule = |chain: &str, comment: &str| json!({ "rule": { "family": "inet", "table": "f", "chain": chain, "handle": 1, "comment": comment, "expr": [] } });
    let mut ruleset = Ruleset::default();
    let items = json!({ "nftables": [
        rule("input", "vrrpd pod-1"),
        rule("input", "vrrpd"),
        rule("input", "vrrpd of my own"),
        rule("input", "allow vrrpd x"),
        rule("other", "vrrpd pod-1"),
        rule("other", "vrrpd lan"),
    ] });
    ruleset.read(&items.to_string()).unwrap();
    assert_eq!(
        of(&ruleset),
        BTreeSet::from(["lan".to_owned(), "pod-1".to_owned()])
    );
}

#[test]
fn siblings_differ_by_the_number_at_their_end() {
    for (one, other) in [("pod-1", "pod-11"), ("a-b-2", "a-b-30")] {
        assert!(is_sibling(one, other) && is_sibling(other, one), "{one} {other}");
    }
    for (one, other) in [
        ("pod-1", "pod-1"),
        ("pod-1", "pod"),
        ("pod-1", "pod-"),
        ("pod-1", "pod-x"),
        ("pod-1", "pods-1"),
        ("pod-1", "pod-1-1"),
        ("pod", "pods"),
    ] {
        assert!(
            !is_sibling(one, other) && !is_sibling(other, one),
            "{one} {other}"
        );
    }
}
