//! What a daemon says of itself, with types: what is wrong and what happened, and the same as a metric.

use std::process::{Command, Output};
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::asker::{Asker, Page};
use crate::binary::vrrpd_binary;
use crate::host::Host;

/// Whoever asks a daemon: it may be asked while somebody else starts and stops it.
#[derive(Clone, Debug)]
pub struct Control {
    host: Arc<Host>,
    /// The name of its configuration.
    name: String,
    asker: Asker,
}

/// How a daemon stands.
#[derive(Clone, Debug, Deserialize)]
pub struct Status {
    /// What is wrong, or worth knowing.
    pub conditions: Vec<Condition>,
}

/// Something that lasts.
#[derive(Clone, Debug, Deserialize)]
pub struct Condition {
    /// Of which kind.
    pub kind: String,
    /// `problem` or `notice`.
    pub severity: String,
    /// The virtual router that it is about.
    pub router: Option<String>,
    /// What else it is about.
    pub about: Option<String>,
    /// What was seen.
    pub cause: String,
    /// What to do about it.
    pub hint: String,
}

/// Something that happened.
#[derive(Clone, Debug, Deserialize)]
pub struct Event {
    /// Its number.
    pub sequence: u64,
    /// What: `condition_began`...
    pub event: String,
    /// The condition's kind, if it is about one.
    pub kind: Option<String>,
    /// How bad that is, if it began.
    pub severity: Option<String>,
    /// The virtual router.
    pub router: Option<String>,
    /// What else it is about.
    pub about: Option<String>,
    /// What was seen, or why it happened.
    pub cause: Option<String>,
}

impl Status {
    /// A condition of this kind, about this virtual router or about none.
    pub fn condition(&self, kind: &str, router: Option<&str>) -> Option<&Condition> {
        let mut conditions = self.conditions.iter();
        conditions.find(|condition| condition.kind == kind && condition.router.as_deref() == router)
    }
}

impl Control {
    pub(crate) fn new(host: &Arc<Host>, name: &str) -> Self {
        Self {
            host: Arc::clone(host),
            name: name.to_owned(),
            asker: Asker::new(host, name),
        }
    }

    /// How it stands.
    pub fn status(&self) -> Result<Status> {
        Ok(Status::deserialize(self.asker.status()?)?)
    }

    /// What happened after the event of this number.
    pub fn events(&self, after: u64) -> Result<Vec<Event>> {
        let events = self.asker.events(after)?;
        events
            .into_iter()
            .map(|event| Ok(Event::deserialize(event)?))
            .collect()
    }

    /// Has it read its configuration again, and says what came of it.
    pub fn reload(&self) -> Result<String> {
        let answer = self.asker.reload()?;
        let result = answer["result"].as_str();
        Ok(result.with_context(|| format!("no result: {answer}"))?.to_owned())
    }

    /// Runs a command of ours that asks it, such as `status`, to its end. The daemon's name comes last.
    pub fn command(&self, arguments: &[&str]) -> Result<Output> {
        let mut command = Command::new(vrrpd_binary()?);
        command
            .args(arguments)
            .arg("--state-dir")
            .arg(self.host.file("run/vrrpd"))
            .arg(&self.name);
        Ok(command.output()?)
    }

    /// A metric that it serves at this port, by its name and labels as they are written:
    /// `vrrpd_conditions{severity="problem"}`.
    pub fn metric(&self, port: u16, series: &str) -> Result<Option<f64>> {
        let page = Page::get(&self.host, port, "/metrics", "text/plain")?;
        ensure!(page.status == 200, "{page:?}");
        let mut lines = page.body.lines();
        let value = lines.find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
        Ok(value.map(str::parse).transpose()?)
    }
}
