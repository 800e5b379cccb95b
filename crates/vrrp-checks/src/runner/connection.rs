//! A socket to the process that starts scripts, and what is under way on it.

use core::convert::Infallible;
use std::collections::HashMap;
use std::io;
use std::os::unix::net::UnixStream as StdUnixStream;
use std::time::Duration;

use tokio::io::Interest;
use tokio::net::UnixStream;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use tracing::debug;

use super::frame::{self, Decoder};
use super::message::{Report, Request};
use super::{End, Ended, Job};

/// Who was heard so short a time ago is busy, and does not hang.
const HEARD: Duration = Duration::from_secs(3);
/// How long a process that nobody needs any more is waited for.
const UNNEEDED: Duration = Duration::from_secs(5);

/// What is wanted of the link. Runs and pings are numbered, no two alike.
#[derive(Debug)]
pub(super) enum Order {
    /// Run this.
    Run {
        id: u64,
        job: Job,
        answer: oneshot::Sender<Ended>,
        /// Dropped when nothing of it runs any more.
        gone: oneshot::Sender<Infallible>,
    },
    /// Ask the process whether it is there.
    Ping {
        id: u64,
        /// Dropped when it has answered, or has ended.
        heard: oneshot::Sender<Infallible>,
    },
    /// The run or ping of this number was waited for too long. If the process owes the answer still, it hangs.
    Hangs { id: u64 },
    /// End, and say whether the process has ended within this time.
    Finish {
        within: Duration,
        done: oneshot::Sender<bool>,
    },
}

/// Why a connection is over.
pub(super) enum Over {
    /// The process is of no use any more.
    Lost(String),
    Finished(Duration, Option<oneshot::Sender<bool>>),
}

impl Over {
    /// Nobody can ask for anything any more.
    pub(super) fn unneeded() -> Self {
        Self::Finished(UNNEEDED, None)
    }
}

/// A run or ping that was asked for.
struct Pending {
    /// `None` when it was given, and for a ping.
    answer: Option<oneshot::Sender<Ended>>,
    _gone: oneshot::Sender<Infallible>,
}

/// A socket to the process, and what is under way on it. When it is dropped, all that is lost.
pub(super) struct Connection {
    socket: UnixStream,
    decoder: Decoder,
    unsent: Vec<u8>,
    pending: HashMap<u64, Pending>,
    /// When the process said something.
    heard: Option<Instant>,
}

impl Connection {
    pub(super) fn new(socket: StdUnixStream) -> io::Result<Self> {
        Ok(Self {
            socket: UnixStream::from_std(socket)?,
            decoder: Decoder::default(),
            unsent: Vec::new(),
            pending: HashMap::new(),
            heard: None,
        })
    }

    /// Nobody will hear of what is under way.
    pub(super) fn lose(&mut self) {
        self.pending.clear();
    }

    pub(super) async fn serve(&mut self, orders: &mut mpsc::UnboundedReceiver<Order>) -> Over {
        loop {
            let interest = if self.unsent.is_empty() {
                Interest::READABLE
            } else {
                Interest::READABLE | Interest::WRITABLE
            };
            tokio::select! {
                order = orders.recv() => match order {
                    Some(Order::Run { id, job, answer, gone }) => self.ask(id, job, answer, gone),
                    Some(Order::Ping { id, heard }) => self.ping(id, heard),
                    Some(Order::Hangs { id }) => if self.hangs(id) {
                        return Over::Lost("it did not answer, and is killed".to_owned());
                    },
                    Some(Order::Finish { within, done }) => return Over::Finished(within, Some(done)),
                    None => return Over::unneeded(),
                },
                ready = self.socket.ready(interest) => {
                    if let Err(error) = ready.and_then(|_| self.exchange()) {
                        return Over::Lost(error.to_string());
                    }
                }
            }
        }
    }

    fn ask(&mut self, id: u64, job: Job, answer: oneshot::Sender<Ended>, gone: oneshot::Sender<Infallible>) {
        if let Err(error) = frame::append(&mut self.unsent, &Request::Run { id, job }) {
            let _ = answer.send(Ended::not_started(error.to_string()));
            return;
        }
        let pending = Pending {
            answer: Some(answer),
            _gone: gone,
        };
        self.pending.insert(id, pending);
    }

    fn ping(&mut self, id: u64, heard: oneshot::Sender<Infallible>) {
        // So short a message can always be written.
        if frame::append(&mut self.unsent, &Request::Ping { id }).is_ok() {
            let pending = Pending {
                answer: None,
                _gone: heard,
            };
            self.pending.insert(id, pending);
        }
    }

    /// Whether the process is to blame that nobody heard of this. What was asked of the one before it is not its
    /// debt.
    fn hangs(&self, id: u64) -> bool {
        self.pending.contains_key(&id) && self.heard.is_none_or(|heard| heard.elapsed() >= HEARD)
    }

    /// Writes and reads what can be now.
    fn exchange(&mut self) -> io::Result<()> {
        let would_block = |error: io::Error| match error.kind() {
            io::ErrorKind::WouldBlock => Ok(0),
            _ => Err(error),
        };
        if !self.unsent.is_empty() {
            let written = self.socket.try_write(&self.unsent).or_else(would_block)?;
            self.unsent.drain(..written);
        }
        let mut buffer = [0; 1 << 14];
        match self.socket.try_read(&mut buffer) {
            Ok(0) => {
                return Err(io::Error::new(
                    io::ErrorKind::UnexpectedEof,
                    "it closed its socket",
                ));
            }
            Ok(length) => {
                self.decoder.push(buffer.get(..length).unwrap_or_default());
                self.heard = Some(Instant::now());
            }
            Err(error) => drop(would_block(error)?),
        }
        while let Some(report) = self.decoder.next()? {
            self.take(report);
        }
        Ok(())
    }

    fn take(&mut self, report: Report) {
        match report {
            Report::Answer { id, ended, took } => {
                debug!(id, ?took, "a script {ended}");
                let more = matches!(ended.end, End::TimedOut(_));
                let Some(pending) = self.pending.get_mut(&id) else {
                    return;
                };
                if let Some(answer) = pending.answer.take() {
                    // Nobody may wait for it any more.
                    let _ = answer.send(ended);
                }
                if !more {
                    self.pending.remove(&id);
                }
            }
            Report::Gone { id } => {
                self.pending.remove(&id);
            }
        }
    }
}
