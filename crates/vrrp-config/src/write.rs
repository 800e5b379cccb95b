//! A [`Config`] written down again: as a `vrrpd.toml`, and as a `keepalived.conf`.
//!
//! Either says the whole configuration or names everything that it cannot say: a part of it would be another one.

mod keepalived;
#[cfg(test)]
mod tests;
mod toml;
mod untold;

use std::path::Path;

use vrrp_checks::{Hook, Hooks, Identity};
use vrrp_core::InterfaceName;

use crate::{Config, Group, InstanceConfig, Key, Surroundings, keys};

pub use untold::{Reason, Subject, Untold};

/// The `vrrpd.toml` of this configuration, without what is as it would be anyway. Loading it on this host gives the
/// same configuration; a path that is relative has to be read from the same directory.
///
/// It has no `include`, no variables, no `script_user` and no `script_security`: of these, a [`Config`] knows only
/// what came of them.
///
/// # Errors
/// Everything that a `vrrpd.toml` cannot say.
pub fn to_toml(config: &Config, surroundings: &dyn Surroundings) -> Result<String, Vec<Untold>> {
    let mut scribe = Scribe::new(surroundings);
    let text = toml::write(config, &mut scribe);
    scribe.finish(text)
}

/// The `keepalived.conf` of this configuration, for keepalived 2.2.7 and newer.
///
/// Where keepalived only knows other moments (the rounds of gratuitous ARP), it gets the nearest ones. It never ends a
/// notify script that takes long, leaves the firewall alone, and tells nobody its status: a comment says what it lacks.
///
/// # Errors
/// Everything that keepalived cannot do, or does differently.
pub fn to_keepalived(config: &Config, surroundings: &dyn Surroundings) -> Result<String, Vec<Untold>> {
    let mut scribe = Scribe::new(surroundings);
    let text = keepalived::write(config, &mut scribe);
    scribe.finish(text)
}

/// What both writers ask, and where they put what they cannot say.
struct Scribe<'s> {
    surroundings: &'s dyn Surroundings,
    untold: Vec<Untold>,
}

impl<'s> Scribe<'s> {
    fn new(surroundings: &'s dyn Surroundings) -> Self {
        Self {
            surroundings,
            untold: Vec::new(),
        }
    }

    fn finish(self, text: String) -> Result<String, Vec<Untold>> {
        if self.untold.is_empty() {
            Ok(text)
        } else {
            Err(self.untold)
        }
    }

    fn report(&mut self, of: &Subject, why: Reason) {
        let untold = Untold { of: of.clone(), why };
        // One word may stand in many lines.
        if !self.untold.contains(&untold) {
            self.untold.push(untold);
        }
    }

    /// The name of a user, if that is all that has to be said of it: of a group that it does not have by itself, only
    /// the number is known.
    fn user<'i>(&mut self, of: &Subject, key: &'static Key, identity: &'i Identity) -> Option<&'i str> {
        if self.surroundings.user(&identity.name).as_ref() != Some(identity) {
            let (user, gid) = (identity.name.clone(), identity.gid);
            self.report(of, Reason::User { key, user, gid });
            return None;
        }
        Some(&identity.name)
    }

    /// The name of a group, if this host still means the same by it.
    fn group<'g>(&mut self, of: &Subject, key: &'static Key, group: &'g Group) -> Option<&'g str> {
        if self.surroundings.group(&group.name) != Some(group.gid) {
            let (name, gid) = (group.name.clone(), group.gid);
            self.report(of, Reason::Group { key, name, gid });
            return None;
        }
        Some(&group.name)
    }

    fn path<'p>(&mut self, of: &Subject, key: &'static Key, path: &'p Path) -> Option<&'p str> {
        let text = path.to_str();
        if text.is_none() {
            let path = path.to_owned();
            self.report(of, Reason::Path { key, path });
        }
        text
    }
}

/// The hooks that are there, each with its key, in the order of the documentation.
fn hooks(hooks: &Hooks) -> Vec<(&'static Key, &Hook)> {
    let Hooks {
        notify,
        master,
        backup,
        fault,
        stop,
        reasserted,
    } = hooks;
    let all = [
        (keys::hook::NOTIFY, notify),
        (keys::hook::MASTER, master),
        (keys::hook::BACKUP, backup),
        (keys::hook::FAULT, fault),
        (keys::hook::STOP, stop),
        (keys::hook::REASSERTED, reasserted),
    ];
    let present = all
        .into_iter()
        .filter_map(|(key, hook)| Some((key, hook.as_ref()?)));
    present.collect()
}

/// Whether the adverts or the addresses of an instance need this interface.
fn needs(instance: &InstanceConfig, interface: &InterfaceName) -> bool {
    let mut addresses = instance.addresses.iter();
    instance.interface == *interface || addresses.any(|address| address.interface == *interface)
}
