//! The pipes of a program that runs: neither side ever waits for the other.

use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::AsFd;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout};
use std::time::Duration;

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

/// How much is read at a time.
const PIECE: usize = 64 << 10;
/// How often at most before somebody looks whether the program has ended. Far more than a pipe holds.
const PIECES: usize = 64;

/// All three.
pub(super) struct Pipes {
    input: Option<(ChildStdin, Vec<u8>)>,
    output: Ear<ChildStdout>,
    complaint: Ear<ChildStderr>,
}

/// What is said on one pipe, up to a limit.
struct Ear<P> {
    pipe: Option<P>,
    heard: Vec<u8>,
    limit: usize,
    /// Whether what comes after that is read as well. Otherwise the program finds nobody listening any more.
    to_its_end: bool,
}

impl Pipes {
    /// Takes them from a program that has just been started.
    pub(super) fn new(
        child: &mut Child,
        input: Option<String>,
        output: usize,
        complaint: usize,
    ) -> io::Result<Self> {
        let pipes = Self {
            input: child.stdin.take().zip(input.map(String::into_bytes)),
            output: Ear {
                pipe: child.stdout.take(),
                heard: Vec::new(),
                limit: output,
                to_its_end: false,
            },
            complaint: Ear {
                pipe: child.stderr.take(),
                heard: Vec::new(),
                limit: complaint,
                to_its_end: true,
            },
        };
        pipes
            .input
            .as_ref()
            .map_or(Ok(()), |(pipe, _)| never_wait(pipe))?;
        pipes.output.pipe.as_ref().map_or(Ok(()), never_wait)?;
        pipes.complaint.pipe.as_ref().map_or(Ok(()), never_wait)?;
        Ok(pipes)
    }

    /// Writes what fits, and reads what is there.
    pub(super) fn serve(&mut self) {
        if let Some((mut pipe, mut text)) = self.input.take() {
            while !text.is_empty() {
                match pipe.write(&text) {
                    Ok(written) => drop(text.drain(..written)),
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {
                        self.input = Some((pipe, text));
                        break;
                    }
                    // Whoever does not read it to its end says why.
                    Err(_) => break,
                }
            }
        }
        self.output.listen();
        self.complaint.listen();
    }

    /// Waits until there is something to do, but no longer than this.
    pub(super) fn wait(&self, patience: Duration) {
        let input = self
            .input
            .iter()
            .map(|(pipe, _)| (pipe.as_fd(), PollFlags::POLLOUT));
        let output = self
            .output
            .pipe
            .iter()
            .map(|pipe| (pipe.as_fd(), PollFlags::POLLIN));
        let complaint = self
            .complaint
            .pipe
            .iter()
            .map(|pipe| (pipe.as_fd(), PollFlags::POLLIN));
        let pipes = input.chain(output).chain(complaint);
        let mut pipes: Vec<_> = pipes.map(|(pipe, flags)| PollFd::new(pipe, flags)).collect();
        // Rounded up: waiting no time at all would be no waiting. A failure only means that it is looked too soon.
        let patience = PollTimeout::try_from(patience + Duration::from_millis(1));
        let _woken = poll(&mut pipes, patience.unwrap_or(PollTimeout::ZERO));
    }

    pub(super) fn output(&self) -> &[u8] {
        &self.output.heard
    }

    pub(super) fn complaint(&self) -> &[u8] {
        &self.complaint.heard
    }
}

impl<P: Read> Ear<P> {
    fn listen(&mut self) {
        let Some(mut pipe) = self.pipe.take() else { return };
        let mut piece = vec![0; PIECE];
        for _ in 0..PIECES {
            match pipe.read(&mut piece) {
                Ok(0) => return,
                Ok(read) => {
                    let room = self.limit - self.heard.len();
                    self.heard.extend(piece.iter().take(read.min(room)));
                    if self.heard.len() == self.limit && !self.to_its_end {
                        return;
                    }
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                // A pipe that cannot be read has ended.
                Err(_) => return,
            }
        }
        self.pipe = Some(pipe);
    }
}

fn never_wait(pipe: &impl AsFd) -> io::Result<()> {
    fcntl(pipe.as_fd(), FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
    Ok(())
}
