//! What is configured of checks and hooks: plain data, validated where it is made.

#[cfg(test)]
mod tests;

use core::fmt;
use core::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use regex::Regex;
use serde::{Deserialize, Serialize};

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
    /// In a few words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http(http) => write!(f, "{}", http.url),
            Self::Tcp(endpoint) => write!(f, "tcp {endpoint}"),
            Self::Script(script) => write!(f, "script {}", script.argv.join(" ")),
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

/// The address of a web page: `http://host:port/path` or `https://...`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    /// Whether it is `https`.
    pub tls: bool,
    /// Who is asked.
    pub endpoint: Endpoint,
    /// Path and query, beginning with `/`.
    pub path: String,
}

/// Why a text is no [`Url`] that can be checked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlFlaw {
    /// Not a URL at all.
    #[error("it is no URL: {0}")]
    Syntax(String),
    /// Another scheme than `http` and `https`.
    #[error("its scheme is neither http nor https")]
    Scheme,
    /// No host in it.
    #[error("it names no host")]
    NoHost,
    /// A user name and password before the host.
    #[error("it has a user name in it, which is not supported")]
    UserInfo,
}

impl Url {
    /// Reads a URL. Without a port it is 80 or 443; a fragment is dropped.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub fn parse(text: &str) -> Result<Self, UrlFlaw> {
        let uri: hyper::Uri = text
            .split('#')
            .next()
            .unwrap_or_default()
            .parse()
            .map_err(|error: hyper::http::uri::InvalidUri| UrlFlaw::Syntax(error.to_string()))?;
        let tls = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err(UrlFlaw::Scheme),
        };
        let authority = uri.authority().ok_or(UrlFlaw::NoHost)?;
        if authority.as_str().contains('@') {
            return Err(UrlFlaw::UserInfo);
        }
        let host = authority
            .host()
            .trim_start_matches('[')
            .trim_end_matches(']')
            .to_owned();
        if host.is_empty() {
            return Err(UrlFlaw::NoHost);
        }
        let after_host = authority.as_str().strip_prefix(authority.host());
        let port = match after_host.and_then(|rest| rest.strip_prefix(':')) {
            None if tls => 443,
            None => 80,
            Some(digits) => digits
                .parse()
                .ok()
                .filter(|&port| port > 0 && digits.bytes().all(|byte| byte.is_ascii_digit()))
                .ok_or_else(|| UrlFlaw::Syntax("its port is not a number from 1 to 65535".to_owned()))?,
        };
        let path = match uri
            .path_and_query()
            .map_or("/", hyper::http::uri::PathAndQuery::as_str)
        {
            path if path.starts_with('/') => path.to_owned(),
            query => format!("/{query}"),
        };
        Ok(Self {
            tls,
            endpoint: Endpoint { host, port },
            path,
        })
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.tls { "https" } else { "http" };
        write!(f, "{scheme}://{}{}", self.endpoint, self.path)
    }
}

/// A host, as a name or an address, and a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// A name, or an IPv4 or IPv6 address without brackets.
    pub host: String,
    /// 1 to 65535.
    pub port: u16,
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

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
