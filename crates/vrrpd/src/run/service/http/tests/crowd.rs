//! Clients that ask for all they can get and take it. Somebody who asks now and then is served meanwhile, and so is
//! everything else that the daemon does.

use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::runtime::Builder;
use tokio::task::{JoinSet, yield_now};
use tokio::time::{Instant, sleep, timeout};

use super::SOON;
use super::client::{connect, get, is_closed_within, take};
use super::server::{Known, Server};
use crate::report::{Health, Status};
use crate::run::service::http::turns::{SHARE, Share};
use crate::run::service::http::{State, serve_apart};
use crate::run::service::informed::Informed;
use crate::run::service::metrics::tests::small;

/// So many threads of clients.
const THREADS: usize = 2;

/// Clients that go on until they are dropped.
struct Crowd {
    enough: Arc<AtomicBool>,
    /// What they have read.
    bytes: Arc<AtomicU64>,
    threads: Vec<JoinHandle<()>>,
}

impl Crowd {
    /// So many that ask without pause on connections that stay, and so many that connect again and again.
    fn start(address: SocketAddr, staying: usize, coming: usize) -> Self {
        let enough = Arc::new(AtomicBool::new(false));
        let bytes = Arc::new(AtomicU64::new(0));
        let threads = (0..THREADS).map(|_| {
            let (enough, bytes) = (Arc::clone(&enough), Arc::clone(&bytes));
            thread::spawn(move || {
                let runtime = Builder::new_current_thread().enable_all().build();
                runtime.expect("a runtime can be had").block_on(async {
                    let mut clients = JoinSet::new();
                    for number in 0..(staying + coming) / THREADS {
                        let pipelines = number < staying / THREADS;
                        clients.spawn(client(address, pipelines, Arc::clone(&bytes)));
                    }
                    while !enough.load(Ordering::Relaxed) {
                        sleep(Duration::from_millis(20)).await;
                    }
                });
            })
        });
        let threads = threads.collect();
        Self {
            enough,
            bytes,
            threads,
        }
    }

    fn read(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        self.enough.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            let ended = thread.join();
            if !thread::panicking() {
                ended.expect("no client panics");
            }
        }
    }
}

/// Asks for metrics and reads everything, for ever. It connects again when it has to, or after each answer.
async fn client(address: SocketAddr, pipelines: bool, bytes: Arc<AtomicU64>) {
    let stays = "GET /metrics HTTP/1.1\r\nHost: crowd\r\n\r\n".repeat(16);
    let goes = "GET /metrics HTTP/1.1\r\nHost: crowd\r\nConnection: close\r\n\r\n".to_owned();
    let request = if pipelines { stays } else { goes };
    let mut chunk = vec![0; 64 * 1024];
    loop {
        let Ok(Ok(stream)) = timeout(SOON, TcpStream::connect(address)).await else {
            continue;
        };
        let mut unsent: &[u8] = request.as_bytes();
        loop {
            if let Ok(sent) = stream.try_write(unsent) {
                unsent = &unsent[sent..];
            }
            if unsent.is_empty() && pipelines {
                unsent = request.as_bytes();
            }
            match stream.try_read(&mut chunk) {
                Ok(0) => break,
                Ok(read) => {
                    bytes.fetch_add(u64::try_from(read).expect("it is small"), Ordering::Relaxed);
                    yield_now().await;
                }
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                    // It may be that everything was sent and nothing comes: there is always time for both.
                    if timeout(Duration::from_secs(1), stream.readable()).await.is_err() {
                        yield_now().await;
                    }
                }
                Err(_) => break,
            }
        }
    }
}

#[test]
fn a_crowd_that_takes_all_it_can_get_shuts_out_nobody() {
    let mut status = small::status();
    // As large as with many virtual routers.
    let many = status.routers.iter().cycle().take(100).cloned().collect();
    status.routers = many;
    let server = Server::start_with(Known::of(status));
    let crowd = Crowd::start(server.address, 64, 300);
    server.wait_for(Duration::from_secs(20), |traffic| traffic.accepted > 500);
    let before = crowd.read();
    for _ in 0..20 {
        let asked = Instant::now();
        assert_eq!(get(server.address, "/livez").status, 200);
        assert!(asked.elapsed() < SOON, "{:?}", asked.elapsed());
        thread::sleep(Duration::from_millis(50));
    }
    assert!(crowd.read() > before + (1 << 20), "there was no crowd");
}

/// One that has a lot to do when it is asked whether the daemon lives.
#[derive(Clone)]
struct Busy(Arc<Shared>);

