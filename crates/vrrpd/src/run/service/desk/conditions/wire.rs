//! What is heard on the wire, or is not.

use std::net::IpAddr;

use vrrp_config::{Config, InstanceConfig};
use vrrp_core::{Discard, Preempt, State, Time, WirePriority};
use vrrp_packet::DecodeError;

use super::about_router;
use crate::report::{Kind, Router};
use crate::run::engine::picture::{PortPicture, RouterPicture};
use crate::run::engine::sightings::Sighting;
use crate::run::service::desk::lasting::Finding;

/// So many peers are named for each thing that is wrong with them: whoever can send packets decides how many there are.
const NAMED: usize = 4;

pub(super) fn of_router(
    now: Time,
    config: &InstanceConfig,
    seen: &RouterPicture,
    router: &Router,
    findings: &mut Vec<Finding>,
) {
    let name = router.name.as_str();
    let window = seen.master_down_interval;
    let is_fresh = |at: Time| now.since(at) < window;
    let mut strangers = Vec::new();
    for sighting in seen.sightings.iter() {
        if let Some((kind, cause, hint)) = differs(now, config, sighting, &is_fresh) {
            if kind == Kind::VridTaken {
                strangers.push(sighting.address);
            }
            let alike = |finding: &&Finding| finding.kind == kind && finding.router.as_deref() == Some(name);
            if findings.iter().filter(alike).count() < NAMED {
                findings.push(about_router(kind, name, cause, hint).with(&sighting.address));
            }
        }
    }
    if let Some(rival) = seen.rival.filter(|rival| !strangers.contains(&rival.address)) {
        let (other, us) = (rival.address, "this host".to_owned());
        let beside = rival.beside.map_or(us, |address| address.to_string());
        findings.push(about_router(
            Kind::TwoMasters,
            name,
            format!("{other} and {beside} are both MASTER"),
            two_masters(seen, other),
        ));
    }
    if router.state == State::Master.into() && never_heard(seen) {
        findings.push(about_router(
            Kind::NeverHeardAnybody,
            name,
            "it is MASTER, and has not heard any other router since the start",
            "a BACKUP is silent, so this is right if the others have never been MASTER; if one should be, check that \
             switches and firewalls let protocol 112 through (`tcpdump -ni INTERFACE vrrp`)",
        ));
    }
    if let Some((cause, hint)) = cannot_win(config, seen, &is_fresh) {
        findings.push(about_router(Kind::CannotWin, name, cause, hint));
    }
}

/// What is different about somebody whose packets are not as ours.
fn differs(
    now: Time,
    config: &InstanceConfig,
    sighting: &Sighting,
    is_fresh: &dyn Fn(Time) -> bool,
) -> Option<(Kind, String, &'static str)> {
    let peer = sighting.address;
    let heard = sighting.heard.map(|(at, _)| at).filter(|at| is_fresh(*at));
    let ignored = sighting.ignored.filter(|(at, discard)| match discard {
        // It says itself how seldom it is heard.
        Discard::Interval { theirs, .. } => is_fresh(*at) || now.since(*at) < *theirs * 4,
        _ => is_fresh(*at),
    });
    // What came last says how it is now.
    let ignored = ignored.filter(|(at, _)| heard.is_none_or(|heard| heard <= *at));
    if heard.is_none() && ignored.is_none() {
        return None;
    }
    let vrid = config.params.vrid;
    let difference = sighting.difference;
    let ours = config.params.advertised.len();
    if difference.is_some_and(|difference| usize::from(difference.missing) >= ours) {
        return Some((
            Kind::VridTaken,
            format!("{peer} uses VRID {vrid} for other addresses"),
            "two virtual routers on one LAN need two VRIDs: change one of them",
        ));
    }
    if let Some((_, discard)) = ignored {
        let (kind, hint) = match discard {
            Discard::Interval { .. } => (
                Kind::IntervalDiffers,
                "its adverts are ignored, so that both become MASTER: give all the same advert_interval",
            ),
            Discard::Password | Discard::AuthenticationType { .. } => (
                Kind::PasswordDiffers,
                "its adverts are ignored, so that both become MASTER: give all the same authentication",
            ),
            Discard::Malformed(DecodeError::Version { .. }) => (
                Kind::VersionDiffers,
                "its adverts are ignored, so that both become MASTER: let it speak VRRP version 2",
            ),
            _ => return None,
        };
        return Some((kind, format!("{peer}: {discard}"), hint));
    }
    difference.map(|difference| {
        (
            Kind::AddressesDiffer,
            format!("{peer} lists other addresses: {difference}"),
            "its adverts count all the same, but keepalived up to 2.3.2 ignores such adverts: give all the same addresses",
        )
    })
}

