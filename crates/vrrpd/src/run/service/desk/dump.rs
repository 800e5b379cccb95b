//! SIGUSR1 and SIGUSR2: what keepalived writes into a file when it is sent these, for probes and people that look there.
//!
//! The lines that they look for (`State = MASTER`) are there; the rest of the file is not keepalived's.

#[cfg(test)]
mod tests;

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::report::{Router, State, Status};

/// Where dumps go.
#[derive(Clone, Debug)]
pub(super) struct Places {
    /// For SIGUSR1.
    pub(super) states: PathBuf,
    /// For SIGUSR2.
    pub(super) counters: PathBuf,
}

impl Places {
    /// Beside the daemon's other files; in a pod where keepalived has always put them, since its probes look there.
    pub(super) fn new(name: &str, state_dir: &Path, in_pod: bool) -> Self {
        if in_pod {
            let directory = std::env::temp_dir();
            return Self {
                states: directory.join("keepalived.data"),
                counters: directory.join("keepalived.stats"),
            };
        }
        Self {
            states: state_dir.join(format!("{name}.data")),
            counters: state_dir.join(format!("{name}.stats")),
        }
    }
}

/// Replaces a file in one step: whoever reads it sees all of the old one or all of the new one.
pub(super) fn write(path: &Path, text: &str) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("/"));
    let mut file = NamedTempFile::new_in(directory)?;
    file.write_all(text.as_bytes())?;
    // Readable as keepalived's is: there is nothing secret in it.
    let readable = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    file.as_file().set_permissions(readable)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// The state of every virtual router.
pub(super) fn states(status: &Status) -> String {
    let mut text = format!("# vrrpd {}, {}\n", status.daemon.name, status.taken_at.0);
    for router in &status.routers {
        let _infallible = write_states(&mut text, router);
    }
    for group in &status.groups {
        let _infallible = writeln!(
            text,
            " VRRP Sync Group = {}\n   State = {}\n   Members = {}",
            group.name,
            group.state,
            group.members.join(", ")
        );
    }
    text
}

fn write_states(text: &mut String, router: &Router) -> std::fmt::Result {
    writeln!(text, " VRRP Instance = {}", router.name)?;
    writeln!(text, "   State = {}", router.state)?;
    writeln!(text, "   Because = {}", router.because)?;
    writeln!(text, "   Since = {}", router.since.at.0)?;
    writeln!(text, "   Interface = {}", router.interface)?;
    writeln!(text, "   Virtual Router ID = {}", router.vrid)?;
    writeln!(text, "   Priority = {}", router.priority.base)?;
    writeln!(text, "   Effective Priority = {}", router.priority.effective)?;
    if let Some(master) = router.master.as_ref().filter(|_| router.state == State::Backup) {
        writeln!(text, "   Master router = {}", master.address)?;
    }
    for held in &router.addresses {
        let there = if held.present { "set" } else { "not set" };
        writeln!(
            text,
            "   Virtual IP = {} dev {} ({there})",
            held.address, held.interface
        )?;
    }
    Ok(())
}

/// What was counted.
pub(super) fn counters(status: &Status) -> String {
    let mut text = format!("# vrrpd {}, {}\n", status.daemon.name, status.taken_at.0);
    for router in &status.routers {
        let _infallible = write_counters(&mut text, router);
    }
    text
}

fn write_counters(text: &mut String, router: &Router) -> std::fmt::Result {
    let counters = &router.counters;
    writeln!(text, "VRRP Instance: {}", router.name)?;
    writeln!(text, "  Advertisements:")?;
    writeln!(text, "    Received: {}", counters.adverts_received)?;
    writeln!(text, "    Sent: {}", counters.adverts_sent)?;
    writeln!(text, "  Became master: {}", counters.became_master)?;
    writeln!(text, "  Released master: {}", counters.left_master)?;
    writeln!(text, "  Ignored packets:")?;
    for (reason, times) in &counters.discards {
        writeln!(text, "    {reason}: {times}")?;
    }
    writeln!(text, "  Priority Zero:")?;
    writeln!(text, "    Received: {}", counters.resignations_received)?;
    writeln!(text, "    Sent: {}", counters.resignations_sent)
}
