//! Programs that are started: those of checks, and hooks.

use vrrp_checks::{Capabilities, Hook, Identity};

use super::value::{duration, inline, list, text};
use crate::hook::TIMEOUT;
use crate::keys::hook as keys;
use crate::write::{Scribe, Subject};
use crate::{Key, capability};

/// A hook: the list alone if that says it all.
pub(super) fn hook(hook: &Hook, of: &Subject, key: &'static Key, scribe: &mut Scribe<'_>) -> String {
    let argv = argv(&hook.script.argv);
    let user = user(hook.script.user.as_ref(), of, key, scribe);
    let capabilities = capabilities(hook.script.capabilities);
    let timeout = (hook.timeout != TIMEOUT).then(|| duration(hook.timeout));
    let more = [
        (keys::HOOK_USER, user),
        (keys::HOOK_CAPABILITIES, capabilities),
        (keys::TIMEOUT, timeout),
    ];
    let more = more.into_iter().filter_map(|(key, value)| Some((key, value?)));
    let mut entries = vec![(keys::SCRIPT, argv.clone())];
    entries.extend(more);
    match entries.len() {
        1 => argv,
        _ => inline(&entries),
    }
}

pub(super) fn argv(argv: &[String]) -> String {
    let argv: Vec<String> = argv.iter().map(|argument| text(argument)).collect();
    list(&argv)
}

/// As whom it runs, unless as the daemon.
pub(super) fn user(
    identity: Option<&Identity>,
    of: &Subject,
    key: &'static Key,
    scribe: &mut Scribe<'_>,
) -> Option<String> {
    scribe.user(of, key, identity?).map(text)
}

/// A list of them, unless there are none.
pub(super) fn capabilities(set: Capabilities) -> Option<String> {
    let names = capability::NAMES.iter().enumerate();
    let names = names.filter(|(number, _)| set.0 & (1 << number) != 0);
    let names: Vec<String> = names.map(|(_, name)| text(name)).collect();
    (!names.is_empty()).then(|| list(&names))
}
