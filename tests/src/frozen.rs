//! One thread that stands still while the rest of its process goes on: SIGSTOP stops all of them.

use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};

use anyhow::{Context, Result, anyhow, ensure};
use nix::sys::ptrace;
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

/// A thread that is held by us, as a debugger does it. It goes on when this is dropped.
#[derive(Debug)]
pub struct Frozen {
    thaw: Option<Sender<()>>,
    // Only the thread that holds another can let it go.
    holder: Option<JoinHandle<Result<()>>>,
}

impl Frozen {
    /// Stops the thread of this id. A process' first thread has the process' id.
    pub fn thread(id: i32) -> Result<Self> {
        let (thaw, thawed) = mpsc::channel();
        let (stopping, stopped) = mpsc::channel();
        let holder = thread::spawn(move || hold(Pid::from_raw(id), &stopping, &thawed));
        let frozen = Self {
            thaw: Some(thaw),
            holder: Some(holder),
        };
        match stopped.recv() {
            Ok(()) => Ok(frozen),
            // It has ended, and says why.
            Err(_) => Err(frozen
                .thaw()
                .err()
                .unwrap_or_else(|| anyhow!("it was not stopped"))),
        }
    }

    /// Lets it go on.
    pub fn thaw(mut self) -> Result<()> {
        drop(self.thaw.take());
        let ended = self.holder.take().map(JoinHandle::join).transpose();
        ended
            .map_err(|_| anyhow!("the holder panicked"))?
            .unwrap_or(Ok(()))
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        drop(self.thaw.take());
        if let Some(holder) = self.holder.take() {
            let _ = holder.join();
        }
    }
}

fn hold(thread: Pid, stopping: &Sender<()>, thawed: &Receiver<()>) -> Result<()> {
    ptrace::seize(thread, ptrace::Options::empty()).context("it cannot be held")?;
    ptrace::interrupt(thread)?;
    let status = waitpid(thread, Some(WaitPidFlag::__WALL))?;
    ensure!(
        matches!(status, WaitStatus::PtraceEvent(..) | WaitStatus::Stopped(..)),
        "{status:?}"
    );
    stopping.send(())?;
    // Until the other side is dropped.
    let _ = thawed.recv();
    Ok(ptrace::detach(thread, None)?)
}
