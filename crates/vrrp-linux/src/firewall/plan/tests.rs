use std::net::Ipv4Addr;

use super::*;

const PEER: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 2);
const OTHER: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 3);

fn chain(text: &str) -> Chain {
    let [family, table, name] = text.split(' ').collect::<Vec<_>>().try_into().unwrap();
    Chain {
        family: str::to_owned(family),
        table: str::to_owned(table),
        name: str::to_owned(name),
    }
}

/// Chains as `FAMILY TABLE NAME HOOK POLICY`, the last two `-` where it has none.
fn ruleset(chains: &[(&str, Vec<Value>)]) -> Ruleset {
    let mut items = Vec::new();
    let mut handle = 100;
    for (text, rules) in chains {
        let [family, table, name, hook, policy] = text.split(' ').collect::<Vec<_>>().try_into().unwrap();
        let mut chain = json!({ "family": family, "table": table, "name": name });
        if hook != "-" {
            chain["type"] = json!("filter");
            chain["hook"] = json!(hook);
            chain["policy"] = json!(policy);
        }
        items.push(json!({ "chain": chain }));
        for (expressions, comment) in rules.iter().map(|rule| (&rule["expr"], &rule["comment"])) {
            let mut rule = json!({ "family": family, "table": table, "chain": name, "handle": handle });
            rule["expr"] = expressions.clone();
            if comment.is_string() {
                rule["comment"] = comment.clone();
            }
            items.push(json!({ "rule": rule }));
            handle += 1;
        }
    }
    let mut ruleset = Ruleset::default();
    ruleset.read(&json!({ "nftables": items }).to_string()).unwrap();
    ruleset
}

/// A rule with this verdict.
fn to(verdict: &Value) -> Value {
    json!({ "expr": [{ "counter": { "packets": 0, "bytes": 0 } }, verdict] })
}

fn drop() -> Value {
    to(&json!({ "drop": null }))
}

fn accept() -> Value {
    to(&json!({ "accept": null }))
}

fn jump(target: &str) -> Value {
    to(&json!({ "jump": { "target": target } }))
}

fn goto(target: &str) -> Value {
    to(&json!({ "goto": { "target": target } }))
}

/// A rule that we have placed.
fn gate(name: &str, gate: &Gate) -> Value {
    json!({ "expr": gate.expressions(), "comment": format!("vrrpd {name}") })
}

fn from(peers: &[Ipv4Addr]) -> Gate {
    Gate::From(peers.iter().copied().collect())
}

fn multicast() -> Opening {
    Opening {
        name: "a".to_owned(),
        multicast: true,
        peers: [].into(),
        chain: None,
    }
}

fn unicast(peers: &[Ipv4Addr]) -> Opening {
    Opening {
        multicast: false,
        peers: peers.iter().copied().collect(),
        ..multicast()
    }
}

fn step(text: &str, delete: &[u64], insert: &[Gate]) -> Step {
    Step {
        chain: chain(text),
        delete: delete.to_vec(),
        insert: insert.to_vec(),
        comment: "vrrpd a".to_owned(),
    }
}

/// Where a rule would be placed for the first time.
fn opened(ruleset: &Ruleset) -> Vec<String> {
    let plan = place(ruleset, &multicast(), false);
    let steps: Vec<_> = plan.steps.iter().map(|step| step.chain.to_string()).collect();
    let wanted: Vec<_> = plan.wanted.iter().map(Chain::to_string).collect();
    assert_eq!(steps, wanted);
    steps
}

/// Whether everything is done already.
fn is_done(ruleset: &Ruleset, opening: &Opening) -> bool {
    place(ruleset, opening, false).steps.is_empty()
}

#[test]
fn every_chain_that_may_drop_is_opened() {
    let here = ruleset(&[
        ("ip filter INPUT input drop", vec![]),
        ("inet f input input accept", vec![drop()]),
        (
            "inet f early prerouting accept",
            vec![to(&json!({ "reject": null }))],
        ),
        (
            "ip raw PREROUTING prerouting accept",
            vec![to(&json!({ "queue": { "num": 1 } }))],
        ),
        (
            "ip mangle INPUT input accept",
            vec![to(&json!({ "xt": { "type": "target", "name": "REJECT" } }))],
        ),
    ]);
    assert_eq!(
        opened(&here),
        [
            "inet f early",
            "inet f input",
            "ip filter INPUT",
            "ip mangle INPUT",
            "ip raw PREROUTING"
        ]
    );
}

#[test]
fn chains_that_cannot_drop_what_comes_in_stay_as_they_are() {
    let here = ruleset(&[
        ("ip filter INPUT input accept", vec![accept(), jump("USER")]),
        (
            "ip filter USER - -",
            vec![to(&json!({ "return": null })), jump("gone")],
        ),
        ("ip filter FORWARD forward drop", vec![drop()]),
        ("inet f output output accept", vec![]),
        ("ip6 filter INPUT input drop", vec![]),
        ("bridge f input input drop", vec![]),
        ("inet f unused - -", vec![drop()]),
    ]);
    assert_eq!(place(&here, &multicast(), false), Plan::default());
    assert_eq!(place(&Ruleset::default(), &multicast(), false), Plan::default());
}

