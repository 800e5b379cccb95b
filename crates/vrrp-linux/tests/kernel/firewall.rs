//! Firewalls that drop VRRP, as other programs set them up, and packets that come through afterwards.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write as _;
use std::net::Ipv4Addr;
use std::os::fd::AsFd;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sched::{CloneFlags, unshare};
use vrrp_linux::firewall::{Chain, FirewallError, Opening, Placed, Remains, close};
use vrrp_linux::{Moment, VrrpSocket, now};
use vrrp_packet::{Authentication, Contents, GROUP, Outgoing, Priority, Vrid};

use crate::lab::{Host, PATIENCE, eventually, name};

const A: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 1);
const B: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 2);
const C: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 3);
const STRANGER: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 9);

/// A host that drops in its chain INPUT, as iptables makes it.
const IPTABLES_POLICY: &str = "iptables-nft -P INPUT DROP";
/// The same by the last rule, as many distributions have it.
const IPTABLES_REJECT: &str = "
    iptables-nft -A INPUT -m state --state ESTABLISHED -j ACCEPT
    iptables-nft -A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
    iptables-nft -A INPUT -j REJECT --reject-with icmp-host-prohibited";
/// The same in a chain of its own.
const IPTABLES_USER: &str = "
    iptables-nft -N USER
    iptables-nft -A USER -s 10.0.0.0/8 -m comment --comment 'not these' -j DROP
    iptables-nft -A INPUT -j USER";
/// A table made by hand.
const NFT: &str = "nft '
    table inet filter {
        chain input {
            type filter hook input priority 0; policy drop;
            ct state established accept
            tcp dport 22 accept
        }
    }'";

/// Programs run in the host's namespace, by a shell; they must not fail.
fn sh(host: &Host, script: &str) -> String {
    let script = script.to_owned();
    host.run(move || {
        let output = Command::new("sh")
            .args(["-euc", &script])
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "this suite needs nftables and iptables: {script}: {errors}"
        );
        String::from_utf8(output.stdout).unwrap()
    })
}

/// Everything that nft sees, without counters.
fn ruleset(host: &Host) -> String {
    sh(host, "nft --stateless list ruleset")
}

/// The rules of a chain, as nft shows them.
fn rules(host: &Host, chain: &str) -> Vec<String> {
    let listing = sh(host, &format!("nft --stateless --handle list chain {chain}"));
    let has_handle = listing
        .lines()
        .map(str::trim)
        .filter(|line| line.contains("# handle"));
    // The first one is the chain's own.
    has_handle.skip(1).map(str::to_owned).collect()
}

fn count(host: &Host, text: &str) -> usize {
    ruleset(host).matches(text).count()
}

fn place(host: &Host, opening: &Opening) -> Placed {
    let opening = opening.clone();
    host.run(move || opening.place()).unwrap()
}

fn closed(host: &Host, name: &str) -> Vec<String> {
    let name = name.to_owned();
    texts(&host.run(move || close(&name)).unwrap())
}

fn texts(chains: &[Chain]) -> Vec<String> {
    chains.iter().map(Chain::to_string).collect()
}

fn multicast(name: &str) -> Opening {
    Opening {
        name: name.to_owned(),
        multicast: true,
        peers: BTreeSet::new(),
        chain: None,
    }
}

fn unicast(name: &str, peers: &[Ipv4Addr]) -> Opening {
    Opening {
        multicast: false,
        peers: peers.iter().copied().collect(),
        ..multicast(name)
    }
}

/// Two hosts on a cable. The second one has a firewall, and listens.
struct Wire {
    sender: VrrpSocket,
    receiver: VrrpSocket,
    host: Host,
    _other: Host,
}

impl Wire {
    fn new(firewall: &str) -> Self {
        let (other, host) = Host::pair();
        let open = |host: &Host| {
            let index = host.index("eth0");
            host.run(move || VrrpSocket::open(&name("eth0"), index, true).unwrap())
        };
        let mut wire = Self {
            sender: open(&other),
            receiver: open(&host),
            host,
            _other: other,
        };
        assert!(wire.passes(A, GROUP), "without a firewall");
        assert!(wire.passes(A, B), "without a firewall");
        sh(&wire.host, firewall);
        wire
    }

