//! The daemon itself.

use super::{Section, WIDTH};
use crate::ask::paint::Paint;
use crate::ask::sentence::reloaded;
use crate::ask::words::{ago, clean, count, since, span, wrap};
use crate::report::{Daemon, Firewall, Http, Lateness, ReloadResult};

/// What it is, and what it has or lacks.
pub(super) fn draw(daemon: &Daemon, paint: Paint) -> String {
    let Daemon {
        name,
        version,
        pid,
        started,
        configuration,
        ..
    } = daemon;
    let identity = format!(
        "{name}: vrrpd {version}, process {pid}, up {}, configured by {configuration}",
        since(started)
    );
    let mut section = Section::default();
    section.lines(wrap(&clean(&identity), WIDTH));
    let has = wrap(&clean(&well(daemon).join("; ")), WIDTH - 2);
    section.lines(has.iter().map(|line| format!("  {line}")));
    for trouble in troubles(daemon) {
        let told = wrap(&clean(&trouble), WIDTH - 2);
        section.lines(told.iter().map(|line| format!("  {}", paint.notice(line))));
    }
    section.0
}

fn well(daemon: &Daemon) -> Vec<String> {
    let mut parts = vec![lateness(&daemon.lateness)];
    let rights = [
        (daemon.real_time, "real-time priority"),
        (daemon.memory_locked, "memory locked"),
    ];
    parts.extend(
        rights
            .iter()
            .filter(|(has, _)| *has)
            .map(|(_, what)| (*what).into()),
    );
    if let Some(Http { listen, error: None }) = &daemon.http {
        parts.push(format!("HTTP on {listen}"));
    }
    if let Some(Firewall { chains, obstacles }) = &daemon.firewall
        && obstacles.is_empty()
    {
        let chains = chains.len() as u64;
        parts.push(if chains == 0 {
            "firewall: nothing drops VRRP".into()
        } else {
            format!(
                "firewall: our rule stands in {}",
                count(chains, "chain", "chains")
            )
        });
    }
    if let Some(reload) = &daemon.reload
        && matches!(reload.result, ReloadResult::Unchanged | ReloadResult::NotAFile)
    {
        parts.push(format!("configuration read again {}", ago(&reload.when)));
    }
    if daemon.scripts.waiting > 0 {
        parts.push(count(daemon.scripts.waiting, "notice waits", "notices wait"));
    }
    parts
}

fn lateness(lateness: &Lateness) -> String {
    if lateness.buckets.iter().all(|(_, adverts)| *adverts == 0) {
        "no advert sent yet".into()
    } else {
        format!("adverts at most {} late", span(lateness.worst))
    }
}

fn troubles(daemon: &Daemon) -> Vec<String> {
    let mut lines = Vec::new();
    let missing = [
        (daemon.real_time, "no real-time priority"),
        (daemon.memory_locked, "memory is not locked"),
    ];
    let missing: Vec<&str> = missing
        .iter()
        .filter(|(has, _)| !has)
        .map(|(_, what)| *what)
        .collect();
    if !missing.is_empty() {
        lines.push(format!(
            "{}: adverts may be late on a busy host",
            missing.join(", ")
        ));
    }
    if let Some(Http {
        listen,
        error: Some(error),
    }) = &daemon.http
    {
        lines.push(format!("HTTP cannot listen on {listen}: {error}"));
    }
    if let Some(firewall) = &daemon.firewall {
        let obstacles = firewall.obstacles.iter();
        lines.extend(obstacles.map(|obstacle| format!("firewall: {obstacle}")));
    }
    if let Some(reload) = &daemon.reload
        && matches!(reload.result, ReloadResult::RestartNeeded | ReloadResult::Invalid)
    {
        lines.push(format!("{}: {}", ago(&reload.when), reloaded(reload.result)));
        lines.extend(reload.problems.iter().cloned());
    }
    if daemon.scripts.lost > 0 {
        lines.push(count(daemon.scripts.lost, "notice was lost", "notices were lost"));
    }
    if daemon.log_lines_lost > 0 {
        lines.push(count(
            daemon.log_lines_lost,
            "log line was lost",
            "log lines were lost",
        ));
    }
    lines
}
