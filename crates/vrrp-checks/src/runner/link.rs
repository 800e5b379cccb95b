//! The task between those who want a script run and the process that starts it.

use core::convert::Infallible;
use std::collections::HashMap;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream as StdUnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tokio::io::Interest;
use tokio::net::UnixStream;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep, sleep_until};
use tracing::{debug, warn};

use super::frame::{self, Decoder};
use super::message::{Report, Request};
use super::{End, Ended, Job};

/// How long it takes to start the process again, the first time...
const RESTART: Duration = Duration::from_secs(1);
/// ...and at most, as it takes twice as long each time. One that lived so long counts as the first.
const RESTART_MAX: Duration = Duration::from_secs(30);
/// How often it is looked whether the process has ended.
const LOOK: Duration = Duration::from_millis(10);
/// How long a process that is of no use, and was killed, is waited for.
const REAP: Duration = Duration::from_secs(5);

/// What is wanted of the link.
#[derive(Debug)]
pub(super) enum Order {
    /// Run this.
    Run {
        job: Job,
        answer: oneshot::Sender<Ended>,
        /// Dropped when nothing of it runs any more.
        gone: oneshot::Sender<Infallible>,
    },
    /// End, and say whether the process has ended within this time.
    Finish {
        within: Duration,
        done: oneshot::Sender<bool>,
    },
}

/// The process, and the socket to it.
#[derive(Debug)]
pub(super) struct Process {
    program: PathBuf,
    arguments: Vec<String>,
    child: Child,
    socket: StdUnixStream,
}

impl Process {
    pub(super) fn start(program: &Path, arguments: &[&str]) -> io::Result<Self> {
        Self::start_owned(
            program.to_owned(),
            arguments.iter().map(ToString::to_string).collect(),
        )
    }

    fn start_owned(program: PathBuf, arguments: Vec<String>) -> io::Result<Self> {
        let (socket, theirs) = StdUnixStream::pair()?;
        socket.set_nonblocking(true)?;
        // The program may be a link in /proc, whose name tells nobody what this process is.
        let child = Command::new(&program)
            .arg0("vrrpd")
            .args(&arguments)
            .stdin(OwnedFd::from(theirs))
            .stdout(Stdio::null())
            .spawn()?;
        Ok(Self {
            program,
            arguments,
            child,
            socket,
        })
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }
}

/// Why a connection is over.
enum Over {
    /// The process is of no use any more.
    Lost(String),
    Finished(Duration, Option<oneshot::Sender<bool>>),
}

/// A run that was asked for.
struct Pending {
    /// `None` when it was given.
    answer: Option<oneshot::Sender<Ended>>,
    _gone: oneshot::Sender<Infallible>,
}

pub(super) struct Link {
    program: PathBuf,
    arguments: Vec<String>,
    child: Child,
    connection: Connection,
    orders: mpsc::UnboundedReceiver<Order>,
}

impl Link {
    pub(super) fn new(process: Process, orders: mpsc::UnboundedReceiver<Order>) -> io::Result<Self> {
        Ok(Self {
            program: process.program,
            arguments: process.arguments,
            child: process.child,
            connection: Connection::new(process.socket)?,
            orders,
        })
    }

    /// Serves until it is told to finish, or nobody can ask any more.
    pub(super) async fn serve(mut self) {
        let mut pause = RESTART;
        loop {
            let since = Instant::now();
            let reason = match self.connection.serve(&mut self.orders).await {
                Over::Finished(within, done) => return self.finish(within, done).await,
                Over::Lost(reason) => reason,
            };
            // What was asked of it is lost.
            self.connection.pending.clear();
            if since.elapsed() >= RESTART_MAX {
                pause = RESTART;
            }
            // It may be alive, and have said something that makes no sense.
            let _ = self.child.kill();
            let status = self.exited(REAP).await;
            loop {
                warn!(
                    "the process that starts scripts is gone ({reason}, {status}): what it ran is lost, and it is \
                     started again in {} s",
                    pause.as_secs(),
                );
                if let Some(Over::Finished(within, done)) = self.refuse_until(Instant::now() + pause).await {
                    return self.finish(within, done).await;
                }
                pause = (pause * 2).min(RESTART_MAX);
                match self.restart() {
                    Ok(()) => break,
                    Err(error) => warn!("the process that starts scripts cannot be started: {error}"),
                }
            }
        }
    }

