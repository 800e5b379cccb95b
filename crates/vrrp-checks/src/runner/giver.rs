//! What the runner is itself: it can give a script nothing else.

use std::io;
use std::path::PathBuf;

use nix::unistd::User;
use rustix::process::{Gid, Pid};
use rustix::thread::CapabilitySet;

use super::refusal::{Refusal, names};
use crate::{Capabilities, Identity};

/// What the runner itself is, and can therefore give.
#[derive(Debug)]
pub(super) struct Giver {
    pub(super) pid: Pid,
    pub(super) uid: u32,
    gid: u32,
    groups: Vec<u32>,
    pub(super) name: String,
    pub(super) home: PathBuf,
    permitted: CapabilitySet,
    effective: CapabilitySet,
    /// Of its own environment.
    pub(super) passed_on: Vec<(String, String)>,
}

impl Giver {
    /// Asks the kernel, and the user database once.
    pub(super) fn of_this_process(passed_on: Vec<(String, String)>) -> io::Result<Self> {
        let uid = rustix::process::geteuid().as_raw();
        let user = User::from_uid(uid.into()).ok().flatten();
        let capabilities = rustix::thread::capabilities(None)?;
        Ok(Self {
            pid: rustix::process::getpid(),
            uid,
            gid: rustix::process::getegid().as_raw(),
            groups: rustix::process::getgroups()?
                .into_iter()
                .map(Gid::as_raw)
                .collect(),
            name: user
                .as_ref()
                .map_or_else(|| uid.to_string(), |user| user.name.clone()),
            home: user.map_or_else(|| PathBuf::from("/"), |user| user.dir),
            permitted: capabilities.permitted,
            effective: capabilities.effective,
            passed_on,
        })
    }

    /// Whether a script as this user is a script as the runner's own.
    pub(super) fn is(&self, identity: &Identity) -> bool {
        let sorted = |groups: &[u32]| {
            let mut groups: Vec<u32> = groups
                .iter()
                .copied()
                .filter(|&group| group != identity.gid)
                .collect();
            groups.sort_unstable();
            groups.dedup();
            groups
        };
        identity.uid == self.uid
            && identity.gid == self.gid
            && sorted(&identity.groups) == sorted(&self.groups)
    }

    /// Refuses what would fail, where the kernel would only say "not permitted".
    pub(super) fn check(
        &self,
        become_user: Option<&Identity>,
        capabilities: CapabilitySet,
    ) -> Result<(), Refusal> {
        let lacks = |missing: CapabilitySet, purpose: String| {
            if missing.is_empty() {
                Ok(())
            } else {
                let missing = names(missing);
                Err(Refusal::Lacks { missing, purpose })
            }
        };
        if let Some(identity) = become_user {
            // A script that cannot be ended is not started.
            let mut needed = CapabilitySet::SETUID | CapabilitySet::SETGID;
            if identity.uid != self.uid {
                needed |= CapabilitySet::KILL;
            }
            lacks(
                needed.difference(self.effective),
                format!("start and end a script as {}", identity.name),
            )?;
        }
        lacks(
            capabilities.difference(self.permitted),
            "give it to the script".to_owned(),
        )
    }
}

/// As the kernel's interface has them.
pub(super) fn set_of(capabilities: Capabilities) -> CapabilitySet {
    CapabilitySet::from_bits_retain(capabilities.0)
}
