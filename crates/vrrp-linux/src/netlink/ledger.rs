//! The list of addresses that this daemon has put on the host, in a file: so that the next run can tell its
//! own leftovers from others' addresses, and daemons that share a host can tell theirs apart.
//!
//! `NAME.json` is written before addresses are added and after they are removed, so it never lists too few.
//! `NAME.lock` is locked as long as the daemon runs. The files need not outlive the host: they are never
//! synced.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::{self, File};
use std::io::{self, Read};
use std::net::IpAddr;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use vrrp_core::plan::Key;
use vrrp_core::{InterfaceName, VirtualAddress};

use super::StartError;
use crate::errno::no_descriptor_left;

mod lock;
#[cfg(test)]
mod tests;

/// The file's layout. A later layout gets another number, and is not read by this code.
const VERSION: u32 = 1;

#[derive(Debug, Serialize, Deserialize)]
struct Contents {
    version: u32,
    /// The network namespace that the indexes belong to, by its inode.
    network: u64,
    addresses: Vec<Entry>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    interface: String,
    index: u32,
    address: IpAddr,
    prefix: u8,
}

/// Our list.
#[derive(Debug)]
pub(super) struct Ledger {
    entries: BTreeMap<Key, InterfaceName>,
    changed: bool,
    network: u64,
    /// `None` if the state directory cannot be used: the list then lives as long as we do.
    file: Option<ListFile>,
}

#[derive(Debug)]
struct ListFile {
    directory: PathBuf,
    name: String,
    /// A write that failed is logged once.
    failed: bool,
    /// What other daemons had listed when we could last look.
    others: BTreeSet<Key>,
    /// Locked until it is closed.
    _lock: File,
}

impl Ledger {
    /// Locks the name and reads what an earlier run has listed, or the one that runs, if that is asked for.
    pub(super) fn open(directory: &Path, name: &str, even_if_running: bool) -> Result<Self, StartError> {
        if name.is_empty() || name.starts_with('.') || name.contains(['/', '\0']) {
            return Err(StartError::Name {
                name: name.to_owned(),
            });
        }
        // Without `/proc` all namespaces look the same.
        let network = network_namespace(Path::new("/proc/thread-self")).unwrap_or(0);
        let mut ledger = Self {
            entries: BTreeMap::new(),
            changed: false,
            network,
            file: None,
        };
        let lock = fs::create_dir_all(directory)
            .and_then(|()| lock::open(&lock_path(directory, name)))
            .and_then(|lock| Ok((lock::take(&lock)?, lock)));
        let mut lock = match lock {
            Ok((taken, lock)) if taken || even_if_running => lock,
            Ok((_, mut lock)) => {
                let mut pid = String::new();
                // What cannot be read only leaves the number out of the message.
                drop(lock.read_to_string(&mut pid));
                return Err(StartError::AlreadyRunning {
                    name: name.to_owned(),
                    pid: pid.trim().parse().ok(),
                    lock: lock_path(directory, name),
                });
            }
            Err(error) => {
                tracing::warn!(
                    event = "state_dir_unwritable",
                    directory = %directory.display(), %error,
                    "cannot write the state directory: after a crash, the next run recognises addresses of \
                     this one only by their mark and only if they are still configured; make the directory \
                     writable"
                );
                return Ok(ledger);
            }
        };
        if !even_if_running && let Err(error) = lock::write_pid(&mut lock) {
            tracing::debug!(%error, "cannot note the process number in the lock file");
        }
        ledger.entries = read(&list_path(directory, name), ledger.network);
        ledger.file = Some(ListFile {
            directory: directory.into(),
            name: name.to_owned(),
            failed: false,
            others: BTreeSet::new(),
            _lock: lock,
        });
        Ok(ledger)
    }

    /// Everything listed.
    pub(super) fn keys(&self) -> BTreeSet<Key> {
        self.entries.keys().copied().collect()
    }

    /// The interface's name when the address was added.
    pub(super) fn interface(&self, key: &Key) -> Option<&InterfaceName> {
        self.entries.get(key)
    }

    /// Where each listed address was put: the interface may have another name by now.
    pub(super) fn places(&self) -> HashMap<(&InterfaceName, IpAddr), u32> {
        self.entries
            .iter()
            .map(|(key, interface)| ((interface, key.address), key.index))
            .collect()
    }

    pub(super) fn add(&mut self, key: Key, interface: &InterfaceName) {
        self.changed |= self.entries.insert(key, interface.clone()).is_none();
    }

    pub(super) fn remove(&mut self, key: &Key) {
        self.changed |= self.entries.remove(key).is_some();
    }

    pub(super) fn retain(&mut self, keep: impl Fn(&Key) -> bool) {
        let before = self.entries.len();
        self.entries.retain(|key, _| keep(key));
        self.changed |= self.entries.len() != before;
    }