    fn restart(&mut self) -> io::Result<()> {
        let process = Process::start_owned(self.program.clone(), self.arguments.clone())?;
        self.child = process.child;
        self.connection = Connection::new(process.socket)?;
        Ok(())
    }

    /// There is no process: nothing can be run.
    async fn refuse_until(&mut self, deadline: Instant) -> Option<Over> {
        loop {
            let order = tokio::select! {
                order = self.orders.recv() => order,
                () = sleep_until(deadline) => return None,
            };
            match order {
                Some(Order::Run { answer, .. }) => {
                    let _ = answer.send(Ended::lost());
                }
                Some(Order::Finish { within, done }) => return Some(Over::Finished(within, Some(done))),
                None => return Some(Over::Finished(REAP, None)),
            }
        }
    }

    async fn finish(mut self, within: Duration, done: Option<oneshot::Sender<bool>>) {
        // Closes the socket, and with it what was not answered.
        drop(self.connection);
        self.orders.close();
        let deadline = Instant::now() + within;
        let ended = loop {
            match self.child.try_wait() {
                Ok(None) if Instant::now() < deadline => sleep(LOOK).await,
                Ok(status) => break status.is_some(),
                Err(_) => break true,
            }
        };
        if let Some(done) = done {
            let _ = done.send(ended);
        }
    }

    /// How the process ended, in words.
    async fn exited(&mut self, within: Duration) -> String {
        let deadline = Instant::now() + within;
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => return status.to_string(),
                Ok(None) if Instant::now() < deadline => sleep(LOOK).await,
                Ok(None) => return "it does not end".to_owned(),
                Err(error) => return error.to_string(),
            }
        }
    }
}

/// A socket to the process, and what is under way on it.
struct Connection {
    socket: UnixStream,
    decoder: Decoder,
    unsent: Vec<u8>,
    next: u64,
    pending: HashMap<u64, Pending>,
}

impl Connection {
    fn new(socket: StdUnixStream) -> io::Result<Self> {
        Ok(Self {
            socket: UnixStream::from_std(socket)?,
            decoder: Decoder::default(),
            unsent: Vec::new(),
            next: 0,
            pending: HashMap::new(),
        })
    }

    async fn serve(&mut self, orders: &mut mpsc::UnboundedReceiver<Order>) -> Over {
        loop {
            let interest = if self.unsent.is_empty() {
                Interest::READABLE
            } else {
                Interest::READABLE | Interest::WRITABLE
            };
            tokio::select! {
                order = orders.recv() => match order {
                    Some(Order::Run { job, answer, gone }) => self.ask(job, answer, gone),
                    Some(Order::Finish { within, done }) => return Over::Finished(within, Some(done)),
                    None => return Over::Finished(REAP, None),
                },
                ready = self.socket.ready(interest) => {
                    if let Err(error) = ready.and_then(|_| self.exchange()) {
                        return Over::Lost(error.to_string());
                    }
                }
            }
        }
    }

    fn ask(&mut self, job: Job, answer: oneshot::Sender<Ended>, gone: oneshot::Sender<Infallible>) {
        let id = self.next;
        self.next += 1;
        if let Err(error) = frame::append(&mut self.unsent, &Request { id, job }) {
            let _ = answer.send(Ended {
                end: End::NotStarted(error.to_string()),
                last_line: None,
            });
            return;
        }
        let pending = Pending {
            answer: Some(answer),
            _gone: gone,
        };
        self.pending.insert(id, pending);
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
            Ok(length) => self.decoder.push(buffer.get(..length).unwrap_or_default()),
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
