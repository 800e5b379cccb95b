//! The writer of `keepalived.conf`.
//!
//! What keepalived reads was tried with 2.2.7 itself: `word` has the rules of its quotes.

mod check;
mod instance;
mod lines;
mod script;
#[cfg(test)]
mod tests;
mod track;
mod word;

use vrrp_checks::Hooks;

use super::{Reason, Scribe, Subject};
use crate::{Config, GroupConfig, Key, keys};
use lines::Lines;

const HEADER: &[&str] = &[
    "# Written by vrrpd, which does what this says: no program reads it, and a change in it changes nothing.",
    "# keepalived 2.2.7 or newer could run it as it stands.",
];

pub(super) fn write(config: &Config, scribe: &mut Scribe<'_>) -> String {
    let mut lines = Lines::default();
    for line in HEADER {
        lines.put(line);
    }
    if config.firewall.is_some() {
        lines.put("# The firewall must accept IP protocol 112: vrrpd sees to that, and keepalived does not.");
    }
    if let Some(listen) = config.http {
        lines.put(&format!(
            "# The status is served at http://{listen}/: vrrpd does that, and keepalived does not."
        ));
    }
    if let Some(group) = &config.control.group {
        let name = group.name.escape_debug();
        lines.put(&format!(
            "# The group {name} may ask the daemon how it is: vrrpd answers, and keepalived does not."
        ));
    }
    write_globals(config, &mut lines, scribe);
    for check in &config.checks {
        lines.gap();
        check::write(check, &mut lines, scribe);
    }
    for group in &config.groups {
        lines.gap();
        write_group(config, group, &mut lines, scribe);
    }
    for (number, instance) in config.instances.iter().enumerate() {
        lines.gap();
        let grouped = config.groups.iter().any(|group| group.members.contains(&number));
        instance::write(instance, grouped, &mut lines, scribe);
    }
    lines.text()
}

fn write_globals(config: &Config, lines: &mut Lines, scribe: &mut Scribe<'_>) {
    lines.open("global_defs");
    lines.put(&format!("router_id {}", config.name));
    lines.put("vrrp_version 2");
    if runs_scripts(config) {
        lines.put("script_user root");
        lines.put("enable_script_security");
    }
    if let Some(path) = &config.notify_fifo
        && let Some(path) = scribe.path(&Subject::Daemon, keys::NOTIFY_FIFO, path)
        && let Some(path) = scribe.word(&Subject::Daemon, keys::NOTIFY_FIFO, path)
    {
        lines.put(&format!("vrrp_notify_fifo {path}"));
    }
    lines.close();
}

/// A TCP check is a script here, too.
fn runs_scripts(config: &Config) -> bool {
    let of_instances = config.instances.iter().map(|instance| &instance.hooks);
    let of_groups = config.groups.iter().map(|group| &group.hooks);
    let has_hooks = |hooks: &Hooks| hooks.all().next().is_some();
    !config.checks.is_empty() || of_instances.chain(of_groups).any(has_hooks)
}

/// What the members track stands here: keepalived lets a weight in a member count for nothing.
fn write_group(config: &Config, group: &GroupConfig, lines: &mut Lines, scribe: &mut Scribe<'_>) {
    let of = Subject::Group(group.name.clone());
    let name = scribe.name(&of, keys::GROUP_NAME, &group.name);
    lines.open(&format!("vrrp_sync_group {name}"));
    let members = group.members.iter();
    let members: Vec<_> = members
        .filter_map(|&member| config.instances.get(member))
        .collect();
    lines.open("group");
    for member in &members {
        // What cannot be a name is reported where it is one.
        lines.put(&word::name(&member.name).unwrap_or_default());
    }
    lines.close();
    track::write(&members, &of, lines, scribe);
    script::write_hooks(&group.hooks, &of, lines, scribe);
    lines.close();
}

impl Scribe<'_> {
    /// A text as keepalived reads it; `None` if it cannot.
    fn word(&mut self, of: &Subject, key: &'static Key, text: &str) -> Option<String> {
        let word = word::name(text);
        if word.is_none() {
            let text = text.to_owned();
            self.report(of, Reason::Word { key, text });
        }
        word
    }

    fn name(&mut self, of: &Subject, key: &'static Key, name: &str) -> String {
        self.word(of, key, name).unwrap_or_default()
    }
}
