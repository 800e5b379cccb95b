//! Firewalls that drop, opened and closed again.

use super::*;

/// Everything about a firewall that drops: what it takes to open it, and to close it again.
fn opens(firewall: &str, chains: &[&str]) {
    let mut wire = Wire::new(firewall);
    let before = ruleset(&wire.host);
    assert!(!wire.passes(A, GROUP), "the firewall is to drop");
    let placed = place(&wire.host, &multicast("main"));
    assert_eq!(texts(&placed.chains), chains);
    assert_eq!(placed.remains, []);
    let everywhere: Vec<_> = chains
        .iter()
        .map(|&chain| (chain.to_owned(), Change::Placed))
        .collect();
    assert_eq!(changes(&placed), everywhere);
    assert_eq!(placed.commits, 1);
    assert!(wire.passes(A, GROUP));
    assert!(!wire.passes(A, B), "and nothing else is let in");
    for chain in chains {
        let first = &rules(&wire.host, chain)[0];
        assert!(first.contains("comment \"vrrpd main\""), "{chain}: {first}");
    }
    // Once more changes nothing, not even a handle.
    let handles = sh(&wire.host, "nft --handle --stateless list ruleset");
    assert_eq!(place(&wire.host, &multicast("main")), unchanged(&placed));
    assert_eq!(sh(&wire.host, "nft --handle --stateless list ruleset"), handles);
    assert_eq!(closed(&wire.host, "main"), chains);
    assert!(!wire.passes(A, GROUP));
    assert_eq!(ruleset(&wire.host), before);
    assert_eq!(closed(&wire.host, "main"), [""; 0]);
}

#[test]
fn a_policy_of_iptables_is_opened_and_closed() {
    opens(IPTABLES_POLICY, &["ip filter INPUT"]);
}

#[test]
fn a_last_rule_of_iptables_is_opened_and_closed() {
    opens(IPTABLES_REJECT, &["ip filter INPUT"]);
}

#[test]
fn a_chain_that_iptables_jumps_to_is_opened_and_closed() {
    opens(IPTABLES_USER, &["ip filter INPUT"]);
}

#[test]
fn a_chain_of_nftables_is_opened_and_closed() {
    opens(NFT, &["inet filter input"]);
}

#[test]
fn chains_of_both_are_opened_and_closed() {
    opens(
        &format!("{NFT}\n{IPTABLES_REJECT}\niptables-nft -t raw -A PREROUTING -i eth0 -j DROP"),
        &["inet filter input", "ip filter INPUT", "ip raw PREROUTING"],
    );
}

#[test]
fn a_map_that_drops_is_found_and_one_of_other_protocols_is_not() {
    opens(
        "nft '
        table ip services {
            map refused { type inet_proto . ipv4_addr . inet_service : verdict
                elements = { tcp . 10.0.0.2 . 80 : goto refuse } }
            chain refuse { reject; }
            chain input { type filter hook input priority -10; meta l4proto . ip daddr . th dport vmap @refused; }
        }
        table inet hand {
            map hosts { type ipv4_addr : verdict; elements = { 10.0.0.1 : jump away, 10.0.0.8 : accept } }
            map none { type ipv4_addr : verdict; }
            chain away { ip saddr vmap @none; drop; }
            chain input { type filter hook input priority 10; ip saddr vmap @hosts; }
        }'",
        &["inet hand input"],
    );
}
