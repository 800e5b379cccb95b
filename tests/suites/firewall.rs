//! A firewall that drops VRRP makes two MASTERs; told to open it, vrrpd does, keeps it open, and closes it again.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use vrrp_lab::Pod;
use vrrp_lab::monotonic;
use vrrp_lab::prelude::*;

const INSTANCE: &str = "ipfailover_VIP_1";

/// Hosts that drop what they are not told to accept, each in its way.
const FIREWALLS: [(&str, &[&str]); 3] = [
    ("iptables", &["iptables-nft -P INPUT DROP"]),
    (
        "nftables",
        &[
            "nft add table inet f; nft add chain inet f in '{ type filter hook input priority 0; policy drop; }'",
        ],
    ),
    (
        "both",
        &[
            "iptables-nft -A INPUT -j REJECT",
            "nft add table inet f; nft add chain inet f in '{ type filter hook input priority 0; }'; \
             nft add rule inet f in drop",
        ],
    ),
];

fn pods(lab: &Lab, firewall: &[&str], variables: &[(&str, &str)]) -> Result<(Pod, Pod)> {
    let pod = |host: &str| -> Result<Pod> {
        let host = lab.host(host)?;
        for rules in firewall {
            host.exec(&["sh", "-ec", rules])?;
        }
        let mut pod = Pod::new(host, "pod", &[("OPENSHIFT_HA_VIRTUAL_IPS", "10.77.0.100")]);
        pod.set(variables);
        pod.start()?;
        Ok(pod)
    };
    Ok((pod("a")?, pod("b")?))
}

/// A host's own firewall, as a file that is loaded at once: what was there before is gone then.
const RELOAD: &str = "nft -f - <<'END'
    flush ruleset
    table inet f { chain in { type filter hook input priority 0; policy drop; tcp dport 22 accept; }; }
END";

/// The same in two steps, as a service does it that is stopped and started.
const RESTART: &str = "nft flush ruleset
    nft 'table inet f { chain in { type filter hook input priority 0; policy drop; tcp dport 22 accept; }; }'";

const ASKED: (&str, &str) = ("OPENSHIFT_HA_NFTABLES_RULE", "true");

/// One pod on a host whose firewall drops.
fn lonely(lab: &Lab, variables: &[(&str, &str)]) -> Result<Pod> {
    let host = lab.host("a")?;
    host.exec(&["sh", "-ec", RELOAD])?;
    let mut pod = Pod::new(host, "pod", &[("OPENSHIFT_HA_VIRTUAL_IPS", "10.77.0.100")]);
    pod.set(variables);
    Ok(pod)
}

/// Another `nft`, a script, on host `a`: the PATH that finds it.
fn another_nft(lab: &Lab, script: &str) -> Result<String> {
    let directory = lab.host("a")?.file("programs");
    fs::create_dir(&directory)?;
    let program = directory.join("nft");
    fs::write(&program, format!("#!/bin/sh\n{script}\n"))?;
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755))?;
    let directory = fs::canonicalize(directory)?;
    Ok(format!("{}:/usr/sbin:/usr/bin:/sbin:/bin", directory.display()))
}

fn count(text: &str, what: &str) -> usize {
    text.matches(what).count()
}

fn ruleset(pod: &Pod) -> Result<String> {
    pod.host().exec(&["nft", "list", "ruleset"])
}

/// One is MASTER and stays it, although every host drops; afterwards the firewall is as it was.
fn opened(variables: &[(&str, &str)]) -> Result<()> {
    for (name, firewall) in FIREWALLS {
        let lab = Lab::on_one_lan(&["a", "b"])?;
        let (mut first, second) = pods(&lab, firewall, variables)?;
        lab.eventually(PATIENCE, &format!("{name}: the second alone is MASTER"), || {
            Ok(second.holds(VIP)? && first.state(INSTANCE)? == Some(State::Backup))
        })?;
        never(
            Duration::from_secs(5),
            &format!("{name}: the first is MASTER too"),
            || first.holds(VIP),
        )?;
        ensure!(
            ruleset(&first)?.contains("vrrpd ipfailover"),
            "{}",
            ruleset(&first)?
        );
        first.terminate()?;
        ensure!(
            !ruleset(&first)?.contains("vrrpd"),
            "{name}: {}",
            ruleset(&first)?
        );
    }
    Ok(())
}

#[test]
fn left_alone_it_makes_two_masters() -> Result<()> {
    let lab = Lab::on_one_lan(&["a", "b"])?;
    let [(_, firewall), ..] = FIREWALLS;
    let (first, second) = pods(&lab, firewall, &[])?;
    lab.eventually(PATIENCE, "both are MASTER", || {
        Ok(first.holds(VIP)? && second.holds(VIP)?)
    })
}

#[test]
fn a_chain_that_is_named_and_those_that_drop_are_opened() -> Result<()> {
    opened(&[("OPENSHIFT_HA_IPTABLES_CHAIN", "INPUT")])
}

