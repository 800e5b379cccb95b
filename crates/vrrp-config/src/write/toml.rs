//! The writer of `vrrpd.toml`: the keys in the order of the documentation, those with a default only where it differs.

mod check;
mod instance;
mod script;
#[cfg(test)]
mod tests;
mod tracks;
mod value;

use core::net::SocketAddr;

use vrrp_checks::Hooks;

use super::{Scribe, Subject, hooks};
use crate::{Config, Firewall, Group, GroupConfig, Key, keys};
use value::{list, text};

const DAEMON: &str = "vrrpd";

pub(super) fn write(config: &Config, scribe: &mut Scribe<'_>) -> String {
    let tracks = tracks::written(config);
    let mut tables = vec![daemon(config, scribe)];
    tables.extend(config.http.map(write_http));
    tables.extend(config.control.group.as_ref().map(|group| {
        let may_change = config.control.group_may_change;
        write_control(group, may_change, scribe)
    }));
    tables.extend(config.checks.iter().map(|check| check::write(check, scribe)));
    let instances = config.instances.iter().zip(&tracks);
    tables.extend(instances.map(|(instance, tracks)| instance::write(instance, tracks, scribe)));
    tables.extend(
        config
            .groups
            .iter()
            .map(|group| write_group(config, group, scribe)),
    );
    let texts: Vec<String> = tables
        .into_iter()
        .map(|table| table.0)
        .filter(|text| !text.is_empty())
        .collect();
    texts.join("\n")
}

/// The lines of one table.
struct Table(String);

impl Table {
    /// One of those that stand in double brackets.
    fn with_header(key: &'static Key) -> Self {
        Self(format!("[[{}]]\n", key.name()))
    }

    /// The only one of its name.
    fn with_single_header(key: &'static Key) -> Self {
        Self(format!("[{}]\n", key.name()))
    }

    fn put(&mut self, key: &'static Key, value: &str) {
        self.0 += key.name();
        self.0 += " = ";
        self.0 += value;
        self.0.push('\n');
    }

    fn put_hooks(&mut self, of: &Subject, present: &Hooks, scribe: &mut Scribe<'_>) {
        for (key, hook) in hooks(present) {
            self.put(key, &script::hook(hook, of, key, scribe));
        }
    }
}

fn daemon(config: &Config, scribe: &mut Scribe<'_>) -> Table {
    let mut table = Table(String::new());
    if config.name != DAEMON {
        table.put(keys::DAEMON, &text(&config.name));
    }
    if let Some(path) = &config.notify_fifo
        && let Some(path) = scribe.path(&Subject::Daemon, keys::NOTIFY_FIFO, path)
    {
        table.put(keys::NOTIFY_FIFO, &text(path));
    }
    match &config.firewall {
        Some(Firewall { chain: Some(chain) }) => table.put(keys::FIREWALL, &text(chain)),
        Some(Firewall { chain: None }) => table.put(keys::FIREWALL, "true"),
        None => {}
    }
    table
}

fn write_http(listen: SocketAddr) -> Table {
    let mut table = Table::with_single_header(keys::HTTP);
    table.put(keys::LISTEN, &text(&listen.to_string()));
    table
}

fn write_control(group: &Group, may_change: bool, scribe: &mut Scribe<'_>) -> Table {
    let mut table = Table::with_single_header(keys::CONTROL);
    if let Some(name) = scribe.group(&Subject::Daemon, keys::CONTROL_GROUP, group) {
        table.put(keys::CONTROL_GROUP, &text(name));
    }
    if may_change {
        table.put(keys::GROUP_MAY_CHANGE, "true");
    }
    table
}

fn write_group(config: &Config, group: &GroupConfig, scribe: &mut Scribe<'_>) -> Table {
    let of = Subject::Group(group.name.clone());
    let mut table = Table::with_header(keys::GROUP);
    table.put(keys::GROUP_NAME, &text(&group.name));
    let members = group
        .members
        .iter()
        .filter_map(|&member| config.instances.get(member));
    let members: Vec<String> = members.map(|member| text(&member.name)).collect();
    table.put(keys::INSTANCES, &list(&members));
    table.put_hooks(&of, &group.hooks, scribe);
    table
}
