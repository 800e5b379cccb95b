//! What is configured of checks and hooks: plain data, validated where it is made.

mod endpoint;
mod url;

#[cfg(test)]
mod tests;

use core::fmt;
use core::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use regex::Regex;
use serde::{Deserialize, Serialize};

pub use endpoint::{Endpoint, EndpointFlaw};
pub use url::{Url, UrlFlaw};

/// A health check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What instances and log lines call it.
    pub name: String,
    /// What is looked at.
    pub probe: Probe,
    /// From the start of one run to the start of the next. More than zero.
    pub interval: Duration,
    /// A run that takes longer has failed. More than zero.
    pub timeout: Duration,
    /// So many runs in a row must pass until a failing check passes.
    pub rise: NonZeroU32,
    /// So many runs in a row must fail until a passing check fails.
    pub fall: NonZeroU32,
}

/// What a check looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Probe {
    /// An HTTP or HTTPS server answers as expected.
    Http(Http),
    /// Somebody accepts a TCP connection.
    Tcp(Endpoint),
    /// A script exits with 0.
    Script(Script),
    /// What a file says.
    File(StateFile),
    /// Processes of a name run.
    Process(Processes),
}

impl fmt::Display for Probe {
    /// In a few words. The arguments of a script may hold secrets: they are left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http(http) => write!(f, "{}", http.url),
            Self::Tcp(endpoint) => write!(f, "tcp {endpoint}"),
            Self::Script(script) => write!(f, "script {}", script.argv.first().map_or("", String::as_str)),
            Self::File(file) if file.presence => write!(f, "presence of {}", file.path.display()),
            Self::File(file) => write!(f, "number in {}", file.path.display()),
            Self::Process(Processes { name, min }) => write!(f, "{min} or more of process {name}"),
        }
    }
}

/// A GET request and the answer that passes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Http {
    /// Where to ask.
    pub url: Url,
    /// The answer that passes.
    pub expected: Expected,
    /// Whether a certificate that nobody vouches for will do.
    pub insecure: bool,
}

/// The answer to a request that passes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// One of these statuses; if there are none, any from 200 to 299.
    pub status: Vec<u16>,
    /// A body in which this is found.
    pub body: Option<Pattern>,
}

/// A regular expression, compared by how it is written.
#[derive(Clone, Debug)]
pub struct Pattern(Regex);

impl Pattern {
    /// Compiles it.
    ///
    /// # Errors
    /// What is wrong with it, in the words of the regex crate.
    pub fn new(text: &str) -> Result<Self, regex::Error> {
        Regex::new(text).map(Self)
    }

    /// Whether it is found in the text.
    pub fn is_in(&self, text: &str) -> bool {
        self.0.is_match(text)
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Pattern {}

/// A file whose content is a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateFile {
    /// Which.
    pub path: PathBuf,
    /// Whether only its presence counts: 1 if it is there, 0 if not. Otherwise it holds a whole number, and one that
    /// is missing or empty counts as 0.
    pub presence: bool,
}

/// Processes that must run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Processes {
    /// The name of the executable, as `ps -o comm` shows it (the kernel keeps 15 bytes) or as the last part of the
    /// path that it was started with.
    pub name: String,
    /// At least so many.
    pub min: NonZeroU32,
}

/// A program that is started without a shell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Script {
    /// The program's absolute path, and its arguments. Never empty.
    pub argv: Vec<String>,
    /// As whom; `None` = as the daemon's own user.
    pub user: Option<Identity>,
    /// What it may do beyond that user's rights.
    pub capabilities: Capabilities,
}

/// A user, resolved when the configuration was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The user's name.
    pub name: String,
    /// Its number.
    pub uid: u32,
    /// Its main group, or the one that is configured.
    pub gid: u32,
    /// Its other groups.
    pub groups: Vec<u32>,
    /// Its home directory.
    pub home: PathBuf,
}

/// A set of Linux capabilities, by their bits in `linux/capability.h`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capabilities(pub u64);

/// A script that is told of a transition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    /// What is started.
    pub script: Script,
    /// It is ended if it takes longer. More than zero.
    pub timeout: Duration,
}

/// The hooks of one virtual router or sync group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hooks {
    /// Told of every state, with `INSTANCE` or `GROUP`, the name, the state and the priority after its own arguments.
    pub notify: Option<Hook>,
    /// Started on becoming MASTER, with its own arguments only, as the next ones.
    pub master: Option<Hook>,
    /// Started on becoming BACKUP.
    pub backup: Option<Hook>,
    /// Started on becoming FAULT.
    pub fault: Option<Hook>,
    /// Started when the daemon stops.
    pub stop: Option<Hook>,
    /// Told, as `notify` is, when a MASTER heard an advert of lower priority and stays MASTER.
    pub reasserted: Option<Hook>,
}

impl Hooks {
    /// Those that are configured.
    pub fn all(&self) -> impl Iterator<Item = &Hook> {
        let Self {
            notify,
            master,
            backup,
            fault,
            stop,
            reasserted,
        } = self;
        [notify, master, backup, fault, stop, reasserted]
            .into_iter()
            .flatten()
    }
}
