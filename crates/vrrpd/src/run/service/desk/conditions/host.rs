//! What this host does, or refuses to do.

use std::time::Duration;

use vrrp_config::InstanceConfig;
use vrrp_core::{Cause, Fault, Standing, State, Time, Track, Tracked};

use super::{about, about_router};
use crate::report::{Check, Daemon, Kind, ReloadResult, Router};
use crate::run::engine::links::MISSING;
use crate::run::engine::picture::RouterPicture;
use crate::run::narrate;
use crate::run::service::desk::lasting::Finding;

/// What may pass until the protocol loop turns for the first time, in seconds: the firewall is waited for.
const STARTS_WITHIN: f64 = 10.0;
/// What the kernel may take to release an address.
const RELEASED_WITHIN: Duration = Duration::from_secs(3);

pub(super) fn of_daemon(daemon: &Daemon, findings: &mut Vec<Finding>) {
    let mut find = |finding| findings.push(finding);
    if !daemon.answering && (daemon.turned.is_some() || daemon.started.seconds_ago >= STARTS_WITHIN) {
        let since = daemon
            .turned
            .as_ref()
            .map_or_else(String::new, |turned| format!(" for {:.0} s", turned.seconds_ago));
        find(about(
            Kind::NotAnswering,
            &"protocol",
            format!("the protocol thread has not answered{since}"),
            "is the process stopped (SIGSTOP), or the host without processor time? If it stays so, restart it",
        ));
    }
    let mut obstacles = daemon.firewall.iter().flat_map(|firewall| &firewall.obstacles);
    if let Some(first) = obstacles.next() {
        find(about(
            Kind::FirewallInTheWay,
            &"firewall",
            format!("{first}{}", and_more(obstacles.count())),
            "let the host's firewall accept protocol 112",
        ));
    }
    if let Some((http, error)) = daemon
        .http
        .as_ref()
        .and_then(|http| Some((http, http.error.as_ref()?)))
    {
        find(about(
            Kind::HttpNotListening,
            &http.listen,
            error,
            "does another program use the port, or is the address not this host's? It is tried again every few seconds",
        ));
    }
    let reload = daemon.reload.as_ref();
    match reload.map(|reload| (reload.result, &reload.problems)) {
        Some((ReloadResult::Invalid, problems)) => {
            let first = problems.first().map_or("it cannot run", String::as_str);
            let more = and_more(problems.len().saturating_sub(1));
            find(about(
                Kind::ConfigurationInvalid,
                &daemon.configuration,
                format!("{first}{more}"),
                "what ran before goes on, and a restart would fail: mend the file (`vrrpd check` names every problem)",
            ));
        }
        Some((ReloadResult::RestartNeeded, _)) => find(about(
            Kind::RestartNeeded,
            &daemon.configuration,
            "the file is newer than what runs",
            "restart the daemon to make it count",
        )),
        Some((ReloadResult::Unchanged | ReloadResult::NotAFile, _)) | None => {}
    }
}

/// That there are so many more of the same.
fn and_more(many: usize) -> String {
    match many {
        0 => String::new(),
        many => format!(" (and {many} more)"),
    }
}

pub(super) fn of_check(check: &Check, findings: &mut Vec<Finding>) {
    if let Some(run) = check.last.as_ref().filter(|run| !run.runnable) {
        findings.push(about(
            Kind::CheckNotRunnable,
            &check.name,
            &run.says,
            "the check itself is broken, and counts as failing: it says nothing about what it looks at",
        ));
    }
}

pub(super) fn of_router(
    now: Time,
    config: &InstanceConfig,
    seen: &RouterPicture,
    router: &Router,
    findings: &mut Vec<Finding>,
) {
    let name = router.name.as_str();
    for fault in &seen.network.faults {
        findings.push(network(name, fault));
    }
    let tracked = config.params.tracks.iter().zip(&seen.standings);
    findings.extend(tracked.filter_map(|(track, standing)| fails(name, track, standing)));
    let refused = match (seen.status.state, &seen.status.cause) {
        (State::Fault, Cause::Refused(refusal)) => Some(refusal),
        // It is about to try again: until it has, nothing is known to be better.
        (State::Backup, _) => seen.tally.refused.as_ref(),
        _ => None,
    };
    if let Some(refusal) = refused {
        findings.push(about_router(
            Kind::ClaimRefused,
            name,
            narrate::cause(&Cause::Refused(refusal.clone())),
            "it is tried again after 10 s at first and 5 min at most, and at once when one of its interfaces comes or \
             goes, or its own address changes",
        ));
    }
    if seen.keeps_repairing {
        findings.push(about_router(
            Kind::AddressesRemoved,
            name,
            format!("addresses had to be put back {} times, the last ones within 10 s", seen.tally.repairs),
            "keep network managers off them (systemd-networkd: KeepConfiguration=yes; NetworkManager: unmanaged), and \
             look for a second program that manages these addresses",
        ));
    }
    findings.extend(stray(config, seen, router, now.since(seen.status.since)));
    if let Some(error) = &router.send_error {
        findings.push(about_router(
            Kind::CannotSend,
            name,
            format!("adverts cannot be sent: {}", error.name),
            &error.meaning,
        ));
    }
}

