//! Whose rules there are, and which of them nobody needs any more.

use vrrp_linux::Presence;
use vrrp_linux::firewall::{forsaken, names};

use super::*;

fn names_on(host: &Host) -> Vec<String> {
    host.run(names).unwrap().into_iter().collect()
}

#[test]
fn the_names_of_all_rules_are_known_wherever_they_stand() {
    let host = Host::new();
    assert_eq!(names_on(&host), [""; 0]);
    sh(&host, &format!("{NFT}\n{IPTABLES_POLICY}"));
    assert_eq!(names_on(&host), [""; 0]);
    place(&host, &multicast("pod-1"));
    place(&host, &unicast("lan", &[A, C]));
    sh(
        &host,
        "nft add rule inet filter input tcp dport 80 accept comment '\"vrrpd needs no such port\"'",
    );
    assert_eq!(names_on(&host), ["lan", "pod-1"]);
    // As nft does not tell them.
    sh(
        &host,
        "rules=$(iptables-nft-save); nft delete table inet filter; iptables-nft -F
         echo \"$rules\" | iptables-nft-restore",
    );
    assert_eq!(names_on(&host), ["lan", "pod-1"]);
    closed(&host, "lan");
    closed(&host, "pod-1");
    assert_eq!(names_on(&host), [""; 0]);
}

#[test]
fn forsaken_are_those_of_another_number_that_nobody_has() {
    let host = Host::new();
    sh(&host, NFT);
    for name in ["pod-1", "pod-2", "pod-3", "pod", "pods-1", "pod-x"] {
        place(&host, &multicast(name));
    }
    let forsaken_by = |name: &'static str| -> Vec<String> {
        host.run(move || forsaken(name)).unwrap().into_iter().collect()
    };
    let third = host.run(|| Presence::claim("pod-3")).unwrap().unwrap();
    assert_eq!(forsaken_by("pod-1"), ["pod-2"]);
    drop(third);
    assert_eq!(forsaken_by("pod-1"), ["pod-2", "pod-3"]);
    assert_eq!(forsaken_by("pod-7"), ["pod-1", "pod-2", "pod-3"]);
    assert_eq!(forsaken_by("pod"), [""; 0]);
    assert_eq!(forsaken_by("lan-1"), [""; 0]);
}
