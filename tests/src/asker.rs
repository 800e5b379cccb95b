//! Whoever wants to know how a daemon stands: over its control socket, and over HTTP. By the lab's own hand, so that it
//! is the oracle of the daemon's own client and not its user.

use core::net::{Ipv4Addr, SocketAddr};
use core::time::Duration;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use crate::host::Host;

/// So long a daemon may take in any case.
const LIMIT: Duration = Duration::from_secs(20);

/// The way to the control socket of one daemon.
#[derive(Clone, Debug)]
pub struct Asker {
    path: PathBuf,
}

impl Asker {
    /// Of the daemon of this name on a host, in the state directory that the lab gives it.
    pub fn new(host: &Host, name: &str) -> Self {
        Self {
            path: host.file(&format!("run/vrrpd/{name}.sock")),
        }
    }

    /// Where the socket is, as the lab sees it.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Asks, and gives the first line of the answer.
    ///
    /// # Errors
    ///
    /// When nobody listens or answers, or what comes is no JSON.
    pub fn ask(&self, request: &Value) -> Result<Value> {
        self.open(request)?.next(LIMIT)
    }

    /// Everything.
    ///
    /// # Errors
    ///
    /// As [`Asker::ask`], and when it is refused.
    pub fn status(&self) -> Result<Value> {
        self.part(&json!({"version": 1, "ask": "status"}), "status")
    }

    /// Whether it is `live`, or `ready`.
    ///
    /// # Errors
    ///
    /// As [`Asker::status`].
    pub fn is_well(&self, of: &str) -> Result<bool> {
        let health = self.part(&json!({"version": 1, "ask": "health", "of": of}), "health")?;
        health["well"]
            .as_bool()
            .context("a health says whether it is well")
    }

    /// Has it read its configuration again.
    ///
    /// # Errors
    ///
    /// As [`Asker::status`].
    pub fn reload(&self) -> Result<Value> {
        self.part(&json!({"version": 1, "ask": "reload"}), "reload")
    }

    /// What happened after the event of this number, without waiting for more.
    ///
    /// # Errors
    ///
    /// As [`Asker::status`].
    pub fn events(&self, after: u64) -> Result<Vec<Value>> {
        let ask = json!({"version": 1, "ask": "events", "after": after, "follow": false});
        let mut told = self.open(&ask)?;
        let mut events = Vec::new();
        loop {
            let line = told.next(LIMIT)?;
            if line["end"] == true {
                return Ok(events);
            }
            events.push(
                line.get("event")
                    .with_context(|| format!("no event: {line}"))?
                    .clone(),
            );
        }
    }

    /// What happens after the event of this number, line by line, as it happens.
    ///
    /// # Errors
    ///
    /// When nobody listens.
    pub fn follow(&self, after: u64) -> Result<Told> {
        self.open(&json!({"version": 1, "ask": "events", "after": after, "follow": true}))
    }

    /// The daemon's process.
    ///
    /// # Errors
    ///
    /// As [`Asker::status`].
    pub fn pid(&self) -> Result<i32> {
        let pid = self.status()?["daemon"]["pid"].as_i64();
        Ok(i32::try_from(pid.context("a status has the daemon's process")?)?)
    }

    fn part(&self, request: &Value, part: &str) -> Result<Value> {
        let answer = self.ask(request)?;
        answer
            .get(part)
            .cloned()
            .with_context(|| format!("there is no {part} in {answer}"))
    }

    fn open(&self, request: &Value) -> Result<Told> {
        let mut stream = UnixStream::connect(&self.path).with_context(|| self.path.display().to_string())?;
        stream.set_write_timeout(Some(LIMIT))?;
        stream.write_all(format!("{request}\n").as_bytes())?;
        Ok(Told {
            lines: BufReader::new(stream),
        })
    }
}

/// What a daemon says, line by line.
#[derive(Debug)]
pub struct Told {
    lines: BufReader<UnixStream>,
}

impl Told {
    /// The next line.
    ///
    /// # Errors
    ///
    /// When none comes within `limit`, or the daemon has hung up.
    pub fn next(&mut self, limit: Duration) -> Result<Value> {
        self.lines.get_ref().set_read_timeout(Some(limit))?;
        let mut line = String::new();
        let read = self
            .lines
            .read_line(&mut line)
            .with_context(|| format!("no line within {limit:?}"))?;
        ensure!(read > 0, "the daemon has hung up");
        serde_json::from_str(&line).with_context(|| format!("no JSON: {line}"))
    }
}

/// What an HTTP server answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The status.
    pub status: u16,
    /// The header, line by line.
    pub header: String,
    /// The body.
    pub body: String,
}

impl Page {
    /// Asks 127.0.0.1 of a host for `path`, and takes `accept`.
    ///
    /// # Errors
    ///
    /// When nobody listens there, or what is answered is no HTTP.
    pub fn get(host: &Host, port: u16, path: &str, accept: &str) -> Result<Self> {
        let mut stream = host.namespace().enter(|| {
            let server = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
            Ok(TcpStream::connect_timeout(&server, LIMIT)?)
        })?;
        stream.set_read_timeout(Some(LIMIT))?;
        stream.set_write_timeout(Some(LIMIT))?;
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: {accept}\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(request.as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let Some((header, body)) = answer.split_once("\r\n\r\n") else {
            bail!("this is no answer: {answer:?}");
        };
        let status = header.split(' ').nth(1).and_then(|status| status.parse().ok());
        Ok(Self {
            status: status.with_context(|| format!("no status: {header}"))?,
            header: header.to_owned(),
            body: body.to_owned(),
        })
    }
}
