//! A FIFO to which every transition is written, in the lines that keepalived's readers know.

#[cfg(test)]
mod tests;

use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{FileType, Mode, OFlags};
use rustix::io::Errno;
use tokio::time::Instant;
use tracing::warn;

use super::notice::{Event, Notice};

/// From one complaint about lines that are lost to the next.
const COMPLAIN: Duration = Duration::from_mins(1);

/// Why a FIFO cannot be used.
#[derive(Debug, thiserror::Error)]
enum FifoError {
    /// Something else is there.
    #[error("it is no FIFO: remove it, or name another")]
    NoFifo,
    /// What the kernel says.
    #[error("{0}")]
    Kernel(#[from] io::Error),
}

/// A FIFO, which nobody may read just now.
///
/// It is open for reading, too: then it needs no reader, and keeps what fits in it for the next one.
#[derive(Debug)]
pub(super) struct Fifo {
    path: PathBuf,
    open: Option<OwnedFd>,
    /// The last complaint about opening.
    complaint: Option<String>,
    dropped: u64,
    /// So many of them were told of...
    told: u64,
    /// ...and when that was, while the FIFO was full.
    said: Option<Instant>,
}

impl Fifo {
    /// Opens it, and makes it if it is missing.
    pub(super) fn new(path: PathBuf) -> Self {
        let mut fifo = Self {
            path,
            open: None,
            complaint: None,
            dropped: 0,
            told: 0,
            said: None,
        };
        fifo.ready();
        fifo
    }

    /// Writes a line, if there is room for the whole of it. Never blocks.
    pub(super) fn tell(&mut self, notice: &Notice, now: Instant) {
        let line = line(notice);
        let written = self.ready().map(|fifo| rustix::io::write(fifo, line.as_bytes()));
        match written {
            // A pipe takes a line of at most 4096 bytes as a whole or not at all.
            Some(Ok(_)) => self.tell_dropped("takes lines again"),
            Some(Err(Errno::AGAIN)) => self.drop_line(now),
            Some(Err(error)) => {
                self.complain(&io::Error::from(error).to_string());
                self.open = None;
                self.dropped += 1;
            }
            None => self.dropped += 1,
        }
    }

    /// How many lines were lost.
    #[cfg(test)]
    fn dropped(&self) -> u64 {
        self.dropped
    }

    fn drop_line(&mut self, now: Instant) {
        self.dropped += 1;
        if self.said.is_none_or(|said| now >= said + COMPLAIN) {
            self.said = Some(now);
            self.tell_dropped("is full: nobody reads it, or too slowly");
        }
    }

    /// Says how it is, and how many lines were lost, if that is news.
    fn tell_dropped(&mut self, state: &str) {
        if self.told == self.dropped {
            return;
        }
        self.told = self.dropped;
        let lines = match self.dropped {
            1 => "1 line was".to_owned(),
            lines => format!("{lines} lines were"),
        };
        warn!(
            event = "notify_fifo_lost",
            fifo = %self.path.display(),
            lost = self.dropped,
            "notify_fifo {} {state}; {lines} lost since the start",
            self.path.display()
        );
    }

    /// The FIFO at the path, opened if it is not, or if it is another now.
    fn ready(&mut self) -> Option<&OwnedFd> {
        if !self.open.as_ref().is_some_and(|fifo| is_at(fifo, &self.path)) {
            self.open = match open(&self.path) {
                Ok(fifo) => {
                    self.complaint = None;
                    Some(fifo)
                }
                Err(error) => {
                    self.complain(&error.to_string());
                    None
                }
            };
        }
        self.open.as_ref()
    }

    /// Says something once, until it is something else.
    fn complain(&mut self, complaint: &str) {
        if self.complaint.as_deref() != Some(complaint) {
            warn!(
                event = "notify_fifo_unusable",
                fifo = %self.path.display(),
                "notify_fifo {} cannot be used: {complaint}",
                self.path.display()
            );
            self.complaint = Some(complaint.to_owned());
        }
    }
}

impl Drop for Fifo {
    fn drop(&mut self) {
        self.tell_dropped("is told nothing more");
    }
}

/// Whether this is still what is found under the path.
fn is_at(fifo: &OwnedFd, path: &Path) -> bool {
    match (rustix::fs::fstat(fifo), fs::metadata(path)) {
        (Ok(open), Ok(there)) => open.st_dev == there.dev() && open.st_ino == there.ino(),
        _ => false,
    }
}

fn open(path: &Path) -> Result<OwnedFd, FifoError> {
    match fs::metadata(path) {
        // To open something else can already do harm.
        Ok(there) if !there.file_type().is_fifo() => return Err(FifoError::NoFifo),
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let mode = nix::sys::stat::Mode::S_IRUSR | nix::sys::stat::Mode::S_IWUSR;
            nix::unistd::mkfifo(path, mode).map_err(io::Error::from)?;
        }
        Err(error) => return Err(error.into()),
    }
    let flags = OFlags::RDWR | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let fifo = rustix::fs::open(path, flags, Mode::empty()).map_err(io::Error::from)?;
    let status = rustix::fs::fstat(&fifo).map_err(io::Error::from)?;
    if FileType::from_raw_mode(status.st_mode) != FileType::Fifo {
        return Err(FifoError::NoFifo);
    }
    Ok(fifo)
}

/// `INSTANCE "name" MASTER 110`
fn line(notice: &Notice) -> String {
    let name: String = notice
        .name
        .chars()
        .filter(|c| !c.is_control() && *c != '"')
        .collect();
    let event = match notice.event {
        Event::State(state) => state.to_string(),
        Event::Reasserted => "MASTER_RX_LOWER_PRI".to_owned(),
    };
    format!("{} \"{name}\" {event} {}\n", notice.kind, notice.priority)
}
