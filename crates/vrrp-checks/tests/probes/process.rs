//! Whether processes of a name run.

use core::num::NonZeroU32;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::{Child, Command};

use tempfile::TempDir;
use vrrp_checks::{Probe, Processes, Standing};

use super::{Watch, check, failing, often};

/// A program of a name that nobody else has, and the processes that run it; they end with this value.
struct Program {
    name: String,
    path: PathBuf,
    running: Vec<Child>,
    _room: TempDir,
}

impl Program {
    fn new(name: &str) -> Self {
        let room = TempDir::new().expect("a directory");
        let name = format!("{name}{}", std::process::id());
        let path = room.path().join(&name);
        std::fs::copy("/bin/sleep", &path).expect("/bin/sleep");
        Self {
            name,
            path,
            running: Vec::new(),
            _room: room,
        }
    }

    fn start(&mut self) {
        let child = loop {
            match Command::new(&self.path).arg("1000").spawn() {
                // Another test that has just forked may still have our copy open for writing.
                Err(error) if error.kind() == ErrorKind::ExecutableFileBusy => {}
                child => break child.expect("a process"),
            }
        };
        self.running.push(child);
    }

    fn end(&mut self) {
        let mut child = self.running.pop().expect("a process");
        child.kill().expect("a living process");
        child.wait().expect("its status");
    }

    fn probe(&self, min: u32) -> Probe {
        Probe::Process(Processes {
            name: self.name.clone(),
            min: NonZeroU32::new(min).expect("more than zero"),
        })
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        while !self.running.is_empty() {
            self.end();
        }
    }
}

#[tokio::test]
async fn they_come_and_go() {
    let mut program = Program::new("comes-");
    let mut watch = Watch::over(often(program.probe(2)));
    let name = program.name.clone();
    assert_eq!(
        watch.next().await,
        failing(format!("no process named {name} runs (2 wanted)"))
    );
    program.start();
    program.start();
    assert_eq!(watch.next().await, Standing::Passing);
    program.end();
    assert_eq!(
        watch.next().await,
        failing(format!("1 process named {name} runs, 2 wanted"))
    );
    program.start();
    assert_eq!(watch.next().await, Standing::Passing);
}

#[tokio::test]
async fn an_end_is_noticed_long_before_the_interval() {
    let mut program = Program::new("ends-");
    program.start();
    // The interval of this one is ten times longer than the test waits.
    let mut watch = Watch::over(check(program.probe(1)));
    assert_eq!(watch.next().await, Standing::Passing);
    program.end();
    assert_eq!(
        watch.next().await,
        failing(format!("no process named {} runs (1 wanted)", program.name))
    );
}

#[tokio::test]
async fn all_checks_notice_the_end() {
    let mut program = Program::new("shared-");
    program.start();
    let mut watches: Vec<_> = (0..4).map(|_| Watch::over(check(program.probe(1)))).collect();
    for watch in &mut watches {
        assert_eq!(watch.next().await, Standing::Passing);
    }
    program.end();
    for watch in &mut watches {
        assert!(matches!(watch.next().await, Standing::Failing(_)));
    }
}