#[test]
fn jumps_are_followed_however_far_and_round() {
    let rules = |last: Vec<Value>| {
        ruleset(&[
            ("ip filter INPUT input accept", vec![jump("A")]),
            ("ip filter A - -", vec![jump("B")]),
            ("ip filter B - -", vec![goto("C"), jump("A")]),
            ("ip filter C - -", last),
            // Of the same name, in another table.
            ("ip other C - -", vec![drop()]),
        ])
    };
    assert_eq!(opened(&rules(vec![drop()])), ["ip filter INPUT"]);
    assert!(opened(&rules(vec![accept(), jump("A")])).is_empty());
}

#[test]
fn a_rule_that_stands_before_every_drop_stays() {
    let own = || gate("a", &Gate::ToGroup);
    let done = |rules| is_done(&ruleset(&[("inet f input input drop", rules)]), &multicast());
    assert!(done(vec![own()]));
    assert!(done(vec![accept(), gate("b", &Gate::ToGroup), own(), drop()]));
    assert!(!done(vec![drop(), own()]));
    assert!(!done(vec![own(), own()]), "it stands there twice");
    assert!(!done(vec![gate("ab", &Gate::ToGroup)]), "this is somebody else's");
    assert!(!done(vec![goto("x"), own()]), "past it, to the policy");
    assert!(
        !done(vec![to(&json!({ "return": null })), own()]),
        "past it, to the policy"
    );
    assert!(done(vec![jump("x"), own()]), "which is empty");
    assert!(
        !done(vec![gate("a", &from(&[PEER]))]),
        "it lets in something else"
    );
}

#[test]
fn a_rule_that_stands_wrong_is_replaced_in_one_step() {
    let here = ruleset(&[(
        "inet f input input accept",
        vec![
            gate("b", &Gate::ToGroup),
            drop(),
            gate("a", &Gate::ToGroup),
            gate("a", &from(&[PEER])),
        ],
    )]);
    let plan = place(&here, &multicast(), false);
    assert_eq!(plan.steps, [step("inet f input", &[102, 103], &[Gate::ToGroup])]);
    assert_eq!(plan.wanted, [chain("inet f input")]);
}

#[test]
fn a_rule_that_is_no_longer_needed_goes() {
    let here = ruleset(&[
        ("inet f input input accept", vec![gate("a", &Gate::ToGroup)]),
        ("ip filter USER - -", vec![gate("a", &Gate::ToGroup), drop()]),
    ]);
    let plan = place(&here, &multicast(), false);
    assert_eq!(
        plan.steps,
        [
            step("inet f input", &[100], &[]),
            step("ip filter USER", &[101], &[])
        ]
    );
    assert!(plan.wanted.is_empty());
    // Nor where nothing at all is to be let in.
    let here = ruleset(&[("inet f input input drop", vec![gate("a", &Gate::ToGroup)])]);
    let plan = place(&here, &unicast(&[]), false);
    assert_eq!(plan.steps, [step("inet f input", &[100], &[])]);
    assert!(plan.wanted.is_empty());
}

#[test]
fn peers_are_one_rule_each_for_iptables_and_a_set_elsewhere() {
    let chains = [
        ("inet f input input drop", vec![]),
        ("ip filter INPUT input drop", vec![]),
    ];
    let plan = place(&ruleset(&chains), &unicast(&[OTHER, PEER]), false);
    assert_eq!(
        plan.steps,
        [
            step("inet f input", &[], &[from(&[PEER, OTHER])]),
            step("ip filter INPUT", &[], &[from(&[PEER]), from(&[OTHER])]),
        ]
    );
    // And so they are known again.
    let here = ruleset(&[
        ("inet f input input drop", vec![gate("a", &from(&[OTHER, PEER]))]),
        (
            "ip filter INPUT input drop",
            vec![gate("a", &from(&[OTHER])), gate("a", &from(&[PEER]))],
        ),
    ]);
    assert!(is_done(&here, &unicast(&[PEER, OTHER])));
    assert!(!is_done(&here, &unicast(&[PEER])));
    assert!(!is_done(&here, &multicast()));
    let both = Opening {
        multicast: true,
        ..unicast(&[PEER])
    };
    let plan = place(&ruleset(&chains), &both, false);
    assert_eq!(plan.steps[0].insert, [Gate::ToGroup, from(&[PEER])]);
    assert_eq!(plan.steps[1].insert, [Gate::ToGroup, from(&[PEER])]);
}

