//! The control socket: answers `vrrpd status` and its siblings, on the service thread.
//!
//! Who asks is a program of this host, and may be a broken one: everything that it can take (connections, bytes, time)
//! has a bound.

mod caller;
mod conversation;
mod limits;
mod place;
mod requests;
#[cfg(test)]
mod tests;

use std::convert::Infallible;
use std::fs::{self, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::net::UnixListener as StdListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::UnixListener;
use tokio::task::{JoinSet, yield_now};
use tokio::time::{sleep, timeout};
use tracing::{debug, warn};

use self::caller::Rights;
use self::conversation::Answers;
use self::limits::{LIMITS, Limits};
use self::place::Places;
use super::informed::Source;
use super::reserve::{Reserve, is_shortage};
use crate::control;

pub(in crate::run) use self::caller::Access;

/// After a caller that could not be let in, mostly for lack of a descriptor.
const PAUSE: Duration = Duration::from_millis(500);
/// For the last caller that can be let in: the connection, and what it takes to look who calls (a process and its
/// status) or to read the configuration.
const RESERVE: usize = 3;
/// For its owner and its group. Who of them may ask, [`Rights`] says.
const MODE: u32 = 0o660;

/// The socket. Dropped, it is removed.
#[derive(Debug)]
pub(in crate::run) struct Listener {
    socket: StdListener,
    path: PathBuf,
    /// Device and inode: another one at the same path is not ours.
    identity: (u64, u64),
    access: Access,
}

/// Why nobody can ask this daemon anything.
#[derive(Debug, thiserror::Error)]
pub(in crate::run) enum Unreachable {
    #[error("{} cannot be written to ({source}): mount a volume there, or name another directory with --state-dir", path.display())]
    Directory { path: PathBuf, source: io::Error },
    #[error("{} is there and is no socket: remove it", .0.display())]
    Occupied(PathBuf),
    #[error("{} is too long for the name of a socket: name another directory with --state-dir", .0.display())]
    TooLong(PathBuf),
    #[error("{}: {source}", path.display())]
    Socket { path: PathBuf, source: io::Error },
}

/// The control socket of the daemon of this name. Without one the daemon does its work all the same, and the log says
/// so.
pub(in crate::run) fn open(state_dir: &Path, name: &str, access: Access) -> Option<Listener> {
    match Listener::open(state_dir, name, access) {
        Ok(listener) => Some(listener),
        Err(unreachable) => {
            warn!(
                event = "control_unreachable",
                "`vrrpd status` and the like cannot ask this daemon: {unreachable}"
            );
            None
        }
    }
}

impl Listener {
    /// Replaces the socket of an earlier daemon. Whoever runs this has made sure that there is no other of this name.
    fn open(state_dir: &Path, name: &str, access: Access) -> Result<Self, Unreachable> {
        let path = control::path(state_dir, name);
        let directory = |source| Unreachable::Directory {
            path: state_dir.to_owned(),
            source,
        };
        let failed = |source: io::Error| Unreachable::Socket {
            path: path.clone(),
            source,
        };
        fs::create_dir_all(state_dir).map_err(directory)?;
        match fs::symlink_metadata(&path) {
            Ok(there) if !there.file_type().is_socket() => return Err(Unreachable::Occupied(path)),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(failed(error)),
        }
        // In a directory that is closed to all others until everything is as it has to be.
        let antechamber = tempfile::Builder::new()
            .prefix(".")
            .permissions(Permissions::from_mode(0o700))
            .tempdir_in(state_dir)
            // Its own words name a path that nobody knows.
            .map_err(|error| directory(error.kind().into()))?;
        let unready = control::path(antechamber.path(), name);
        let socket = StdListener::bind(&unready).map_err(|error| match error.kind() {
            ErrorKind::InvalidInput => Unreachable::TooLong(path.clone()),
            _ => failed(error),
        })?;
        socket.set_nonblocking(true).map_err(failed)?;
        hand_to_group(&unready, access);
        fs::set_permissions(&unready, Permissions::from_mode(MODE)).map_err(failed)?;
        let metadata = fs::symlink_metadata(&unready).map_err(failed)?;
        fs::rename(&unready, &path).map_err(failed)?;
        Ok(Self {
            socket,
            path,
            identity: (metadata.dev(), metadata.ino()),
            access,
        })
    }

    fn is_still_there(&self) -> bool {
        fs::symlink_metadata(&self.path).is_ok_and(|there| (there.dev(), there.ino()) == self.identity)
    }
}

/// Lets the group that may ask come near.
fn hand_to_group(socket: &Path, access: Access) {
    let has_it = |gid| fs::symlink_metadata(socket).is_ok_and(|made| made.gid() == gid);
    // One that may not give files away can have the right group from the start.
    let wanted = access.group.filter(|gid| !has_it(*gid));
    if let Some(Err(error)) = wanted.map(|gid| chown(socket, None, Some(gid))) {
        warn!(
            event = "control_group_unset",
            gid = access.group,
            "the control socket cannot be given to the group that may ask ({error}): only root can, and the \
             daemon's own user; grant CAP_CHOWN, or run the daemon as a member of that group"
        );
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if self.is_still_there() {
            // What stays is replaced by the next one.
            let _stays = fs::remove_file(&self.path);
        }
    }
}

/// Answers everybody who connects, until this is dropped, and every connection with it.
///
/// # Errors
/// When the runtime cannot take the socket.
pub(in crate::run) async fn serve(listener: Listener, source: impl Source) -> io::Result<Infallible> {
    serve_within(LIMITS, listener, source).await
}

async fn serve_within(limits: Limits, listener: Listener, source: impl Source) -> io::Result<Infallible> {
    let socket = UnixListener::from_std(listener.socket.try_clone()?)?;
    let answers = Arc::new(Answers::new(source, limits));
    let mut places = Places::new(limits.places);
    let mut conversations = JoinSet::new();
    let mut reserve = Reserve::of(RESERVE);
    loop {
        let accepted = tokio::select! {
            accepted = socket.accept() => accepted,
            Some(_) = conversations.join_next() => {
                reserve.fill();
                continue;
            }
            () = sleep(PAUSE), if !reserve.is_whole() => {
                reserve.fill();
                continue;
            }
        };
        let accepted = match accepted {
            // Now or never: whoever called may be gone.
            Err(error) if is_shortage(&error) && reserve.give_up() => {
                match timeout(Duration::ZERO, socket.accept()).await {
                    Ok(accepted) => accepted,
                    Err(_) => continue,
                }
            }
            accepted => accepted,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                debug!(%error, "somebody who connected to the control socket could not be let in");
                // One that leaves makes room.
                tokio::select! {
                    Some(_) = conversations.join_next() => reserve.fill(),
                    () = sleep(PAUSE) => {}
                }
                continue;
            }
        };
        match Rights::of(&stream, listener.access) {
            Ok(rights) => {
                let place = places.take();
                let answers = Arc::clone(&answers);
                // Who has come in by the last door shall not stand in it.
                let time = (!reserve.is_whole()).then_some(limits.last_door_within);
                conversations.spawn(async move {
                    let talk = conversation::hold(&stream, rights, &answers, &place);
                    match time {
                        None => talk.await,
                        Some(time) => drop(timeout(time, talk).await),
                    }
                });
            }
            Err(refusal) => {
                conversation::turn_away(&stream, &refusal);
                drop(stream);
                reserve.fill();
            }
        }
        // A flood of callers must not keep those that are connected from their answers.
        yield_now().await;
    }
}
