//! What a check looks at: one of `http`, `tcp`, `script`, `file` and `process`, and what belongs to it.

use core::num::NonZeroU32;

use vrrp_checks::{Endpoint, Expected, Http, Pattern, Probe, Processes, StateFile, Url};

use crate::keys::{check as keys, hook};
use crate::reader::{Field, Reader, Table};
use crate::{CheckFlaw, script};

/// What comes of a check whose program cannot be started.
const THEN: &str = "the check fails until it can";

/// Reads the probe of a check.
pub(crate) fn read(reader: &mut Reader<'_>, table: &Table<'_>) -> Option<Probe> {
    let mut given: Vec<Field<'_>> = keys::PROBES.iter().filter_map(|key| table.get(key)).collect();
    given.sort_by_key(|field| field.at);
    report_foreign(reader, table, &given);
    let read: Vec<Option<Probe>> = given.iter().map(|field| read_one(reader, table, field)).collect();
    let Some((first, others)) = given.split_first() else {
        if !keys::PROBES.iter().any(|key| table.misspells(key)) {
            reader.report(table.at, CheckFlaw::NoProbe);
        }
        return None;
    };
    for second in others {
        let flaw = CheckFlaw::TwoProbes {
            first: first.key,
            second: second.key,
        };
        reader.report(second.at, flaw);
    }
    read.into_iter().next().flatten()
}

/// Reports what belongs to none of these probes.
fn report_foreign(reader: &mut Reader<'_>, table: &Table<'_>, given: &[Field<'_>]) {
    let Some(probe) = given.first() else {
        return;
    };
    for (key, belongs_to) in keys::BELONGING {
        let at_home = given.iter().any(|probe| belongs_to.contains(&probe.key));
        if let Some(field) = table.get(key).filter(|_| !at_home) {
            let flaw = CheckFlaw::Foreign {
                key,
                probe: probe.key,
                belongs_to,
            };
            reader.report(field.at, flaw);
        }
    }
}

fn read_one(reader: &mut Reader<'_>, table: &Table<'_>, field: &Field<'_>) -> Option<Probe> {
    if field.key == keys::HTTP {
        read_http(reader, table, field).map(Probe::Http)
    } else if field.key == keys::TCP {
        read_endpoint(reader, field).map(Probe::Tcp)
    } else if field.key == keys::SCRIPT {
        let (user, capabilities) = (table.get(hook::USER), table.get(hook::CAPABILITIES));
        script::read(reader, field, user, capabilities, THEN).map(Probe::Script)
    } else if field.key == keys::FILE {
        read_file(reader, table, field).map(Probe::File)
    } else {
        read_processes(reader, table, field).map(Probe::Process)
    }
}

fn read_http(reader: &mut Reader<'_>, table: &Table<'_>, field: &Field<'_>) -> Option<Http> {
    let url = read_url(reader, field);
    let insecure_field = table.get(keys::INSECURE);
    let insecure = insecure_field
        .and_then(|field| reader.boolean(&field))
        .unwrap_or(false);
    if let (Some(field), Some(Url { tls: false, .. }), true) = (insecure_field, &url, insecure) {
        reader.report(field.at, CheckFlaw::InsecurePlain);
    }
    let status = table
        .get(keys::EXPECT_STATUS)
        .and_then(|field| read_status(reader, &field));
    let body = table
        .get(keys::EXPECT_BODY)
        .and_then(|field| read_pattern(reader, &field));
    Some(Http {
        url: url?,
        expected: Expected {
            status: status.unwrap_or_default(),
            body,
        },
        insecure,
    })
}

fn read_url(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Url> {
    let text = reader.filled(field)?;
    match Url::parse(&text) {
        Ok(url) => Some(url),
        Err(flaw) => {
            reader.report(field.at, CheckFlaw::Url { text, flaw });
            None
        }
    }
}

fn read_status(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Vec<u16>> {
    let items = reader.list(field, field.key)?;
    if items.is_empty() {
        reader.report(field.at, CheckFlaw::NoStatus);
    }
    let mut statuses = Vec::new();
    for item in items {
        let Some(number) = reader.number(&item) else {
            continue;
        };
        match number.get().filter(|status| (100..=599).contains(status)) {
            Some(status) => statuses.push(status),
            None => reader.report(item.at, CheckFlaw::Status(number.written)),
        }
    }
    Some(statuses)
}

fn read_pattern(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Pattern> {
    let text = reader.text(field)?.text;
    match Pattern::new(&text) {
        Ok(pattern) => Some(pattern),
        Err(error) => {
            // The regex crate draws the place over several lines; the last one has the reason.
            let drawn = error.to_string();
            let last = drawn.lines().last().unwrap_or_default();
            let reason = last.strip_prefix("error: ").unwrap_or(last).to_owned();
            reader.report(field.at, CheckFlaw::Pattern { text, reason });
            None
        }
    }
}

fn read_endpoint(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Endpoint> {
    let text = reader.filled(field)?;
    match Endpoint::parse(&text) {
        Ok(endpoint) => Some(endpoint),
        Err(flaw) => {
            reader.report(field.at, CheckFlaw::Endpoint { text, flaw });
            None
        }
    }
}

fn read_file(reader: &mut Reader<'_>, table: &Table<'_>, field: &Field<'_>) -> Option<StateFile> {
    let path = reader.path(field);
    let presence = table
        .get(keys::PRESENCE)
        .and_then(|field| reader.boolean(&field))
        .unwrap_or(false);
    Some(StateFile {
        path: path?,
        presence,
    })
}

fn read_processes(reader: &mut Reader<'_>, table: &Table<'_>, field: &Field<'_>) -> Option<Processes> {
    let name = read_process_name(reader, field);
    let min = match table.get(keys::MIN) {
        Some(field) => read_min(reader, &field),
        None => Some(NonZeroU32::MIN),
    };
    Some(Processes {
        name: name?,
        min: min?,
    })
}

fn read_process_name(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<String> {
    let text = reader.filled(field)?;
    if text.contains('/') {
        let last = text.rsplit('/').find(|part| !part.is_empty());
        let name = last.unwrap_or("haproxy").to_owned();
        reader.report(field.at, CheckFlaw::ProcessPath { text, name });
        return None;
    }
    Some(text)
}

fn read_min(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<NonZeroU32> {
    let number = reader.number(field)?;
    let min = number.get::<u16>().map(u32::from).and_then(NonZeroU32::new);
    if min.is_none() {
        reader.report(field.at, CheckFlaw::Min(number.written));
    }
    min
}
