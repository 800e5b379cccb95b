//! The HTTP server: whether the daemon lives and is ready, everything about it, and metrics. It only tells; nothing can
//! be changed through it.
//!
//! It runs on a thread of its own. Whoever reaches its port may be slow, broken or ill-meaning, so everything has a
//! bound: connections, what one may send and how often, what a document may take, and time. No flood of connections
//! shuts out the next one, since the connection that has been of no use for the longest makes room for it.

mod connection;
mod connections;
mod documents;
mod routes;
#[cfg(test)]
mod tests;
mod thread;
mod turns;

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket};
use tokio::task::yield_now;
use tokio::time::{Instant, sleep, timeout};
use tracing::{info, warn};

use self::connections::Connections;
use self::routes::Routes;
use self::turns::{SHARE, Share};
use super::informed::Informed;
use super::metrics::Traffic;
use super::reserve::{Reserve, is_shortage};
use crate::report;

pub(in crate::run) use self::thread::serve_apart;

/// How long after it could not listen it is tried again.
const LISTENS_AGAIN_AFTER: Duration = Duration::from_secs(5);
/// How long nothing is accepted after that failed: the reason (no descriptor is left) does not go away at once.
const ACCEPTS_AGAIN_AFTER: Duration = Duration::from_millis(100);

/// That it failed is told once in so long.
const TOLD_AGAIN_AFTER: Duration = Duration::from_mins(1);
/// So many clients that nobody has accepted yet wait in the kernel.
const WAITING: u32 = 1024;
/// What the kernel keeps of an answer that a client does not take, for each connection.
const SEND_BUFFER: u32 = 256 * 1024;

/// How the server is doing: one value, however often it is cloned.
#[derive(Clone, Debug)]
pub(in crate::run) struct State {
    listen: SocketAddr,
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    /// Why it does not listen.
    error: Mutex<Option<String>>,
    open: AtomicU64,
    accepted: AtomicU64,
    displaced: AtomicU64,
}

impl State {
    /// A server that is to listen there, and has not been refused yet.
    pub(in crate::run) fn new(listen: SocketAddr) -> Self {
        Self {
            listen,
            inner: Arc::new(Inner {
                error: Mutex::default(),
                open: AtomicU64::new(0),
                accepted: AtomicU64::new(0),
                displaced: AtomicU64::new(0),
            }),
        }
    }

    /// Where it is to listen, and why it does not.
    pub(in crate::run) fn report(&self) -> report::Http {
        let error = self.inner.error.lock().unwrap_or_else(PoisonError::into_inner);
        report::Http {
            listen: self.listen.to_string(),
            error: error.clone(),
        }
    }

    /// Says why it does not listen, or that it does; true if that is new.
    fn set_error(&self, new: Option<String>) -> bool {
        let mut error = self.inner.error.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = *error != new;
        *error = new;
        is_new
    }

    /// Takes it down, and tells if it is new. It is tried again after a while.
    fn is_not_served(&self, why: String) {
        let listen = self.listen;
        let told = format!("HTTP is not served at {listen}: {why}");
        if self.set_error(Some(why)) {
            warn!(
                event = "http_not_served", %listen,
                "{told}; it is tried again every {} s",
                LISTENS_AGAIN_AFTER.as_secs()
            );
        }
    }

    fn traffic(&self) -> Traffic {
        Traffic {
            open: self.inner.open.load(Ordering::Relaxed),
            accepted: self.inner.accepted.load(Ordering::Relaxed),
            displaced: self.inner.displaced.load(Ordering::Relaxed),
        }
    }
}

/// Serves until it is dropped, and every connection ends with it.
async fn serve(listen: SocketAddr, state: State, informed: impl Informed) -> Infallible {
    let routes = Arc::new(Routes::new(informed, state.clone()));
    loop {
        match listener(listen) {
            Ok(listener) => {
                state.set_error(None);
                info!(event = "http_served", %listen, "HTTP is served at {listen}");
                match accept(&listener, &state, &routes, SHARE).await {}
            }
            Err(error) => state.is_not_served(why_not(&error)),
        }
        sleep(LISTENS_AGAIN_AFTER).await;
    }
}

/// A socket that listens there.
fn listener(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // After a restart, connections of the daemon before may linger.
    socket.set_reuseaddr(true)?;
    // Connections have it from here.
    socket.set_send_buffer_size(SEND_BUFFER)?;
    socket.bind(address)?;
    socket.listen(WAITING)
}

/// Accepts connections, one after the other.
async fn accept<I: Informed>(
    listener: &TcpListener,
    state: &State,
    routes: &Arc<Routes<I>>,
    share: Share,
) -> Infallible {
    let mut connections = Connections::new(state.clone(), share);
    let mut reserve = Reserve::of(1);
    let mut told: Option<Instant> = None;
    loop {
        let accepted = if reserve.is_whole() {
            listener.accept().await
        } else {
            // When the connection that has it ends, or anything else, it is taken again.
            let Ok(accepted) = timeout(ACCEPTS_AGAIN_AFTER, listener.accept()).await else {
                reserve.fill();
                continue;
            };
            accepted
        };
        match accepted {
            Ok((stream, _)) => {
                connections.room().await;
                connections.admit(stream, routes);
            }
            Err(error) => {
                // It comes and goes as clients do, who decide how many they are.
                if told.is_none_or(|told| told.elapsed() >= TOLD_AGAIN_AFTER) {
                    warn!(
                        event = "http_not_accepting",
                        "HTTP: no connection can be accepted: {error}"
                    );
                    told = Some(Instant::now());
                }
                // A probe is answered even if all others of the daemon have all descriptors.
                if is_shortage(&error) && connections.is_empty() && reserve.give_up() {
                    continue;
                }
                // One descriptor less in use: the next one may be had for it.
                connections.make_room();
                sleep(ACCEPTS_AGAIN_AFTER).await;
            }
        }
        // However many there are: those that were accepted get their turn in between.
        yield_now().await;
    }
}

/// Why it cannot listen, with what to do about it.
fn why_not(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            "another program listens there (`ss -ltnp` shows which): give one of them another port".to_owned()
        }
        io::ErrorKind::AddrNotAvailable => "this host does not have that address (yet)".to_owned(),
        io::ErrorKind::PermissionDenied => {
            "ports below 1024 need CAP_NET_BIND_SERVICE: choose a higher one".to_owned()
        }
        _ => error.to_string(),
    }
}
