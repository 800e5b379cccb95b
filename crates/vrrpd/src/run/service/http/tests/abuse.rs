//! Clients that are broken, or mean ill. In each case somebody else is served meanwhile.

use std::cell::Cell;
use std::fs::File;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use nix::sys::resource::{Resource, UsageWho, getrlimit, getrusage, setrlimit};
use nix::sys::socket::{AddressFamily, SockFlag, SockType, SockaddrIn, socket};

use super::client::{connect, get, get_again, is_closed_within, take};
use super::server::{Known, Server};
use crate::run::service::http::connection::{ANSWERED_WITHIN, HEADERS_WITHIN, MOST_HEADER_BYTES};
use crate::run::service::http::connections::MOST;
use crate::run::service::http::documents::{self, Documents, Form};
use crate::run::service::metrics::tests::small;
use crate::run::service::solitude::run_alone;

fn others_are_served(server: SocketAddr) {
    let answer = get(server, "/livez");
    assert_eq!((answer.status, answer.body.as_str()), (200, "ok\n"));
}

#[test]
fn requests_that_arrive_byte_by_byte_shut_out_nobody_and_end() {
    let server = Server::start();
    let mut slow: Vec<TcpStream> = (0..MOST * 2).map(|_| connect(server.address)).collect();
    for stream in &mut slow {
        // Those that had to make room may be closed by now.
        let _ = stream.write_all(b"GET /livez HTTP/1.1\r\nHost: te");
    }
    others_are_served(server.address);
    let step = Duration::from_millis(500);
    let mut waited = Duration::ZERO;
    while waited < HEADERS_WITHIN + Duration::from_secs(2) {
        sleep(step);
        waited += step;
        for stream in &mut slow {
            let _ = stream.write_all(b"s");
        }
        others_are_served(server.address);
    }
    server.wait_until_empty(Duration::from_secs(5));
}

/// Whoever has said nothing is closed as well.
#[test]
fn clients_that_say_nothing_are_closed() {
    let server = Server::start();
    let mut silent = connect(server.address);
    others_are_served(server.address);
    assert!(is_closed_within(
        &mut silent,
        HEADERS_WITHIN + Duration::from_secs(5)
    ));
}

/// They are all kept open by their side.
#[test]
fn a_thousand_connections_shut_out_nobody() {
    const CONNECTIONS: usize = 1000;
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).expect("there is a limit");
    if soft < 4096 {
        setrlimit(Resource::RLIMIT_NOFILE, 4096, hard)
            .expect("this test needs 4096 descriptors: raise ulimit -n");
    }
    let server = Server::start();
    let mut crowd = Vec::with_capacity(CONNECTIONS);
    while crowd.len() < CONNECTIONS {
        crowd.push(connect(server.address));
        if crowd.len() % 100 == 0 {
            others_are_served(server.address);
        }
    }
    others_are_served(server.address);
    let traffic = server.state.traffic();
    let most = u64::try_from(MOST).expect("it is small");
    // One that was told to end may not have ended yet.
    assert!(traffic.open <= most + 1, "{traffic:?}");
    assert!(traffic.displaced >= traffic.accepted - most - 20, "{traffic:?}");
}

/// The one that is of use stays, whoever came before.
#[test]
fn a_connection_that_was_just_answered_does_not_make_room() {
    let server = Server::start();
    let mut useful = connect(server.address);
    let mut crowd: Vec<TcpStream> = (1..MOST).map(|_| connect(server.address)).collect();
    server.wait_until_accepted(MOST);
    assert_eq!(get_again(&mut useful, "/livez").status, 200);
    // They take the places of those that came before and said nothing.
    crowd.extend((1..MOST).map(|_| connect(server.address)));
    server.wait_until_accepted(MOST * 2 - 1);
    assert_eq!(get_again(&mut useful, "/livez").status, 200);
    assert_eq!(
        server.state.traffic().displaced,
        u64::try_from(MOST - 1).expect("it is small")
    );
}

