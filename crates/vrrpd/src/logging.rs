//! Where log lines go: standard error, by way of a thread of their own.
//!
//! A full pipe or a slow journal must not stop adverts. Lines wait in a bounded queue; when it is full, lines are lost,
//! and counted.

use std::io::{self, IsTerminal};

use tracing::{Level, warn};
use tracing_appender::non_blocking::{ErrorCounter, NonBlockingBuilder, WorkerGuard};

use crate::cli::{LogFormat, LogLevel};

/// So many lines wait for the writer.
const QUEUE: usize = 8192;

/// The writer. Dropped, it writes what still waits.
pub(super) struct Log {
    lost: ErrorCounter,
    _writer: WorkerGuard,
}

/// Sends all log lines to standard error from now on.
pub(super) fn start(format: LogFormat, level: LogLevel) -> Log {
    let (queue, writer) = NonBlockingBuilder::default()
        .lossy(true)
        .buffered_lines_limit(QUEUE)
        .finish(io::stderr());
    let lost = queue.error_counter();
    let builder = tracing_subscriber::fmt()
        .with_max_level(Level::from(level))
        .with_writer(queue)
        .with_target(false);
    match format {
        LogFormat::Human => builder.with_ansi(io::stderr().is_terminal()).compact().init(),
        LogFormat::Json => builder.json().flatten_event(true).init(),
    }
    Log {
        lost,
        _writer: writer,
    }
}

impl Log {
    /// Says how many lines were lost, if any were.
    pub(super) fn own_up(&self) {
        let lines = self.lost.dropped_lines();
        if lines > 0 {
            warn!(
                lines,
                "{lines} log lines were lost since the start: standard error was not read fast enough"
            );
        }
    }
}

impl From<LogLevel> for Level {
    fn from(level: LogLevel) -> Self {
        match level {
            LogLevel::Error => Self::ERROR,
            LogLevel::Warn => Self::WARN,
            LogLevel::Info => Self::INFO,
            LogLevel::Debug => Self::DEBUG,
            LogLevel::Trace => Self::TRACE,
        }
    }
}
