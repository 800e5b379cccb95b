//! Routers under test: one trait, so that a suite is written once and runs for every pairing of programs.

use core::net::Ipv4Addr;
use core::time::Duration;
use std::process::ExitStatus;
use std::sync::Arc;

use anyhow::{Context, Result};
use nix::sys::signal::Signal;

use crate::host::Host;
use crate::instance::Instance;
use crate::process::{Process, read_log};

mod frr;
mod keepalived;
mod pod;
mod vrrpd;

pub use frr::Frr;
pub use keepalived::Keepalived;
pub use pod::Pod;
pub use vrrpd::Vrrpd;

/// How long a program may take to stop.
const LAST_RESPECTS: Duration = Duration::from_secs(10);

/// A state of a virtual router, as logs name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Waits.
    Backup,
    /// Holds the addresses.
    Master,
    /// Cannot take part.
    Fault,
}

/// A program on a host: where it is, under which name, and its process while it runs.
#[derive(Debug)]
pub struct Program {
    host: Arc<Host>,
    name: String,
    process: Option<Process>,
}

impl Program {
    fn new(host: &Arc<Host>, name: &str) -> Self {
        Self {
            host: Arc::clone(host),
            name: name.to_owned(),
            process: None,
        }
    }

    fn start(&mut self, command: &[&str]) -> Result<()> {
        self.process = Some(self.host.start(&self.name, command)?);
        Ok(())
    }

    fn started(&self) -> Result<&Process> {
        self.process
            .as_ref()
            .with_context(|| format!("{} was not started", self.name))
    }
}

/// A program that speaks VRRP.
pub trait Router {
    /// The program.
    fn program(&self) -> &Program;

    /// The program, to be started and stopped.
    fn program_mut(&mut self) -> &mut Program;

    /// Starts it with the configuration that it was made with, or last given.
    fn start(&mut self) -> Result<()>;

    /// Where it runs.
    fn host(&self) -> &Arc<Host> {
        &self.program().host
    }

    /// Asks it to stop (SIGTERM), and waits until it has.
    fn terminate(&mut self) -> Result<ExitStatus> {
        let process = self.program().started()?;
        process.signal(Signal::SIGTERM)?;
        let status = process.wait(LAST_RESPECTS)?;
        self.program_mut().process = None;
        Ok(status)
    }

    /// Kills it (SIGKILL) with its children, so that nobody says goodbye.
    fn kill(&mut self) -> Result<()> {
        self.program().started()?.kill()?;
        self.program_mut().process = None;
        Ok(())
    }

    /// Sends a signal to each of its processes: SIGSTOP and SIGCONT are of use.
    fn signal(&self, signal: Signal) -> Result<()> {
        self.program().started()?.signal_family(signal)
    }

    /// Whether it runs.
    fn is_running(&self) -> bool {
        self.program().process.as_ref().is_some_and(Process::is_running)
    }

    /// What it has logged, over all its starts.
    fn log(&self) -> Result<String> {
        let Program { host, name, .. } = self.program();
        read_log(&host.file(&format!("{name}.log")))
    }

    /// The states that an instance has entered, in order, over all starts.
    fn transitions(&self, instance: &str) -> Result<Vec<State>> {
        self.transitions_in(&self.log()?, instance)
    }

    /// The states that an instance has entered, as this log says. Ours keeps keepalived's words:
    /// `(web) Entering MASTER STATE`.
    fn transitions_in(&self, log: &str, instance: &str) -> Result<Vec<State>> {
        let marker = format!("({instance}) Entering ");
        Ok(log
            .lines()
            .filter_map(|line| match line.split_once(&marker)?.1.split(' ').next()? {
                "BACKUP" => Some(State::Backup),
                "MASTER" => Some(State::Master),
                "FAULT" => Some(State::Fault),
                _ => None,
            })
            .collect())
    }

    /// The state that an instance is in; `None` if the program does not run or has not said.
    fn state(&self, instance: &str) -> Result<Option<State>> {
        if !self.is_running() {
            return Ok(None);
        }
        Ok(self
            .transitions_in(&self.program().started()?.output()?, instance)?
            .last()
            .copied())
    }

    /// Whether its host's kernel has the address.
    fn holds(&self, vip: Ipv4Addr) -> Result<bool> {
        self.host().holds(vip)
    }
}

/// Which program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Make {
    /// Ours.
    Vrrpd,
    /// Debian's keepalived.
    Keepalived,
    /// Debian's FRR.
    Frr,
}

impl Make {
    /// The program that the suites put to the test: ours; or keepalived, if `VRRP_LAB_SUBJECT` says so, which shows
    /// where the two differ, and what a suite is worth.
    pub fn subject() -> Self {
        match std::env::var("VRRP_LAB_SUBJECT").as_deref() {
            Ok("keepalived") => Self::Keepalived,
            _ => Self::Vrrpd,
        }
    }

    /// What a suite calls the program.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Vrrpd => "vrrpd",
            Self::Keepalived => "keepalived",
            Self::Frr => "FRR",
        }
    }

    /// Starts one on a host.
    ///
    /// # Errors
    ///
    /// When it cannot be started.
    pub fn launch(self, host: &Arc<Host>, instances: &[Instance]) -> Result<Box<dyn Router>> {
        let mut router: Box<dyn Router> = match self {
            Self::Vrrpd => Box::new(Vrrpd::new(host, "vrrpd", instances)?),
            Self::Keepalived => Box::new(Keepalived::new(host, "keepalived", instances)?),
            Self::Frr => Box::new(Frr::new(host, "frr", instances)?),
        };
        router.start()?;
        Ok(router)
    }
}
