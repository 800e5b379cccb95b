//! Where log lines go: standard error or the journal, by way of a thread of their own.
//!
//! A full pipe or a slow journal must not stop adverts. The thread that logs writes the line down in memory, and hands it
//! to a bounded queue; when that is full, lines are lost, and counted.

mod human;
mod journal;
mod json;
mod line;
mod lost;

use std::io::{self, IsTerminal, Write as _};
use std::path::Path;

use tracing::level_filters::LevelFilter;
use tracing::{Event, Level, Subscriber, warn};
use tracing_appender::non_blocking::{NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::Layer;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

use self::journal::Journal;
use self::line::Line;
use self::lost::{Counted, Taker, Unwritten};
use crate::cli::{LogFormat, LogLevel};

pub(super) use self::lost::Lost;

#[cfg(test)]
mod tests;

/// So many lines wait for the writer.
const QUEUE: usize = 8192;

/// The writer. Dropped, it writes what still waits.
pub(super) struct Log {
    lost: Lost,
    _writer: WorkerGuard,
}

/// Sends all log lines where `format` says, from now on.
pub(super) fn start(format: LogFormat, level: LogLevel) -> Log {
    let unwritten = Unwritten::default();
    let (journal, unreachable) = match wanted_journal(format, &unwritten) {
        None => (None, None),
        Some(Ok(journal)) => (Some(journal), None),
        Some(Err(error)) => (None, Some(error)),
    };
    let (style, taker, (queue, writer)) = match journal {
        Some(journal) => (Style::Journal, Taker::Journal, queue(journal)),
        None => (
            Style::for_standard_error(format),
            Taker::StandardError,
            queue(Counted::new(io::stderr(), unwritten.clone())),
        ),
    };
    let lost = Lost::new(queue.error_counter(), unwritten, taker);
    tracing_subscriber::registry()
        .with(LevelFilter::from_level(Level::from(level)))
        .with(Lines { style, queue })
        .init();
    if let Some(error) = unreachable {
        warn!(
            event = "journal_unreachable",
            "the journal cannot be reached ({error}): log lines go to standard error"
        );
    }
    Log {
        lost,
        _writer: writer,
    }
}

/// The journal, if lines are to go there.
fn wanted_journal(format: LogFormat, unwritten: &Unwritten) -> Option<io::Result<Journal<io::Stderr>>> {
    let wanted = match format {
        LogFormat::Journald => true,
        LogFormat::Auto => journal::is_named(io::stderr(), std::env::var_os("JOURNAL_STREAM").as_deref()),
        LogFormat::Human | LogFormat::Json => false,
    };
    let instead = Counted::new(io::stderr(), unwritten.clone());
    wanted.then(|| Journal::open(Path::new(journal::SOCKET), instead))
}

fn queue(writer: impl io::Write + Send + 'static) -> (NonBlocking, WorkerGuard) {
    NonBlockingBuilder::default()
        .lossy(true)
        .buffered_lines_limit(QUEUE)
        .finish(writer)
}

impl Log {
    /// How many lines were lost: a handle for whoever tells it while the daemon runs.
    pub(super) fn lost(&self) -> Lost {
        self.lost.clone()
    }

    /// Says how many lines were lost, if any were.
    pub(super) fn own_up(&self) {
        self.lost.say();
    }
}

/// How a line is written down.
#[derive(Clone, Copy, Debug)]
enum Style {
    /// For people, with colours or without.
    Human { colours: bool },
    /// One JSON object.
    Json,
    /// An entry of the journal.
    Journal,
}

impl Style {
    fn for_standard_error(format: LogFormat) -> Self {
        match format {
            LogFormat::Json => Self::Json,
            LogFormat::Auto | LogFormat::Human | LogFormat::Journald => Self::Human {
                colours: io::stderr().is_terminal(),
            },
        }
    }

    fn write(self, line: &Line) -> Vec<u8> {
        match self {
            Self::Human { colours } => human::write(line, colours).into_bytes(),
            Self::Json => json::write(line).into_bytes(),
            Self::Journal => journal::entry(line),
        }
    }
}

/// Writes each event down as one line, and hands it on in one piece.
struct Lines<W> {
    style: Style,
    queue: W,
}

impl<S: Subscriber, W: for<'a> MakeWriter<'a> + 'static> Layer<S> for Lines<W> {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let line = self.style.write(&Line::of(event));
        // The queue takes everything, and counts what it throws away.
        let _ = self.queue.make_writer().write_all(&line);
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
