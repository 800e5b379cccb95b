//! Why a script never ran, and what would help.

#[cfg(test)]
mod tests;

use std::fs;
use std::io::Read as _;
use std::path::Path;

use nix::errno::Errno;
use rustix::thread::CapabilitySet;

/// Why a script never ran.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    /// It is not named by its whole path.
    #[error("{0:?} is not an absolute path: write where the program is, as /usr/bin/{0}")]
    Relative(String),
    /// A text that no program can be given.
    #[error("{0:?} has a NUL byte in it: remove it")]
    Nul(String),
    /// The daemon itself has not what it would have to give, or what it takes to become the script's user.
    #[error(
        "the daemon lacks {missing} itself, which it takes to {purpose}: start it as root, or with {missing}"
    )]
    Lacks { missing: String, purpose: String },
    /// Too much runs at once.
    #[error("{0} scripts run already: let them take less time, or run more seldom")]
    Busy(usize),
    /// The file is not there.
    #[error("no such file: {0}")]
    NoSuchFile(String),
    /// The file is there, but not what its first line names.
    #[error("{path} asks to be run by {interpreter:?} in its first line, and there is no such file{hint}")]
    NoInterpreter {
        path: String,
        interpreter: String,
        hint: &'static str,
    },
    /// A directory is no program.
    #[error("{0} is a directory")]
    Directory(String),
    /// Nobody may execute it.
    #[error("{0} is not executable: chmod +x {0}")]
    NotExecutable(String),
    /// This user may not execute it.
    #[error(
        "{path} may not be executed by {user}: a directory on the way is closed to that user, the file is, or its \
         file system is mounted noexec"
    )]
    Closed { path: String, user: String },
    /// Neither a program nor a script.
    #[error("{0} can not be executed: no #! line, as #!/bin/sh, or a program for another architecture")]
    NoProgram(String),
    /// Anything else that the kernel said.
    #[error("{step} failed: {}", errno.desc())]
    Kernel { step: Step, errno: Errno },
}

/// What is done in the new process before it becomes the script, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Step {
    /// All that the standard library does.
    Fork,
    SignalMask,
    Session,
    KeepCapabilities,
    Groups,
    Gid,
    Uid,
    Capabilities,
    Ambient,
    NoNewPrivileges,
    DeathSignal,
    Execute,
}

impl Step {
    const ALL: [Self; 12] = [
        Self::Fork,
        Self::SignalMask,
        Self::Session,
        Self::KeepCapabilities,
        Self::Groups,
        Self::Gid,
        Self::Uid,
        Self::Capabilities,
        Self::Ambient,
        Self::NoNewPrivileges,
        Self::DeathSignal,
        Self::Execute,
    ];

    /// The standard library carries one number out of the new process: it has the step in its upper half.
    pub(super) fn number(self, errno: i32) -> i32 {
        (i32::from(self as u8) << 16) | (errno & 0xffff)
    }

    /// The step and the error in such a number.
    pub(super) fn of_number(number: i32) -> (Self, Errno) {
        let step = usize::try_from(number >> 16)
            .ok()
            .and_then(|index| Self::ALL.get(index).copied())
            .unwrap_or(Self::Fork);
        (step, Errno::from_raw(number & 0xffff))
    }
}

impl core::fmt::Display for Step {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Fork => "starting a process",
            Self::SignalMask => "sigprocmask",
            Self::Session => "setsid",
            Self::KeepCapabilities => "prctl(PR_SET_KEEPCAPS)",
            Self::Groups => "setgroups",
            Self::Gid => "setgid",
            Self::Uid => "setuid",
            Self::Capabilities => "capset",
            Self::Ambient => "prctl(PR_CAP_AMBIENT)",
            Self::NoNewPrivileges => "prctl(PR_SET_NO_NEW_PRIVS)",
            Self::DeathSignal => "prctl(PR_SET_PDEATHSIG)",
            Self::Execute => "execve",
        })
    }
}

/// The names of capabilities, as manuals write them.
pub(super) fn names(capabilities: CapabilitySet) -> String {
    (0..u64::BITS)
        .map(|bit| (bit, CapabilitySet::from_bits_retain(1 << bit)))
        .filter(|(_, one)| capabilities.contains(*one))
        .map(|(bit, one)| match one.iter_names().next() {
            Some((name, _)) => format!("CAP_{name}"),
            None => format!("capability {bit}"),
        })
        .collect::<Vec<_>>()
        .join(", ")
}

/// What the kernel's answer to starting a program as a user means.
///
/// The program is looked at only now: looking first would cost every run, and be no promise.
pub(super) fn explain(step: Step, errno: Errno, path: &str, user: &str) -> Refusal {
    let path_text = path.to_owned();
    if step != Step::Execute {
        return Refusal::Kernel { step, errno };
    }
    let file = fs::metadata(path);
    match (errno, file) {
        (Errno::ENOENT, Ok(_)) => no_interpreter(path),
        (Errno::ENOENT | Errno::ENOTDIR, _) => Refusal::NoSuchFile(path_text),
        (Errno::EACCES, Ok(file)) if file.is_dir() => Refusal::Directory(path_text),
        (Errno::EACCES, Ok(file)) if !executable(&file) => Refusal::NotExecutable(path_text),
        (Errno::EACCES, _) => Refusal::Closed {
            path: path_text,
            user: user.to_owned(),
        },
        (Errno::ENOEXEC, _) => Refusal::NoProgram(path_text),
        _ => Refusal::Kernel { step, errno },
    }
}

fn executable(file: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    file.permissions().mode() & 0o111 != 0
}

/// The file is there and the kernel says it is not: then what it needs is not there.
fn no_interpreter(path: &str) -> Refusal {
    let line = first_line(Path::new(path)).unwrap_or_default();
    let interpreter = line
        .strip_prefix("#!")
        .and_then(|rest| rest.trim_matches([' ', '\t']).split([' ', '\t']).next());
    match interpreter {
        Some(interpreter) => Refusal::NoInterpreter {
            path: path.to_owned(),
            interpreter: interpreter.to_owned(),
            hint: if interpreter.ends_with('\r') {
                ": its lines end as on Windows, sed -i 's/\\r$//' mends it"
            } else {
                ""
            },
        },
        None => Refusal::NoInterpreter {
            path: path.to_owned(),
            interpreter: "its dynamic loader".to_owned(),
            hint: "",
        },
    }
}

fn first_line(path: &Path) -> Option<String> {
    let mut start = Vec::new();
    fs::File::open(path)
        .ok()?
        .take(256)
        .read_to_end(&mut start)
        .ok()?;
    let text = String::from_utf8_lossy(&start);
    text.split('\n').next().map(str::to_owned)
}
