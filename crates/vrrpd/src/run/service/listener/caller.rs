//! Who asks, and what that allows. The kernel has looked at the socket's mode already; that can have been changed by
//! hand, and says nothing of who may change things.

#[cfg(test)]
mod tests;

use std::fs;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::socket::{getsockopt, sockopt};
use nix::unistd::geteuid;
use std::os::fd::{AsFd as _, OwnedFd};
use tokio::net::UnixStream;

use crate::control::{Refusal, RefusalKind};

/// Who may ask, beside root and the daemon's own user.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::run) struct Access {
    /// Members of this group may look.
    pub(in crate::run) group: Option<u32>,
    /// And they may change things.
    pub(in crate::run) group_may_change: bool,
}

/// What somebody may do who may look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rights {
    /// Change things.
    pub(super) may_change: bool,
}

/// A process, as it was when it connected.
#[derive(Clone, Copy, Debug)]
struct Caller {
    uid: u32,
    gid: u32,
}

impl Rights {
    /// Of whoever is at the other end.
    pub(super) fn of(stream: &UnixStream, access: Access) -> Result<Self, Refusal> {
        let unknown = |error| {
            let message = format!("the kernel does not say who you are: {error}");
            Refusal::new(RefusalKind::NotPermitted, message)
        };
        let peer = stream.peer_cred().map_err(unknown)?;
        let caller = Caller {
            uid: peer.uid(),
            gid: peer.gid(),
        };
        let groups = || {
            peer.pid()
                .map_or_else(Vec::new, |pid| more_groups(stream, pid, caller.uid))
        };
        judge(caller, groups, geteuid().as_raw(), access).ok_or_else(|| {
            let who = match access.group {
                Some(gid) => format!("root, the daemon's own user and members of group {gid} may ask"),
                None => "root and the daemon's own user may ask".into(),
            };
            Refusal::new(RefusalKind::NotPermitted, who)
        })
    }
}

fn judge(caller: Caller, more_groups: impl FnOnce() -> Vec<u32>, own: u32, access: Access) -> Option<Rights> {
    if caller.uid == 0 || caller.uid == own {
        return Some(Rights { may_change: true });
    }
    let group = access.group?;
    let is_member = caller.gid == group || more_groups().contains(&group);
    is_member.then_some(Rights {
        may_change: access.group_may_change,
    })
}

/// The supplementary groups of the process that connected; none if that cannot be said for sure.
fn more_groups(stream: &UnixStream, pid: i32, uid: u32) -> Vec<u32> {
    // Kernels before 6.5 have none, and there a number that was given to another process goes unnoticed. That one would
    // have to be of the same user.
    let process = getsockopt(stream, sockopt::PeerPidfd).ok();
    let Ok(status) = fs::read_to_string(format!("/proc/{pid}/status")) else {
        return Vec::new();
    };
    if process.is_some_and(|process| has_ended(&process)) {
        return Vec::new();
    }
    groups_in(&status, uid).unwrap_or_default()
}

/// Whether the process is gone: then its number may be another's.
fn has_ended(process: &OwnedFd) -> bool {
    let mut watched = [PollFd::new(process.as_fd(), PollFlags::POLLIN)];
    !matches!(poll(&mut watched, PollTimeout::ZERO), Ok(0))
}

/// The supplementary groups in /proc/PID/status, if it is of this user.
fn groups_in(status: &str, uid: u32) -> Option<Vec<u32>> {
    let numbers = |key: &str| -> Option<Vec<u32>> {
        let line = status.lines().find_map(|line| line.strip_prefix(key))?;
        line.split_whitespace()
            .map(|number| number.parse().ok())
            .collect()
    };
    // Real, effective, saved, of the file system.
    let is_the_same = numbers("Uid:")?.get(1) == Some(&uid);
    is_the_same.then(|| numbers("Groups:")).flatten()
}
