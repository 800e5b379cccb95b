//! Programs that are started: those of checks, and hooks.

use vrrp_checks::{Capabilities, Hooks, Script};

use super::lines::Lines;
use super::word::{self, LONGEST_LINE};
use crate::write::{Reason, Scribe, Subject, hooks};
use crate::{Key, keys};

/// A line with a program, its arguments, and what follows them.
pub(super) fn put(
    head: &str,
    argv: &[String],
    tail: &str,
    of: &Subject,
    key: &'static Key,
    lines: &mut Lines,
    scribe: &mut Scribe<'_>,
) {
    let line = format!("{head} {}{tail}", word::script(argv));
    let length = lines.length(&line);
    if length > LONGEST_LINE {
        scribe.report(of, Reason::LongLine { key, length });
    }
    lines.put(&line);
}

/// As whom, if not as the daemon. Reports what else the script has.
pub(super) fn user(
    script: &Script,
    of: &Subject,
    key: &'static Key,
    scribe: &mut Scribe<'_>,
) -> Option<String> {
    // What keepalived starts as root has all of them.
    let is_root = script.user.as_ref().is_none_or(|user| user.uid == 0);
    if script.capabilities != Capabilities::default() && !is_root {
        scribe.report(of, Reason::Capabilities(key));
    }
    let user = scribe.user(of, key, script.user.as_ref()?)?;
    Some(scribe.name(of, key, user))
}

/// The hooks of an instance or a group.
pub(super) fn write_hooks(present: &Hooks, of: &Subject, lines: &mut Lines, scribe: &mut Scribe<'_>) {
    for (key, hook) in hooks(present) {
        if key == keys::hook::REASSERTED {
            scribe.report(of, Reason::Hook(key));
            continue;
        }
        let user = user(&hook.script, of, key, scribe);
        let tail = user.map(|user| format!(" {user}")).unwrap_or_default();
        // keepalived has the same words.
        put(key.name(), &hook.script.argv, &tail, of, key, lines, scribe);
    }
}
