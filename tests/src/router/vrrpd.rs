//! Our daemon, as its users start it.

use core::fmt::Write;
use std::fs;
use std::sync::Arc;

use anyhow::{Context, Result};

use super::{Program, Router};
use crate::binary::vrrpd_binary;
use crate::host::Host;
use crate::instance::{Instance, Preempt};
use crate::status::{Control, Status};

/// vrrpd on a host.
#[derive(Debug)]
pub struct Vrrpd(Program);

impl Vrrpd {
    /// Writes its configuration. `name` is the configuration's own name, which tells several on one host apart.
    pub fn new(host: &Arc<Host>, name: &str, instances: &[Instance]) -> Result<Self> {
        Self::with(host, name, "", instances)
    }

    /// The same, with `besides` in front of the instances: checks, groups, options of the daemon.
    pub fn with(host: &Arc<Host>, name: &str, besides: &str, instances: &[Instance]) -> Result<Self> {
        let router = Self(Program::new(host, name));
        router.write(besides, instances)?;
        Ok(router)
    }

    /// Gives it another configuration, which it has not read yet.
    pub fn write(&self, besides: &str, instances: &[Instance]) -> Result<()> {
        let Program { host, name, .. } = &self.0;
        let file = host.file(&format!("{name}.toml"));
        Ok(fs::write(file, configuration(name, besides, instances)?)?)
    }

    /// Whom to ask about it.
    pub fn control(&self) -> Control {
        Control::new(&self.0.host, &self.0.name)
    }

    /// How it stands.
    pub fn status(&self) -> Result<Status> {
        self.control().status()
    }

    /// The process itself.
    pub fn pid(&self) -> Result<i32> {
        Ok(self.0.started()?.id().as_raw())
    }
}

impl Router for Vrrpd {
    fn program(&self) -> &Program {
        &self.0
    }

    fn program_mut(&mut self) -> &mut Program {
        &mut self.0
    }

    fn start(&mut self) -> Result<()> {
        let file = self.0.host.file(&format!("{}.toml", self.0.name));
        let file = file.to_str().context("the lab's directory has a plain name")?;
        let binary = vrrpd_binary()?
            .to_str()
            .context("the binary's name is not UTF-8")?;
        let command = [
            binary,
            "run",
            "--config",
            file,
            "--state-dir",
            "/run/vrrpd",
            "--log-format",
            "human",
        ];
        self.0.start(&command)
    }
}

fn configuration(name: &str, besides: &str, instances: &[Instance]) -> Result<String> {
    let mut text = format!("name = \"{name}\"\n{besides}\n");
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
            "\n[[instance]]\nname = \"{name}\"\ninterface = \"{interface}\"\nvrid = {vrid}\npriority = {priority}\n\
             advert_interval = \"{interval}s\""
        )?;
        match instance.preempt {
            Preempt::Yes => {}
            Preempt::No => text.push_str("preempt = false\n"),
            Preempt::After(delay) => writeln!(text, "preempt_delay = \"{}ms\"", delay.as_millis())?,
        }
        if let Some(password) = &instance.password {
            writeln!(
                text,
                "authentication = {{ type = \"simple\", password = \"{password}\" }}"
            )?;
        }
        if let Some(unicast) = &instance.unicast {
            let peers: Vec<String> = unicast.peers.iter().map(|peer| format!("\"{peer}\"")).collect();
            writeln!(
                text,
                "unicast = {{ source = \"{}\", peers = [{}] }}",
                unicast.source,
                peers.join(", ")
            )?;
        }
        text.push_str("virtual_addresses = [\n");
        for vip in &instance.vips {
            let interface = vip.interface.as_ref().unwrap_or(interface);
            let label = vip
                .label
                .as_ref()
                .map(|label| format!(", label = \"{label}\""))
                .unwrap_or_default();
            writeln!(
                text,
                "  {{ address = \"{}/{}\", interface = \"{interface}\"{label} }},",
                vip.address, vip.prefix
            )?;
        }
        text.push_str("]\n");
        text.push_str(&instance.more);
    }
    Ok(text)
}
