//! Network namespaces: made, entered, removed, and swept when a killed run has left some.

use std::fs::{self, File};
use std::path::Path;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use nix::sched::{CloneFlags, setns};
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, geteuid};

use crate::command::{feed, run};

/// Where `ip netns` keeps its names.
const NAMES: &str = "/run/netns";
/// What every name of the lab begins with; the process id follows.
const PREFIX: &str = "testlab";

/// A network namespace. Dropping it ends the processes in it and removes it.
#[derive(Debug)]
pub(crate) struct Namespace {
    name: String,
}

impl Namespace {
    /// Makes a namespace that forwards nothing and speaks no IPv6.
    ///
    /// A new namespace inherits `ip_forward` from the machine. With 1, a host that has just lost the address would
    /// pass the client's packets on to the one that has it now, and hide the outage.
    pub(crate) fn make(name: String) -> Result<Self> {
        run("ip", &["netns", "add", &name])?;
        let namespace = Self { name };
        namespace.exec(&[
            "sh",
            "-c",
            "for family in all default; do echo 1 >/proc/sys/net/ipv6/conf/$family/disable_ipv6; done; \
             echo 0 >/proc/sys/net/ipv4/ip_forward",
        ])?;
        namespace.ip("link set lo up")?;
        Ok(namespace)
    }

    /// Its name, for `ip netns exec`.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Runs a program in it, and gives its standard output.
    pub(crate) fn exec(&self, command: &[&str]) -> Result<String> {
        run("ip", &[&["netns", "exec", &self.name], command].concat())
    }

    /// Runs `ip` commands in it, one a line, as `ip -batch` reads them.
    pub(crate) fn ip(&self, commands: &str) -> Result<String> {
        feed("ip", &["-netns", &self.name, "-batch", "-"], commands)
    }

    /// Runs one `ip` command in it, options and all.
    pub(crate) fn show(&self, arguments: &[&str]) -> Result<String> {
        run("ip", &[&["-netns", &self.name], arguments].concat())
    }

    /// Gives `nft` a script in it: all of it or nothing.
    pub(crate) fn nft(&self, script: &str) -> Result<String> {
        feed("ip", &["netns", "exec", &self.name, "nft", "-f", "-"], script)
    }

    /// The processes in it.
    pub(crate) fn processes(&self) -> Result<Vec<i32>> {
        let pids = run("ip", &["netns", "pids", &self.name])?;
        Ok(pids
            .split_whitespace()
            .filter_map(|pid| pid.parse().ok())
            .collect())
    }

    /// Runs `work` on a thread inside it. A socket made there stays there, whoever uses it later.
    pub(crate) fn enter<T: Send>(&self, work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
        let handle = File::open(Path::new(NAMES).join(&self.name))?;
        thread::scope(|scope| {
            scope
                .spawn(|| {
                    setns(&handle, CloneFlags::CLONE_NEWNET).context("the namespace cannot be entered")?;
                    work()
                })
                .join()
                .map_err(|_| anyhow!("the thread in namespace {} panicked", self.name))?
        })
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        if let Err(error) = remove(&self.name) {
            eprintln!("namespace {} is left behind: {error:#}", self.name);
        }
    }
}

/// The name that this process gives to `what` of its lab number `lab`.
pub(crate) fn name(lab: usize, what: &str) -> String {
    format!("{PREFIX}-{}-{lab}-{what}", std::process::id())
}

/// Removes the namespaces and directories that runs which were killed have left, and makes sure that this one can
/// work at all.
///
/// # Errors
///
/// When this is not root.
pub(crate) fn sweep() -> Result<()> {
    ensure!(
        geteuid().is_root(),
        "the lab makes network namespaces: run it as root (in the project's directory: `sudo make test`)"
    );
    // Two test processes may sweep at once: that the other one was faster is no error.
    for name in orphans(Path::new(NAMES)) {
        let _ = remove(&name);
    }
    let directories = std::env::temp_dir();
    for name in orphans(&directories) {
        let _ = fs::remove_dir_all(directories.join(name));
    }
    Ok(())
}

/// What lies in a directory under the name of a process that is gone. No directory, no orphans.
fn orphans(directory: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(directory) else {
        return Vec::new();
    };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    names
        .filter(|name| maker(name).is_some_and(|pid| !Path::new("/proc").join(pid.to_string()).exists()))
        .collect()
}

/// Which process a name was given by, if it is one of the lab's.
fn maker(name: &str) -> Option<u32> {
    name.strip_prefix(PREFIX)?.split('-').nth(1)?.parse().ok()
}

fn remove(name: &str) -> Result<()> {
    for pid in run("ip", &["netns", "pids", name])?.split_whitespace() {
        // It may have ended meanwhile.
        let _ = kill(Pid::from_raw(pid.parse()?), Signal::SIGKILL);
    }
    // The kernel keeps a veth until the last process is gone, whose end is not instant.
    for _ in 0..100 {
        if run("ip", &["netns", "pids", name])?.trim().is_empty() {
            break;
        }
        thread::sleep(Duration::from_millis(10));
    }
    run("ip", &["netns", "del", name]).map(drop)
}
