//! The task between those who want a script run and the process that starts it.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream as StdUnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep, sleep_until};
use tracing::warn;

use super::Ended;
use super::connection::{Connection, Order, Over};

/// The process is started again at once, but if that does not help, after so long...
const RESTART: Duration = Duration::from_secs(1);
/// ...and at most, as it takes twice as long each time. After one that lived so long the next one comes at once.
const RESTART_MAX: Duration = Duration::from_secs(30);
/// How often it is looked whether the process has ended.
const LOOK: Duration = Duration::from_millis(10);
/// How long a process that is of no use, and was killed, is waited for.
const REAP: Duration = Duration::from_secs(5);

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
        let mut pause = Duration::ZERO;
        loop {
            let since = Instant::now();
            let reason = match self.connection.serve(&mut self.orders).await {
                Over::Finished(within, done) => return self.finish(within, done).await,
                Over::Lost(reason) => reason,
            };
            // Who asks again finds the next process: it looks at orders only then.
            self.connection.lose();
            if since.elapsed() >= RESTART_MAX {
                pause = Duration::ZERO;
            }
            // It may be alive: stopped, or it has said something that makes no sense.
            let _ = self.child.kill();
            let status = self.exited(REAP).await;
            loop {
                let when = match pause.as_secs() {
                    0 => "at once".to_owned(),
                    seconds => format!("in {seconds} s"),
                };
                warn!(
                    event = "runner_gone",
                    "the process that starts scripts is gone ({reason}; {status}): it is started again {when}"
                );
                if !pause.is_zero()
                    && let Some(Over::Finished(within, done)) =
                        self.refuse_until(Instant::now() + pause).await
                {
                    return self.finish(within, done).await;
                }
                pause = (pause * 2).clamp(RESTART, RESTART_MAX);
                match self.restart() {
                    Ok(()) => break,
                    Err(error) => warn!(
                        event = "runner_not_started",
                        "the process that starts scripts cannot be started: {error}"
                    ),
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
                // Of the one before, which is gone.
                Some(Order::Ping { .. } | Order::Hangs { .. }) => {}
                Some(Order::Finish { within, done }) => return Some(Over::Finished(within, Some(done))),
                None => return Some(Over::unneeded()),
            }
        }
    }

    async fn finish(mut self, within: Duration, done: Option<oneshot::Sender<bool>>) {
        // First: who hears that a run is lost need not ask again.
        self.orders.close();
        // Closes the socket, and with it what was not answered.
        drop(self.connection);
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
