//! A server with answers that the test chooses.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use super::SOON;
use crate::report::{Health, Obstacle, Status};
use crate::run::service::http::routes::Routes;
use crate::run::service::http::turns::{SHARE, Share};
use crate::run::service::http::{State, accept, listener};
use crate::run::service::informed::Informed;
use crate::run::service::metrics::Traffic;
use crate::run::service::metrics::tests::small;

/// What is known.
#[derive(Clone)]
pub(super) struct Known(Arc<Mutex<Said>>);

struct Said {
    status: Arc<Status>,
    live: Health,
    ready: Health,
}

impl Known {
    pub(super) fn new() -> Self {
        Self::of(small::status())
    }

    pub(super) fn of(status: Status) -> Self {
        Self(Arc::new(Mutex::new(Said {
            status: Arc::new(status),
            live: Health::from_obstacles(Vec::new()),
            ready: Health::from_obstacles(Vec::new()),
        })))
    }

    /// It is not ready because of these.
    pub(super) fn not_ready(&self, obstacles: &[(&str, &str)]) {
        self.0.lock().expect("nobody panicked").ready = health(obstacles);
    }

    /// It does not live because of these.
    pub(super) fn not_live(&self, obstacles: &[(&str, &str)]) {
        self.0.lock().expect("nobody panicked").live = health(obstacles);
    }
}

fn health(obstacles: &[(&str, &str)]) -> Health {
    let obstacles = obstacles.iter().map(|(about, what)| Obstacle {
        about: (*about).to_owned(),
        what: (*what).to_owned(),
    });
    Health::from_obstacles(obstacles.collect())
}

impl Informed for Known {
    async fn status(&self) -> Arc<Status> {
        Arc::clone(&self.0.lock().expect("nobody panicked").status)
    }

    async fn live(&self) -> Health {
        self.0.lock().expect("nobody panicked").live.clone()
    }

    async fn ready(&self) -> Health {
        self.0.lock().expect("nobody panicked").ready.clone()
    }
}

fn runtime() -> Runtime {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime can be had")
}

/// A running server. It ends with this.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    pub(super) state: State,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(super) fn start() -> Self {
        Self::start_with(Known::new())
    }

    pub(super) fn start_with(known: Known) -> Self {
        Self::start_any(known, SHARE)
    }

    /// One that gives each connection so much.
    pub(super) fn start_sharing(share: Share) -> Self {
        Self::start_any(Known::new(), share)
    }

    fn start_any(known: Known, share: Share) -> Self {
        let runtime = runtime();
        let inside = runtime.enter();
        let listener = listener(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a port is free");
        drop(inside);
        Self::run(runtime, listener, known, share)
    }

    pub(super) fn start_on(listener: std::net::TcpListener, known: Known) -> Self {
        listener.set_nonblocking(true).expect("a socket can be made so");
        let runtime = runtime();
        let inside = runtime.enter();
        let listener = TcpListener::from_std(listener).expect("it can be registered");
        drop(inside);
        Self::run(runtime, listener, known, SHARE)
    }

    /// As the daemon does it: one thread for everything.
    fn run(runtime: Runtime, listener: TcpListener, known: Known, share: Share) -> Self {
        let address = listener.local_addr().expect("it is bound");
        let state = State::new(address);
        let (stop, stopped) = oneshot::channel();
        let of_thread = state.clone();
        let thread = thread::spawn(move || {
            runtime.block_on(async move {
                let routes = Arc::new(Routes::new(known, of_thread.clone()));
                tokio::select! {
                    never = accept(&listener, &of_thread, &routes, share) => match never {},
                    _ = stopped => {}
                }
            });
        });
        Self {
            address,
            state,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// Waits until no connection is open.
    pub(super) fn wait_until_empty(&self, within: Duration) {
        self.wait_for(within, |traffic| traffic.open == 0);
    }

    /// Waits until so many connections were accepted.
    pub(super) fn wait_until_accepted(&self, connections: usize) {
        let connections = u64::try_from(connections).expect("it is small");
        self.wait_for(SOON, |traffic| traffic.accepted == connections);
    }

    pub(super) fn wait_for(&self, within: Duration, is_so: impl Fn(Traffic) -> bool) {
        let step = Duration::from_millis(50);
        let mut waited = Duration::ZERO;
        while !is_so(self.state.traffic()) {
            assert!(waited < within, "it stays at {:?}", self.state.traffic());
            thread::sleep(step);
            waited += step;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        let ended = self.thread.take().map(JoinHandle::join);
        if !thread::panicking() {
            ended.expect("it was started").expect("the server does not panic");
        }
    }
}