#[test]
fn what_was_just_written_counts_in_whatever_words_it_is_shown() {
    let strange = json!({ "expr": [{ "allow": "vrrp" }], "comment": "vrrpd a" });
    let here = ruleset(&[("inet f input input drop", vec![strange.clone()])]);
    assert!(!place(&here, &multicast(), false).steps.is_empty());
    assert!(place(&here, &multicast(), true).steps.is_empty());
    let here = ruleset(&[("inet f input input drop", vec![drop(), strange])]);
    assert!(!place(&here, &multicast(), true).steps.is_empty());
}

#[test]
fn a_named_chain_is_opened_whether_or_not_it_drops() {
    let named = |name: &str| Opening {
        chain: Some(name.to_owned()),
        ..multicast()
    };
    let here = ruleset(&[
        ("ip filter INPUT input drop", vec![jump("USER")]),
        ("ip filter USER - -", vec![]),
        ("inet filter USER - -", vec![]),
    ]);
    let plan = place(&here, &named("USER"), false);
    assert_eq!(
        plan.wanted,
        [chain("ip filter INPUT"), chain("ip filter USER")],
        "and its base chain, which drops"
    );
    assert!(plan.remains.is_empty());
    let plan = place(&here, &named("MINE"), false);
    assert_eq!(plan.wanted, [chain("ip filter INPUT")]);
    let there = vec!["INPUT".to_owned(), "USER".to_owned()];
    let wanted = "MINE".to_owned();
    assert_eq!(plan.remains, [Remains::NoSuchChain { wanted, there }]);
}

#[test]
fn what_drops_at_a_device_remains() {
    let here = ruleset(&[
        ("netdev n in ingress drop", vec![]),
        ("inet f in ingress accept", vec![]),
    ]);
    let plan = place(&here, &multicast(), false);
    assert!(plan.steps.is_empty());
    let chain = chain("netdev n in");
    assert_eq!(plan.remains, [Remains::Ingress { chain }]);
}

#[test]
fn what_drops_on_its_way_out_remains_until_it_is_accepted_there() {
    let gates = |opening: &Opening, rules: Vec<Value>| {
        let here = ruleset(&[
            ("inet f out output drop", rules),
            ("ip f late postrouting accept", vec![drop()]),
            ("ip6 f out output drop", vec![]),
        ]);
        let plan = place(&here, opening, false);
        assert!(plan.steps.is_empty());
        plan.remains
    };
    let remains = |text: &str| Remains::Outgoing { chain: chain(text) };
    let both = [remains("inet f out"), remains("ip f late")];
    assert_eq!(gates(&multicast(), vec![]), both);
    assert_eq!(gates(&unicast(&[PEER]), vec![]), both);
    assert_eq!(gates(&unicast(&[]), vec![]), []);
    let own = vec![to_group()];
    assert_eq!(gates(&multicast(), own.clone()), both[1..]);
    assert_eq!(gates(&unicast(&[PEER]), own), both);
}

/// An administrator's rule.
fn to_group() -> Value {
    json!({ "expr": Gate::ToGroup.expressions() })
}

#[test]
fn closing_takes_every_rule_of_the_name_and_no_other() {
    let here = ruleset(&[
        (
            "inet f input input accept",
            vec![gate("ab", &Gate::ToGroup), gate("a", &Gate::ToGroup)],
        ),
        (
            "ip filter FORWARD forward accept",
            vec![gate("a", &from(&[PEER])), drop()],
        ),
        ("ip filter INPUT input drop", vec![drop()]),
    ]);
    assert_eq!(
        close(&here, "a"),
        [
            step("inet f input", &[101], &[]),
            step("ip filter FORWARD", &[102], &[])
        ]
    );
    assert!(close(&here, "b").is_empty());
}

#[test]
fn the_script_deletes_and_then_inserts_in_order() {
    let steps = [step("inet f input", &[7, 9], &[Gate::ToGroup, from(&[PEER])])];
    let script: Value = serde_json::from_str(&script(&steps)).unwrap();
    let payload = |field: &str, right: Value| {
        let left = json!({ "payload": { "protocol": "ip", "field": field } });
        json!({ "match": { "op": "==", "left": left, "right": right } })
    };
    let insert = |condition: Value| {
        json!({ "insert": { "rule": {
            "family": "inet", "table": "f", "chain": "input", "comment": "vrrpd a",
            "expr": [payload("protocol", json!(112)), condition, { "counter": null }, { "accept": null }],
        } } })
    };
    let delete = |handle: u64| json!({ "delete": { "rule": { "family": "inet", "table": "f", "chain": "input", "handle": handle } } });
    assert_eq!(
        script["nftables"],
        json!([
            delete(7),
            delete(9),
            insert(payload("saddr", json!("10.0.0.2"))),
            insert(payload("daddr", json!("224.0.0.18"))),
        ])
    );
}
