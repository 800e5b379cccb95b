//! What cannot be done, and keeps nothing else from being done.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Child, Stdio};

use nix::sched::{CloneFlags, unshare};

use super::*;

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
