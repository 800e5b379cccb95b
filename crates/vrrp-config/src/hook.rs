//! `notify`, `notify_master` and the others: scripts that are told of a transition.

use std::time::Duration;

use toml::de::DeValue;
use vrrp_checks::{Hook, Hooks};

use crate::reader::{Field, Reader, Table};
use crate::{Key, ScriptFlaw, keys, script};

pub(crate) const TIMEOUT: Duration = Duration::from_secs(10);
const SHORTEST_TIMEOUT: Duration = Duration::from_millis(100);
const LONGEST_TIMEOUT: Duration = Duration::from_mins(5);

/// What comes of a hook whose program cannot be started.
pub(crate) const THEN: &str = "it is not run until it can";

/// Reads the hooks of an instance or a group.
pub(crate) fn read(reader: &mut Reader<'_>, table: &Table<'_>) -> Hooks {
    let mut hook = |key: &'static Key| table.get(key).and_then(|field| read_hook(reader, &field));
    Hooks {
        notify: hook(keys::hook::NOTIFY),
        master: hook(keys::hook::MASTER),
        backup: hook(keys::hook::BACKUP),
        fault: hook(keys::hook::FAULT),
        stop: hook(keys::hook::STOP),
        // Not a key of groups: there it is reported as unknown.
        reasserted: hook(keys::hook::REASSERTED),
    }
}

/// A list is the script alone.
fn read_hook(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Hook> {
    if !matches!(field.value, DeValue::Table(_)) {
        return Some(Hook {
            script: script::read(reader, field, None, None, THEN)?,
            timeout: TIMEOUT,
        });
    }
    let table = reader.subtable(field, keys::hook::KEYS)?;
    let argv = reader.required(&table, keys::hook::SCRIPT);
    let (user, capabilities) = (
        table.get(keys::hook::HOOK_USER),
        table.get(keys::hook::HOOK_CAPABILITIES),
    );
    let script = argv.and_then(|argv| script::read(reader, &argv, user, capabilities, THEN));
    let timeout = match table.get(keys::hook::TIMEOUT) {
        Some(field) => read_timeout(reader, &field),
        None => Some(TIMEOUT),
    };
    Some(Hook {
        script: script?,
        timeout: timeout?,
    })
}

fn read_timeout(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Duration> {
    let (timeout, written) = reader.duration(field)?;
    if !(SHORTEST_TIMEOUT..=LONGEST_TIMEOUT).contains(&timeout) {
        reader.report(field.at, ScriptFlaw::Timeout(written));
        return None;
    }
    Some(timeout)
}
