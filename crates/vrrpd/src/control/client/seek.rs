//! Which daemon is meant.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::FileTypeExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Connection, Unanswered};
use crate::control::{self, SUFFIX};

/// Connects with the daemon of this name or, without a name, with the only one that listens.
///
/// # Errors
/// When there is none, or it cannot be told which.
pub(crate) fn find(
    state_dir: &Path,
    name: Option<&str>,
    patience: Duration,
) -> Result<Connection, Unanswered> {
    match name {
        Some(name) => named(state_dir, name, patience),
        None => the_only_one(state_dir, patience),
    }
}

fn named(state_dir: &Path, name: &str, patience: Duration) -> Result<Connection, Unanswered> {
    let path = control::path(state_dir, name);
    match Connection::open(&path, patience) {
        Err(Unanswered::Io { source, .. }) if source.kind() == ErrorKind::NotFound => {
            let others = sockets(state_dir).unwrap_or_default();
            Err(Unanswered::NotThere {
                name: name.into(),
                path,
                others: others.iter().map(|other| name_of(other)).collect(),
            })
        }
        other => other,
    }
}

fn the_only_one(state_dir: &Path, patience: Duration) -> Result<Connection, Unanswered> {
    let mut alive = Vec::new();
    let mut failure = None;
    for path in sockets(state_dir)? {
        match Connection::open(&path, patience) {
            Ok(connection) => alive.push(connection),
            // One that is dead says less than one that hangs, or is not for us.
            Err(gone @ Unanswered::Gone(_)) => failure = failure.or(Some(gone)),
            Err(other) => failure = Some(other),
        }
    }
    if alive.len() > 1 {
        return Err(Unanswered::Several(
            alive.iter().map(|one| name_of(&one.path)).collect(),
        ));
    }
    match alive.pop() {
        Some(only) => Ok(only),
        None => Err(failure.unwrap_or_else(|| Unanswered::NothingHere(state_dir.to_owned()))),
    }
}

fn name_of(path: &Path) -> String {
    path.file_stem()
        .map(|stem| stem.to_string_lossy().into_owned())
        .unwrap_or_default()
}

/// The sockets in the directory, in the order of their names.
fn sockets(state_dir: &Path) -> Result<Vec<PathBuf>, Unanswered> {
    let entries = match fs::read_dir(state_dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        // By the directory itself.
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            return Err(Unanswered::denied(&state_dir.join(SUFFIX)));
        }
        Err(error) => return Err(Unanswered::io(state_dir, error)),
    };
    let mut sockets: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_socket()))
        .map(|entry| entry.path())
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.ends_with(SUFFIX) && !name.starts_with('.')
        })
        .collect();
    sockets.sort();
    Ok(sockets)
}
