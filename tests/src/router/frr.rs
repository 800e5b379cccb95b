//! FRR's vrrpd, as a peer. It has ways of its own: each virtual router is a macvlan interface that somebody must have
//! made, with the virtual router's hardware address and the addresses on it; FRR takes it up and down.

use core::fmt::Write;
use core::net::Ipv4Addr;
use core::time::Duration;
use std::fs;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};

use super::{Program, Router, State};
use crate::host::Host;
use crate::instance::{Instance, Preempt};
use crate::process::Process;
use crate::wait::eventually;

/// FRR's zebra and vrrpd on a host.
#[derive(Debug)]
pub struct Frr {
    program: Program,
    /// What tells vrrpd about interfaces. It runs from the first start on.
    zebra: Option<Process>,
    instances: Vec<Instance>,
}

impl Frr {
    /// Makes the interfaces and writes the configuration. FRR knows no passwords, no unicast, and no delay of
    /// preemption.
    pub fn new(host: &Arc<Host>, name: &str, instances: &[Instance]) -> Result<Self> {
        let mut text = String::new();
        for instance in instances {
            let Instance {
                interface,
                vrid,
                priority,
                interval,
                ..
            } = instance;
            ensure!(
                instance.password.is_none() && instance.unicast.is_none(),
                "FRR speaks VRRPv2 only without passwords and to the group"
            );
            let mut commands = format!(
                "link add vrrp{vrid} link {interface} address 00:00:5e:00:01:{vrid:02x} type macvlan mode bridge\n"
            );
            writeln!(
                text,
                "interface {interface}\n vrrp {vrid} version 2\n vrrp {vrid} priority {priority}\n \
                 vrrp {vrid} advertisement-interval {interval}000"
            )?;
            match instance.preempt {
                Preempt::Yes => writeln!(text, " vrrp {vrid} preempt")?,
                Preempt::No => writeln!(text, " no vrrp {vrid} preempt")?,
                Preempt::After(_) => anyhow::bail!("FRR cannot delay a preemption"),
            }
            for vip in &instance.vips {
                writeln!(
                    commands,
                    "address add {}/{} dev vrrp{vrid}",
                    vip.address, vip.prefix
                )?;
                writeln!(text, " vrrp {vrid} ip {}", vip.address)?;
            }
            writeln!(commands, "link set vrrp{vrid} up")?;
            host.ip(&commands)?;
        }
        fs::write(host.file(&format!("{name}.conf")), format!("debug vrrp\n{text}"))?;
        fs::write(host.file("zebra.conf"), "")?;
        fs::create_dir_all(host.file("run/frr"))?;
        // FRR runs as a user of its own, which its sockets' directory must belong to.
        host.exec(&[
            "chown",
            "frr:frr",
            host.file("run/frr")
                .to_str()
                .context("the lab's directory has a plain name")?,
        ])?;
        Ok(Self {
            program: Program::new(host, name),
            zebra: None,
            instances: instances.to_vec(),
        })
    }

    fn daemon<'a>(name: &'a str, configuration: &'a str) -> Vec<&'a str> {
        vec![name, "--log", "stdout", "-f", configuration]
    }

    fn instance(&self, name: &str) -> Result<&Instance> {
        self.instances
            .iter()
            .find(|instance| instance.name == name)
            .with_context(|| format!("there is no {name}"))
    }
}

impl Router for Frr {
    fn program(&self) -> &Program {
        &self.program
    }

    fn program_mut(&mut self) -> &mut Program {
        &mut self.program
    }

    fn start(&mut self) -> Result<()> {
        let host = Arc::clone(&self.program.host);
        if self.zebra.is_none() {
            let file = host.file("zebra.conf");
            let file = file.to_str().context("the lab's directory has a plain name")?;
            self.zebra = Some(host.start("zebra", &Self::daemon("/usr/lib/frr/zebra", file))?);
            let socket = host.file("run/frr/zserv.api");
            eventually(Duration::from_secs(10), "zebra is there", || Ok(socket.exists()))?;
        }
        let file = host.file(&format!("{}.conf", self.program.name));
        let file = file.to_str().context("the lab's directory has a plain name")?;
        self.program.start(&Self::daemon("/usr/lib/frr/vrrpd", file))
    }

    /// It logs `[VRID 51] [IPv4] Backup -> Master`.
    fn transitions_in(&self, log: &str, instance: &str) -> Result<Vec<State>> {
        let marker = format!("[VRID {}] [IPv4] ", self.instance(instance)?.vrid);
        Ok(log
            .lines()
            .filter_map(|line| match line.split_once(&marker)?.1.split_once(" -> ")?.1 {
                "Backup" => Some(State::Backup),
                "Master" => Some(State::Master),
                "Initialize" => Some(State::Fault),
                _ => None,
            })
            .collect())
    }

    /// The addresses are always there; whether they are of any use is the interface's state.
    fn holds(&self, vip: Ipv4Addr) -> Result<bool> {
        let of = self
            .instances
            .iter()
            .find(|instance| instance.vips.iter().any(|own| own.address == vip));
        let vrid = of
            .with_context(|| format!("{vip} is none of its addresses"))?
            .vrid;
        let link =
            self.program
                .host
                .namespace()
                .show(&["-oneline", "link", "show", &format!("vrrp{vrid}")])?;
        Ok(link.contains(" state UP "))
    }
}
