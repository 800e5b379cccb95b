//! Programs that run on a host until a test ends them. Always by their id, and with their children.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::clock::monotonic;
use crate::wait::eventually;

/// A running program, whose output goes to a log. Dropping it kills it, with its children, and reaps it.
#[derive(Debug)]
pub struct Process {
    name: String,
    log: PathBuf,
    /// How long the log was when it started.
    begins: usize,
    child: Mutex<Child>,
}

impl Process {
    /// Starts `command`, standard output and error appended to `log`.
    pub(crate) fn start(name: &str, command: &mut Command, log: PathBuf) -> Result<Self> {
        let begins = read_log(&log)?.len();
        let output = File::options().create(true).append(true).open(&log)?;
        let child = command
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            // A terminal's Ctrl-C is for the lab, which then ends its programs in order.
            .process_group(0)
            .spawn()
            .with_context(|| format!("{name} cannot be started"))?;
        Ok(Self {
            name: name.to_owned(),
            log,
            begins,
            child: Mutex::new(child),
        })
    }

    fn child(&self) -> MutexGuard<'_, Child> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Its process id.
    pub fn id(&self) -> Pid {
        Pid::from_raw(self.child().id().cast_signed())
    }

    /// What it has written so far. The log may hold more, from its forerunners.
    pub fn output(&self) -> Result<String> {
        let log = read_log(&self.log)?;
        Ok(log.get(self.begins..).unwrap_or_default().to_owned())
    }

    /// Whether it still runs.
    pub fn is_running(&self) -> bool {
        matches!(self.child().try_wait(), Ok(None))
    }

    /// Sends a signal to it and to all that descend from it.
    pub fn signal_family(&self, signal: Signal) -> Result<()> {
        for member in family(self.id())? {
            kill(member, signal).with_context(|| format!("{signal} to {} ({member})", self.name))?;
        }
        Ok(())
    }

    /// Sends it a signal; its children get none.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        if !self.is_running() {
            bail!("{} has ended by itself:\n{}", self.name, self.output()?);
        }
        kill(self.id(), signal).with_context(|| format!("{signal} to {}", self.name))
    }

    /// Waits until it has ended.
    ///
    /// # Errors
    ///
    /// When it still runs after `limit`.
    pub fn wait(&self, limit: Duration) -> Result<ExitStatus> {
        let end = monotonic() + limit;
        loop {
            if let Some(status) = self.child().try_wait()? {
                return Ok(status);
            }
            if monotonic() > end {
                bail!("{} still runs after {limit:?}:\n{}", self.name, self.output()?);
            }
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// Kills it and all its children at one moment: none of them gets to say goodbye.
    pub fn kill(&self) -> Result<()> {
        if !self.is_running() {
            return Ok(());
        }
        let family = family(self.id())?;
        // keepalived's children take leave politely when their parent goes: so they are stopped first, and it goes
        // last. Whoever has just ended needs no signal.
        for &member in &family {
            let _ = kill(member, Signal::SIGSTOP);
        }
        for &member in family.iter().rev() {
            let _ = kill(member, Signal::SIGKILL);
        }
        self.wait(Duration::from_secs(5))?;
        // A child that is still dying holds its files and locks, on which the next start would trip.
        eventually(Duration::from_secs(5), "its children are dead", || {
            Ok(family.iter().all(|&member| is_dead(member)))
        })
        .with_context(|| self.name.clone())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Err(error) = self.kill() {
            eprintln!("{}: {error:#}", self.name);
        }
    }
}

/// A log's text: empty if there is none yet.
pub(crate) fn read_log(path: &Path) -> Result<String> {
    match fs::read(path) {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(error).with_context(|| path.display().to_string()),
    }
}

/// A process and all that descend from it, parents first.
fn family(root: Pid) -> Result<Vec<Pid>> {
    let parents: Vec<(Pid, Pid)> = fs::read_dir("/proc")?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter_map(|pid| Some((Pid::from_raw(pid), parent(pid)?)))
        .collect();
    let mut family = vec![root];
    let mut next = 0;
    while let Some(&member) = family.get(next) {
        family.extend(
            parents
                .iter()
                .filter(|(_, parent)| *parent == member)
                .map(|(child, _)| *child),
        );
        next += 1;
    }
    Ok(family)
}

fn parent(pid: i32) -> Option<Pid> {
    let [_, parent] = status(pid)?;
    Some(Pid::from_raw(parent.parse().ok()?))
}

/// Whether it is gone, or only its parent has not yet taken notice.
fn is_dead(pid: Pid) -> bool {
    status(pid.as_raw()).is_none_or(|[state, _]| state == "Z" || state == "X")
}

/// A process' state and its parent's id, as `/proc` has them.
fn status(pid: i32) -> Option<[String; 2]> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field is a name that may hold blanks and brackets: the last bracket ends it.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().map(str::to_owned);
    Some([fields.next()?, fields.next()?])
}
