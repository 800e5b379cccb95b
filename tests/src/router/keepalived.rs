//! Debian's keepalived, as a peer.

use core::fmt::Write;
use std::fs;
use std::sync::Arc;

use anyhow::{Context, Result};

use super::{Program, Router};
use crate::host::Host;
use crate::instance::{Instance, Preempt};

/// keepalived on a host.
#[derive(Debug)]
pub struct Keepalived(Program);

impl Keepalived {
    /// Writes its configuration. `name` tells several on one host apart.
    pub fn new(host: &Arc<Host>, name: &str, instances: &[Instance]) -> Result<Self> {
        Self::with(host, name, "", instances)
    }

    /// The same, with `besides` in front of the instances: scripts, groups.
    pub fn with(host: &Arc<Host>, name: &str, besides: &str, instances: &[Instance]) -> Result<Self> {
        Self::written(host, name, &configuration(besides, instances)?)
    }

    /// With this configuration.
    pub fn written(host: &Arc<Host>, name: &str, configuration: &str) -> Result<Self> {
        fs::write(host.file(&format!("{name}.conf")), configuration)?;
        Ok(Self(Program::new(host, name)))
    }
}

impl Router for Keepalived {
    fn program(&self) -> &Program {
        &self.0
    }

    fn program_mut(&mut self) -> &mut Program {
        &mut self.0
    }

    fn start(&mut self) -> Result<()> {
        let name = &self.0.name;
        let file = self.0.host.file(&format!("{name}.conf"));
        let file = file.to_str().context("the lab's directory has a plain name")?;
        let (parent, child) = (format!("/run/{name}.pid"), format!("/run/{name}-vrrp.pid"));
        for pid_file in [&parent, &child] {
            // keepalived believes a pid file whose process is dead but not yet reaped. A boot would have cleared it.
            let path = self.0.host.file(pid_file.trim_start_matches('/'));
            if path.exists() {
                fs::remove_file(path)?;
            }
        }
        let command = [
            "keepalived",
            "--vrrp",
            "-n",
            "-l",
            "-D",
            "-f",
            file,
            "-p",
            &parent,
            "-r",
            &child,
        ];
        self.0.start(&command)
    }
}

fn configuration(besides: &str, instances: &[Instance]) -> Result<String> {
    let mut text = format!("global_defs {{\n  vrrp_version 2\n}}\n{besides}\n");
    for instance in instances {
        let Instance {
            name,
            interface,
            vrid,
            priority,
            interval,
            ..
        } = instance;
        writeln!(
            text,
            "vrrp_instance {name} {{\n  state BACKUP\n  interface {interface}\n  virtual_router_id {vrid}\n  \
             priority {priority}\n  advert_int {interval}"
        )?;
        match instance.preempt {
            Preempt::Yes => {}
            Preempt::No => text.push_str("  nopreempt\n"),
            Preempt::After(delay) => writeln!(text, "  preempt_delay {}", delay.as_secs())?,
        }
        if let Some(password) = &instance.password {
            writeln!(
                text,
                "  authentication {{\n    auth_type PASS\n    auth_pass {password}\n  }}"
            )?;
        }
        if let Some(unicast) = &instance.unicast {
            writeln!(text, "  unicast_src_ip {}\n  unicast_peer {{", unicast.source)?;
            for peer in &unicast.peers {
                writeln!(text, "    {peer}")?;
            }
            text.push_str("  }\n");
        }
        text.push_str("  virtual_ipaddress {\n");
        for vip in &instance.vips {
            let interface = vip.interface.as_ref().unwrap_or(interface);
            let label = vip
                .label
                .as_ref()
                .map(|label| format!(" label {label}"))
                .unwrap_or_default();
            writeln!(text, "    {}/{} dev {interface}{label}", vip.address, vip.prefix)?;
        }
        text.push_str("  }\n");
        text.push_str(&instance.more);
        text.push_str("}\n");
    }
    Ok(text)
}