    /// Whether an advert from one address to another arrives.
    fn passes(&mut self, source: Ipv4Addr, destination: Ipv4Addr) -> bool {
        let contents = Contents {
            vrid: Vrid::new(51).unwrap(),
            priority: Priority::DEFAULT.into(),
            interval: Duration::from_secs(1),
            authentication: Authentication::None,
            addresses: &[Ipv4Addr::new(10, 0, 0, 100)],
            source,
            destination,
            ttl: 255,
        };
        let advert = Outgoing::new(&contents).unwrap().bytes().to_vec();
        let before = self.arrived_at_the_device();
        self.sender.send(&advert, destination).unwrap();
        // The first one may have to ask for a hardware address.
        eventually("the advert is on the wire", || {
            self.arrived_at_the_device() > before
        });
        // From the device on nothing but the firewall is between.
        let mut fds = [PollFd::new(self.receiver.as_fd(), PollFlags::POLLIN)];
        if poll(&mut fds, PollTimeout::from(300_u16)).unwrap() == 0 {
            return false;
        }
        let mut arrived = 0;
        self.receiver
            .receive(Moment::now(), 256, &mut |_| arrived += 1)
            .unwrap();
        assert_eq!(arrived, 1);
        true
    }

    /// How many packets the kernel has counted that were to reach a protocol of its own, and others.
    fn arrived_at_the_device(&self) -> u64 {
        self.host.run(|| {
            // Of this thread, which is in the namespace.
            let table = std::fs::read_to_string("/proc/thread-self/net/snmp").unwrap();
            let received = table
                .lines()
                .filter(|line| line.starts_with("Ip:"))
                .nth(1)
                .unwrap();
            received.split(' ').nth(3).unwrap().parse().unwrap()
        })
    }
}

