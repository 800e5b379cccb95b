//! Lines that nobody will read: counted, and owned up to.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tracing::warn;
use tracing_appender::non_blocking::ErrorCounter;
use vrrp_core::Time;
use vrrp_linux::now;

#[cfg(test)]
mod tests;

/// How often it is said, at most.
const SILENCE: Duration = Duration::from_mins(1);

/// Who did not take the lines.
#[derive(Clone, Copy, Debug)]
pub(super) enum Taker {
    StandardError,
    Journal,
}

/// How many lines were lost. Each clone owns up for itself: one is enough.
#[derive(Clone, Debug)]
pub(crate) struct Lost {
    queue: ErrorCounter,
    unwritten: Unwritten,
    taker: Taker,
    told: Option<Told>,
}

/// The last time that it was said.
#[derive(Clone, Copy, Debug)]
struct Told {
    lines: usize,
    at: Time,
}

impl Lost {
    pub(super) fn new(queue: ErrorCounter, unwritten: Unwritten, taker: Taker) -> Self {
        Self {
            queue,
            unwritten,
            taker,
            told: None,
        }
    }

    /// Since the start.
    pub(crate) fn lines(&self) -> usize {
        self.queue.dropped_lines().saturating_add(self.unwritten.lines())
    }

    /// Says how many lines were lost, if it is more than was said before, and at most once a minute. To be called every
    /// second or so.
    pub(crate) fn own_up(&mut self) {
        self.own_up_at(now());
    }

    fn own_up_at(&mut self, now: Time) {
        let lines = self.lines();
        let due = self
            .told
            .map_or(lines > 0, |told| lines > told.lines && now >= told.at + SILENCE);
        if due {
            self.told = Some(Told { lines, at: now });
            self.say();
        }
    }

    /// Says how many lines were lost, if any were.
    pub(super) fn say(&self) {
        let lines = self.lines();
        let why = match self.taker {
            Taker::StandardError => "standard error was not read fast enough",
            Taker::Journal => "the journal did not take them fast enough",
        };
        if lines > 0 {
            warn!(
                event = "log_lines_lost",
                lines, "{lines} log lines were lost since the start: {why}"
            );
        }
    }
}

/// How many lines came out of the queue and could not be written.
#[derive(Clone, Debug, Default)]
pub(super) struct Unwritten(Arc<AtomicUsize>);

impl Unwritten {
    fn lines(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// Writes lines, and counts those that it could not write.
#[derive(Debug)]
pub(super) struct Counted<W> {
    writer: W,
    unwritten: Unwritten,
}

impl<W: Write> Counted<W> {
    pub(super) fn new(writer: W, unwritten: Unwritten) -> Self {
        Self { writer, unwritten }
    }

    /// Writes a line as far as it can be written.
    pub(super) fn line(&mut self, line: &[u8]) {
        if self.writer.write_all(line).is_err() {
            self.unwritten.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// One call, one line.
impl<W: Write> Write for Counted<W> {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        self.line(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.writer.flush()
    }
}
