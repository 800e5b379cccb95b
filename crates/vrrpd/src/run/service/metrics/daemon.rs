//! The daemon itself, and what is wrong.
//!
//! Bounds of the labels: `version`, `name` and `configuration` have one value in a process; `result`, `severity` and
//! `condition` are words of this program. `router` is a configured name. What a condition is about besides that is left
//! out: it may be an address that anybody on the LAN can make up.

use std::collections::BTreeSet;
use std::fmt;
use std::time::SystemTime;

use super::Traffic;
use super::page::{Page, flag, many};
use crate::report::{Daemon, ReloadResult, Severity, Status};

const RESULTS: [(ReloadResult, &str); 4] = [
    (ReloadResult::Unchanged, "unchanged"),
    (ReloadResult::RestartNeeded, "restart_needed"),
    (ReloadResult::Invalid, "invalid"),
    (ReloadResult::NotAFile, "not_a_file"),
];

const SEVERITIES: [(Severity, &str); 2] = [(Severity::Problem, "problem"), (Severity::Notice, "notice")];

pub(super) fn write(page: &mut Page<'_>, status: &Status, traffic: Traffic) -> fmt::Result {
    let daemon = &status.daemon;
    identity(page, daemon)?;
    protocol(page, daemon)?;
    conditions(page, status)?;
    reload(page, daemon)?;
    services(page, daemon, traffic)
}

fn identity(page: &mut Page<'_>, daemon: &Daemon) -> fmt::Result {
    let version = daemon.version.as_str();
    page.gauges(
        "vrrpd_build_info",
        "The daemon's version; always 1.",
        [([("version", version)], 1_u32)],
    )?;
    let configuration = [
        ("name", daemon.name.as_str()),
        ("configuration", daemon.configuration.as_str()),
    ];
    page.gauges(
        "vrrpd_configuration_info",
        "The name of the configuration and where it came from; always 1.",
        [(configuration, 1_u32)],
    )?;
    let started = humantime::parse_rfc3339(&daemon.started.at.0).ok();
    if let Some(age) = started.and_then(|at| at.duration_since(SystemTime::UNIX_EPOCH).ok()) {
        // Whole seconds: it is computed from the age and the wall clock, and shall not flicker between two scrapes.
        page.gauge(
            "vrrpd_start_time_seconds",
            "When the daemon started, in seconds since 1970.",
            age.as_secs_f64().round(),
        )?;
    }
    page.gauge(
        "vrrpd_uptime_seconds",
        "How long ago the daemon started.",
        daemon.started.seconds_ago,
    )
}

fn protocol(page: &mut Page<'_>, daemon: &Daemon) -> fmt::Result {
    page.gauge(
        "vrrpd_protocol_answering",
        "Whether the protocol thread answered; if not, everything about virtual routers is old.",
        flag(daemon.answering),
    )?;
    if let Some(turned) = &daemon.turned {
        page.gauge(
            "vrrpd_protocol_answer_age_seconds",
            "How long ago the protocol thread answered last.",
            turned.seconds_ago,
        )?;
    }
    page.gauge(
        "vrrpd_real_time",
        "Whether the protocol thread has real-time priority.",
        flag(daemon.real_time),
    )?;
    page.gauge(
        "vrrpd_memory_locked",
        "Whether the daemon's memory is locked.",
        flag(daemon.memory_locked),
    )?;
    page.histogram(
        "vrrpd_advert_lateness_seconds",
        "How late adverts went out after they were due.",
        &daemon.lateness,
    )?;
    page.gauge(
        "vrrpd_advert_lateness_worst_seconds",
        "The worst lateness of an advert since the daemon started.",
        daemon.lateness.worst,
    )
}

fn conditions(page: &mut Page<'_>, status: &Status) -> fmt::Result {
    let conditions = &status.conditions;
    page.gauges(
        "vrrpd_conditions",
        "How many conditions last, by how bad they are.",
        SEVERITIES.map(|(severity, name)| {
            let count = conditions
                .iter()
                .filter(|condition| condition.severity == severity);
            ([("severity", name)], many(count.count()))
        }),
    )?;
    // Several of one kind may concern one virtual router, such as two peers with another password.
    let kinds: BTreeSet<(Severity, &str, &str)> = conditions
        .iter()
        .map(|condition| {
            let router = condition.router.as_deref();
            (
                condition.severity,
                condition.kind.name(),
                router.unwrap_or_default(),
            )
        })
        .collect();
    let lasting = kinds.into_iter().map(|(severity, condition, router)| {
        let severity = SEVERITIES.iter().find(|(of, _)| *of == severity);
        let labels = [
            ("condition", condition),
            ("severity", severity.map_or("", |(_, name)| name)),
            ("router", router),
        ];
        (labels, 1_u32)
    });
    page.gauges(
        "vrrpd_condition",
        "A condition that lasts, and the virtual router that it is about, if it is about one; 1 as long as it lasts.",
        lasting,
    )
}

fn reload(page: &mut Page<'_>, daemon: &Daemon) -> fmt::Result {
    let last = daemon.reload.as_ref();
    page.gauges(
        "vrrpd_reload_result",
        "What came of reading the configuration again the last time: 1 for one result, or for none if it never was.",
        RESULTS.map(|(result, name)| {
            let is = last.is_some_and(|reload| reload.result == result);
            ([("result", name)], flag(is))
        }),
    )?;
    let Some(last) = last else { return Ok(()) };
    page.gauge(
        "vrrpd_reload_age_seconds",
        "How long ago the configuration was read again.",
        last.when.seconds_ago,
    )?;
    page.gauge(
        "vrrpd_reload_problems",
        "How many errors and warnings were found when the configuration was read again.",
        many(last.problems.len()),
    )
}

fn services(page: &mut Page<'_>, daemon: &Daemon, traffic: Traffic) -> fmt::Result {
    page.gauge(
        "vrrpd_notify_waiting",
        "Notices that wait to be told to notify scripts.",
        daemon.scripts.waiting,
    )?;
    page.counter(
        "vrrpd_notify_lost",
        "Notices for notify scripts that were lost since the queue was full.",
        daemon.scripts.lost,
    )?;
    page.counter(
        "vrrpd_log_lines_lost",
        "Log lines that were lost since nobody read them fast enough.",
        daemon.log_lines_lost,
    )?;
    if let Some(firewall) = &daemon.firewall {
        page.gauge(
            "vrrpd_firewall_chains",
            "Chains of the host's firewall in which the daemon's rule stands.",
            many(firewall.chains.len()),
        )?;
        page.gauge(
            "vrrpd_firewall_obstacles",
            "What in the host's firewall may still drop VRRP, or is not understood.",
            many(firewall.obstacles.len()),
        )?;
    }
    page.gauge(
        "vrrpd_http_connections",
        "Open connections to the HTTP server.",
        traffic.open,
    )?;
    page.counter(
        "vrrpd_http_accepted",
        "Connections that the HTTP server accepted.",
        traffic.accepted,
    )?;
    page.counter(
        "vrrpd_http_displaced",
        "Connections that the HTTP server closed to make room for others.",
        traffic.displaced,
    )
}
