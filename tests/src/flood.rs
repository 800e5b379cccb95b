//! Hostile askers: many connections at once, of which none is of use, and which come back whenever they are thrown out.

use core::net::SocketAddrV4;
use core::time::Duration;
use std::io::{self, ErrorKind};
use std::mem::MaybeUninit;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};

use anyhow::{Context, Result, anyhow};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use socket2::{Domain, SockAddr, Socket, Type};

use crate::clock::monotonic;
use crate::host::Host;

/// How often each of them is looked after.
const PERIOD: Duration = Duration::from_millis(100);
/// After so long one that was thrown out comes back; so often the slow ones send a byte, and the deaf ones ask.
const PAUSE: Duration = Duration::from_secs(1);

/// Where they go.
#[derive(Clone, Debug)]
pub enum Door {
    /// A control socket.
    Control(PathBuf),
    /// An HTTP server.
    Http(SocketAddrV4),
}

/// What one of them does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    /// Nothing.
    Silent,
    /// Sends what makes no sense, and reads the answers.
    Garbage,
    /// Asks once a second, and never reads.
    Deaf,
    /// Sends a request, one byte a second.
    Slow,
}

const MANNERS: [Manner; 4] = [Manner::Silent, Manner::Garbage, Manner::Deaf, Manner::Slow];

/// They are at work until this is dropped.
#[derive(Debug)]
pub struct Flood {
    stop: Arc<AtomicBool>,
    connected: Arc<AtomicUsize>,
    lost: Arc<AtomicUsize>,
    thread: Option<JoinHandle<Result<()>>>,
}

struct Guest {
    manner: Manner,
    socket: Option<Socket>,
    /// When it may come (back), or send something again.
    next: Duration,
    /// How often it has sent something.
    sent: usize,
}

impl Flood {
    /// Sends so many to a door of a host, a quarter of each manner.
    ///
    /// # Errors
    ///
    /// When this process may not have so many descriptors.
    pub fn start(host: &Arc<Host>, door: Door, number: usize) -> Result<Self> {
        let (_, most) = getrlimit(Resource::RLIMIT_NOFILE)?;
        setrlimit(Resource::RLIMIT_NOFILE, most, most).context("descriptors for a flood")?;
        let (stop, connected, lost) = (Arc::default(), Arc::default(), Arc::default());
        let thread = thread::spawn({
            let (host, stop, connected, lost) = (
                Arc::clone(host),
                Arc::clone(&stop),
                Arc::clone(&connected),
                Arc::clone(&lost),
            );
            move || {
                host.namespace().enter(|| {
                    rage(&door, number, &stop, (&connected, &lost));
                    Ok(())
                })
            }
        });
        Ok(Self {
            stop,
            connected,
            lost,
            thread: Some(thread),
        })
    }

    /// How often one of them has connected so far.
    pub fn connected(&self) -> usize {
        self.connected.load(Ordering::Relaxed)
    }

    /// How often one of them was thrown out so far.
    pub fn lost(&self) -> usize {
        self.lost.load(Ordering::Relaxed)
    }

    /// Ends it: all hang up.
    ///
    /// # Errors
    ///
    /// When it has ended by itself.
    pub fn end(mut self) -> Result<()> {
        self.stop.store(true, Ordering::Relaxed);
        let thread = self.thread.take();
        thread
            .map_or(Ok(Ok(())), JoinHandle::join)
            .map_err(|_| anyhow!("the flood panicked"))?
    }
}