fn two_masters(seen: &RouterPicture, other: IpAddr) -> String {
    let refused = seen.sightings.iter().find(|sighting| sighting.address == other);
    match refused.and_then(|sighting| sighting.ignored.filter(|(at, _)| sighting.heard.is_none_or(|(heard, _)| heard < *at))) {
        Some((_, discard)) => format!("its adverts are ignored ({discard}): mend that, and one of them yields"),
        None => "it does not seem to hear this host's adverts: check firewalls, multicast snooping and unicast peers on \
                 its side"
            .to_owned(),
    }
}

fn never_heard(seen: &RouterPicture) -> bool {
    let nobody = |sighting: &Sighting| sighting.heard.is_none() && sighting.ignored.is_none();
    seen.sightings.unlisted() == 0 && seen.sightings.iter().all(nobody)
}

/// Why it stays BACKUP however well it is, as long as the MASTER that it hears lives.
fn cannot_win(
    config: &InstanceConfig,
    seen: &RouterPicture,
    is_fresh: &dyn Fn(Time) -> bool,
) -> Option<(String, &'static str)> {
    let (State::Backup, Some(master)) = (seen.status.state, seen.status.master) else {
        return None;
    };
    let (_, theirs) = seen.masters_priority.filter(|(at, _)| is_fresh(*at))?;
    // What says a number may have said a higher one than passing would.
    let best = config.params.best_priority().max(seen.priority);
    let lower = seen.network.source.is_none_or(|ours| ours < master);
    if theirs > best.into() || (theirs == WirePriority::from(best) && lower) {
        let by = if theirs > best.into() {
            ""
        } else {
            ", which is equal, and the higher address"
        };
        return Some((
            format!("MASTER {master} has priority {theirs}{by}, and this one can have {best} at best"),
            "it takes over only when that MASTER fails, resigns or lowers its priority: right for a standby",
        ));
    }
    if !config.params.preempt.spares(theirs, seen.priority) {
        return None;
    }
    match config.params.preempt {
        Preempt::Never if theirs < seen.priority.into() => Some((
            format!(
                "MASTER {master} has the lower priority {theirs}, and this one must not displace it (nopreempt)"
            ),
            "it takes over only when that MASTER fails or resigns: right if it is meant so",
        )),
        Preempt::Below(threshold) if theirs < seen.priority.into() => Some((
            format!("MASTER {master} has the lower priority {theirs}, which is not below {threshold}"),
            "it takes over only when that MASTER fails, resigns or comes below that: right if it is meant so",
        )),
        _ => None,
    }
}

/// Addresses of ours that are advertised under another VRID.
pub(super) fn of_port(now: Time, config: &Config, port: &PortPicture, findings: &mut Vec<Finding>) {
    for heard in &port.vrids {
        let Some((address, holder)) = heard.claims else {
            continue;
        };
        let Some(instance) = config.instances.get(holder.index()) else {
            continue;
        };
        if now.since(heard.at) >= instance.params.interval.get() * 4 {
            continue;
        }
        let (source, vrid) = (heard.source, heard.vrid);
        let cause = format!(
            "{source} advertises {address} under VRID {vrid}, and here it belongs to VRID {}",
            instance.params.vrid
        );
        let hint = "one address in two virtual routers is held twice: take it out of one, or give both the same VRID";
        findings.push(about_router(Kind::AddressesElsewhere, &instance.name, cause, hint).with(&source));
    }
}