#[derive(Default)]
struct Shared {
    standing: Mutex<Standing>,
    changed: Condvar,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Standing {
    #[default]
    NotAsked,
    Busy,
    /// The others went on meanwhile.
    WentOn,
}

impl Busy {
    fn set(&self, standing: Standing) {
        *self.0.standing.lock().expect("nobody panicked") = standing;
        self.0.changed.notify_all();
    }

    fn is(&self) -> Standing {
        *self.0.standing.lock().expect("nobody panicked")
    }
}

impl Informed for Busy {
    async fn status(&self) -> Arc<Status> {
        Arc::new(small::status())
    }

    /// Takes all the time of its thread until others went on, or a while.
    async fn live(&self) -> Health {
        assert_eq!(thread::current().name(), Some("http"));
        self.set(Standing::Busy);
        let standing = self.0.standing.lock().expect("nobody panicked");
        let patience = Duration::from_secs(10);
        let waited = self
            .0
            .changed
            .wait_timeout_while(standing, patience, |standing| *standing != Standing::WentOn);
        let timed_out = waited.expect("nobody panicked").1.timed_out();
        let why = crate::report::Obstacle {
            about: "checks".into(),
            what: "did not go on".into(),
        };
        Health::from_obstacles(timed_out.then_some(why).into_iter().collect())
    }

    async fn ready(&self) -> Health {
        self.live().await
    }
}

/// This runtime is the one that runs checks.
#[test]
fn whatever_the_server_has_to_do_checks_go_on() {
    let occupied = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = occupied.local_addr().expect("it is bound");
    drop(occupied);
    let (state, busy) = (State::new(address), Busy(Arc::default()));
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime can be had").block_on(async {
        let serving = tokio::spawn(serve_apart(address, state.clone(), busy.clone()));
        let until = Instant::now() + Duration::from_secs(20);
        while std::net::TcpStream::connect(address).is_err() {
            assert!(Instant::now() < until, "{:?}", state.report());
            sleep(Duration::from_millis(10)).await;
        }
        let mut asking = connect(address);
        asking
            .set_read_timeout(Some(Duration::from_secs(20)))
            .expect("a time can be set");
        asking
            .write_all(b"GET /livez HTTP/1.1\r\nHost: test\r\n\r\n")
            .expect("the server reads");
        while busy.is() != Standing::Busy {
            assert!(Instant::now() < until, "it is not asked");
            sleep(Duration::from_millis(10)).await;
        }
        for _ in 0..10 {
            sleep(Duration::from_millis(10)).await;
        }
        busy.set(Standing::WentOn);
        let answer = take(&mut asking);
        assert_eq!((answer.status, answer.body.as_str()), (200, "ok\n"));

        // It ends with whoever started it.
        serving.abort();
        while !serving.is_finished() {
            sleep(Duration::from_millis(10)).await;
        }
        assert!(is_closed_within(&mut asking, Duration::from_secs(20)));
        while std::net::TcpStream::connect(address).is_ok() {
            assert!(Instant::now() < until, "it still listens");
            sleep(Duration::from_millis(10)).await;
        }
    });
}

#[test]
fn between_two_answers_of_a_connection_others_have_their_turn() {
    const REQUESTS: usize = 5;
    let server = Server::start();
    let mut stream = connect(server.address);
    let asked = Instant::now();
    let request = "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n".repeat(REQUESTS);
    stream.write_all(request.as_bytes()).expect("the server reads");
    for before in 0..REQUESTS {
        assert_eq!(take(&mut stream).status, 200);
        let least = SHARE.pause * u32::try_from(before).expect("it is small");
        assert!(asked.elapsed() >= least, "{before}: {:?}", asked.elapsed());
        assert_eq!(get(server.address, "/livez").status, 200);
    }
}

#[test]
fn after_so_many_requests_a_client_has_to_connect_again() {
    let share = Share {
        pause: Duration::ZERO,
        requests: 3,
    };
    let server = Server::start_sharing(share);
    let mut stream = connect(server.address);
    let request = "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n".repeat(4);
    stream.write_all(request.as_bytes()).expect("the server reads");
    for last in [false, false, true] {
        let answer = take(&mut stream);
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("connection"), last.then_some("close"));
    }
    let mut more = Vec::new();
    // The fourth was not read, so the end may be a reset.
    let _reset = std::io::Read::read_to_end(&mut stream, &mut more);
    assert!(more.is_empty(), "{}", String::from_utf8_lossy(&more));
}
