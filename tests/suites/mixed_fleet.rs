//! A fleet that is moved from keepalived node by node: both programs are told the same, and agree.

use vrrp_lab::prelude::*;
use vrrp_lab::{Keepalived, Pod};

const GROUPS: usize = 3;

const VARIABLES: &[(&str, &str)] = &[
    ("OPENSHIFT_HA_VIRTUAL_IPS", "10.77.0.101-106"),
    ("OPENSHIFT_HA_VIP_GROUPS", "3"),
    ("OPENSHIFT_HA_PREEMPTION", "preempt_delay 300"),
];

fn instance(number: usize) -> String {
    format!("ipfailover_VIP_{number}")
}

/// An address of each group.
fn vip(number: usize) -> Result<Ipv4Addr> {
    Ok(Ipv4Addr::new(10, 77, 0, u8::try_from(99 + 2 * number)?))
}

/// Whether every group has exactly one MASTER, which holds its addresses.
fn one_master_each(nodes: &[&dyn Router]) -> Result<bool> {
    for number in 1..=GROUPS {
        let mut masters = 0;
        for node in nodes {
            let is_master = node.state(&instance(number))? == Some(State::Master);
            if is_master != node.holds(vip(number)?)? {
                return Ok(false);
            }
            masters += usize::from(is_master);
        }
        if masters != 1 {
            return Ok(false);
        }
    }
    Ok(true)
}

fn keepalived(lab: &Lab, host: &str) -> Result<Keepalived> {
    Pod::new(lab.host(host)?, "pod", VARIABLES).as_keepalived()
}

/// Keepalived and vrrpd, and each takes over from the other.
#[test]
fn one_of_each_and_failover_both_ways() -> Result<()> {
    let lab = Lab::on_one_lan(&["a", "b"])?;
    let mut old = keepalived(&lab, "a")?;
    let mut new = Pod::new(lab.host("b")?, "pod", VARIABLES);
    old.start()?;
    new.start()?;
    let settled = |what: &str, old: &Keepalived, new: &Pod| {
        lab.eventually(Duration::from_secs(20), what, || one_master_each(&[old, new]))
    };
    settled("each group has one MASTER", &old, &new)?;
    let holds_all = |node: &dyn Router| -> Result<bool> {
        let mut all = true;
        for number in 1..=GROUPS {
            all &= node.holds(vip(number)?)?;
        }
        Ok(all)
    };
    new.terminate()?;
    lab.eventually(PATIENCE, "keepalived takes all over", || holds_all(&old))?;
    new.start()?;
    settled("each group has one MASTER again", &old, &new)?;
    old.terminate()?;
    lab.eventually(PATIENCE, "vrrpd takes all over", || holds_all(&new))
}

/// Three nodes, moved one by one as a rolling update does it. On the wire no two nodes speak for one virtual router but
/// for one exchange at a handover.
#[test]
fn node_by_node_with_no_more_than_one_exchange_of_competing_adverts() -> Result<()> {
    let hosts = ["a", "b", "c"];
    let lab = Lab::on_one_lan(&hosts)?;
    let mut old: Vec<Keepalived> = Vec::new();
    for host in hosts {
        let mut node = keepalived(&lab, host)?;
        node.start()?;
        old.push(node);
    }
    let settled = |what: &str, old: &[Keepalived], new: &[Pod]| {
        lab.eventually(Duration::from_secs(20), what, || {
            let old = old.iter().map(|node| node as &dyn Router);
            let nodes: Vec<&dyn Router> = old.chain(new.iter().map(|node| node as &dyn Router)).collect();
            one_master_each(&nodes)
        })
    };
    let mut new: Vec<Pod> = Vec::new();
    settled("keepalived has one MASTER each", &old, &new)?;
    for host in hosts {
        let mut node = old.remove(0);
        node.terminate()?;
        let mut pod = Pod::new(lab.host(host)?, "pod", VARIABLES);
        let from = wall();
        pod.start()?;
        new.push(pod);
        settled(&format!("one MASTER each after {host} was moved"), &old, &new)?;
        // One interval more, so that whoever competes is seen doing it.
        std::thread::sleep(Duration::from_millis(1500));
        let adverts = lab.capture()?.adverts()?;
        for vrid in 1..=u8::try_from(GROUPS)? {
            let speakers: Vec<Ipv4Addr> = adverts
                .iter()
                .filter(|(at, advert)| *at >= from && advert.vrid == vrid && advert.priority != 0)
                .map(|(_, advert)| advert.source)
                .collect();
            ensure!(
                exchanges(&speakers) <= 1,
                "VRID {vrid} after {host}: {speakers:?}"
            );
        }
    }
    ensure!(old.is_empty() && new.len() == hosts.len());
    Ok(())
}

/// How often somebody spoke again who had been followed by another.
fn exchanges(speakers: &[Ipv4Addr]) -> usize {
    let mut turns: Vec<Ipv4Addr> = Vec::new();
    for speaker in speakers {
        if turns.last() != Some(speaker) {
            turns.push(*speaker);
        }
    }
    let (mut seen, mut again) = (Vec::new(), 0);
    for speaker in turns {
        if seen.contains(&speaker) {
            again += 1;
        }
        seen.push(speaker);
    }
    again
}
