//! A web server on a host, whose health a test decides.

use core::net::{Ipv4Addr, SocketAddrV4};
use core::time::Duration;
use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::thread::{self, JoinHandle};

use anyhow::{Result, anyhow};

use crate::host::Host;

/// How often it looks for a request.
const PERIOD: Duration = Duration::from_millis(2);
/// How long a client may take to ask.
const PATIENCE: Duration = Duration::from_millis(500);

/// A running server. Dropped, it no longer listens.
#[derive(Debug)]
pub struct Server {
    status: Arc<AtomicU16>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Listens on `host`, on every address of it, and answers everybody with status 200.
    ///
    /// # Errors
    ///
    /// When the port is taken.
    pub fn start(host: &Host, port: u16) -> Result<Self> {
        let listener = host.namespace().enter(|| {
            let listener = TcpListener::bind(SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, port))?;
            listener.set_nonblocking(true)?;
            Ok(listener)
        })?;
        let status = Arc::new(AtomicU16::new(200));
        let stop = Arc::new(AtomicBool::new(false));
        let thread = thread::spawn({
            let (status, stop) = (Arc::clone(&status), Arc::clone(&stop));
            move || serve(&listener, &status, &stop)
        });
        Ok(Self {
            status,
            stop,
            thread: Some(thread),
        })
    }

    /// Answers with this status from now on.
    pub fn answer(&self, status: u16) {
        self.status.store(status, Ordering::Relaxed);
    }

    /// Stops listening: whoever asks is refused.
    pub fn stop(mut self) -> Result<()> {
        self.stop.store(true, Ordering::Relaxed);
        let thread = self.thread.take();
        thread
            .map_or(Ok(()), JoinHandle::join)
            .map_err(|_| anyhow!("the server's thread panicked"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(listener: &TcpListener, status: &AtomicU16, stop: &AtomicBool) {
    while !stop.load(Ordering::Relaxed) {
        match listener.accept() {
            // Whoever hangs up early has had what it wanted.
            Ok((client, _)) => drop(answer(client, status.load(Ordering::Relaxed))),
            Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(PERIOD),
            Err(_) => return,
        }
    }
}

fn answer(mut client: TcpStream, status: u16) -> std::io::Result<()> {
    client.set_nonblocking(false)?;
    client.set_read_timeout(Some(PATIENCE))?;
    let mut request = [0; 4096];
    let _asked = client.read(&mut request)?;
    write!(
        client,
        "HTTP/1.1 {status} As Asked\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n"
    )
}
