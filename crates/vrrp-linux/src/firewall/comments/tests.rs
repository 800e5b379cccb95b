use super::*;

const LISTING: &str = include_str!("../captured/iptables.txt");

fn captured() -> Ruleset {
    let mut ruleset = Ruleset::default();
    ruleset.read(include_str!("../captured/iptables.json")).unwrap();
    ruleset
}

fn told(ruleset: &Ruleset) -> Vec<(u64, &str)> {
    let rules = ruleset.chains.values().flat_map(|body| &body.rules);
    rules
        .filter_map(|rule| Some((rule.handle, rule.comment.as_deref()?)))
        .collect()
}

#[test]
fn iptables_tells_the_comments_that_nft_does_not() {
    let mut ruleset = captured();
    assert_eq!(tables(&ruleset), ["filter".to_owned()].into());
    fill_in(&mut ruleset, "filter", LISTING);
    // The third one, which drops, is none of ours whatever it says.
    assert_eq!(told(&ruleset), [(6, "vrrpd main"), (7, "vrrpd main2")]);
    assert!(tables(&ruleset).is_empty());
}

#[test]
fn a_chain_that_has_changed_meanwhile_is_left_alone() {
    let mut ruleset = captured();
    let shorter = LISTING.replacen("-A INPUT -p tcp", "-A OTHER -p tcp", 1);
    fill_in(&mut ruleset, "filter", &shorter);
    assert_eq!(told(&ruleset), []);
    // As long as before, but moved.
    fill_in(&mut ruleset, "filter", &format!("{shorter}-A INPUT -j DROP\n"));
    assert_eq!(told(&ruleset), []);
}

#[test]
fn a_table_that_nobody_asked_about_is_no_matter() {
    let mut ruleset = captured();
    fill_in(&mut ruleset, "raw", LISTING);
    fill_in(&mut ruleset, "filter", "");
    fill_in(&mut ruleset, "filter", "-A\n-A INPUT\nnonsense");
    assert_eq!(told(&ruleset), []);
}
