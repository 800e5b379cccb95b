//! The journal of systemd, in its own protocol: one datagram, one entry, every fact a field.
//!
//! `tracing-journald` would do this, but sends on the thread that logs: with journald stopped or busy, the socket's buffer
//! fills, and the protocol thread would wait in the middle of its turn. Here that thread only writes the entry down; the
//! thread behind the queue sends it, and may wait.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};

use tracing::Level;

use super::line::{Line, Value, escape, timestamp};
use super::lost::Counted;

#[cfg(test)]
mod tests;

/// Where journald listens.
pub(super) const SOCKET: &str = "/run/systemd/journal/socket";

/// Comes first in each entry.
const MESSAGE: &[u8] = b"MESSAGE=";

/// Whether `stream` is the connection to the journal that systemd names in `JOURNAL_STREAM`: device and inode.
///
/// The variable alone proves nothing: whoever was started by a service with its output redirected has it too.
pub(super) fn is_named(stream: impl AsFd, named: Option<&OsStr>) -> bool {
    let Some((device, inode)) = named
        .and_then(OsStr::to_str)
        .and_then(|named| named.split_once(':'))
    else {
        return false;
    };
    let Ok(file) = stream
        .as_fd()
        .try_clone_to_owned()
        .and_then(|own| File::from(own).metadata())
    else {
        return false;
    };
    device.parse() == Ok(file.dev()) && inode.parse() == Ok(file.ino())
}

/// The entry for a line.
pub(super) fn entry(line: &Line) -> Vec<u8> {
    let mut entry = Vec::with_capacity(512);
    // Without control characters: a sentence with line breaks would look like several entries.
    field(&mut entry, "MESSAGE", &escape(&line.message));
    field(&mut entry, "PRIORITY", &priority(line).to_string());
    field(&mut entry, "SYSLOG_IDENTIFIER", "vrrpd");
    if let Some(event) = &line.event {
        field(&mut entry, "VRRPD_EVENT", event);
    }
    for (name, value) in &line.fields {
        let name: String = name
            .chars()
            .map(|character| match character.to_ascii_uppercase() {
                allowed @ ('A'..='Z' | '0'..='9') => allowed,
                _ => '_',
            })
            .collect();
        let name = format!("VRRPD_{name}");
        match value {
            Value::Text(value) | Value::Shown(value) => field(&mut entry, &name, value),
            Value::Plain(value) => field(&mut entry, &name, &value.to_string()),
        }
    }
    entry
}

/// One field: with `=`, or, if line breaks are in it, with its length in front.
fn field(entry: &mut Vec<u8>, name: &str, value: &str) {
    entry.extend_from_slice(name.as_bytes());
    if value.contains('\n') {
        entry.push(b'\n');
        entry.extend_from_slice(&(value.len() as u64).to_le_bytes());
    } else {
        entry.push(b'=');
    }
    entry.extend_from_slice(value.as_bytes());
    entry.push(b'\n');
}

/// By syslog's numbers. Transitions stand out from the rest, as `journalctl -p notice` shows.
fn priority(line: &Line) -> u8 {
    match line.level {
        Level::ERROR => 3,
        Level::WARN => 4,
        Level::INFO if matches!(line.event.as_deref(), Some("transition" | "group_transition")) => 5,
        Level::INFO => 6,
        Level::DEBUG | Level::TRACE => 7,
    }
}

/// The journal's socket, and where lines go while nobody listens there.
pub(super) struct Journal<W> {
    socket: UnixDatagram,
    path: PathBuf,
    instead: Counted<W>,
    /// It was said that nobody listens.
    complained: bool,
}

impl<W: Write> Journal<W> {
    /// The journal that listens at `path`.
    pub(super) fn open(path: &Path, instead: Counted<W>) -> io::Result<Self> {
        UnixDatagram::unbound()?.connect(path)?;
        Ok(Self {
            // Not connected: a journal that starts again listens at another socket of the same name.
            socket: UnixDatagram::unbound()?,
            path: path.to_owned(),
            instead,
            complained: false,
        })
    }

    fn send(&self, entry: &[u8]) -> io::Result<()> {
        loop {
            match self.socket.send_to(entry, &self.path) {
                Ok(_) => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn write_instead(&mut self, entry: &[u8], error: &io::Error) {
        let now = timestamp();
        let mut line = Vec::new();
        if !self.complained {
            self.complained = true;
            let complaint = format!(
                "{now}  WARN the journal cannot be reached ({error}): log lines go to standard error until it can\n"
            );
            line.extend_from_slice(complaint.as_bytes());
        }
        line.extend_from_slice(format!("{now} {:>5} ", level(entry)).as_bytes());
        line.extend_from_slice(value(entry, MESSAGE).unwrap_or_default());
        line.push(b'\n');
        self.instead.line(&line);
    }
}

/// One call, one entry: an entry that nobody takes goes elsewhere, and the writer goes on.
impl<W: Write> Write for Journal<W> {
    fn write(&mut self, entry: &[u8]) -> io::Result<usize> {
        match self.send(entry) {
            Ok(()) => self.complained = false,
            Err(error) => self.write_instead(entry, &error),
        }
        Ok(entry.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The level of an entry, in the words of the other formats.
fn level(entry: &[u8]) -> &'static str {
    match value(entry, b"PRIORITY=") {
        Some(b"3") => "ERROR",
        Some(b"4") => "WARN",
        Some(b"7") => "DEBUG",
        _ => "INFO",
    }
}

/// The value of one of the first fields, which have no line breaks in them.
fn value<'a>(entry: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    entry
        .split(|byte| *byte == b'\n')
        .find_map(|field| field.strip_prefix(name))
}
