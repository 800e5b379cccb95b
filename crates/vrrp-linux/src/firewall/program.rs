//! Running a program that may hang.

use std::env;
use std::ffi::{OsStr, OsString};
use std::io::{self, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use super::FirewallError;

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

/// How much of a complaint is kept.
const COMPLAINT: usize = 500;
/// How long the last of an ended program's output may take to arrive.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// Where these programs mostly are, and services and plain users often do not look.
const SBIN: [&str; 2] = ["/usr/sbin", "/sbin"];

/// Runs a program to its end, with this text on its standard input, and returns what it says.
pub(super) fn run(
    program: &'static str,
    arguments: &[&str],
    input: Option<String>,
) -> Result<String, FirewallError> {
    run_within(LIMITS, program, arguments, input)
}

fn run_within(
    limits: Limits,
    program: &'static str,
    arguments: &[&str],
    input: Option<String>,
) -> Result<String, FirewallError> {
    let failed = |source| FirewallError::Run { program, source };
    let late = || FirewallError::TimedOut {
        program,
        after: limits.time,
    };
    let mut running = start(program, arguments, input.is_some()).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => FirewallError::NoProgram { program },
        _ => failed(source),
    })?;
    let child = &mut running.child;
    let output = listen(child.stdout.take(), limits.output + 1, false).map_err(failed)?;
    let complaint = listen(child.stderr.take(), 4 * COMPLAINT, true).map_err(failed)?;
    if let (Some(mut pipe), Some(input)) = (child.stdin.take(), input) {
        // Whoever does not read it to its end says why.
        spawn(move || drop(pipe.write_all(input.as_bytes()))).map_err(failed)?;
    }
    let status = running.wait(limits.time).map_err(failed)?.ok_or_else(late)?;
    let output = output.recv_timeout(LAST_WORDS).map_err(|_| late())?;
    let complaint = complaint.recv_timeout(LAST_WORDS).map_err(|_| late())?;
    if output.len() > limits.output {
        let limit = limits.output;
        return Err(FirewallError::TooLong { program, limit });
    }
    if !status.success() {
        return Err(FirewallError::of(program, said(&complaint, status)));
    }
    // nft 1.0.6 writes flags of tables that it does not know as whatever is in its memory.
    Ok(String::from_utf8_lossy(&output).into_owned())
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
    /// Waits for its end, but no longer than this.
    fn wait(&mut self, patience: Duration) -> io::Result<Option<ExitStatus>> {
        let mut slept = Duration::ZERO;
        let mut nap = Duration::from_millis(1);
        loop {
            if let Some(status) = self.child.try_wait()? {
                self.ended = true;
                return Ok(Some(status));
            }
            if slept >= patience {
                return Ok(None);
            }
            thread::sleep(nap);
            slept += nap;
            nap = (nap * 2).min(Duration::from_millis(50));
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

/// Reads a pipe on a thread, up to a limit. What comes after that is read as well if `to_its_end`, or the program finds
/// nobody listening any more.
fn listen(
    pipe: Option<impl Read + Send + 'static>,
    limit: usize,
    to_its_end: bool,
) -> io::Result<mpsc::Receiver<Vec<u8>>> {
    let (sender, receiver) = mpsc::channel();
    spawn(move || {
        let mut text = Vec::new();
        if let Some(mut pipe) = pipe {
            let limit = u64::try_from(limit).unwrap_or(u64::MAX);
            // A pipe that cannot be read has ended.
            drop(pipe.by_ref().take(limit).read_to_end(&mut text));
            if to_its_end {
                drop(io::copy(&mut pipe, &mut io::sink()));
            }
        }
        // Nobody waits any more if the program was ended.
        drop(sender.send(text));
    })?;
    Ok(receiver)
}

fn spawn(task: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let builder = thread::Builder::new().name("firewall".to_owned());
    builder.spawn(task).map(drop)
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