    /// Whether the file is as the list is, or there is none to write.
    pub(super) fn is_saved(&self) -> bool {
        !self.changed || self.file.is_none()
    }

    /// Writes the list if it changed. An empty list is no file.
    pub(super) fn save(&mut self) {
        if !std::mem::take(&mut self.changed) {
            return;
        }
        let Some(file) = &mut self.file else { return };
        let path = list_path(&file.directory, &file.name);
        match write(&path, self.network, &self.entries) {
            Ok(()) => file.failed = false,
            Err(error) => {
                self.changed = true;
                if !std::mem::replace(&mut file.failed, true) {
                    tracing::warn!(
                        event = "address_list_unwritten",
                        file = %path.display(), %error,
                        "cannot write the list of addresses, trying again: after a crash until then, the \
                         next run may leave some of them; {}",
                        remedy(&error)
                    );
                }
            }
        }
    }

    /// What other daemons list that run at this moment, in this network namespace.
    /// As of the last look if there is no descriptor to look with: their addresses do not become ours by that.
    pub(super) fn others(&mut self) -> BTreeSet<Key> {
        let Some(own) = &mut self.file else {
            return BTreeSet::new();
        };
        match own.look_at_others(self.network) {
            Ok(others) => own.others = others,
            Err(error) if no_descriptor_left(&error) => {
                tracing::debug!(%error, "cannot look at other daemons' lists");
            }
            Err(_) => own.others.clear(),
        }
        own.others.clone()
    }
}

impl ListFile {
    fn look_at_others(&self, network: u64) -> io::Result<BTreeSet<Key>> {
        let mut keys = BTreeSet::new();
        for file in fs::read_dir(&self.directory)?.flatten() {
            let path = file.path();
            let (Some(name), Some("json")) = (
                path.file_stem().and_then(|name| name.to_str()),
                path.extension().and_then(|e| e.to_str()),
            ) else {
                continue;
            };
            if name != self.name && lock::is_held(&lock_path(&self.directory, name))? {
                keys.extend(read(&path, network).into_keys());
            }
        }
        Ok(keys)
    }
}

/// What lets the file be written.
fn remedy(error: &io::Error) -> &'static str {
    if no_descriptor_left(error) {
        "raise the limit of open files (LimitNOFILE=)"
    } else {
        "make the directory writable"
    }
}

/// The addresses as configured, for a report.
pub(super) fn virtual_address(key: Key, interface: InterfaceName) -> VirtualAddress {
    VirtualAddress {
        address: key.address,
        prefix: key.prefix,
        interface,
        label: None,
    }
}

fn list_path(directory: &Path, name: &str) -> PathBuf {
    directory.join(format!("{name}.json"))
}

fn lock_path(directory: &Path, name: &str) -> PathBuf {
    directory.join(format!("{name}.lock"))
}

/// The inode of a process's network namespace, if we may look. `process` is its directory under `/proc`.
pub(super) fn network_namespace(process: &Path) -> Option<u64> {
    fs::metadata(process.join("ns/net"))
        .ok()
        .map(|namespace| namespace.ino())
}

/// An unreadable list is an empty one: what it listed then stays on the host, which is better than to remove
/// what may be somebody else's.
fn read(path: &Path, network: u64) -> BTreeMap<Key, InterfaceName> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return BTreeMap::new(),
        Err(error) => {
            tracing::warn!(
                event = "address_list_unreadable", file = %path.display(), %error,
                "cannot read a list of addresses, ignoring it"
            );
            return BTreeMap::new();
        }
    };
    match serde_json::from_slice::<Contents>(&bytes) {
        Ok(contents) if contents.version == VERSION && contents.network == network => contents
            .addresses
            .into_iter()
            .filter_map(
                |Entry {
                     interface,
                     index,
                     address,
                     prefix,
                 }| {
                    Some((
                        Key {
                            index,
                            address,
                            prefix,
                        },
                        InterfaceName::new(&interface)?,
                    ))
                },
            )
            .collect(),
        Ok(_) => BTreeMap::new(),
        Err(error) => {
            tracing::warn!(
                event = "address_list_damaged", file = %path.display(), %error,
                "a list of addresses is damaged, ignoring it"
            );
            BTreeMap::new()
        }
    }
}

/// Whoever reads the file sees the old list or the new one, never half of it.
fn write(path: &Path, network: u64, entries: &BTreeMap<Key, InterfaceName>) -> io::Result<()> {
    if entries.is_empty() {
        return match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        };
    }
    let addresses = entries
        .iter()
        .map(|(key, interface)| Entry {
            interface: interface.as_str().to_owned(),
            index: key.index,
            address: key.address,
            prefix: key.prefix,
        })
        .collect();
    let contents = Contents {
        version: VERSION,
        network,
        addresses,
    };
    let unfinished = path.with_extension("json.new");
    fs::write(&unfinished, serde_json::to_vec(&contents)?)?;
    fs::rename(&unfinished, path)
}
