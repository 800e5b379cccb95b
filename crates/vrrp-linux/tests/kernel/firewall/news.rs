//! News of changes.

use vrrp_linux::firewall::{Changes, RulesetNews};

use super::*;

#[test]
fn every_transaction_is_told_and_ours_are_as_many_as_we_say() {
    let host = Host::new();
    let news = host.run(RulesetNews::subscribe).unwrap();
    assert_eq!(news.take(), Changes::Counted(0));
    sh(&host, &format!("{NFT}\n{IPTABLES_POLICY}"));
    let Changes::Counted(count) = news.take() else {
        panic!("so few cannot be too many");
    };
    assert!(count >= 2, "{count}");
    let placed = place(&host, &multicast("main"));
    assert_eq!(placed.commits, 1);
    assert_eq!(news.take(), Changes::Counted(1));
    place(&host, &multicast("main"));
    assert_eq!(news.take(), Changes::Counted(0), "looking is no change");
    sh(&host, "nft flush ruleset");
    assert_eq!(news.take(), Changes::Counted(1));
    // Another host's.
    let other = Host::new();
    sh(&other, NFT);
    assert_eq!(news.take(), Changes::Counted(0));
}

#[test]
fn more_than_it_can_hold_is_told_as_well() {
    let host = Host::new();
    let news = host.run(RulesetNews::subscribe).unwrap();
    sh(
        &host,
        "nft add table inet f; nft add chain inet f c
         i=0; while [ $i -lt 20000 ]; do echo add rule inet f c counter accept; i=$((i + 1)); done | nft -f -",
    );
    assert_eq!(news.take(), Changes::Countless);
    assert_eq!(news.take(), Changes::Counted(0));
    sh(&host, "nft flush ruleset; nft add table inet f");
    assert_ne!(news.take(), Changes::Counted(0));
}
