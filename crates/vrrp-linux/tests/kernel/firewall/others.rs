//! What others do to the same chains, and what of it is told.

use super::*;

#[test]
fn a_rule_of_another_name_stays() {
    let mut wire = Wire::new(&format!("{NFT}\n{IPTABLES_POLICY}"));
    let both = ["inet filter input", "ip filter INPUT"];
    for name in ["a", "ab", "vrrpd", "a.b"] {
        assert_eq!(texts(&place(&wire.host, &multicast(name)).chains), both);
    }
    assert_eq!(closed(&wire.host, "a"), both);
    assert_eq!(count(&wire.host, "\"vrrpd a\""), 0);
    for name in ["ab", "vrrpd", "a.b"] {
        assert_eq!(count(&wire.host, &format!("\"vrrpd {name}\"")), 2);
    }
    assert!(wire.passes(A, GROUP));
}

#[test]
fn what_somebody_flushed_is_placed_again_and_closed_without_complaint() {
    let mut wire = Wire::new(NFT);
    place(&wire.host, &multicast("main"));
    sh(&wire.host, "nft flush chain inet filter input");
    assert!(!wire.passes(A, GROUP));
    let placed = place(&wire.host, &multicast("main"));
    assert_eq!(texts(&placed.chains), ["inet filter input"]);
    assert_eq!(
        changes(&placed),
        [("inet filter input".to_owned(), Change::Placed)]
    );
    assert!(wire.passes(A, GROUP));
    sh(&wire.host, "nft flush chain inet filter input");
    assert_eq!(closed(&wire.host, "main"), [""; 0]);
    place(&wire.host, &multicast("main"));
    sh(&wire.host, "nft flush ruleset");
    assert_eq!(closed(&wire.host, "main"), [""; 0]);
    assert_eq!(place(&wire.host, &multicast("main")), Placed::default());
    assert_eq!(ruleset(&wire.host), "");
}

#[test]
fn what_somebody_puts_before_the_rule_comes_after_it_again() {
    let mut wire = Wire::new(IPTABLES_POLICY);
    place(&wire.host, &multicast("main"));
    sh(&wire.host, "iptables-nft -I INPUT -p udp -j DROP");
    let before = rules(&wire.host, "ip filter INPUT");
    place(&wire.host, &multicast("main"));
    assert_eq!(rules(&wire.host, "ip filter INPUT"), before, "this drops no VRRP");
    sh(&wire.host, "iptables-nft -I INPUT -j DROP");
    assert!(!wire.passes(A, GROUP));
    let placed = place(&wire.host, &multicast("main"));
    assert_eq!(
        changes(&placed),
        [("ip filter INPUT".to_owned(), Change::Renewed)]
    );
    assert!(wire.passes(A, GROUP));
    assert_eq!(count(&wire.host, "vrrpd main"), 1);
}

#[test]
fn a_rule_that_is_no_longer_needed_is_told() {
    let host = Host::new();
    sh(&host, IPTABLES_POLICY);
    place(&host, &multicast("main"));
    sh(&host, "iptables-nft -P INPUT ACCEPT");
    let placed = place(&host, &multicast("main"));
    assert_eq!(placed.chains, []);
    assert_eq!(
        changes(&placed),
        [("ip filter INPUT".to_owned(), Change::Removed)]
    );
}