#[test]
fn for_unicast_it_is_opened_to_the_peers() -> Result<()> {
    opened(&[
        ("OPENSHIFT_HA_NFTABLES_RULE", "true"),
        ("OPENSHIFT_HA_UNICAST_PEERS", "10.77.0.1,10.77.0.2"),
    ])
}

#[test]
fn without_nftables_there_is_one_warning_and_the_election_goes_on() -> Result<()> {
    let lab = Lab::on_one_lan(&["a"])?;
    let complaint = "echo 'netlink: Error: cache initialization failed: Protocol not supported' >&2; exit 1";
    let path = another_nft(&lab, complaint)?;
    let mut pod = lonely(&lab, &[ASKED, ("PATH", &path)])?;
    pod.start()?;
    lab.eventually(PATIENCE, "it is MASTER", || pod.holds(VIP))?;
    // Changes of others make it look again, and nothing new is to be said.
    pod.host().exec(&["nft", "add table inet busy"])?;
    std::thread::sleep(Duration::from_secs(3));
    let log = pod.log()?;
    ensure!(count(&log, "WARN firewall: ") == 1, "{log}");
    ensure!(log.contains("the kernel has no nftables"), "{log}");
    Ok(())
}

#[test]
fn a_firewall_that_is_loaded_anew_is_opened_anew() -> Result<()> {
    let lab = Lab::on_one_lan(&["a", "b"])?;
    let (mut first, mut second) = pods(&lab, &[RELOAD], &[ASKED])?;
    lab.eventually(PATIENCE, "the second alone is MASTER", || {
        Ok(second.holds(VIP)? && first.state(INSTANCE)? == Some(State::Backup))
    })?;
    let mut put_back = 0;
    for reload in [RELOAD, RESTART] {
        for pod in [&first, &second] {
            pod.host().exec(&["sh", "-ec", reload])?;
        }
        put_back += 1;
        for pod in [&first, &second] {
            lab.eventually(PATIENCE * 2, "the rule is put back", || {
                Ok(count(&ruleset(pod)?, "vrrpd ipfailover") == 1)
            })?;
        }
        lab.eventually(PATIENCE, "the second alone is MASTER again", || {
            Ok(second.holds(VIP)? && first.state(INSTANCE)? == Some(State::Backup))
        })?;
        never(Duration::from_secs(4), "both are MASTER", || {
            Ok(first.holds(VIP)? && second.holds(VIP)?)
        })?;
        for pod in [&first, &second] {
            let log = pod.log()?;
            let warning = "WARN firewall: the rule in inet f in was gone, and is put back: \
                           let the firewall's own configuration accept VRRP";
            ensure!(count(&log, warning) == put_back, "{log}");
        }
    }
    for pod in [&mut first, &mut second] {
        pod.terminate()?;
        let left = ruleset(pod)?;
        ensure!(!left.contains("vrrpd") && left.contains("policy drop"), "{left}");
    }
    Ok(())
}

#[test]
fn where_the_rule_stands_changes_of_others_are_left_alone() -> Result<()> {
    let lab = Lab::on_one_lan(&["a"])?;
    let mut pod = lonely(&lab, &[ASKED])?;
    pod.start()?;
    lab.eventually(PATIENCE, "the rule stands", || {
        Ok(ruleset(&pod)?.contains("vrrpd"))
    })?;
    let handles = || {
        pod.host()
            .exec(&["nft", "-a", "-s", "list", "chain", "inet", "f", "in"])
    };
    let before = handles()?;
    for _ in 0..20 {
        pod.host()
            .exec(&["nft", "add table inet busy; delete table inet busy"])?;
        std::thread::sleep(Duration::from_millis(200));
    }
    ensure!(handles()? == before, "{}", handles()?);
    let log = pod.log()?;
    ensure!(!log.contains("WARN"), "{log}");
    ensure!(count(&log, " firewall: ") == 1, "{log}");
    Ok(())
}

#[test]
fn a_slow_program_delays_neither_the_election_nor_the_end() -> Result<()> {
    let lab = Lab::on_one_lan(&["a"])?;
    let path = another_nft(&lab, "sleep 4.5; exec /usr/sbin/nft \"$@\"")?;
    let mut pod = lonely(&lab, &[ASKED, ("PATH", &path)])?;
    let began = monotonic();
    pod.start()?;
    lab.eventually(PATIENCE, "it is MASTER", || pod.holds(VIP))?;
    let elected = monotonic().saturating_sub(began);
    ensure!(elected < Duration::from_secs(11), "{elected:?}");
    let log = pod.log()?;
    ensure!(
        log.contains("nft has not answered in 3 s: the election starts without it"),
        "{log}"
    );
    let began = monotonic();
    pod.terminate()?;
    let took = monotonic().saturating_sub(began);
    ensure!(took < Duration::from_secs(7), "{took:?}");
    ensure!(!pod.holds(VIP)?);
    let log = pod.log()?;
    ensure!(
        count(&log, "a rule may be left behind (`vrrpd cleanup` removes it)") == 1,
        "{log}"
    );
    Ok(())
}

