//! A lab: switches, hosts, a capture on each switch; all gone when it is dropped.

use core::fmt::Write;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use crate::capture::Capture;
use crate::host::Host;
use crate::namespace;
use crate::process::read_log;
use crate::stalls;
use crate::switch::Switch;
use crate::wait;

/// Who is there: each host's name, and the LANs to which its `eth0`, `eth1`... lead.
///
/// Host number n of the list (from 1) has address 10.77.0.n on LAN 0, 10.78.0.n on LAN 1, and so on.
pub type Topology<'a> = &'a [(&'a str, &'a [usize])];

/// Hosts on LANs. A failed test prints the routers' logs and the end of every capture when the lab is dropped.
#[derive(Debug)]
pub struct Lab {
    // Dropped in this order: the captures before the switches, which live as long as a host is plugged into them.
    captures: Vec<Capture>,
    hosts: Vec<Arc<Host>>,
    directory: TempDir,
}

impl Lab {
    /// Makes a lab, and starts to capture on all its switches.
    ///
    /// # Errors
    ///
    /// When this is not root, or a program that the lab needs is missing.
    pub fn new(topology: Topology<'_>) -> Result<Self> {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        namespace::sweep()?;
        stalls::watch();
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let directory = tempfile::Builder::new()
            .prefix(&namespace::name(number, ""))
            // Some routers run as users of their own, who must find their configurations here.
            .permissions(Permissions::from_mode(0o755))
            .tempdir()?;
        let lans = topology
            .iter()
            .flat_map(|(_, lans)| lans.iter())
            .max()
            .map_or(0, |highest| highest + 1);
        let switches: Vec<Switch> = (0..lans)
            .map(|lan| Switch::make(namespace::name(number, &format!("lan{lan}"))))
            .collect::<Result<_>>()?;
        let captures = switches
            .iter()
            .enumerate()
            .map(|(lan, switch)| switch.capture(directory.path(), &format!("lan{lan}")))
            .collect::<Result<_>>()?;
        let mut lab = Self {
            captures,
            hosts: Vec::new(),
            directory,
        };
        for (position, (name, lans)) in topology.iter().enumerate() {
            let lans = lans
                .iter()
                .map(|&lan| Ok((lan, switches.get(lan).context("every LAN has a switch")?)))
                .collect::<Result<Vec<_>>>()?;
            let host = Host::make(
                namespace::name(number, name),
                name,
                u8::try_from(position + 1)?,
                &lans,
                lab.directory.path().join(name),
            )?;
            lab.hosts.push(Arc::new(host));
        }
        Ok(lab)
    }

    /// A lab of one LAN.
    ///
    /// # Errors
    ///
    /// As [`Lab::new`].
    pub fn on_one_lan(hosts: &[&str]) -> Result<Self> {
        let topology: Vec<(&str, &[usize])> = hosts.iter().map(|name| (*name, &[0][..])).collect();
        Self::new(&topology)
    }

    /// The host of this name.
    ///
    /// # Errors
    ///
    /// When the topology has none.
    pub fn host(&self, name: &str) -> Result<&Arc<Host>> {
        self.hosts
            .iter()
            .find(|host| host.name() == name)
            .with_context(|| format!("there is no host {name}"))
    }

    /// What passes on LAN 0.
    ///
    /// # Errors
    ///
    /// When the topology has no LAN at all.
    pub fn capture(&self) -> Result<&Capture> {
        self.capture_on(0)
    }

    /// What passes on a LAN.
    ///
    /// # Errors
    ///
    /// When the topology has no such LAN.
    pub fn capture_on(&self, lan: usize) -> Result<&Capture> {
        self.captures
            .get(lan)
            .with_context(|| format!("there is no LAN {lan}"))
    }

    /// Waits until `condition` holds.
    ///
    /// # Errors
    ///
    /// When it does not within `limit`: with every log and the end of every capture.
    pub fn eventually(
        &self,
        limit: Duration,
        what: &str,
        condition: impl FnMut() -> Result<bool>,
    ) -> Result<()> {
        wait::eventually(limit, what, condition).or_else(|error| bail!("{error:#}\n{}", self.diagnosis()))
    }

    /// Every log of every host, and the last lines that tcpdump makes of each capture.
    pub fn diagnosis(&self) -> String {
        let mut text = String::new();
        for host in &self.hosts {
            for path in logs(host.file("")) {
                let log = read_log(&path).unwrap_or_else(|error| format!("{error:#}"));
                let _ = writeln!(
                    text,
                    "--- {} on {} ---\n{log}",
                    path.file_name().unwrap_or_default().display(),
                    host.name()
                );
            }
        }
        for capture in &self.captures {
            let lines = capture
                .tcpdump(&["-e"])
                .unwrap_or_else(|error| vec![format!("{error:#}")]);
            let last = lines.get(lines.len().saturating_sub(60)..).unwrap_or_default();
            let _ = writeln!(
                text,
                "--- {} (last {} of {} packets) ---\n{}",
                capture.name(),
                last.len(),
                lines.len(),
                last.join("\n")
            );
        }
        text
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.diagnosis());
        }
        if std::env::var_os("VRRP_LAB_KEEP").is_some() {
            self.directory.disable_cleanup(true);
            eprintln!(
                "logs and captures are kept in {}",
                self.directory.path().display()
            );
        }
    }
}

fn logs(directory: PathBuf) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(directory) else {
        return Vec::new();
    };
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "log"))
        .collect()
}
