//! Lines as they come in, each bounded in length and time.

use std::io::{self, ErrorKind};

use tokio::net::UnixStream;
use tokio::time::{Instant, timeout_at};

use super::limits::Limits;
use super::place::{Doing, Place};
use crate::control::LONGEST_REQUEST;

/// So much is read at a time.
const CHUNK: usize = 4096;

/// What a client sends.
#[derive(Debug, Default)]
pub(super) struct Requests {
    read: Vec<u8>,
    is_over: bool,
}

/// What comes next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// A line, without its line break.
    Line(Vec<u8>),
    /// More than a line may have.
    TooLong,
    /// Nothing more, or not in time.
    Nothing,
}

impl Requests {
    /// The next line. The last one may lack its line break.
    ///
    /// # Errors
    /// When the connection breaks.
    pub(super) async fn next(
        &mut self,
        stream: &UnixStream,
        place: &Place,
        limits: &Limits,
    ) -> io::Result<Heard> {
        // Of a line that is begun already the time runs from now on.
        let begun = !self.read.is_empty();
        let mut until = Instant::now() + if begun { limits.arrives_within } else { limits.idle };
        loop {
            if let Some(end) = self.read.iter().position(|byte| *byte == b'\n') {
                if end > LONGEST_REQUEST {
                    return Ok(Heard::TooLong);
                }
                let rest = self.read.split_off(end + 1);
                let mut line = std::mem::replace(&mut self.read, rest);
                line.truncate(end);
                return Ok(Heard::Line(line));
            }
            if self.read.len() > LONGEST_REQUEST {
                return Ok(Heard::TooLong);
            }
            if self.is_over {
                let last = std::mem::take(&mut self.read);
                let is_blank = last.iter().all(u8::is_ascii_whitespace);
                return Ok(if is_blank {
                    Heard::Nothing
                } else {
                    Heard::Line(last)
                });
            }
            let Ok(readable) = timeout_at(until, stream.readable()).await else {
                return Ok(Heard::Nothing);
            };
            readable?;
            let was_empty = self.read.is_empty();
            match self.take(stream) {
                Ok(()) => place.is(Doing::Nothing),
                Err(error) if error.kind() == ErrorKind::WouldBlock => continue,
                Err(error) => return Err(error),
            }
            if was_empty {
                until = Instant::now() + limits.arrives_within;
            }
        }
    }

    fn take(&mut self, stream: &UnixStream) -> io::Result<()> {
        let mut chunk = [0; CHUNK];
        let taken = stream.try_read(&mut chunk)?;
        self.is_over = taken == 0;
        self.read
            .extend_from_slice(chunk.get(..taken).unwrap_or_default());
        Ok(())
    }
}

/// Throws away what a client sends that has nothing more to ask, until it sends nothing more.
///
/// # Errors
/// When the connection breaks.
pub(super) async fn ignore(stream: &UnixStream) -> io::Result<()> {
    let mut heard = Requests::default();
    while !heard.is_over {
        stream.readable().await?;
        match heard.take(stream) {
            Ok(()) => heard.read.clear(),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
