//! Why a daemon cannot be asked, in words that say what to do.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::socket::{getsockopt, sockopt};
use nix::unistd::{Gid, Group};

use crate::control::Refusal;

/// Why a daemon cannot be asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unanswered {
    /// There is no socket at all.
    #[error("no vrrpd runs here (no socket in {})", .0.display())]
    NothingHere(PathBuf),
    /// There is none of that name.
    #[error("no vrrpd called `{name}` runs here (no {}){}", path.display(), and_others(.others))]
    NotThere {
        /// The name that was asked for.
        name: String,
        /// Its socket.
        path: PathBuf,
        /// Which there are.
        others: Vec<String>,
    },
    /// There are several, and none was named.
    #[error("several vrrpds run here: name one of them: {}", .0.join(", "))]
    Several(Vec<String>),
    /// The kernel does not let us in.
    #[error("permission denied for {}: {who} may ask", path.display())]
    Denied {
        /// The socket or the directory.
        path: PathBuf,
        /// Whom the kernel lets in.
        who: String,
    },
    /// The socket is there, and nobody listens.
    #[error("the daemon is gone: nobody listens at {} any more", .0.display())]
    Gone(PathBuf),
    /// It listens, and does not answer.
    #[error("the daemon{} does not answer within {:.0} s: it hangs ({})", process(*.pid), patience.as_secs_f64(), path.display())]
    Hangs {
        /// Its socket.
        path: PathBuf,
        /// Its process, if that is known.
        pid: Option<i32>,
        /// So long was waited.
        patience: Duration,
    },
    /// It closed the connection instead.
    #[error("the daemon hung up ({}): it has ended, has too many callers, or was not read from for 10 s", .0.display())]
    HungUp(PathBuf),
    /// It says why it does not answer.
    #[error("the daemon refuses: {0}")]
    Refused(Refusal),
    /// It speaks another version.
    #[error("the daemon speaks version {0} of the control protocol, and this program version {VERSION}", VERSION = crate::control::VERSION)]
    OtherVersion(u32),
    /// It answered something else.
    #[error("the daemon answered something that was not asked for")]
    BesideThePoint,
    /// It is of another version.
    #[error(
        "this program does not understand all that the daemon says ({0}): use the vrrpd of its version, or --json"
    )]
    NotUnderstood(String),
    /// Its answer cannot be read.
    #[error("what {} answers makes no sense to this program (another version?): {what}", path.display())]
    Garbled {
        /// The socket.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// Something else.
    #[error("{}: {source}", path.display())]
    Io {
        /// The socket or the directory.
        path: PathBuf,
        /// What the kernel says.
        source: io::Error,
    },
}

fn and_others(others: &[String]) -> String {
    if others.is_empty() {
        String::new()
    } else {
        format!("; there are: {}", others.join(", "))
    }
}

fn lets_group_in(found: &fs::Metadata) -> bool {
    // A socket is written to, and a directory is passed through.
    let needed = if found.is_dir() { 0o010 } else { 0o020 };
    found.mode() & needed != 0
}

fn process(pid: Option<i32>) -> String {
    pid.map_or_else(String::new, |pid| format!(" (process {pid})"))
}

impl Unanswered {
    /// Why one could not connect with the socket at `path`.
    pub(super) fn from_connecting(path: &Path, patience: Duration, error: Errno) -> Self {
        match error {
            Errno::EACCES | Errno::EPERM => Self::denied(path),
            Errno::ECONNREFUSED => Self::Gone(path.to_owned()),
            // Its queue of callers has been full all the time.
            Errno::EAGAIN => Self::hangs(path, patience, None),
            other => Self::io(path, other.into()),
        }
    }

    pub(super) fn io(path: &Path, source: io::Error) -> Self {
        Self::Io {
            path: path.to_owned(),
            source,
        }
    }

    pub(super) fn hangs(path: &Path, patience: Duration, stream: Option<&UnixStream>) -> Self {
        let peer = stream.and_then(|stream| getsockopt(stream, sockopt::PeerCredentials).ok());
        Self::Hangs {
            path: path.to_owned(),
            // One in another container has no number here.
            pid: peer.map(|peer| peer.pid()).filter(|pid| *pid > 0),
            patience,
        }
    }

    /// Who would be let in: that is known if the socket can be seen at all, and by the directory otherwise.
    pub(super) fn denied(path: &Path) -> Self {
        let seen = match fs::symlink_metadata(path) {
            Ok(metadata) => Some((path, metadata)),
            Err(_) => path
                .parent()
                .and_then(|parent| Some((parent, fs::symlink_metadata(parent).ok()?))),
        };
        let who = match &seen {
            // Group 0 is no group of people who look.
            Some((_, found)) if found.gid() != 0 && lets_group_in(found) => {
                let gid = Gid::from_raw(found.gid());
                let name = Group::from_gid(gid).ok().flatten().map(|group| group.name);
                let name = name.unwrap_or_else(|| gid.to_string());
                format!("root, and members of the group `{name}`,")
            }
            _ => "only root".into(),
        };
        Self::Denied {
            path: seen.map_or(path, |(seen, _)| seen).to_owned(),
            who,
        }
    }
}
