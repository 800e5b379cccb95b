//! A firewall that drops VRRP makes two MASTERs; told to open it, vrrpd does, and closes it again.

use vrrp_lab::Pod;
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
fn without_the_program_there_is_one_warning_and_the_election_goes_on() -> Result<()> {
    let lab = Lab::on_one_lan(&["a"])?;
    let mut pod = Pod::new(
        lab.host("a")?,
        "pod",
        &[
            ("OPENSHIFT_HA_VIRTUAL_IPS", "10.77.0.100"),
            ("OPENSHIFT_HA_IPTABLES_CHAIN", "INPUT"),
            ("PATH", "/nowhere"),
        ],
    );
    pod.start()?;
    lab.eventually(PATIENCE, "it is MASTER", || pod.holds(VIP))?;
    let log = pod.log()?;
    let warnings = log
        .lines()
        .filter(|line| line.contains("WARN firewall: "))
        .count();
    ensure!(warnings == 1, "{log}");
    Ok(())
}
