use serde_json::json;

use super::super::gate::Gate;
use super::*;

fn matching(left: &Value, right: &Value) -> Value {
    json!({ "match": { "op": "==", "left": left, "right": right } })
}

fn vrrp() -> Value {
    matching(&json!({ "meta": { "key": "l4proto" } }), &json!(112))
}

fn to(right: &Value) -> Value {
    matching(
        &json!({ "payload": { "protocol": "ip", "field": "daddr" } }),
        right,
    )
}

fn device(name: &str) -> Value {
    matching(&json!({ "meta": { "key": "oifname" } }), &json!(name))
}

fn accept() -> Value {
    json!({ "accept": null })
}

fn jump() -> Value {
    json!({ "jump": { "target": "user" } })
}

/// Whether VRRP to the group and a peer is held back by these rules and a policy that drops, with these rules in a chain
/// of the user.
fn held_back(output: &[&[Value]], user: &[&[Value]]) -> bool {
    let rules = |chain: &str, rules: &[&[Value]]| -> Vec<Value> {
        let rule = |expr: &&[Value]| json!({ "rule": { "family": "ip", "table": "t", "chain": chain, "expr": expr } });
        rules.iter().map(rule).collect()
    };
    let output_chain = json!({ "chain": {
        "family": "ip", "table": "t", "name": "out", "type": "filter", "hook": "output", "policy": "drop",
    } });
    let items = [vec![output_chain], rules("out", output), rules("user", user)].concat();
    let mut ruleset = Ruleset::default();
    ruleset.read(&json!({ "nftables": items }).to_string()).unwrap();
    let chain = ruleset.chains.keys().next().unwrap().clone();
    ruleset.may_hold_back(
        &chain,
        BTreeSet::from([vrrp_packet::GROUP, Ipv4Addr::new(10, 0, 0, 2)]),
    )
}

#[test]
fn one_rule_that_names_the_protocol_is_enough() {
    assert!(held_back(&[], &[]));
    assert!(!held_back(&[&[vrrp(), accept()]], &[]));
    assert!(!held_back(
        &[&[vrrp(), device("eth0"), json!({ "counter": null }), accept()]],
        &[]
    ));
    let set = matching(
        &json!({ "meta": { "key": "l4proto" } }),
        &json!({ "set": ["tcp", "vrrp"] }),
    );
    assert!(!held_back(&[&[set, accept()]], &[]));
    assert!(!held_back(&[&[accept()]], &[]));
    assert!(
        held_back(&[&[json!({ "drop": null })], &[vrrp(), accept()]], &[]),
        "too late"
    );
}

#[test]
fn a_rule_for_something_else_is_not() {
    assert!(held_back(&[&[device("lo"), accept()]], &[]));
    let family = matching(&json!({ "meta": { "key": "nfproto" } }), &json!("ipv6"));
    assert!(held_back(&[&[family, accept()]], &[]));
    let state = matching(&json!({ "ct": { "key": "state" } }), &json!("established"));
    assert!(held_back(&[&[state, accept()]], &[]));
    let tcp = matching(&json!({ "meta": { "key": "l4proto" } }), &json!("tcp"));
    assert!(held_back(&[&[tcp, accept()]], &[]));
    // Ours, which looks at where a packet is from.
    let ours = Gate::From([Ipv4Addr::new(10, 0, 0, 2)].into()).expressions();
    assert!(held_back(&[ours.as_array().unwrap()], &[]));
}

#[test]
fn every_address_must_be_let_out() {
    let group = to(&json!("224.0.0.18"));
    let peers = to(&json!({ "prefix": { "addr": "10.0.0.0", "len": 8 } }));
    assert!(held_back(&[&[vrrp(), group.clone(), accept()]], &[]));
    assert!(held_back(&[&[peers.clone(), accept()]], &[]));
    assert!(!held_back(&[&[vrrp(), group, accept()], &[peers, accept()]], &[]));
    let both = to(&json!({ "set": ["224.0.0.18", "10.0.0.2", "10.0.0.3"] }));
    assert!(!held_back(&[&[both, accept()]], &[]));
    assert!(!held_back(
        &[&[
            to(&json!({ "prefix": { "addr": "0.0.0.0", "len": 0 } })),
            accept()
        ]],
        &[]
    ));
}

#[test]
fn a_chain_of_the_user_may_let_it_out() {
    assert!(!held_back(&[&[jump()]], &[&[vrrp(), accept()]]));
    assert!(!held_back(&[&[vrrp(), jump()]], &[&[accept()]]));
    assert!(held_back(
        &[&[jump()]],
        &[&[vrrp(), json!({ "return": null })], &[vrrp(), accept()]]
    ));
    assert!(held_back(
        &[&[jump()], &[accept()]],
        &[&[json!({ "drop": null })]]
    ));
    assert!(held_back(&[&[device("lo"), jump()]], &[&[accept()]]));
}
