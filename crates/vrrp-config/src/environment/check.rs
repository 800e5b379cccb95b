//! The one check of a pod, and whom it tells of transitions.

use core::net::Ipv4Addr;
use core::num::NonZeroU32;
use std::path::Path;
use std::time::Duration;

use vrrp_checks::{Capabilities, Check, Endpoint, Hook, Hooks, Probe, Script};

use super::names;
use super::reader::{Reader, digits};
use crate::{EnvironmentFlaw, Power, Program, ScriptFlaw, hook};

/// What logs call it: people search for `VRRP_Script(chk_ipfailover)`.
const NAME: &str = "chk_ipfailover";

/// `NET_ADMIN` and `NET_RAW`, by their numbers in `linux/capability.h`.
const RIGHTS: Capabilities = Capabilities(1 << 12 | 1 << 13);

const DEFAULT_PORT: u16 = 80;
const DEFAULT_INTERVAL: u32 = 2;
const LONGEST_INTERVAL: u32 = 3600;

/// The check, if there is to be one. `node` is the node's own address: a virtual one would be that of the MASTER.
pub(super) fn read(reader: &mut Reader<'_>, node: Option<Ipv4Addr>) -> Option<Check> {
    let script = read_script(
        reader,
        names::CHECK_SCRIPT,
        "the check fails until it can, and the node is in FAULT",
    );
    // With a script the port is not looked at.
    let port = match reader.text(names::MONITOR_PORT).filter(|_| script.is_none()) {
        None => Some(DEFAULT_PORT),
        Some(found) => read_port(reader, found),
    };
    let interval = reader.or_default(names::CHECK_INTERVAL, DEFAULT_INTERVAL, |text| {
        let interval = digits(text).filter(|interval| (1..=LONGEST_INTERVAL).contains(interval));
        interval.ok_or_else(|| EnvironmentFlaw::Number {
            found: text.to_owned(),
            wanted: "an interval: 1 to 3600 seconds",
        })
    });
    let probe = match (script, port) {
        (Some(script), _) => Probe::Script(script),
        (None, Some(port)) if port != 0 => Probe::Tcp(Endpoint {
            host: node?.to_string(),
            port,
        }),
        (None, _) => return None,
    };
    let interval = Duration::from_secs(interval?.into());
    Some(Check {
        name: NAME.to_owned(),
        probe,
        interval,
        timeout: interval,
        rise: NonZeroU32::MIN,
        fall: NonZeroU32::MIN,
    })
}

/// What is left of it without everything that is no digit; 0 = no check.
fn read_port(reader: &mut Reader<'_>, found: String) -> Option<u16> {
    let left: String = found.chars().filter(char::is_ascii_digit).collect();
    let Ok(port) = left.parse() else {
        reader.report(names::MONITOR_PORT, EnvironmentFlaw::Port(found));
        return None;
    };
    if left != found {
        reader.report(
            names::MONITOR_PORT,
            EnvironmentFlaw::PortAmongOthers { found, port },
        );
    }
    Some(port)
}

/// Whom it tells of transitions.
pub(super) fn read_hooks(reader: &mut Reader<'_>) -> Hooks {
    let script = read_script(reader, names::NOTIFY_SCRIPT, hook::THEN);
    Hooks {
        notify: script.map(|script| Hook {
            script,
            timeout: hook::TIMEOUT,
        }),
        ..Hooks::default()
    }
}

/// A program without arguments, as the daemon's own user. It may do what a pod may do that has no right too many: scripts
/// of pods have always had their container's rights, and some of them set routes or send pings. `then` is what
/// comes of it if it cannot be started.
fn read_script(reader: &mut Reader<'_>, name: &'static str, then: &'static str) -> Option<Script> {
    let path = reader.text(name)?;
    if !Path::new(&path).is_absolute() {
        reader.report(name, EnvironmentFlaw::from(ScriptFlaw::Relative(path)));
        return None;
    }
    let Program { unusable, writable } = reader.surroundings.program(Path::new(&path), None);
    if let Some(reason) = unusable {
        let path = path.clone().into();
        reader.report(
            name,
            EnvironmentFlaw::from(ScriptFlaw::Unusable { path, reason, then }),
        );
    }
    if let Some(path) = writable.filter(|_| reader.surroundings.is_root()) {
        let (power, refused) = (Power::Root, false);
        reader.report(
            name,
            EnvironmentFlaw::from(ScriptFlaw::Changeable { power, path, refused }),
        );
    }
    Some(Script {
        argv: vec![path],
        user: None,
        capabilities: RIGHTS,
    })
}
