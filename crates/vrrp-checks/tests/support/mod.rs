//! A runner in a process of its own, and scripts for it.

#![allow(dead_code, reason = "every test target uses another part of it")]

pub(crate) mod log;

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;
use vrrp_checks::runner::{End, Ended, Job, Runner};
use vrrp_checks::{Capabilities, Hook, Script};

/// Longer than anything here takes, also on a busy machine.
pub(crate) const LONG: Duration = Duration::from_mins(1);
pub(crate) const RUNNER: &str = env!("CARGO_BIN_EXE_vrrp-checks-runner");

/// A runner, and a directory for scripts and what they write.
pub(crate) struct Bench {
    pub(crate) runner: Runner,
    pub(crate) pid: u32,
    dir: TempDir,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::with(Path::new(RUNNER), &[])
    }

    /// With a runner that is started by a shell, which prepares it as this says.
    pub(crate) fn prepared(preparation: &str) -> Self {
        Self::with(
            Path::new("/bin/sh"),
            &["-c", &format!("{preparation}; exec {RUNNER}")],
        )
    }

    /// With a runner that can be started again only as long as there is a link in the directory.
    pub(crate) fn linked() -> Self {
        let dir = directory();
        let link = dir.path().join("runner");
        std::os::unix::fs::symlink(RUNNER, &link).unwrap();
        Self::within(dir, &link, &[])
    }

    /// Takes the link away, or brings it back.
    pub(crate) fn link(&self, there: bool) {
        let (link, away) = (self.path("runner"), self.path("away"));
        let (from, to) = if there { (away, link) } else { (link, away) };
        fs::rename(from, to).unwrap();
    }

    pub(crate) fn with(program: &Path, arguments: &[&str]) -> Self {
        Self::within(directory(), program, arguments)
    }

    fn within(dir: TempDir, program: &Path, arguments: &[&str]) -> Self {
        let starting = Runner::start(program, arguments).unwrap();
        Self {
            pid: starting.pid(),
            runner: starting.attach().unwrap(),
            dir,
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Writes a file that can be executed. Another process writes it: if this one did, a process that another test
    /// forks meanwhile would have it open for writing, and it could not be executed.
    pub(crate) fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.path(name);
        let mut writer = Command::new("/bin/sh")
            .args(["-c", "cat > \"$0\" && chmod 755 \"$0\""])
            .arg(&path)
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        writer
            .stdin
            .take()
            .unwrap()
            .write_all(content.as_bytes())
            .unwrap();
        assert!(writer.wait().unwrap().success());
        path
    }

    /// A shell script; it finds the directory in `$0`, as its own.
    pub(crate) fn script(&self, name: &str, body: &str) -> PathBuf {
        let dir = self.dir.path().display();
        self.file(name, &format!("#!/bin/sh\ndir={dir}\n{body}\n"))
    }

    /// Runs a shell script, in a lane of its own.
    pub(crate) async fn run(&self, body: &str) -> Ended {
        self.run_job(job(&self.script("script", body))).await
    }

    pub(crate) async fn run_job(&self, job: Job) -> Ended {
        self.runner.lane().run(job).await
    }

    /// The runner that is there now.
    pub(crate) async fn runner_now(&self) -> u32 {
        let ended = self.run("echo $PPID").await;
        ended.last_line.unwrap().parse().unwrap()
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    /// Waits until the file has something in it.
    pub(crate) async fn written(&self, name: &str) -> String {
        eventually(name, || Some(self.read(name)).filter(|text| text.ends_with('\n'))).await
    }
}

fn directory() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o777)).unwrap();
    dir
}

/// Sends a signal to a process.
pub(crate) fn signal(pid: u32, signal: Signal) {
    kill(Pid::from_raw(pid.try_into().unwrap()), signal).unwrap();
}

/// A script as the daemon's own user, without arguments.
pub(crate) fn script(path: &Path) -> Script {
    Script {
        argv: vec![path.to_str().unwrap().to_owned()],
        user: None,
        capabilities: Capabilities::default(),
    }
}

/// A check, and time enough.
pub(crate) fn job(path: &Path) -> Job {
    Job {
        script: script(path),
        arguments: Vec::new(),
        environment: Vec::new(),
        timeout: LONG,
        ends_with_daemon: true,
    }
}

pub(crate) fn hook(path: &Path) -> Hook {
    Hook {
        script: script(path),
        timeout: LONG,
    }
}

pub(crate) fn passed() -> Ended {
    Ended {
        end: End::Exited(0),
        last_line: None,
    }
}

/// Why it was not started.
pub(crate) fn refusal(ended: &Ended) -> &str {
    match &ended.end {
        End::NotStarted(reason) => reason,
        end => panic!("it was started: {end:?}"),
    }
}

/// Looks until there is something to see.
pub(crate) async fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = tokio::time::Instant::now() + LONG;
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(tokio::time::Instant::now() < deadline, "never seen: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Whether a process is there that is no zombie.
pub(crate) fn lives(pid: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
    stat.rsplit_once(") ")
        .is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
}

/// The children of a process.
pub(crate) fn children(pid: u32) -> Vec<String> {
    fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"))
        .expect("the kernel has CONFIG_PROC_CHILDREN")
        .split_whitespace()
        .map(str::to_owned)
        .collect()
}

/// A line of `/proc/PID/status`.
pub(crate) fn status(pid: u32, name: &str) -> String {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    status
        .lines()
        .find_map(|line| line.strip_prefix(name))
        .unwrap()
        .trim_start_matches(':')
        .trim()
        .to_owned()
}
