//! Our daemon as an ipfailover pod starts it: told by variables, and without a container around it.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};

use super::{Keepalived, Program, Router};
use crate::binary::vrrpd_binary;
use crate::host::Host;

/// vrrpd on a host, with variables.
#[derive(Debug)]
pub struct Pod {
    program: Program,
    variables: Vec<(String, String)>,
}

impl Pod {
    /// With these variables, and on `eth0`. `name` tells several on one host apart.
    pub fn new(host: &Arc<Host>, name: &str, variables: &[(&str, &str)]) -> Self {
        let mut pod = Self {
            program: Program::new(host, name),
            variables: Vec::new(),
        };
        let conf = pod.keepalived_conf();
        pod.set(&[
            ("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"),
            ("OPENSHIFT_HA_CONFIG_NAME", "ipfailover"),
            ("OPENSHIFT_HA_NETWORK_INTERFACE", "eth0"),
            ("OPENSHIFT_HA_MONITOR_PORT", "0"),
            ("KEEPALIVED_CONFIG", &conf.to_string_lossy()),
        ]);
        pod.set(variables);
        pod
    }

    /// Gives variables other values, for the next start.
    pub fn set(&mut self, variables: &[(&str, &str)]) {
        for &(name, value) in variables {
            self.variables.retain(|(known, _)| known != name);
            self.variables.push((name.to_owned(), value.to_owned()));
        }
    }

    /// Where it writes the keepalived.conf that says the same.
    pub fn keepalived_conf(&self) -> PathBuf {
        self.program
            .host
            .file(&format!("{}.keepalived.conf", self.program.name))
    }

    /// Runs another command of ours with its variables, to its end, and gives its standard output.
    ///
    /// # Errors
    ///
    /// With what it said on standard error, when it fails.
    pub fn command(&self, arguments: &[&str]) -> Result<String> {
        let run = fs::canonicalize(self.program.host.file("run"))?;
        let run = run.to_str().context("the lab's directory has a plain name")?;
        let inside = "mount --bind \"$1\" /run && shift && exec \"$@\"";
        let started = ["unshare", "--mount", "sh", "-c", inside, "sh", run];
        let words: Vec<String> = self.words(arguments)?;
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        self.program.host.exec(&[&started[..], &words].concat())
    }

    /// A keepalived on the same host that is told the same.
    ///
    /// # Errors
    ///
    /// When the variables are wrong.
    pub fn as_keepalived(&self) -> Result<Keepalived> {
        let text = self.command(&["convert", "--from-env", "--to", "keepalived"])?;
        Keepalived::written(&self.program.host, "keepalived", &text)
    }

    fn words(&self, arguments: &[&str]) -> Result<Vec<String>> {
        let binary = vrrpd_binary()?.to_str();
        let binary = binary.context("the binary's name is not UTF-8")?;
        let variables = self
            .variables
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        let words = ["env", "-i"].map(str::to_owned).into_iter().chain(variables);
        let arguments = arguments.iter().map(|&argument| argument.to_owned());
        Ok(words.chain([binary.to_owned()]).chain(arguments).collect())
    }
}

impl Router for Pod {
    fn program(&self) -> &Program {
        &self.program
    }

    fn program_mut(&mut self) -> &mut Program {
        &mut self.program
    }

    fn start(&mut self) -> Result<()> {
        let words = self.words(&["run", "--from-env", "--log-format", "human"])?;
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        self.program.start(&words)
    }
}