impl Drop for Flood {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn rage(door: &Door, number: usize, stop: &AtomicBool, (connected, lost): (&AtomicUsize, &AtomicUsize)) {
    let mut guests: Vec<Guest> = (0..number)
        .map(|index| Guest {
            manner: MANNERS[index % MANNERS.len()],
            socket: None,
            next: Duration::ZERO,
            sent: 0,
        })
        .collect();
    let mut noise = Noise(0x9e37_79b9_7f4a_7c15);
    let mut round = monotonic();
    while !stop.load(Ordering::Relaxed) {
        for guest in &mut guests {
            let now = monotonic();
            if guest.socket.is_none() && now >= guest.next {
                guest.socket = door.open().ok();
                guest.sent = 0;
                guest.next = now;
                connected.fetch_add(usize::from(guest.socket.is_some()), Ordering::Relaxed);
            } else if guest.misbehave(door, now, &mut noise).is_err() {
                guest.socket = None;
                guest.next = now + PAUSE;
                lost.fetch_add(1, Ordering::Relaxed);
            }
        }
        round += PERIOD;
        thread::sleep(round.saturating_sub(monotonic()));
    }
}

impl Guest {
    /// An error if it was thrown out.
    fn misbehave(&mut self, door: &Door, now: Duration, noise: &mut Noise) -> io::Result<()> {
        let Some(socket) = &self.socket else { return Ok(()) };
        match self.manner {
            Manner::Garbage => {
                let bytes = noise.bytes();
                patiently(socket.send(&bytes))?;
            }
            // That it was thrown out, one that never reads learns when it sends.
            Manner::Deaf if now >= self.next => {
                let requests = door.requests();
                patiently(socket.send(requests[self.sent % requests.len()].as_bytes()))?;
                self.sent += 1;
                self.next += PAUSE;
                return Ok(());
            }
            Manner::Slow if now >= self.next => {
                let request = door.requests()[0].as_bytes();
                patiently(socket.send(&request[self.sent % request.len()..][..1]))?;
                self.sent += 1;
                self.next += PAUSE;
            }
            Manner::Deaf => return Ok(()),
            Manner::Silent | Manner::Slow => {}
        }
        let mut chunk = [MaybeUninit::uninit(); 4096];
        match patiently(socket.recv(&mut chunk))? {
            Some(0) => Err(ErrorKind::ConnectionReset.into()),
            _ => Ok(()),
        }
    }
}

/// `None` if it would have to wait.
fn patiently(result: io::Result<usize>) -> io::Result<Option<usize>> {
    match result {
        Ok(bytes) => Ok(Some(bytes)),
        // A connection of TCP may not be there yet.
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::NotConnected) => Ok(None),
        Err(error) => Err(error),
    }
}

impl Door {
    fn open(&self) -> io::Result<Socket> {
        let (socket, address) = match self {
            Self::Control(path) => (
                Socket::new(Domain::UNIX, Type::STREAM, None)?,
                SockAddr::unix(path)?,
            ),
            Self::Http(address) => (Socket::new(Domain::IPV4, Type::STREAM, None)?, (*address).into()),
        };
        socket.set_nonblocking(true)?;
        match socket.connect(&address) {
            Ok(()) => Ok(socket),
            Err(error) if error.raw_os_error() == Some(nix::errno::Errno::EINPROGRESS as i32) => Ok(socket),
            Err(error) => Err(error),
        }
    }

    /// Proper requests, of which answers are long.
    fn requests(&self) -> [&'static str; 2] {
        match self {
            Self::Control(_) => [
                "{\"version\":1,\"ask\":\"status\"}\n",
                "{\"version\":1,\"ask\":\"events\",\"after\":0,\"follow\":true}\n",
            ],
            Self::Http(_) => [
                "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET /status.json HTTP/1.1\r\nHost: localhost\r\n\r\n",
            ],
        }
    }
}

/// Bytes that make no sense, always the same (xorshift).
struct Noise(u64);

impl Noise {
    /// Some of them with line breaks, some of them without an end.
    fn bytes(&mut self) -> Vec<u8> {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let mut bytes = self
            .0
            .to_ne_bytes()
            .repeat(usize::from(self.0.to_ne_bytes()[0]) + 1);
        if self.0 & 1 == 0 {
            bytes.extend(b"\r\n\r\n");
        }
        bytes
    }
}