#[test]
fn clients_that_never_read_shut_out_nobody_and_end() {
    let mut status = small::status();
    // Far more than sockets take by themselves.
    status.checks[0].what = "x".repeat(8 << 20);
    let server = Server::start_with(Known::of(status));
    let mut deaf: Vec<TcpStream> = (0..MOST).map(|_| connect(server.address)).collect();
    for stream in &mut deaf {
        stream
            .write_all(b"GET /status.json HTTP/1.1\r\nHost: test\r\n\r\n")
            .expect("the server reads");
    }
    let half = ANSWERED_WITHIN / 2;
    others_are_served(server.address);
    sleep(half);
    others_are_served(server.address);
    // They have their time, but for the few that made room.
    let open = server.state.traffic().open;
    assert!(open >= u64::try_from(MOST - 4).expect("it is small"), "{open}");
    server.wait_until_empty(half + Duration::from_secs(5));
}

#[test]
fn what_is_no_request_is_refused() {
    let server = Server::start();
    let tls_hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\x8a\x1f\x00\x20\x13\x01";
    let garbage: [&[u8]; 6] = [
        tls_hello,
        b"\0\0\0\0\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nHost: test\r\nContent-Length: -1\r\n\r\n",
        b"\xff\xfe\xfd\r\n\r\n",
    ];
    for bytes in garbage {
        let mut stream = connect(server.address);
        stream.write_all(bytes).expect("the server reads");
        others_are_served(server.address);
        assert!(is_closed_within(&mut stream, Duration::from_secs(2)), "{bytes:?}");
    }
}

#[test]
fn headers_have_a_bound() {
    let server = Server::start();
    // The line and the other header take some of the room.
    for (length, expected) in [(MOST_HEADER_BYTES - 100, "200"), (MOST_HEADER_BYTES, "431")] {
        let mut stream = connect(server.address);
        let header = "x".repeat(length);
        let request =
            format!("GET /livez HTTP/1.1\r\nHost: test\r\nConnection: close\r\nX: {header}\r\n\r\n");
        // It may stop to read before the end.
        let _ = stream.write_all(request.as_bytes());
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).expect("an answer comes");
        assert!(answer.ends_with(expected.as_bytes()), "{answer:?}");
        others_are_served(server.address);
    }
    // One that never ends.
    let mut stream = connect(server.address);
    while stream.write_all(&[b'x'; 4096]).is_ok() {}
    others_are_served(server.address);
}

#[test]
fn bodies_of_requests_are_not_read() {
    let server = Server::start();
    let mut stream = connect(server.address);
    let request = "GET /livez HTTP/1.1\r\nHost: test\r\nContent-Length: 1000000000000\r\n\r\n";
    stream.write_all(request.as_bytes()).expect("the server reads");
    assert_eq!(take(&mut stream).status, 200);
    let mut sent = 0_usize;
    while stream.write_all(&[0; 4096]).is_ok() {
        sent += 4096;
        assert!(sent < 64 << 20, "it takes everything");
    }
    others_are_served(server.address);
}

/// What clients that never read keep is bounded, and whoever comes then shares the newest.
#[test]
fn there_are_few_documents_however_many_clients_take_them() {
    let documents = Documents::default();
    let count = Cell::new(0);
    let get = |form| {
        let make = || {
            count.set(count.get() + 1);
            Ok(count.get().to_string())
        };
        documents
            .get(form, &Arc::new(small::status()), make)
            .expect("it can be made")
    };
    let mut taken: Vec<_> = (0..MOST).map(|_| get(Form::Json)).collect();
    assert_eq!(count.get(), documents::MOST);
    assert_eq!(taken[0], "1");
    assert_eq!(taken[MOST - 1], documents::MOST.to_string());
    // The bound is that of the form.
    let other = get(Form::Metrics(crate::run::service::metrics::Format::Prometheus));
    assert_eq!(count.get(), documents::MOST + 1);
    drop(other);
    // The oldest is not needed any more.
    taken.remove(0);
    assert_eq!(get(Form::Json), (documents::MOST + 2).to_string());
}

