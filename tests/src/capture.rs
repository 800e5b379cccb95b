//! What passed through a switch: tcpdump writes it, the lab follows the growing file, and tcpdump explains it.

use core::net::Ipv4Addr;
use core::time::Duration;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result, anyhow, bail};
use pcap_parser::nom;
use pcap_parser::pcap::{parse_pcap_frame, parse_pcap_header};

use crate::advert::Advert;
use crate::namespace::Namespace;
use crate::packet::Packet;
use crate::process::Process;
use crate::switch::BRIDGE;
use crate::wait::eventually;

/// A running capture. The bridge is promiscuous, so that it shows unicast frames between two hosts as well.
#[derive(Debug)]
pub struct Capture {
    name: String,
    path: PathBuf,
    tcpdump: Process,
    follower: Mutex<Follower>,
}

impl Capture {
    pub(crate) fn start(switch: &Namespace, directory: &Path, name: &str) -> Result<Self> {
        let path = directory.join(format!("{name}.pcap"));
        let log = directory.join(format!("{name}.tcpdump"));
        let mut command = Command::new("ip");
        command
            .args([
                "netns",
                "exec",
                switch.name(),
                "tcpdump",
                "-i",
                BRIDGE,
                "-U",
                "--immediate-mode",
            ])
            // As root: as its own user, Debian's tcpdump could not write where the lab keeps its files.
            .args(["-B", "8192", "-Z", "root", "--time-stamp-precision=nano", "-w"])
            .arg(&path);
        let tcpdump = Process::start("tcpdump", &mut command, log)?;
        eventually(Duration::from_secs(10), "tcpdump listens", || {
            Ok(tcpdump.output()?.contains("listening on"))
        })
        .with_context(|| tcpdump.output().unwrap_or_default())?;
        let follower = Mutex::new(Follower {
            file: File::open(&path)?,
            unread: Vec::new(),
            begun: false,
            packets: Vec::new(),
        });
        Ok(Self {
            name: name.to_owned(),
            path,
            tcpdump,
            follower,
        })
    }

    /// The switch's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The file that it is written to.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// All packets so far.
    pub fn packets(&self) -> Result<Vec<Packet>> {
        Ok(self.follow()?.packets.clone())
    }

    /// The packets that have come since `seen` packets were there, which is then brought up to date.
    pub fn packets_since(&self, seen: &mut usize) -> Result<Vec<Packet>> {
        let follower = self.follow()?;
        let new = follower.packets.get(*seen..).unwrap_or_default().to_vec();
        *seen = follower.packets.len();
        Ok(new)
    }

    /// All adverts so far, with the time of each.
    pub fn adverts(&self) -> Result<Vec<(Duration, Advert)>> {
        let follower = self.follow()?;
        Ok(follower
            .packets
            .iter()
            .filter_map(|packet| Some((packet.time, packet.advert()?.clone())))
            .collect())
    }

    /// The adverts from one router for one VRID.
    pub fn adverts_from(&self, source: Ipv4Addr, vrid: u8) -> Result<Vec<(Duration, Advert)>> {
        let mut adverts = self.adverts()?;
        adverts.retain(|(_, advert)| advert.source == source && advert.vrid == vrid);
        Ok(adverts)
    }

    /// Waits for a packet, from the beginning of the capture on, and gives the first that serves.
    ///
    /// # Errors
    ///
    /// When there is none within `limit`: with the end of the capture, as tcpdump reads it.
    pub fn wait_for(&self, limit: Duration, what: &str, wanted: impl Fn(&Packet) -> bool) -> Result<Packet> {
        let mut found = None;
        let mut seen = 0;
        let result = eventually(limit, what, || {
            let follower = self.follow()?;
            found = follower
                .packets
                .iter()
                .skip(seen)
                .find(|packet| wanted(packet))
                .cloned();
            seen = follower.packets.len();
            Ok(found.is_some())
        });
        if let Err(error) = result {
            let lines = self.tcpdump(&["-e"])?;
            let last = lines.get(lines.len().saturating_sub(60)..).unwrap_or_default();
            bail!("{error:#}; the last packets were:\n{}", last.join("\n"));
        }
        found.context("a packet was found")
    }

    /// What tcpdump makes of the capture so far: `tcpdump -nn` and these arguments, line by line.
    pub fn tcpdump(&self, arguments: &[&str]) -> Result<Vec<String>> {
        let output = Command::new("tcpdump")
            .arg("-nn")
            .args(arguments)
            .arg("-r")
            .arg(&self.path)
            .output()?;
        // Its exit code is 1 when the last packet is not yet complete, which says nothing about those before it.
        Ok(String::from_utf8_lossy(&output.stdout)
            .lines()
            .map(str::to_owned)
            .collect())
    }

    fn follow(&self) -> Result<MutexGuard<'_, Follower>> {
        if !self.tcpdump.is_running() {
            bail!("tcpdump has ended by itself: {}", self.tcpdump.output()?);
        }
        let mut follower = self.follower.lock().unwrap_or_else(PoisonError::into_inner);
        follower.read()?;
        Ok(follower)
    }
}

/// How far the file has been read.
#[derive(Debug)]
struct Follower {
    file: File,
    unread: Vec<u8>,
    begun: bool,
    packets: Vec<Packet>,
}

impl Follower {
    fn read(&mut self) -> Result<()> {
        self.file.read_to_end(&mut self.unread)?;
        let mut rest = self.unread.as_slice();
        if !self.begun {
            let Some((after, header)) = complete(parse_pcap_header(rest))? else {
                return Ok(());
            };
            // The frames' fields are in the machine's own byte order, which tcpdump wrote and this reads.
            if !header.is_nanosecond_precision() || header.is_bigendian() {
                bail!(
                    "tcpdump wrote a capture of another kind: magic {:#x}",
                    header.magic_number
                );
            }
            rest = after;
            self.begun = true;
        }
        while let Some((after, frame)) = complete(parse_pcap_frame(rest))? {
            let time = Duration::new(frame.ts_sec.into(), frame.ts_usec);
            self.packets.extend(Packet::decode(time, frame.data));
            rest = after;
        }
        let read = self.unread.len() - rest.len();
        self.unread.drain(..read);
        Ok(())
    }
}

/// `None` if the file must grow first.
fn complete<'a, T>(
    result: nom::IResult<&'a [u8], T, pcap_parser::PcapError<&'a [u8]>>,
) -> Result<Option<(&'a [u8], T)>> {
    match result {
        Ok(parsed) => Ok(Some(parsed)),
        Err(nom::Err::Incomplete(_)) => Ok(None),
        Err(nom::Err::Error(error) | nom::Err::Failure(error)) => {
            Err(anyhow!("the capture cannot be read: {error:?}"))
        }
    }
}
