//! When no descriptor is left, those who ask are still answered, one after the other.

use std::fs::File;
use std::net::Shutdown;
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::os::unix::net::UnixStream;

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::socket::{AddressFamily, SockFlag, SockType, UnixAddr, connect, socket};

use super::super::limits::{LIMITS, Limits};
use super::server::{Client, SHORT, Server};
use crate::run::service::solitude::run_alone;

const HEALTH: &str = r#"{"version":1,"ask":"health","of":"live"}"#;
const FOLLOW: &str = r#"{"version":1,"ask":"events","after":0,"follow":true}"#;

#[test]
fn callers_are_answered_one_after_the_other() {
    run_alone("run::service::listener::tests::scarce::alone_one_after_the_other");
}

#[test]
fn nobody_stands_in_the_last_door() {
    run_alone("run::service::listener::tests::scarce::alone_with_one_who_stays");
}

/// A process in which nothing is left but what the server keeps.
struct Scarce {
    server: Server,
    sockets: Vec<OwnedFd>,
    rest: Vec<File>,
}

impl Scarce {
    fn with(limits: Limits) -> Self {
        let server = Server::start(limits);
        // It has what it needs once it has answered, and nothing else once it has hung up.
        let mut first = server.connect();
        assert_eq!(first.ask(HEALTH)["health"]["well"], true);
        first.stream().shutdown(Shutdown::Write).expect("it is open");
        assert_eq!(first.hear(), None);
        drop(first);
        let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).expect("there is a limit");
        setrlimit(Resource::RLIMIT_NOFILE, 64, hard).expect("a limit can be lowered");
        let made = (0..5).map(|_| {
            let flags = SockFlag::SOCK_CLOEXEC;
            socket(AddressFamily::Unix, SockType::Stream, flags, None).expect("a socket can be had")
        });
        let mut scarce = Self {
            server,
            sockets: made.collect(),
            rest: Vec::new(),
        };
        scarce.use_up();
        scarce
    }

    fn use_up(&mut self) {
        while let Ok(file) = File::open("/dev/null") {
            self.rest.push(file);
        }
    }

    fn connect(&mut self) -> Client {
        let socket = self.sockets.pop().expect("one is left");
        let path = UnixAddr::new(&self.server.path).expect("it is short");
        connect(socket.as_raw_fd(), &path).expect("it listens");
        Client::of(UnixStream::from(socket))
    }

    /// It is what the server has let in that is over, not this process's end of it.
    fn end(mut self) {
        self.rest.clear();
        self.sockets.clear();
        self.server.assert_serves();
    }
}

#[test]
#[ignore = "needs a process of its own: callers_are_answered_one_after_the_other starts it"]
fn alone_one_after_the_other() {
    let mut scarce = Scarce::with(LIMITS);
    // All of these are there at once.
    let mut clients: Vec<Client> = (0..5).map(|_| scarce.connect()).collect();
    for client in &mut clients {
        client
            .send(format!("{HEALTH}\n").as_bytes())
            .expect("it is taken");
        client.stream().shutdown(Shutdown::Write).expect("it is open");
    }
    for client in &mut clients {
        let answer = client.hear().expect("it is answered");
        assert_eq!(answer["health"]["well"], true, "{answer}");
    }
    scarce.end();
}

#[test]
#[ignore = "needs a process of its own: nobody_stands_in_the_last_door starts it"]
fn alone_with_one_who_stays() {
    let limits = Limits {
        last_door_within: SHORT.last_door_within,
        ..LIMITS
    };
    let mut scarce = Scarce::with(limits);
    scarce.server.fake.happen();
    // Three descriptors are kept, so that there is one for each of these. They would stay for ever.
    let mut staying: Vec<Client> = (0..4).map(|_| scarce.connect()).collect();
    for client in &mut staying {
        client
            .send(format!("{FOLLOW}\n").as_bytes())
            .expect("it is taken");
    }
    let mut last = scarce.connect();
    assert_eq!(last.ask(HEALTH)["health"]["well"], true);
    for client in &mut staying {
        assert_eq!(client.hear().expect("it is told")["event"]["sequence"], 1);
        assert_eq!(client.hear(), None, "it was shown out");
    }
    scarce.end();
}
