//! One `[[check]]`. Its weight stands where it is tracked.

use core::num::NonZeroU32;
use std::time::Duration;

use vrrp_checks::{Check, Http, Probe};

use super::value::{duration, list, text};
use super::{Table, script};
use crate::keys::{self, check as own, hook};
use crate::write::{Scribe, Subject};

const INTERVAL: Duration = Duration::from_secs(1);

pub(super) fn write(check: &Check, scribe: &mut Scribe<'_>) -> Table {
    let of = Subject::Check(check.name.clone());
    let mut table = Table::with_header(own::CHECK);
    table.put(keys::NAME, &text(&check.name));
    write_probe(&mut table, &check.probe, &of, scribe);
    if check.interval != INTERVAL {
        table.put(own::INTERVAL, &duration(check.interval));
    }
    // A file or the list of processes is looked at at once, and a number counts at once.
    let may_take_long = !matches!(check.probe, Probe::File(_) | Probe::Process(_));
    if may_take_long && check.timeout != check.interval {
        table.put(own::TIMEOUT, &duration(check.timeout));
    }
    let in_a_row = [(own::RISE, check.rise), (own::FALL, check.fall)];
    let counts = !matches!(check.probe, Probe::File(_));
    for (key, count) in in_a_row {
        if counts && count != NonZeroU32::MIN {
            table.put(key, &count.to_string());
        }
    }
    table
}

fn write_probe(table: &mut Table, probe: &Probe, of: &Subject, scribe: &mut Scribe<'_>) {
    match probe {
        Probe::Http(http) => write_http(table, http),
        Probe::Tcp(endpoint) => table.put(own::TCP, &text(&endpoint.to_string())),
        Probe::Script(script) => {
            table.put(own::SCRIPT, &script::argv(&script.argv));
            if let Some(user) = script::user(script.user.as_ref(), of, own::SCRIPT, scribe) {
                table.put(hook::USER, &user);
            }
            if let Some(capabilities) = script::capabilities(script.capabilities) {
                table.put(hook::CAPABILITIES, &capabilities);
            }
        }
        Probe::File(file) => {
            if let Some(path) = scribe.path(of, own::FILE, &file.path) {
                table.put(own::FILE, &text(path));
            }
            if file.presence {
                table.put(own::PRESENCE, "true");
            }
        }
        Probe::Process(processes) => {
            table.put(own::PROCESS, &text(&processes.name));
            if processes.min != NonZeroU32::MIN {
                table.put(own::MIN, &processes.min.to_string());
            }
        }
    }
}

fn write_http(table: &mut Table, http: &Http) {
    table.put(own::HTTP, &text(&http.url.to_string()));
    if !http.expected.status.is_empty() {
        let statuses: Vec<String> = http.expected.status.iter().map(u16::to_string).collect();
        table.put(own::EXPECT_STATUS, &list(&statuses));
    }
    if let Some(body) = &http.expected.body {
        table.put(own::EXPECT_BODY, &text(body.as_str()));
    }
    if http.insecure {
        table.put(own::INSECURE, "true");
    }
}
