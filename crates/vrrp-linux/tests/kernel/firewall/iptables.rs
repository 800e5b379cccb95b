//! Together with iptables, which changes the same chains.

use vrrp_linux::now;

use super::*;
use crate::lab::PATIENCE;

#[test]
fn iptables_reads_and_saves_the_rules_as_its_own() {
    let host = Host::new();
    sh(&host, IPTABLES_REJECT);
    place(&host, &multicast("main"));
    place(&host, &unicast("other", &[A, C]));
    let listing = sh(&host, "iptables-nft -S INPUT");
    let lines: Vec<_> = listing.lines().collect();
    assert_eq!(
        lines[..4],
        [
            "-P INPUT ACCEPT",
            "-A INPUT -s 10.0.0.1/32 -p vrrp -m comment --comment \"vrrpd other\" -j ACCEPT",
            "-A INPUT -s 10.0.0.3/32 -p vrrp -m comment --comment \"vrrpd other\" -j ACCEPT",
            "-A INPUT -d 224.0.0.18/32 -p vrrp -m comment --comment \"vrrpd main\" -j ACCEPT",
        ]
    );
    assert_eq!(lines.len(), 7);
    // It can still change the chain, and checks and deletes our rules by its own words.
    sh(
        &host,
        "iptables-nft -I INPUT 2 -p udp -j ACCEPT; iptables-nft -L -n -v",
    );
    sh(
        &host,
        "rule='INPUT -p 112 -d 224.0.0.18 -m comment --comment'
         iptables-nft -C $rule 'vrrpd main' -j ACCEPT; iptables-nft -D $rule 'vrrpd main' -j ACCEPT",
    );
    assert_eq!(closed(&host, "main"), [""; 0]);
    assert_eq!(closed(&host, "other"), ["ip filter INPUT"]);
    assert_eq!(count(&host, "vrrp"), 0);
}

#[test]
fn rules_that_iptables_saved_and_restored_are_still_ours() {
    let mut wire = Wire::new(IPTABLES_REJECT);
    let before = sh(&wire.host, "iptables-nft -S");
    let opening = Opening {
        multicast: true,
        ..unicast("main", &[A, C])
    };
    let placed = place(&wire.host, &opening);
    place(&wire.host, &multicast("main2"));
    let restore = "rules=$(iptables-nft-save); iptables-nft -F; echo \"$rules\" | iptables-nft-restore";
    sh(&wire.host, restore);
    assert_eq!(
        count(&wire.host, "comment \"vrrpd main\""),
        0,
        "now nft does not know them"
    );
    let handles = sh(&wire.host, "nft -a -s list ruleset");
    assert_eq!(place(&wire.host, &opening), unchanged(&placed));
    assert_eq!(
        sh(&wire.host, "nft -a -s list ruleset"),
        handles,
        "they stand as they are wanted"
    );
    assert!(wire.passes(A, GROUP) && wire.passes(C, B));
    // Others than those are wanted now.
    place(&wire.host, &unicast("main", &[C]));
    let ours = |host: &Host, name: &str| {
        let comment = format!("--comment \"vrrpd {name}\"");
        sh(host, "iptables-nft -S").matches(&comment).count()
    };
    assert_eq!((ours(&wire.host, "main"), ours(&wire.host, "main2")), (1, 1));
    sh(&wire.host, restore);
    assert_eq!(closed(&wire.host, "main"), ["ip filter INPUT"]);
    assert_eq!((ours(&wire.host, "main"), ours(&wire.host, "main2")), (0, 1));
    assert_eq!(closed(&wire.host, "main2"), ["ip filter INPUT"]);
    assert_eq!(sh(&wire.host, "iptables-nft -S"), before);
}

#[test]
fn the_old_iptables_is_told_while_it_drops() {
    let mut wire = Wire::new("iptables-legacy -A INPUT -j DROP");
    assert!(!wire.passes(A, GROUP));
    let placed = place(&wire.host, &multicast("main"));
    assert_eq!(placed.chains, []);
    let tables = vec!["filter".to_owned()];
    assert_eq!(placed.remains, [Remains::Legacy { tables }]);
    // As the message says.
    assert!(
        placed.remains[0]
            .to_string()
            .contains("`iptables-legacy -I INPUT -p 112 -j ACCEPT`")
    );
    sh(&wire.host, "iptables-legacy -I INPUT -p 112 -j ACCEPT");
    assert!(wire.passes(A, GROUP));
    assert_eq!(place(&wire.host, &multicast("main")), Placed::default());
    sh(&wire.host, "iptables-legacy -F");
    assert_eq!(place(&wire.host, &multicast("main")), Placed::default());
}

#[test]
fn somebody_else_may_change_the_chain_meanwhile() {
    let host = Host::new();
    sh(&host, IPTABLES_REJECT);
    let mut busy = Command::new("sh");
    busy.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").args([
        "-c",
        "while [ -e /proc/$1 ]; do iptables-nft -I INPUT -p udp -j DROP; iptables-nft -D INPUT -p udp -j DROP; done",
        "sh",
        &std::process::id().to_string(),
    ]);
    let mut busy = host.run(move || busy.spawn().unwrap());
    let end = now() + PATIENCE / 4;
    let mut rounds = 0;
    while now() < end || rounds < 3 {
        let placed = place(&host, &multicast("main"));
        assert_eq!(texts(&placed.chains), ["ip filter INPUT"]);
        assert_eq!(count(&host, "vrrpd main"), 1);
        assert_eq!(closed(&host, "main"), ["ip filter INPUT"]);
        rounds += 1;
    }
    busy.kill().unwrap();
    busy.wait().unwrap();
}
