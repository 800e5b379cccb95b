//! Running a program that may hang.

use std::env;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use vrrp_core::Time;

use super::FirewallError;
use super::pipes::Pipes;
use crate::clock::now;

#[cfg(test)]
mod tests;

/// The program of nftables.
pub(super) const NFT: &str = "nft";
/// iptables on top of nftables.
pub(super) const IPTABLES: &str = "iptables-nft";
/// iptables from before nftables.
pub(super) const LEGACY: &str = "iptables-legacy";

/// How long a program may take, and how much it may say.
#[derive(Clone, Copy)]
struct Limits {
    time: Duration,
    output: usize,
}

const LIMITS: Limits = Limits {
    time: Duration::from_secs(5),
    output: 16 << 20,
};

/// What all programs together may take that one operation runs.
const OPERATION: Duration = Duration::from_secs(10);
/// How much of a complaint is kept.
const COMPLAINT: usize = 500;
/// The longest pause between two looks whether a program has ended.
const NAP: Duration = Duration::from_millis(50);
/// Where these programs mostly are, and services and plain users often do not look.
const SBIN: [&str; 2] = ["/usr/sbin", "/sbin"];

/// Until when an operation must be done, however many programs it runs.
pub(super) struct Patience {
    until: Time,
    whole: Duration,
}

impl Patience {
    /// As much as an operation has, from now on.
    pub(super) fn new() -> Self {
        Self::of(OPERATION)
    }

    fn of(whole: Duration) -> Self {
        Self {
            until: now() + whole,
            whole,
        }
    }

    fn left(&self) -> Duration {
        self.until.since(now())
    }

    fn is_over(&self) -> FirewallError {
        FirewallError::TooSlow { after: self.whole }
    }
}

/// Runs a program to its end, with this text on its standard input, and returns what it says.
pub(super) fn run(
    patience: &Patience,
    program: &'static str,
    arguments: &[&str],
    input: Option<String>,
) -> Result<String, FirewallError> {
    let left = patience.left();
    if left.is_zero() {
        return Err(patience.is_over());
    }
    let limits = Limits {
        time: LIMITS.time.min(left),
        ..LIMITS
    };
    match run_within(limits, program, arguments, input) {
        Err(FirewallError::TimedOut { .. }) if limits.time < LIMITS.time => Err(patience.is_over()),
        answer => answer,
    }
}

fn run_within(
    limits: Limits,
    program: &'static str,
    arguments: &[&str],
    input: Option<String>,
) -> Result<String, FirewallError> {
    let failed = |source| FirewallError::Run { program, source };
    let mut running = start(program, arguments, input.is_some()).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => FirewallError::NoProgram { program },
        _ => failed(source),
    })?;
    let mut pipes =
        Pipes::new(&mut running.child, input, limits.output + 1, 4 * COMPLAINT).map_err(failed)?;
    let status = running.wait(&mut pipes, limits.time).map_err(failed)?;
    let status = status.ok_or(FirewallError::TimedOut {
        program,
        after: limits.time,
    })?;
    if pipes.output().len() > limits.output {
        let limit = limits.output;
        return Err(FirewallError::TooLong { program, limit });
    }
    if !status.success() {
        return Err(FirewallError::of(program, said(pipes.complaint(), status)));
    }
    // nft 1.0.6 writes flags of tables that it does not know as whatever is in its memory.
    Ok(String::from_utf8_lossy(pipes.output()).into_owned())
}

fn start(program: &str, arguments: &[&str], input: bool) -> io::Result<Running> {
    let stdin = if input { Stdio::piped() } else { Stdio::null() };
    let child = Command::new(program)
        .args(arguments)
        .env_clear()
        .env("PATH", path(env::var_os("PATH")))
        // Complaints are told apart by their words.
        .env("LC_ALL", "C")
        .current_dir("/")
        .stdin(stdin)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // What it starts is ended with it, and a Ctrl-C for us does not end it half-way.
        .process_group(0)
        .spawn()?;
    Ok(Running { child, ended: false })
}

/// A program, which ends when this is dropped.
struct Running {
    child: Child,
    ended: bool,
}

impl Running {
    /// Serves its pipes until it ends, but no longer than this. What it has started itself may still have the pipes
    /// then: its own last word is in them already.
    fn wait(&mut self, pipes: &mut Pipes, patience: Duration) -> io::Result<Option<ExitStatus>> {
        let end = now() + patience;
        let mut nap = Duration::from_millis(1);
        loop {
            let status = self.child.try_wait()?;
            pipes.serve();
            if status.is_some() {
                self.ended = true;
                return Ok(status);
            }
            let left = end.since(now());
            if left.is_zero() {
                return Ok(None);
            }
            pipes.wait(nap.min(left));
            nap = (nap * 2).min(NAP);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        // Until it is waited for, nothing else can have its number.
        if let Ok(group) = i32::try_from(self.child.id()) {
            // It may have ended a moment ago.
            let _ended = killpg(Pid::from_raw(group), Signal::SIGKILL);
        }
        drop(self.child.wait());
    }
}

/// A complaint on one line, or how it ended if it said nothing.
fn said(complaint: &[u8], status: ExitStatus) -> String {
    let complaint = String::from_utf8_lossy(complaint);
    let words = complaint.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.is_empty() {
        return status.to_string();
    }
    words.chars().take(COMPLAINT).collect()
}

/// PATH, with the directories of system programs at its end if it lacks them.
fn path(inherited: Option<OsString>) -> OsString {
    let inherited = inherited.unwrap_or_else(|| OsString::from("/usr/bin:/bin"));
    let mut path = inherited.clone();
    for directory in SBIN {
        if !env::split_paths(&inherited).any(|there| there == Path::new(directory)) {
            if !path.is_empty() {
                path.push(":");
            }
            path.push(OsStr::new(directory));
        }
    }
    path
}
