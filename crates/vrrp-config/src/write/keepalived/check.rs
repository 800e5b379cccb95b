//! One check, as a `vrrp_script`.

use std::time::Duration;

use vrrp_checks::{Check, Endpoint, Probe};

use super::lines::Lines;
use super::script;
use crate::Key;
use crate::keys::{self, check as own};
use crate::write::{Reason, Scribe, Subject};

pub(super) fn write(check: &Check, lines: &mut Lines, scribe: &mut Scribe<'_>) {
    let of = Subject::Check(check.name.clone());
    let name = scribe.name(&of, keys::NAME, &check.name);
    let interval = whole(check.interval, own::INTERVAL, &of, scribe);
    lines.open(&format!("vrrp_script {name}"));
    let (timeout, user) = match &check.probe {
        Probe::Tcp(endpoint) => {
            let argv = connecting(endpoint, check.timeout);
            script::put("script", &argv, "", &of, own::TCP, lines, scribe);
            (ceiling(check.timeout), None)
        }
        Probe::Script(script) => {
            script::put("script", &script.argv, "", &of, own::SCRIPT, lines, scribe);
            let user = script::user(script, &of, own::SCRIPT, scribe);
            (whole(check.timeout, own::TIMEOUT, &of, scribe), user)
        }
        Probe::Http(_) => foreign(own::HTTP, &of, scribe),
        Probe::File(_) => foreign(own::FILE, &of, scribe),
        Probe::Process(_) => foreign(own::PROCESS, &of, scribe),
    };
    if let Some(user) = user {
        lines.put(&format!("user {user}"));
    }
    lines.put(&format!("interval {interval}"));
    lines.put(&format!("timeout {timeout}"));
    lines.put(&format!("rise {}", check.rise));
    lines.put(&format!("fall {}", check.fall));
    lines.close();
}

fn foreign(probe: &'static Key, of: &Subject, scribe: &mut Scribe<'_>) -> (u64, Option<String>) {
    scribe.report(of, Reason::Probe(probe));
    (0, None)
}

/// A command that opens a connection. A fraction of a second is nothing to keepalived, but something to timeout(1).
fn connecting(endpoint: &Endpoint, timeout: Duration) -> Vec<String> {
    let Endpoint { host, port } = endpoint;
    let redirection = format!("</dev/tcp/{host}/{port}");
    let timeout = seconds(timeout);
    ["/usr/bin/timeout", &timeout, "/bin/bash", "-c", &redirection]
        .map(str::to_owned)
        .to_vec()
}

/// Whole seconds, at least one, which is all that keepalived counts.
fn whole(time: Duration, key: &'static Key, of: &Subject, scribe: &mut Scribe<'_>) -> u64 {
    if time.subsec_nanos() != 0 || time.is_zero() {
        scribe.report(of, Reason::Fraction { key, time });
    }
    time.as_secs()
}

/// So many seconds, or a little more.
pub(super) fn ceiling(time: Duration) -> u64 {
    time.as_secs().saturating_add(u64::from(time.subsec_nanos() != 0))
}

/// Seconds with as many decimals as it takes, six at most, and never less than that.
pub(super) fn seconds(time: Duration) -> String {
    let micros = time.as_nanos().div_ceil(1000);
    let text = format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