#[test]
fn a_program_that_is_a_little_slow_opens_it_later() -> Result<()> {
    let lab = Lab::on_one_lan(&["a"])?;
    let path = another_nft(&lab, "sleep 1.2; exec /usr/sbin/nft \"$@\"")?;
    let mut pod = lonely(&lab, &[ASKED, ("PATH", &path)])?;
    pod.start()?;
    lab.eventually(PATIENCE * 2, "it is MASTER, and the rule stands", || {
        Ok(pod.holds(VIP)? && pod.log()?.contains("firewall: VRRP is accepted in inet f in"))
    })?;
    ensure!(ruleset(&pod)?.contains("vrrpd ipfailover"));
    Ok(())
}

#[test]
fn what_a_killed_pod_left_goes_when_another_first_vrid_starts() -> Result<()> {
    let lab = Lab::on_one_lan(&["a"])?;
    let mut pod = lonely(&lab, &[ASKED])?;
    // Another set's, and an administrator's.
    let theirs = ["vrrpd other-1", "vrrpd ipfailover-x"];
    for comment in theirs {
        let rule = format!("add rule inet f in ip protocol 112 accept comment \"{comment}\"");
        pod.host().exec(&["nft", &rule])?;
    }
    pod.start()?;
    let stands = |pod: &Pod, vrid: u8| Ok(ruleset(pod)?.contains(&format!("\"vrrpd ipfailover-{vrid}\"")));
    lab.eventually(PATIENCE, "the rule stands", || stands(&pod, 1))?;
    pod.kill()?;
    ensure!(stands(&pod, 1)?, "{}", ruleset(&pod)?);
    pod.set(&[("OPENSHIFT_HA_VRRP_ID_OFFSET", "10")]);
    pod.start()?;
    lab.eventually(PATIENCE, "the new rule stands, and the old one is gone", || {
        Ok(stands(&pod, 11)? && !stands(&pod, 1)?)
    })?;
    pod.kill()?;
    pod.set(&[("OPENSHIFT_HA_VRRP_ID_OFFSET", "20")]);
    let said = pod.command(&["cleanup", "--from-env"])?;
    ensure!(
        said.contains("removed the rule of `ipfailover-11` in inet f in"),
        "{said}"
    );
    let left = ruleset(&pod)?;
    ensure!(count(&left, "vrrpd") == 2, "{left}");
    ensure!(theirs.iter().all(|comment| left.contains(comment)), "{left}");
    Ok(())
}

#[test]
fn a_pod_that_runs_keeps_its_rule_beside_another_first_vrid() -> Result<()> {
    let lab = Lab::on_one_lan(&["a"])?;
    let mut first = lonely(&lab, &[ASKED])?;
    first.start()?;
    lab.eventually(PATIENCE, "the first is MASTER", || first.holds(VIP))?;
    let mut second = Pod::new(
        lab.host("a")?,
        "second",
        &[("OPENSHIFT_HA_VIRTUAL_IPS", "10.77.0.101")],
    );
    second.set(&[ASKED, ("OPENSHIFT_HA_VRRP_ID_OFFSET", "10")]);
    second.start()?;
    lab.eventually(PATIENCE, "the second is MASTER", || {
        second.holds(Ipv4Addr::new(10, 77, 0, 101))
    })?;
    let rules = ruleset(&first)?;
    ensure!(count(&rules, "vrrpd ipfailover-") == 2, "{rules}");
    second.terminate()?;
    let rules = ruleset(&first)?;
    ensure!(count(&rules, "vrrpd ipfailover-1\"") == 1, "{rules}");
    Ok(())
}

#[test]
fn what_a_killed_pod_left_goes_when_the_next_does_not_ask_for_it() -> Result<()> {
    let lab = Lab::on_one_lan(&["a"])?;
    let mut pod = lonely(&lab, &[ASKED])?;
    pod.start()?;
    lab.eventually(PATIENCE, "the rule stands", || {
        Ok(ruleset(&pod)?.contains("vrrpd"))
    })?;
    pod.kill()?;
    pod.set(&[("OPENSHIFT_HA_NFTABLES_RULE", "")]);
    pod.start()?;
    lab.eventually(PATIENCE, "the rule is gone", || {
        Ok(!ruleset(&pod)?.contains("vrrpd"))
    })?;
    lab.eventually(PATIENCE, "it is told", || {
        Ok(pod
            .log()?
            .contains("INFO firewall: the rule in inet f in that `ipfailover-1` had left is removed"))
    })?;
    ensure!(!pod.log()?.contains("WARN firewall"), "{}", pod.log()?);
    Ok(())
}
