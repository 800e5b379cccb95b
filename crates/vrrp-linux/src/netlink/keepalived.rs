//! Whether the addresses that bear keepalived's mark are in use.

use std::fs;
use std::io;
use std::path::Path;

use super::ledger;
use crate::errno::no_descriptor_left;

/// Whether a keepalived runs in our network namespace, among the processes that we can see. In a container of
/// its own we see none: an address that we are to hold is then taken from a keepalived that we do not know
/// of, which would be there by mistake.
///
/// Without a descriptor to look with, one runs: to leave a dead one's address where it is does less harm than
/// to take a living one's.
pub(super) fn runs() -> bool {
    let processes = match fs::read_dir("/proc") {
        Ok(processes) => processes,
        Err(error) => return no_descriptor_left(&error),
    };
    let ours = ledger::network_namespace(Path::new("/proc/thread-self"));
    processes.flatten().any(|process| {
        let path = process.path();
        is_keepalived(fs::read_to_string(path.join("comm")))
            && !is_vrrpd(&path)
            // If we may not look, it may well be ours.
            && ledger::network_namespace(&path).is_none_or(|namespace| Some(namespace) == ours)
    })
}

/// In a pod this daemon runs under keepalived's name, for probes that look for it. The program that it is stays the same.
fn is_vrrpd(process: &Path) -> bool {
    let program = |process: &Path| fs::read_link(process.join("exe")).ok();
    program(process).is_some_and(|theirs| program(Path::new("/proc/self")) == Some(theirs))
}

fn is_keepalived(name: io::Result<String>) -> bool {
    match name {
        Ok(name) => name.trim_end() == "keepalived",
        Err(error) => no_descriptor_left(&error),
    }
}