/// Something that it tracks does not pass.
fn fails(router: &str, track: &Track, standing: &Standing) -> Option<Finding> {
    let faults = matches!(track.fault(standing), Some(Fault::Tracked(..)));
    if !faults && !matches!(standing, Standing::Failing(_)) {
        return None;
    }
    let weight = track.weight.get();
    let costs = if faults {
        "the virtual router cannot be MASTER here".to_owned()
    } else if weight < 0 {
        format!("its priority is lower by {}", -weight)
    } else {
        format!("its priority is not higher by {weight}")
    };
    let cause = format!("{} {standing}", track.what);
    Some(match &track.what {
        Tracked::Check(_) => {
            let hint = format!("{costs}: mend what it looks at, or the check");
            about_router(Kind::CheckFailing, router, cause, hint).with(&track.what)
        }
        Tracked::Interface(name) => {
            let missing = matches!(standing, Standing::Failing(reason) if **reason == *MISSING);
            let kind = if missing {
                Kind::InterfaceMissing
            } else {
                Kind::InterfaceUnusable
            };
            let hint = format!("{costs}: it tracks that interface (`ip link show dev {name}`)");
            about_router(kind, router, cause, hint).with(name)
        }
    })
}

/// One whose router is not MASTER has an address of it all the same.
fn stray(config: &InstanceConfig, seen: &RouterPicture, router: &Router, age: Duration) -> Option<Finding> {
    // The owner has its addresses whoever is MASTER; and what is being released is there a moment longer.
    if seen.holds || config.params.priority.is_owner() || age < RELEASED_WITHIN {
        return None;
    }
    let there: Vec<String> = seen
        .present(&config.addresses)
        .filter(|(_, present)| *present)
        .map(|(held, _)| format!("{}/{} dev {}", held.address, held.prefix, held.interface))
        .collect();
    let first = there.first()?;
    let more = and_more(there.len() - 1);
    Some(about_router(
        Kind::AddressStray,
        &router.name,
        format!(
            "it is {} here, and {first}{more} is on this host all the same",
            router.state
        ),
        format!("whoever else is MASTER has it too: if nothing here needs it, `ip addr del {first}`"),
    ))
}

fn network(router: &str, fault: &Fault) -> Finding {
    let kind = match fault {
        Fault::InterfaceMissing(_) => Kind::InterfaceMissing,
        _ => Kind::InterfaceUnusable,
    };
    let hint = match fault {
        Fault::InterfaceMissing(_) => {
            "it takes part as soon as the interface is there: check the name with `ip link`".to_owned()
        }
        Fault::InterfaceDown(name) => format!("`ip link set dev {name} up`, or check cable and switch port"),
        Fault::NoSource(_) => "give the interface an IPv4 address of its own".to_owned(),
        Fault::SourceMissing(_) => "give this host the address, or configure another `source`".to_owned(),
        Fault::NoSocket(..) => "it is tried again every 10 s".to_owned(),
        Fault::Awaited(_) | Fault::Tracked(..) | Fault::Member(_) => String::new(),
    };
    let cause = narrate::cause(&Cause::Fault(fault.clone()));
    let interface = match fault {
        Fault::InterfaceMissing(name)
        | Fault::InterfaceDown(name)
        | Fault::NoSource(name)
        | Fault::NoSocket(name, _) => name.to_string(),
        Fault::SourceMissing(address) => address.to_string(),
        Fault::Awaited(_) | Fault::Tracked(..) | Fault::Member(_) => String::new(),
    };
    about_router(kind, router, cause, hint).with(&interface)
}
