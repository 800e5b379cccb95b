//! Whether a program can be started, and who can change it: its file, and every directory and link on the way to it.

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs::{Metadata, read_link, symlink_metadata};
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

use nix::unistd::{Gid, getegid, geteuid, getgroups};
use vrrp_checks::Identity;
use vrrp_config::Program;

/// As many links as the kernel follows in one path.
const MOST_LINKS: usize = 40;

const GROUP_OR_OTHERS_WRITE: u32 = 0o022;

/// What is at an absolute path for a script that runs as `user`; `None` = as this process.
pub(super) fn at(path: &Path, user: Option<&Identity>) -> Program {
    let rights = Rights::of(user);
    let mut way = Way::to(path);
    let mut program = Program::default();
    let mut last = None;
    loop {
        match way.step() {
            Ok(Some((place, found))) => {
                if found.is_dir() && !rights.may_execute(&found) {
                    let reason = || format!("{} may not enter `{}`", rights.name, place.display());
                    program.unusable.get_or_insert_with(reason);
                }
                if others_can_change(&found) {
                    program.writable.get_or_insert(place);
                }
                last = Some(found);
            }
            Ok(None) => {
                let reason = match last {
                    Some(found) if found.is_file() && rights.may_execute(&found) => return program,
                    Some(found) if found.is_file() => format!("{} may not execute it", rights.name),
                    _ => "it is not a file".to_owned(),
                };
                program.unusable.get_or_insert(reason);
                return program;
            }
            Err(reason) => {
                // What is missing is made by whoever may make files in this directory.
                if let Some(directory) = way
                    .here
                    .parent()
                    .filter(|directory| others_can_make_in(directory))
                {
                    program.writable.get_or_insert_with(|| directory.to_owned());
                }
                program.unusable.get_or_insert(reason);
                return program;
            }
        }
    }
}

/// Whether somebody other than root can replace this or write it. In a directory with the sticky bit, everybody may
/// make files and nobody can touch those of others: what counts there is whose the next thing on the way is.
fn others_can_change(found: &Metadata) -> bool {
    const STICKY: u32 = 0o1000;
    let open = found.mode() & GROUP_OR_OTHERS_WRITE != 0;
    let shielded = found.is_symlink() || (found.is_dir() && found.mode() & STICKY != 0);
    found.uid() != 0 || (open && !shielded)
}

/// Whether somebody other than root can make a file in this directory, where the sticky bit keeps nobody from it.
fn others_can_make_in(directory: &Path) -> bool {
    symlink_metadata(directory)
        .is_ok_and(|found| found.uid() != 0 || found.mode() & GROUP_OR_OTHERS_WRITE != 0)
}

/// The way to a file as the kernel goes it: every directory, every link, and the file at last.
struct Way {
    /// Where it has come to: never a link.
    here: PathBuf,
    /// What is still to go.
    ahead: VecDeque<OsString>,
    started: bool,
    links: usize,
}

impl Way {
    fn to(path: &Path) -> Self {
        let mut way = Self {
            here: PathBuf::from("/"),
            ahead: VecDeque::new(),
            started: false,
            links: 0,
        };
        way.take(path);
        way
    }

    /// Goes along `path` before what was ahead.
    fn take(&mut self, path: &Path) {
        for component in path.components().rev() {
            match component {
                Component::Normal(name) => self.ahead.push_front(name.to_owned()),
                Component::ParentDir => self.ahead.push_front("..".into()),
                Component::RootDir | Component::CurDir | Component::Prefix(_) => {}
            }
        }
    }

    /// The next thing on the way; `None` behind the last. If it fails, `here` is what it failed at.
    fn step(&mut self) -> Result<Option<(PathBuf, Metadata)>, String> {
        if self.started {
            let Some(name) = self.ahead.pop_front() else {
                return Ok(None);
            };
            if name == ".." {
                self.here.pop();
            } else {
                self.here.push(name);
            }
        }
        self.started = true;
        let place = self.here.clone();
        let found = symlink_metadata(&place).map_err(|error| error.to_string())?;
        if found.is_symlink() {
            self.links += 1;
            if self.links > MOST_LINKS {
                return Err("its links lead in a circle".to_owned());
            }
            let target = read_link(&place).map_err(|error| error.to_string())?;
            self.here.pop();
            if target.is_absolute() {
                self.here = PathBuf::from("/");
            }
            self.take(&target);
        }
        Ok(Some((place, found)))
    }
}

/// What a user may do, by the mode bits alone.
struct Rights {
    name: String,
    uid: u32,
    gids: Vec<u32>,
}

impl Rights {
    fn of(user: Option<&Identity>) -> Self {
        match user {
            Some(user) => Self {
                name: user.name.clone(),
                uid: user.uid,
                gids: [&[user.gid], &user.groups[..]].concat(),
            },
            None => Self {
                name: "the daemon".to_owned(),
                uid: geteuid().as_raw(),
                gids: getgroups()
                    .unwrap_or_default()
                    .into_iter()
                    .chain([getegid()])
                    .map(Gid::as_raw)
                    .collect(),
            },
        }
    }

    /// Whether it may execute a file or enter a directory. Root may enter all, and execute what anybody may.
    fn may_execute(&self, found: &Metadata) -> bool {
        let bits = if self.uid == 0 {
            if found.is_dir() {
                return true;
            }
            0o111
        } else if self.uid == found.uid() {
            0o100
        } else if self.gids.contains(&found.gid()) {
            0o010
        } else {
            0o001
        };
        found.mode() & bits != 0
    }
}
