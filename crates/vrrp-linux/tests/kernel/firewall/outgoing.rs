//! What the host itself sends: where that is dropped is told, and no rule is placed.

use super::*;

fn outgoing(host: &Host, opening: &Opening) -> Vec<String> {
    let placed = place(host, opening);
    assert_eq!((placed.chains, placed.commits), (vec![], 0));
    let chain = |remains: &Remains| match remains {
        Remains::Outgoing { chain } => chain.to_string(),
        other => panic!("{other}"),
    };
    placed.remains.iter().map(chain).collect()
}

#[test]
fn a_policy_of_iptables_is_told_until_vrrp_is_accepted() {
    let host = Host::new();
    sh(
        &host,
        "iptables-nft -P OUTPUT DROP; iptables-nft -A OUTPUT -o lo -j ACCEPT",
    );
    let before = ruleset(&host);
    assert_eq!(outgoing(&host, &multicast("main")), ["ip filter OUTPUT"]);
    assert_eq!(ruleset(&host), before);
    // As the message says.
    sh(&host, "iptables-nft -A OUTPUT -p 112 -j ACCEPT");
    assert_eq!(outgoing(&host, &multicast("main")), [""; 0]);
    assert_eq!(outgoing(&host, &unicast("main", &[A])), [""; 0]);
}

#[test]
fn a_rule_to_the_group_lets_out_nothing_to_a_peer() {
    let host = Host::new();
    sh(
        &host,
        "iptables-nft -A OUTPUT -d 224.0.0.0/4 -p vrrp -j ACCEPT; iptables-nft -A OUTPUT -j REJECT",
    );
    assert_eq!(outgoing(&host, &multicast("main")), [""; 0]);
    assert_eq!(outgoing(&host, &unicast("main", &[A])), ["ip filter OUTPUT"]);
}

#[test]
fn chains_of_nftables_are_told() {
    let host = Host::with_eth0();
    sh(
        &host,
        "nft 'table inet f {
            chain user { meta l4proto { tcp, vrrp } accept; }
            chain good { type filter hook output priority 0; policy drop; oifname lo accept; jump user; }
            chain bad { type filter hook output priority 1; policy drop; oifname lo jump user; tcp dport 22 accept; }
            chain late { type filter hook postrouting priority 0; oifname eth0 ip protocol 112 drop; }
            chain nat { type nat hook postrouting priority 100; oifname eth0 masquerade; }
            chain web { type filter hook output priority 3; meta l4proto tcp drop; }
         }'
         nft 'table ip6 f { chain out { type filter hook output priority 0; policy drop; }; }'",
    );
    assert_eq!(outgoing(&host, &multicast("main")), ["inet f bad", "inet f late"]);
}
