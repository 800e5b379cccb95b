//! What is wanted: from whom, where, and where not.

use super::*;

#[test]
fn only_peers_are_let_in_and_later_others() {
    let mut wire = Wire::new(&format!("{NFT}\n{IPTABLES_POLICY}"));
    let chains = ["inet filter input", "ip filter INPUT"];
    assert!(!wire.passes(A, B) && !wire.passes(C, B));
    let placed = place(&wire.host, &unicast("main", &[A, C]));
    assert_eq!(
        (texts(&placed.chains), placed.remains),
        (chains.map(str::to_owned).to_vec(), vec![])
    );
    assert!(wire.passes(A, B) && wire.passes(C, B));
    assert!(!wire.passes(STRANGER, B));
    place(&wire.host, &unicast("main", &[STRANGER]));
    assert!(wire.passes(STRANGER, B));
    assert!(!wire.passes(A, B) && !wire.passes(C, B), "the old ones are gone");
    assert_eq!(count(&wire.host, "vrrpd main"), 2);
    assert_eq!(closed(&wire.host, "main"), chains);
    assert!(!wire.passes(STRANGER, B));
}

#[test]
fn as_many_peers_as_there_can_be() {
    let host = Host::new();
    sh(&host, &format!("{NFT}\n{IPTABLES_POLICY}"));
    let peers: Vec<_> = (0..255).map(|last| Ipv4Addr::new(10, 1, 2, last)).collect();
    let placed = place(&host, &unicast("main", &peers));
    assert_eq!(placed.chains.len(), 2);
    assert_eq!(rules(&host, "inet filter input").len(), 3);
    assert_eq!(rules(&host, "ip filter INPUT").len(), 255);
    assert_eq!(place(&host, &unicast("main", &peers)), unchanged(&placed));
    assert_eq!(closed(&host, "main").len(), 2);
    assert_eq!(count(&host, "vrrp"), 0);
}

#[test]
fn where_nothing_drops_nothing_is_placed() {
    let host = Host::new();
    assert_eq!(place(&host, &multicast("main")), Placed::default());
    assert_eq!(ruleset(&host), "", "without any table");
    sh(
        &host,
        "iptables-nft -P FORWARD DROP
         iptables-nft -N USER; iptables-nft -A INPUT -j USER; iptables-nft -A INPUT -p tcp -j REJECT
         nft 'table inet f { chain input { type filter hook input priority 0; tcp dport { 23, 80 } drop; }; }'
         nft 'table ip6 f { chain input { type filter hook input priority 0; policy drop; }; }'",
    );
    let before = ruleset(&host);
    assert_eq!(place(&host, &multicast("main")), Placed::default());
    assert_eq!(ruleset(&host), before);
}

#[test]
fn a_named_chain_is_opened_although_it_does_not_drop() {
    let host = Host::new();
    // A name that nft's own language could not say.
    sh(
        &host,
        "iptables-nft -A INPUT -p tcp -j ACCEPT; iptables-nft -N 1st:user; iptables-nft -A INPUT -j 1st:user",
    );
    let named = |chain: &str| Opening {
        chain: Some(chain.to_owned()),
        ..multicast("main")
    };
    let placed = place(&host, &named("INPUT"));
    assert_eq!(
        (texts(&placed.chains), placed.remains),
        (vec!["ip filter INPUT".to_owned()], vec![])
    );
    assert!(rules(&host, "ip filter INPUT")[0].contains("vrrpd main"));
    let placed = place(&host, &named("1st:user"));
    assert_eq!(
        (texts(&placed.chains), placed.remains),
        (vec!["ip filter 1st:user".to_owned()], vec![])
    );
    assert_eq!(count(&host, "vrrpd main"), 1, "and no longer in INPUT");
    let placed = place(&host, &named("MINE"));
    assert_eq!(placed.chains, []);
    let there = vec!["1st:user".to_owned(), "INPUT".to_owned()];
    let wanted = "MINE".to_owned();
    assert_eq!(placed.remains, [Remains::NoSuchChain { wanted, there }]);
    assert_eq!(count(&host, "vrrpd main"), 0);
}
