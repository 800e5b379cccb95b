use super::super::gate::Gate;
use super::*;

fn read(json: &str) -> Ruleset {
    let mut ruleset = Ruleset::default();
    ruleset.read(json).unwrap();
    ruleset
}

fn chain(family: &str, table: &str, name: &str) -> Chain {
    Chain {
        family: family.to_owned(),
        table: table.to_owned(),
        name: name.to_owned(),
    }
}

fn verdicts(body: &Body) -> Vec<Vec<Verdict>> {
    body.rules.iter().map(|rule| rule.verdicts.clone()).collect()
}

#[test]
fn a_table_of_iptables_is_read() {
    let ruleset = read(include_str!("../captured/iptables.json"));
    let input = &ruleset.chains[&chain("ip", "filter", "INPUT")];
    assert_eq!((input.hook, input.drops_at_end), (Hook::Host, true));
    let handles: Vec<_> = input.rules.iter().map(|rule| rule.handle).collect();
    assert_eq!(handles, [4, 5, 6, 7, 8, 9, 10]);
    let gates: Vec<_> = input.rules.iter().map(|rule| rule.gate.clone()).collect();
    let from = Gate::From(["10.0.0.2".parse().unwrap()].into());
    assert_eq!(
        gates,
        [None, None, Some(Gate::ToGroup), Some(from), None, None, None]
    );
    let commented: Vec<_> = input.rules.iter().map(|rule| rule.xt_comment).collect();
    assert_eq!(commented, [false, false, true, true, true, false, false]);
    assert!(input.rules.iter().all(|rule| rule.comment.is_none()));
    // TCP is no matter of ours.
    let user = Verdict::Jump("USER".to_owned());
    assert_eq!(
        verdicts(input),
        [
            vec![],
            vec![],
            vec![],
            vec![],
            vec![Verdict::Drop],
            vec![user],
            vec![Verdict::Drop]
        ]
    );
    let user = &ruleset.chains[&chain("ip", "filter", "USER")];
    assert_eq!((user.hook, user.drops_at_end), (Hook::Elsewhere, false));
    assert_eq!(verdicts(user), [[Verdict::Drop]]);
}

#[test]
fn a_table_with_maps_and_sets_is_read() {
    let ruleset = read(include_str!("../captured/inet.json"));
    let input = &ruleset.chains[&chain("inet", "hand", "input")];
    assert_eq!((input.hook, input.drops_at_end), (Hook::Host, false));
    let found = verdicts(input);
    assert!(matches!(&found[0][..], [Verdict::Map { name, .. }] if name == "hosts"));
    assert!(matches!(&found[1][..], [Verdict::Map { name, .. }] if name == "services"));
    let drop = vec![Verdict::Drop];
    assert_eq!(
        found[2..],
        [
            drop.clone(),          // ct state vmap { invalid : drop, established : accept }
            drop.clone(), // ip saddr . meta l4proto vmap { 1.1.1.1 . 112 : drop, 1.1.1.2 . tcp : drop }
            vec![],       // ip saddr @bad tcp dport 22 drop
            vec![],       // meta nfproto ipv6 drop
            vec![],       // ip protocol { tcp, udp } drop
            drop.clone(), // meta l4proto != tcp drop
            vec![],       // meta l4proto != vrrp drop
            vec![],       // ip protocol 1-5 drop
            drop,         // ip protocol { 1-5, 112 } drop
            vec![],       // icmp type echo-request drop
            vec![],       // the gate
            vec![Verdict::Return], // return
        ]
    );
    let gate = &input.rules[12];
    assert_eq!(gate.comment.as_deref(), Some("vrrpd main"));
    let peers = ["1.1.1.1", "2.2.2.2"].map(|peer| peer.parse().unwrap());
    assert_eq!(gate.gate, Some(Gate::From(peers.into())));
    // A jump into a chain without a name is told in nft's own language.
    let early = &ruleset.chains[&chain("inet", "hand", "early")];
    assert_eq!(early.hook, Hook::Host);
    assert_eq!(verdicts(early), [[Verdict::Drop]]);
    let out = &ruleset.chains[&chain("inet", "hand", "out")];
    assert_eq!(out.hook, Hook::Outgoing);
    // Maps to something else than verdicts are nothing to us.
    let maps: Vec<_> = ruleset.maps.keys().map(|map| map.name.as_str()).collect();
    assert_eq!(maps, ["hosts", "none", "services"]);
}

#[test]
fn maps_are_followed_by_what_is_in_them() {
    let mut ruleset = read(include_str!("../captured/inet.json"));
    let [hosts, services] = ["hosts", "services"].map(|name| chain("inet", "hand", name));
    assert_eq!(ruleset.unread_maps(), [hosts.clone(), services.clone()].into());
    ruleset
        .read_map(&hosts, include_str!("../captured/map-hosts.json"))
        .unwrap();
    ruleset
        .read_map(&services, include_str!("../captured/map-services.json"))
        .unwrap();
    assert!(ruleset.unread_maps().is_empty());
    let input = chain("inet", "hand", "input");
    let rules = ruleset.chains[&input].rules.clone();
    assert!(ruleset.may_lose(&input, &rules[0]), "hosts drops and refuses");
    assert!(!ruleset.may_lose(&input, &rules[1]), "services are TCP and UDP");
    // An empty map has no elements at all, and that is known then.
    ruleset
        .read_map(&hosts, include_str!("../captured/map-none.json"))
        .unwrap();
    assert!(!ruleset.may_lose(&input, &rules[0]));
}

#[test]
fn what_a_newer_nft_may_tell_is_no_obstacle() {
    let ruleset = read(
        r#"{"version": 2, "nftables": [
            {"metainfo": {"json_schema_version": 9}}, {"flowtable": {"name": 1}}, {"riddle": []}, 7,
            {"chain": {"family": "ip", "table": "t", "name": "c", "type": "filter", "hook": "input", "prio": "x",
                       "policy": "accept", "new": {}}},
            {"chain": {"family": "ip"}},
            {"rule": {"family": "ip", "table": "t", "chain": "c", "handle": 3, "expr": [
                {"riddle": {"a": 1}}, "notrack", {"match": 4}, {"match": {"op": "~", "left": [], "right": {}}},
                {"jump": {}}]}},
            {"rule": {"family": "ip", "table": "t", "chain": "c", "handle": 4}},
            {"rule": {"family": "ip", "table": "t", "chain": "c", "handle": 5, "expr": [
                {"vmap": {"key": 1, "data": {"new": 1}}}, {"xt": {"type": "target"}}]}}]}"#,
    );
    let body = &ruleset.chains[&chain("ip", "t", "c")];
    // Where it is not clear where to, the worst is taken for granted.
    let drop = Verdict::Drop;
    assert_eq!(
        verdicts(body),
        [vec![drop.clone()], vec![], vec![drop.clone(), drop]]
    );
    assert_eq!(ruleset.chains.len(), 1);
}

#[test]
fn an_answer_that_is_no_ruleset_is_an_error() {
    for answer in [
        "",
        "[]",
        "{}",
        "{\"nftables\": 1}",
        "{\"nftables\": [}",
        "{\"nftables\": []} x",
    ] {
        Ruleset::default().read(answer).unwrap_err();
    }
}
