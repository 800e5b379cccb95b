//! A server on a thread of its own, and clients of it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::{oneshot, watch};

use super::super::limits::{LIMITS, Limits};
use super::super::{Access, Listener, serve_within};
use crate::report::{Event, Health, Obstacle, Reload, ReloadResult, Status};
use crate::run::service::informed::{Informed, Source};

/// No test waits longer for anything.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// As in the daemon, with everything over sooner.
pub(super) const SHORT: Limits = Limits {
    idle: Duration::from_millis(300),
    arrives_within: Duration::from_millis(300),
    taken_within: Duration::from_millis(300),
    look_again: Duration::from_millis(50),
    last_door_within: Duration::from_secs(1),
    ..LIMITS
};

/// A daemon that knows little.
#[derive(Clone)]
pub(super) struct Fake {
    status: Arc<Status>,
    events: Arc<Mutex<Vec<Arc<Event>>>>,
    newest: watch::Sender<u64>,
}

impl Fake {
    fn new(padding: usize) -> Self {
        let at = json!({ "at": "2026-11-24T13:00:00.000Z", "seconds_ago": 1.5 });
        let status = json!({
            "version": 1, "taken_at": "2026-11-24T13:00:00.000Z",
            "conditions": [], "routers": [], "groups": [], "checks": [], "interfaces": [],
            "daemon": {
                "name": "vrrpd", "version": "x".repeat(padding), "pid": 1, "started": at, "configuration": "x",
                "answering": true, "real_time": true, "memory_locked": true, "log_lines_lost": 0,
                "lateness": { "buckets": [], "sum": 0.0, "worst": 0.0 }, "scripts": { "waiting": 0, "lost": 0 },
            },
        });
        Self {
            status: Arc::new(serde_json::from_value(status).expect("it is a status")),
            events: Arc::default(),
            newest: watch::channel(0).0,
        }
    }

    /// Something happens.
    pub(super) fn happen(&self) {
        let mut events = self.events.lock().expect("nobody panicked");
        let sequence = events.len() as u64 + 1;
        let event = json!({
            "sequence": sequence, "at": "2026-11-24T13:00:00.000Z", "event": "reloaded", "result": "unchanged",
        });
        events.push(Arc::new(serde_json::from_value(event).expect("it is an event")));
        self.newest.send_replace(sequence);
    }
}

impl Informed for Fake {
    async fn status(&self) -> Arc<Status> {
        Arc::clone(&self.status)
    }

    async fn live(&self) -> Health {
        Health::from_obstacles(Vec::new())
    }

    async fn ready(&self) -> Health {
        Health::from_obstacles(vec![Obstacle {
            about: "web".into(),
            what: "no result yet".into(),
        }])
    }
}

impl Source for Fake {
    async fn reload(&self) -> Reload {
        Reload {
            when: self.status.daemon.started.clone(),
            result: ReloadResult::Unchanged,
            problems: Vec::new(),
        }
    }

    fn events(&self, after: u64) -> Vec<Arc<Event>> {
        let events = self.events.lock().expect("nobody panicked");
        events
            .iter()
            .filter(|event| event.sequence > after)
            .cloned()
            .collect()
    }

    async fn more_events(&self, after: u64) {
        let mut newest = self.newest.subscribe();
        newest
            .wait_for(|newest| *newest > after)
            .await
            .expect("the sender lives");
    }
}

/// A server that runs until this is dropped.
pub(super) struct Server {
    pub(super) fake: Fake,
    pub(super) path: PathBuf,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    directory: TempDir,
}

impl Server {
    pub(super) fn start(limits: Limits) -> Self {
        Self::with_status_of(limits, 0)
    }

    /// One whose status has at least so many bytes.
    pub(super) fn with_status_of(limits: Limits, bytes: usize) -> Self {
        let directory = tempfile::tempdir().expect("there is room");
        let listener = Listener::open(directory.path(), "vrrpd", Access::default()).expect("it can listen");
        let path = listener.path.clone();
        let fake = Fake::new(bytes);
        let source = fake.clone();
        let (stop, stopped) = oneshot::channel();
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(async {
                tokio::select! {
                    ended = serve_within(limits, listener, source) => drop(ended.expect("it goes on for ever")),
                    _ = stopped => {}
                }
            });
        });
        Self {
            fake,
            path,
            stop: Some(stop),
            thread: Some(thread),
            directory,
        }
    }

    pub(super) fn connect(&self) -> Client {
        Client::of(UnixStream::connect(&self.path).expect("it listens"))
    }

    /// A client that behaves is answered.
    pub(super) fn assert_serves(&self) {
        let answer = self.connect().ask(r#"{"version":1,"ask":"health","of":"live"}"#);
        assert_eq!(answer["health"]["well"], true, "{answer}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        let ended = self.thread.take().map(JoinHandle::join);
        if !thread::panicking() {
            assert!(matches!(ended, Some(Ok(()))), "the server has panicked");
            assert!(!self.path.exists(), "it has left its socket");
            let left = std::fs::read_dir(self.directory.path())
                .expect("it is there")
                .count();
            assert_eq!(left, 0, "it has left something");
        }
    }
}

pub(super) struct Client {
    lines: BufReader<UnixStream>,
}

impl Client {
    pub(super) fn of(stream: UnixStream) -> Self {
        stream.set_read_timeout(Some(PATIENCE)).expect("it is a socket");
        stream.set_write_timeout(Some(PATIENCE)).expect("it is a socket");
        Self {
            lines: BufReader::new(stream),
        }
    }

    pub(super) fn stream(&self) -> &UnixStream {
        self.lines.get_ref()
    }

    pub(super) fn send(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.lines.get_mut().write_all(bytes)
    }

    pub(super) fn ask(&mut self, request: &str) -> Value {
        self.send(format!("{request}\n").as_bytes()).expect("it is taken");
        self.hear().expect("it is answered")
    }

    /// The next line; `None` once the server has hung up.
    pub(super) fn hear(&mut self) -> Option<Value> {
        let mut line = String::new();
        match self.lines.read_line(&mut line) {
            Ok(0) => None,
            // Cut off in the middle.
            Ok(_) if !line.ends_with('\n') => None,
            Ok(_) => Some(serde_json::from_str(&line).expect("it is JSON")),
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => None,
            Err(error) => panic!("neither a line nor the end: {error}"),
        }
    }
}