#[test]
fn those_who_ask_for_the_same_moment_share_a_document() {
    let documents = Documents::default();
    let status = Arc::new(small::status());
    let first = documents.get(Form::Json, &status, || Ok("first".to_owned()));
    let second = documents.get(Form::Json, &status, || Ok("second".to_owned()));
    assert_eq!(first, second);
    drop((first, second));
    let again = documents.get(Form::Json, &status, || Ok("again".to_owned()));
    assert_eq!(
        again.expect("it is there"),
        "first",
        "it is made once, however often it is asked for"
    );
    let another = Arc::new(small::status());
    let third = documents.get(Form::Json, &another, || Ok("third".to_owned()));
    assert_eq!(third.expect("it can be made"), "third");
}

#[test]
fn without_descriptors_it_waits_and_goes_on() {
    run_alone("run::service::http::tests::abuse::alone_without_descriptors");
}

/// Others of the daemon may have all of them.
#[test]
fn a_probe_is_answered_even_if_no_descriptor_is_left() {
    run_alone("run::service::http::tests::abuse::alone_with_what_is_kept");
}

#[test]
#[ignore = "needs a process of its own: a_probe_is_answered_even_if_no_descriptor_is_left starts it"]
fn alone_with_what_is_kept() {
    let server = Server::start();
    // The server has what it needs once it has answered.
    others_are_served(server.address);
    server.wait_until_empty(super::SOON);
    // Connected, and accepted once there is something to accept it with.
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).expect("there is a limit");
    setrlimit(Resource::RLIMIT_NOFILE, 64, hard).expect("a limit can be lowered");
    let mut sockets: Vec<Socket> = (0..5).map(|_| Socket::new()).collect();
    let mut rest = Vec::new();
    while let Ok(file) = File::open("/dev/null") {
        rest.push(file);
    }
    while let Some(socket) = sockets.pop() {
        let mut stream = socket.connect(server.address);
        assert_eq!(get_again(&mut stream, "/livez").status, 200);
        // What this one leaves is not for the server, which has to take its own again.
        let before = rest.len();
        drop(stream);
        while rest.len() == before {
            rest.extend(File::open("/dev/null"));
        }
        server.wait_until_empty(super::SOON);
    }
}

/// A socket that is connected later, when no other could be had.
struct Socket(OwnedFd);

impl Socket {
    fn new() -> Self {
        let flags = SockFlag::SOCK_CLOEXEC;
        let made = socket(AddressFamily::Inet, SockType::Stream, flags, None);
        Self(made.expect("a socket can be had"))
    }

    fn connect(self, address: SocketAddr) -> TcpStream {
        let SocketAddr::V4(address) = address else {
            panic!("the server has another address")
        };
        nix::sys::socket::connect(self.0.as_raw_fd(), &SockaddrIn::from(address))
            .expect("the server listens");
        let stream = TcpStream::from(self.0);
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .expect("a time can be set");
        stream
    }
}

#[test]
#[ignore = "needs a process of its own: without_descriptors_it_waits_and_goes_on starts it"]
fn alone_without_descriptors() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    // They wait in the kernel until somebody accepts them.
    let crowd: Vec<TcpStream> = (0..20).map(|_| connect(address)).collect();
    let mut last = connect(address);
    // What is open stays open; the server itself needs a few, and then there is not enough for all.
    let next = File::open("/dev/null").expect("one can be had").as_raw_fd();
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).expect("there is a limit");
    let limit = u64::try_from(next).expect("it is a number") + 10;
    setrlimit(Resource::RLIMIT_NOFILE, limit, hard).expect("a limit can be lowered");
    let server = Server::start_on(listener, Known::new());

    let before = getrusage(UsageWho::RUSAGE_SELF).expect("it is counted");
    last.set_read_timeout(Some(Duration::from_secs(30)))
        .expect("a time can be set");
    assert_eq!(get_again(&mut last, "/livez").status, 200);
    sleep(Duration::from_secs(1));
    let after = getrusage(UsageWho::RUSAGE_SELF).expect("it is counted");
    let used = after.user_time().tv_sec() - before.user_time().tv_sec();
    assert!(used < 2, "it spins: {used} s of processor time");
    // Those that came first made room.
    assert!(server.state.traffic().displaced > 0);
    drop(crowd);
}
