use std::collections::BTreeMap;

use super::*;

fn chain(name: &str) -> Chain {
    let text = str::to_owned;
    Chain {
        family: text("inet"),
        table: text("f"),
        name: text(name),
    }
}

fn placed(chains: &[&str], changed: &[(&str, Change)]) -> Placed {
    Placed {
        chains: chains.iter().map(|name| chain(name)).collect(),
        changed: changed
            .iter()
            .map(|&(name, change)| (chain(name), change))
            .collect::<BTreeMap<_, _>>(),
        ..Placed::default()
    }
}

/// Each line as its level and its text.
fn lines(told: &mut Told, placed: Placed) -> Vec<String> {
    let lines = told.lines(placed).into_iter();
    let level = |warns: bool| if warns { "WARN" } else { "INFO" };
    lines
        .map(|line| format!("{} {}", level(line.warns), line.text))
        .collect()
}

#[test]
fn a_rule_that_was_gone_is_a_warning_and_a_new_chain_is_none() {
    let mut told = Told::default();
    let first = [("in", Change::Placed)];
    assert_eq!(
        lines(&mut told, placed(&["in"], &first)),
        ["INFO VRRP is accepted in inet f in"]
    );
    assert_eq!(lines(&mut told, placed(&["in"], &[])), [""; 0]);
    // In the midst of a reload there may be nothing at all.
    assert_eq!(lines(&mut told, placed(&[], &[])), [""; 0]);
    let both = [("in", Change::Placed), ("new", Change::Placed)];
    let gone = "WARN the rule in inet f in was gone, and is put back: let the firewall's own configuration accept VRRP";
    assert_eq!(
        lines(&mut told, placed(&["in", "new"], &both)),
        [gone, "INFO VRRP is accepted in inet f new"]
    );
    let said = lines(&mut told, placed(&["in", "new"], &[("new", Change::Renewed)]));
    assert!(matches!(&said[..], [text] if text.starts_with("WARN the rule in inet f new was changed")));
}

#[test]
fn a_rule_that_is_not_needed_for_a_while_was_not_gone() {
    let mut told = Told::default();
    told.lines(placed(&["in"], &[]));
    let removed = placed(&[], &[("in", Change::Removed)]);
    let line = "INFO nothing drops in inet f in any more: the rule there is removed";
    assert_eq!(lines(&mut told, removed), [line]);
    assert_eq!(
        lines(&mut told, placed(&["in"], &[("in", Change::Placed)])),
        ["INFO VRRP is accepted in inet f in"]
    );
}

#[test]
fn what_remains_is_told_once_in_whatever_words() {
    let mut told = Told::default();
    let with = |there: &[&str]| Placed {
        remains: vec![
            Remains::NoSuchChain {
                wanted: "MINE".to_owned(),
                there: there.iter().map(|&name| name.to_owned()).collect(),
            },
            Remains::Outgoing { chain: chain("out") },
        ],
        ..Placed::default()
    };
    let said = lines(&mut told, with(&["INPUT"]));
    assert!(matches!(&said[..], [_, _]), "{said:?}");
    assert_eq!(lines(&mut told, with(&["INPUT", "MORE"])), [""; 0]);
    assert_eq!(lines(&mut told, placed(&[], &[])), [""; 0]);
    assert_eq!(lines(&mut told, with(&["INPUT"])), [""; 0]);
}

#[test]
fn what_drops_on_its_way_out_does_not_hide_that_nothing_drops_on_its_way_in() {
    let remains = vec![Remains::Outgoing { chain: chain("out") }];
    let said = lines(
        &mut Told::default(),
        Placed {
            remains,
            ..Placed::default()
        },
    );
    assert_eq!(
        said,
        [
            "INFO nothing drops VRRP on its way in, and no rule is needed",
            "WARN VRRP may be dropped on its way out in inet f out: accept protocol 112 there",
        ]
    );
}
