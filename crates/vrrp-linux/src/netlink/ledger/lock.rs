//! The lock that says that a daemon runs.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek, Write};
use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, fcntl};

use crate::errno::no_descriptor_left;

pub(super) fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
}

pub(super) fn write_pid(lock: &mut File) -> io::Result<()> {
    lock.set_len(0)?;
    lock.rewind()?;
    writeln!(lock, "{}", std::process::id())
}

/// An open file description lock: it belongs to this opening of the file and goes when the process does, and
/// anybody can ask whether it is held without taking it.
#[expect(
    clippy::cast_possible_truncation,
    reason = "0 and 1, which libc declares wider than the field"
)]
fn whole_file() -> libc::flock {
    libc::flock {
        l_type: libc::F_WRLCK as libc::c_short,
        l_whence: libc::SEEK_SET as libc::c_short,
        l_start: 0,
        l_len: 0,
        l_pid: 0,
    }
}

/// `false` if somebody else holds it.
pub(super) fn take(file: &File) -> nix::Result<bool> {
    match fcntl(file, FcntlArg::F_OFD_SETLK(&whole_file())) {
        Ok(_) => Ok(true),
        Err(Errno::EAGAIN | Errno::EACCES) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether a daemon that runs holds it. An error only if nobody can tell for lack of a descriptor.
pub(super) fn is_held(path: &Path) -> io::Result<bool> {
    let mut lock = whole_file();
    let asked = File::open(path)
        .and_then(|file| fcntl(&file, FcntlArg::F_OFD_GETLK(&mut lock)).map_err(io::Error::from));
    match asked {
        Ok(_) => Ok(i32::from(lock.l_type) != libc::F_UNLCK),
        Err(error) if no_descriptor_left(&error) => Err(error),
        Err(_) => Ok(false),
    }
}
