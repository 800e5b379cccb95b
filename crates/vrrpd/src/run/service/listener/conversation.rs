//! One connection: requests and answers, one after the other.

use std::convert::Infallible;
use std::io::{self, ErrorKind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::Interest;
use tokio::net::UnixStream;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{sleep, timeout};

use super::caller::Rights;
use super::limits::Limits;
use super::place::{Doing, Place};
use super::requests::{self, Heard, Requests};
use crate::control::{Ask, Refusal, RefusalKind, Reply, Sign};
use crate::report::Status;
use crate::run::service::informed::Source;

/// Between two requests of one client: a flood of them costs little.
const PAUSE: Duration = Duration::from_millis(1);

/// What the answers are made of.
#[derive(Debug)]
pub(super) struct Answers<S> {
    source: S,
    limits: Limits,
    long: Semaphore,
    /// The last status, and how it is written: many who ask at once are answered with one copy.
    written: Mutex<Option<Written>>,
}

#[derive(Clone, Debug)]
struct Written {
    status: Arc<Status>,
    line: Arc<[u8]>,
}

/// It was shown out, or has gone, or the connection broke: all the same.
#[derive(Debug)]
struct Over;

impl From<io::Error> for Over {
    fn from(_: io::Error) -> Self {
        Self
    }
}

/// Talks with a client until either has had enough.
pub(super) async fn hold<S: Source>(
    stream: &UnixStream,
    rights: Rights,
    answers: &Answers<S>,
    place: &Place,
) {
    tokio::select! {
        ended = converse(stream, rights, answers, place) => {
            let Err(Over) = ended;
        }
        () = place.has_to_leave() => {
            // In the middle of an answer a line would only garble it.
            if place.doing() == Doing::Nothing {
                turn_away(stream, &Refusal::new(RefusalKind::Busy, "too many are connected at once"));
            }
        }
    }
}

/// Says why, if there is room for that, and waits for nothing.
pub(super) fn turn_away(stream: &UnixStream, why: &Refusal) {
    if let Ok(line) = Reply::Error(why).to_line() {
        // Whoever does not hear it is gone, or never listens.
        let _unheard = stream.try_write(&line);
    }
}

async fn converse<S: Source>(
    stream: &UnixStream,
    rights: Rights,
    answers: &Answers<S>,
    place: &Place,
) -> Result<Infallible, Over> {
    let mut requests = Requests::default();
    loop {
        let line = match requests.next(stream, place, &answers.limits).await? {
            Heard::Line(line) => line,
            Heard::TooLong => {
                // Where the next request begins is not known.
                turn_away(stream, &Refusal::too_long());
                return Err(Over);
            }
            Heard::Nothing => return Err(Over),
        };
        place.is(Doing::Waiting);
        match Ask::from_line(&line) {
            Ok(Ask::Events { after, follow }) => {
                let told = answers.tell_events(stream, after, follow).await?;
                if follow && let Some(last) = told {
                    return answers.follow(stream, last, place).await;
                }
            }
            Ok(ask) => answers.answer(stream, ask, rights).await?,
            Err(refusal) => answers.send(stream, &line_of(Reply::Error(&refusal))?).await?,
        }
        place.is(Doing::Nothing);
        sleep(PAUSE).await;
    }
}

impl<S: Source> Answers<S> {
    pub(super) fn new(source: S, limits: Limits) -> Self {
        Self {
            source,
            limits,
            long: Semaphore::new(limits.long_answers),
            written: Mutex::new(None),
        }
    }

    async fn answer(&self, stream: &UnixStream, ask: Ask, rights: Rights) -> Result<(), Over> {
        let line = match ask {
            Ask::Status => {
                let Some(_turn) = self.turn(stream).await? else {
                    return Ok(());
                };
                let status = self.source.status().await;
                return self.send(stream, &self.write(status)?).await;
            }
            Ask::Health { of: Sign::Live } => line_of(Reply::Health(&self.source.live().await))?,
            Ask::Health { of: Sign::Ready } => line_of(Reply::Health(&self.source.ready().await))?,
            Ask::Reload if rights.may_change => line_of(Reply::Reload(&self.source.reload().await))?,
            Ask::Reload => {
                let message =
                    "you may look and change nothing: `group_may_change` in [control] would allow it";
                line_of(Reply::Error(&Refusal::new(RefusalKind::NotPermitted, message)))?
            }
            // They have more than one line.
            Ask::Events { .. } => return Ok(()),
        };
        self.send(stream, &line).await
    }

    async fn send(&self, stream: &UnixStream, bytes: &[u8]) -> Result<(), Over> {
        send(stream, bytes, self.limits.taken_within).await
    }

    /// Tells what is known, and the number of the last one; `None` if there was no turn.
    async fn tell_events(&self, stream: &UnixStream, after: u64, follow: bool) -> Result<Option<u64>, Over> {
        let Some(_turn) = self.turn(stream).await? else {
            return Ok(None);
        };
        let (mut lines, last) = self.events(after)?;
        if !follow {
            lines.extend(line_of(Reply::End)?);
        }
        self.send(stream, &lines).await?;
        Ok(Some(last))
    }

    /// The events after this one as they are written, and the number of the last.
    fn events(&self, after: u64) -> Result<(Vec<u8>, u64), Over> {
        let mut lines = Vec::new();
        let mut last = after;
        for event in self.source.events(after) {
            lines.extend(line_of(Reply::Event(&event))?);
            last = last.max(event.sequence);
        }
        Ok((lines, last))
    }

    /// Tells what happens from now on, until the client is gone, or does not listen.
    async fn follow(&self, stream: &UnixStream, mut last: u64, place: &Place) -> Result<Infallible, Over> {
        let tell = async {
            loop {
                place.is(Doing::Following);
                self.source.more_events(last).await;
                let (lines, next) = self.events(last)?;
                if next == last {
                    // Nothing came after all: whatever the reason, this must not spin.
                    sleep(PAUSE).await;
                }
                last = next;
                self.send(stream, &lines).await?;
            }
        };
        tokio::select! {
            ended = tell => ended,
            over = is_gone(stream, self.limits.look_again) => Err(over),
        }
    }

    /// The right to send a long answer. If it does not come in time, the client is told so.
    async fn turn(&self, stream: &UnixStream) -> Result<Option<SemaphorePermit<'_>>, Over> {
        if let Ok(Ok(turn)) = timeout(self.limits.turn_within, self.long.acquire()).await {
            return Ok(Some(turn));
        }
        let busy = Refusal::new(
            RefusalKind::Busy,
            "too many ask at once, or do not take their answers",
        );
        self.send(stream, &line_of(Reply::Error(&busy))?).await?;
        Ok(None)
    }

    fn write(&self, status: Arc<Status>) -> Result<Arc<[u8]>, Over> {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(written) = written
            .as_ref()
            .filter(|written| Arc::ptr_eq(&written.status, &status))
        {
            return Ok(Arc::clone(&written.line));
        }
        let line: Arc<[u8]> = line_of(Reply::Status(&status))?.into();
        *written = Some(Written {
            status,
            line: Arc::clone(&line),
        });
        Ok(line)
    }
}

fn line_of(reply: Reply<'_>) -> Result<Vec<u8>, Over> {
    // What cannot be written down cannot be told either.
    reply.to_line().map_err(|_| Over)
}

/// Sends all of it, or gives up.
async fn send(stream: &UnixStream, mut bytes: &[u8], within: Duration) -> Result<(), Over> {
    let sending = async {
        while !bytes.is_empty() {
            stream.writable().await?;
            match stream.try_write(bytes) {
                Ok(taken) => bytes = bytes.get(taken..).unwrap_or_default(),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    };
    match timeout(within, sending).await {
        Ok(sent) => Ok(sent?),
        Err(_) => Err(Over),
    }
}

/// Waits until a follower is gone. One that has only closed its own half is still there.
async fn is_gone(stream: &UnixStream, look_again: Duration) -> Over {
    if requests::ignore(stream).await.is_err() {
        return Over;
    }
    loop {
        match stream.ready(Interest::WRITABLE).await {
            Ok(ready) if !ready.is_write_closed() => sleep(look_again).await,
            _ => return Over,
        }
    }
}