/// Everything about a firewall that drops: what it takes to open it, and to close it again.
fn opens(firewall: &str, chains: &[&str]) {
    let mut wire = Wire::new(firewall);
    let before = ruleset(&wire.host);
    assert!(!wire.passes(A, GROUP), "the firewall is to drop");
    let placed = place(&wire.host, &multicast("main"));
    assert_eq!(texts(&placed.chains), chains);
    assert_eq!(placed.remains, []);
    assert!(wire.passes(A, GROUP));
    assert!(!wire.passes(A, B), "and nothing else is let in");
    for chain in chains {
        let first = &rules(&wire.host, chain)[0];
        assert!(first.contains("comment \"vrrpd main\""), "{chain}: {first}");
    }
    // Once more changes nothing, not even a handle.
    let handles = sh(&wire.host, "nft --handle --stateless list ruleset");
    assert_eq!(place(&wire.host, &multicast("main")), placed);
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
    assert_eq!(place(&wire.host, &opening), placed);
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
    assert_eq!(place(&host, &unicast("main", &peers)), placed);
    assert_eq!(closed(&host, "main").len(), 2);
    assert_eq!(count(&host, "vrrp"), 0);
}

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
    assert_eq!(
        texts(&place(&wire.host, &multicast("main")).chains),
        ["inet filter input"]
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
    place(&wire.host, &multicast("main"));
    assert!(wire.passes(A, GROUP));
    assert_eq!(count(&wire.host, "vrrpd main"), 1);
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

#[test]
fn many_chains_that_do_not_matter_keep_nothing_closed() {
    let mut wire = Wire::new(IPTABLES_POLICY);
    let mut script = String::from("*nat\n");
    for number in 0..300 {
        writeln!(script, ":SERVICE-{number} - [0:0]").unwrap();
    }
    script.push_str("COMMIT\n");
    sh(
        &wire.host,
        &format!("echo '{script}' | iptables-nft-restore --noflush"),
    );
    let placed = place(&wire.host, &multicast("main"));
    assert_eq!(texts(&placed.chains), ["ip filter INPUT"]);
    assert_eq!(placed.remains, []);
    assert!(wire.passes(A, GROUP));
    assert_eq!(closed(&wire.host, "main"), ["ip filter INPUT"]);
    assert!(!wire.passes(A, GROUP));
}

/// A table that no other program may change, as long as this one runs.
struct OwnedTable(Child);

impl OwnedTable {
    fn new(host: &Host) -> Self {
        let mut nft = Command::new("nft");
        nft.arg("-i").env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        nft.stdin(Stdio::piped()).stdout(Stdio::null());
        let mut child = host.run(move || nft.spawn().unwrap());
        let script = "add table inet owned { flags owner; }\n\
                      add chain inet owned input { type filter hook input priority 5; policy drop; }\n";
        child
            .stdin
            .as_mut()
            .unwrap()
            .write_all(script.as_bytes())
            .unwrap();
        eventually("the table is there", || {
            sh(host, "nft list chains").contains("policy drop")
        });
        Self(child)
    }
}

impl Drop for OwnedTable {
    fn drop(&mut self) {
        drop(self.0.kill());
        self.0.wait().unwrap();
    }
}

#[test]
fn a_chain_that_refuses_keeps_no_other_closed() {
    let host = Host::new();
    let owned = OwnedTable::new(&host);
    sh(&host, NFT);
    let placed = place(&host, &multicast("main"));
    assert_eq!(texts(&placed.chains), ["inet filter input"]);
    let [Remains::Refused { chain, said }] = &placed.remains[..] else {
        panic!("{:?}", placed.remains);
    };
    assert_eq!(chain.to_string(), "inet owned input");
    assert!(said.contains("Operation not permitted"), "{said}");
    assert_eq!(closed(&host, "main"), ["inet filter input"]);
    drop(owned);
}

#[test]
fn what_drops_where_no_rule_helps_is_told() {
    let host = Host::with_eth0();
    sh(
        &host,
        "nft 'table netdev early { chain in { type filter hook ingress device eth0 priority 0; policy drop; }; }'
         nft 'table inet early { chain in { type filter hook ingress device eth0 priority 0; }; }'",
    );
    let placed = place(&host, &multicast("main"));
    assert_eq!(placed.chains, []);
    let [Remains::Ingress { chain }] = &placed.remains[..] else {
        panic!("{:?}", placed.remains);
    };
    assert_eq!(chain.to_string(), "netdev early in");
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
fn long_lists_of_addresses_are_not_read() {
    let host = Host::new();
    // With these comments nft would say more than is read of any answer.
    let comment = "x".repeat(120);
    let mut script = String::from("add element inet filter bad {");
    for number in 0..110_000_u32 {
        let address = Ipv4Addr::from(0x0100_0000 + number);
        write!(script, " {address} comment \"{comment}\",").unwrap();
    }
    script.push_str(" }\n");
    sh(
        &host,
        &format!(
            "{NFT}\nnft 'add set inet filter bad {{ type ipv4_addr; }}; add rule inet filter input ip saddr @bad drop'"
        ),
    );
    host.run(move || {
        let mut nft = Command::new("nft")
            .args(["-f", "-"])
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        nft.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
        assert!(nft.wait().unwrap().success());
    });
    let placed = place(&host, &multicast("main"));
    assert_eq!(
        (texts(&placed.chains), placed.remains),
        (vec!["inet filter input".to_owned()], vec![])
    );
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

#[test]
fn without_the_program_it_says_so() {
    let host = Host::new();
    sh(&host, NFT);
    host.run(|| {
        unshare(CloneFlags::CLONE_NEWNS).unwrap();
        for arguments in [
            &["--make-rprivate", "/"][..],
            &["-t", "tmpfs", "none", "/usr/sbin"],
        ] {
            assert!(Command::new("mount").args(arguments).status().unwrap().success());
        }
        let error = multicast("main").place().unwrap_err();
        assert!(
            matches!(error, FirewallError::NoProgram { program: "nft" }),
            "{error}"
        );
        let error = close("main").unwrap_err();
        assert!(
            matches!(error, FirewallError::NoProgram { program: "nft" }),
            "{error}"
        );
    });
}
