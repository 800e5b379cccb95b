//! What is heard on the wire, or is not.

use vrrp_config::{Config, InstanceConfig};
use vrrp_core::{Discard, Preempt, State, Time, WirePriority};
use vrrp_packet::DecodeError;

use super::about_router;
use crate::report::{Kind, Router};
use crate::run::engine::contest::{LINGERS, Rival};
use crate::run::engine::picture::{PortPicture, RouterPicture};
use crate::run::engine::sightings::{Ignored, Sighting, Word};
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
    let mut strangers = Vec::new();
    for sighting in seen.sightings.iter() {
        let Some((kind, cause, hint)) = differs(now, config, seen, sighting) else {
            continue;
        };
        if kind == Kind::VridTaken {
            strangers.push(sighting.address);
        }
        let alike = |finding: &&Finding| finding.kind == kind && finding.router.as_deref() == Some(name);
        if findings.iter().filter(alike).count() < NAMED {
            findings.push(about_router(kind, name, cause, hint).with(&sighting.address));
        }
    }
    if let Some(rival) = seen.rival.filter(|rival| !strangers.contains(&rival.address)) {
        let other = rival.address;
        let cause = match rival.beside {
            Some(beside) => format!("{other} and {beside} are both MASTER"),
            None => format!(
                "{other} and this host are both MASTER{}",
                silent(now, rival.at, seen)
            ),
        };
        findings.push(about_router(
            Kind::TwoMasters,
            name,
            cause,
            two_masters(config, seen, &rival),
        ));
    }
    if router.state == State::Master.into() && !seen.sightings.iter().any(is_heard) {
        findings.push(about_router(
            Kind::NeverHeardAnybody,
            name,
            "it is MASTER, and has heard no other router since the start",
            format!(
                "a BACKUP is silent, so this is right if the others have never been MASTER; if one should be, check that \
                 switches and firewalls let protocol 112 through (`tcpdump -ni {} vrrp`)",
                config.interface
            ),
        ));
    }
    let is_fresh = |at: Time| now.since(at) < seen.master_down_interval;
    let cannot = cannot_win(config, seen, &is_fresh).filter(|_| {
        !seen
            .status
            .master
            .is_some_and(|master| strangers.contains(&master))
    });
    if let Some((cause, hint)) = cannot {
        findings.push(about_router(Kind::CannotWin, name, cause, hint));
    }
}

/// Whether that is somebody who takes part, believed or not.
fn is_heard(sighting: &Sighting) -> bool {
    let takes_part = |ignored: Ignored| {
        matches!(
            ignored.discard,
            Discard::Interval { .. }
                | Discard::Password
                | Discard::AuthenticationType { .. }
                | Discard::Malformed(DecodeError::Version { .. })
        )
    };
    sighting.heard.is_some() || sighting.ignored.is_some_and(takes_part)
}

/// What is different about somebody whose packets are not as ours.
///
/// It may fall silent and be MASTER all the same, as keepalived does while it ignores what it hears: so that is believed
/// for [`LINGERS`], unless it resigns or says something better.
fn differs(
    now: Time,
    config: &InstanceConfig,
    seen: &RouterPicture,
    sighting: &Sighting,
) -> Option<(Kind, String, &'static str)> {
    let peer = sighting.address;
    let word = sighting.word()?;
    let (at, difference) = match word {
        Word::Heard { at, difference } => (at, difference),
        Word::Ignored(ignored) => (ignored.at, ignored.difference),
    };
    if now.since(at) >= LINGERS {
        return None;
    }
    let silent = silent(now, at, seen);
    let ours = config.params.advertised.len();
    if difference.is_some_and(|difference| usize::from(difference.missing) >= ours) {
        let vrid = config.params.vrid;
        let instead = if seen.status.master == Some(peer) {
            ", and counts as its MASTER: nobody serves our addresses"
        } else {
            ""
        };
        return Some((
            Kind::VridTaken,
            format!("{peer} uses VRID {vrid} for other addresses{instead}{silent}"),
            "two virtual routers on one LAN need two VRIDs: change one of them",
        ));
    }
    let Word::Ignored(Ignored { discard, .. }) = word else {
        return difference.map(|difference| {
            (
                Kind::AddressesDiffer,
                format!("{peer} lists other addresses: {difference}{silent}"),
                "its adverts count all the same, but keepalived up to 2.3.2 ignores such adverts and stays MASTER: give \
                 all the same addresses",
            )
        });
    };
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
    Some((kind, format!("{peer}: {discard}{silent}"), hint))
}

/// That it has not been heard for a while.
fn silent(now: Time, at: Time, seen: &RouterPicture) -> String {
    let since = now.since(at);
    if since < seen.master_down_interval {
        return String::new();
    }
    format!(" (silent for {} s, without having resigned)", since.as_secs())
}

fn two_masters(config: &InstanceConfig, seen: &RouterPicture, rival: &Rival) -> String {
    if rival.beside.is_some() {
        return format!(
            "they do not seem to hear each other: check firewalls and multicast snooping between them (`tcpdump -ni {} \
             vrrp` on each)",
            config.interface
        );
    }
    let other = seen
        .sightings
        .iter()
        .find(|sighting| sighting.address == rival.address);
    match other.and_then(Sighting::word) {
        Some(Word::Ignored(Ignored { discard, .. })) => {
            format!("its adverts are ignored ({discard}): mend that, and one of the two yields")
        }
        _ if seen.send_error.is_some() => "this host cannot send its adverts: mend that first".to_owned(),
        Some(Word::Heard {
            difference: Some(_), ..
        }) => {
            "it lists other addresses, and keepalived up to 2.3.2 ignores ours for that: give both the same"
                .to_owned()
        }
        Some(Word::Heard { .. }) | None => {
            "it does not seem to hear this host's adverts: check firewalls, multicast \
                                            snooping and unicast peers on its side"
                .to_owned()
        }
    }
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
