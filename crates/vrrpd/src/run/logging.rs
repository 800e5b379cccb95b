//! Where log lines go: standard error, by way of a thread of their own.
//!
//! A full pipe or a slow journal must not stop adverts. Lines wait in a bounded queue; when it is full, lines are lost,
//! and counted.

use std::io::{self, IsTerminal};

use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::cli::LogFormat;

/// So many lines wait for the writer.
const QUEUE: usize = 8192;

/// Sends all log lines to standard error until the guard is dropped, which writes what still waits.
///
/// # Errors
/// The level is none.
pub(super) fn start(format: LogFormat, level: &str) -> Result<WorkerGuard, ParseError> {
    let filter = EnvFilter::builder().parse(level)?;
    let (writer, guard) = NonBlockingBuilder::default()
        .lossy(true)
        .buffered_lines_limit(QUEUE)
        .finish(io::stderr());
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(writer)
        .with_target(false)
        .with_span_events(FmtSpan::NONE);
    match format {
        LogFormat::Human => builder.with_ansi(io::stderr().is_terminal()).compact().init(),
        LogFormat::Json => builder.json().flatten_event(true).init(),
    }
    Ok(guard)
}
