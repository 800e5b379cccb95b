//! Firewalls that drop VRRP, as other programs set them up, and packets that come through afterwards.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::os::fd::AsFd;
use std::process::Command;
use std::time::Duration;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use vrrp_linux::firewall::{Chain, Change, FirewallError, Opening, Placed, Remains, close};
use vrrp_linux::{Moment, VrrpSocket};
use vrrp_packet::{Authentication, Contents, GROUP, Outgoing, Priority, Vrid};

use crate::lab::{Host, eventually, name};

mod iptables;
mod limits;
mod names;
mod news;
mod opens;
mod others;
mod outgoing;
mod wanted;

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

/// What is there already: the same, and nothing to do.
fn unchanged(placed: &Placed) -> Placed {
    Placed {
        changed: BTreeMap::new(),
        commits: 0,
        ..placed.clone()
    }
}

/// The chains in which something was done, and what.
fn changes(placed: &Placed) -> Vec<(String, Change)> {
    let changes = placed.changed.iter();
    changes
        .map(|(chain, &change)| (chain.to_string(), change))
        .collect()
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
