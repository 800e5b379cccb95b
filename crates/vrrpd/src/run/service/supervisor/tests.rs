use std::ffi::{OsStr, OsString};
use std::io::ErrorKind;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

use tempfile::TempDir;

use super::{LONGEST_STATUS, Supervisor, one_line};

/// What systemd reads at most.
const NOTIFY_BUFFER: usize = 4096;

/// In systemd's place.
struct Reader {
    socket: UnixDatagram,
    name: OsString,
    _directory: TempDir,
}

impl Reader {
    fn new() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("notify");
        let socket = UnixDatagram::bind(&path).expect("a socket");
        socket
            .set_nonblocking(true)
            .expect("a socket that does not block");
        Self {
            socket,
            name: path.into(),
            _directory: directory,
        }
    }

    fn supervisor(&self) -> Supervisor {
        Supervisor::at(&self.name, None).expect("a supervisor")
    }

    /// The next message, if there is one.
    fn next(&self) -> Option<String> {
        let mut buffer = [0; NOTIFY_BUFFER];
        match self.socket.recv(&mut buffer) {
            Ok(length) => Some(String::from_utf8(buffer[..length].to_vec()).expect("text")),
            Err(error) if error.kind() == ErrorKind::WouldBlock => None,
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn each_message_is_one_datagram_of_assignments() {
    let reader = Reader::new();
    let supervisor = reader.supervisor();
    supervisor.ready();
    supervisor.status("VI_1 MASTER, VI_2 BACKUP");
    supervisor.alive();
    supervisor.stopping();
    let messages: Vec<String> = std::iter::from_fn(|| reader.next()).collect();
    assert_eq!(
        messages,
        [
            "READY=1\n",
            "STATUS=VI_1 MASTER, VI_2 BACKUP\n",
            "WATCHDOG=1\n",
            "STOPPING=1\n"
        ]
    );
}

/// systemd 253 and newer take a reload without it for a failure.
#[test]
fn a_reload_says_when_it_began() {
    let reader = Reader::new();
    reader.supervisor().reloading();
    let message = reader.next().expect("a message");
    let [reloading, began] = message.lines().collect::<Vec<_>>()[..] else {
        panic!("two lines were expected: {message}")
    };
    assert_eq!(reloading, "RELOADING=1");
    let began: u64 = began
        .strip_prefix("MONOTONIC_USEC=")
        .expect("a time")
        .parse()
        .expect("a number");
    assert!(began > 0);
}

#[test]
fn an_abstract_socket_is_as_good() {
    let name = format!("vrrpd-supervisor-test-{}", std::process::id());
    let address = SocketAddr::from_abstract_name(&name).expect("an address");
    let socket = UnixDatagram::bind_addr(&address).expect("a socket");
    Supervisor::at(OsStr::new(&format!("@{name}")), None)
        .expect("a supervisor")
        .ready();
    socket
        .set_read_timeout(Some(Duration::from_secs(10)))
        .expect("a time-out");
    let mut buffer = [0; NOTIFY_BUFFER];
    let length = socket.recv(&mut buffer).expect("a message");
    assert_eq!(&buffer[..length], b"READY=1\n");
}

#[test]
fn other_kinds_of_sockets_are_refused_by_name() {
    for name in ["vsock:2:1234", "relative/path"] {
        let error = Supervisor::at(OsStr::new(name), None).expect_err("no supervisor");
        assert_eq!(
            error.to_string(),
            format!("NOTIFY_SOCKET={name}: it is neither an absolute path nor an abstract name")
        );
    }
}

/// The test would hang if telling waited for the reader.
#[test]
fn a_supervisor_that_does_not_read_delays_nothing_and_misses_nothing_that_counts() {
    let reader = Reader::new();
    let supervisor = reader.supervisor();
    // The queue of a socket takes few datagrams: ten, or what the host is set to.
    for _ in 0..10_000 {
        supervisor.alive();
    }
    supervisor.status("VI_1 BACKUP");
    supervisor.ready();
    supervisor.status("VI_1 MASTER");
    let mut feeds = 0;
    while let Some(message) = reader.next() {
        assert_eq!(message, "WATCHDOG=1\n");
        feeds += 1;
    }
    assert!(feeds < 10_000, "the queue was never full: this has shown nothing");

    supervisor.alive();
    let message = reader.next().expect("a message");
    assert_eq!(message, "READY=1\nSTATUS=VI_1 MASTER\nWATCHDOG=1\n");
    supervisor.alive();
    assert_eq!(
        reader.next().as_deref(),
        Some("WATCHDOG=1\n"),
        "nothing is told twice"
    );
}

#[test]
fn a_supervisor_that_is_gone_is_told_again_when_it_is_back() {
    let reader = Reader::new();
    let supervisor = reader.supervisor();
    std::fs::remove_file(&reader.name).expect("the socket's name is gone");
    supervisor.ready();
    assert_eq!(reader.next(), None);
    let again = UnixDatagram::bind(&reader.name).expect("a socket");
    again.set_nonblocking(true).expect("a socket that does not block");
    supervisor.status("VI_1 MASTER");
    let mut buffer = [0; NOTIFY_BUFFER];
    let length = again.recv(&mut buffer).expect("a message");
    assert_eq!(&buffer[..length], b"READY=1\nSTATUS=VI_1 MASTER\n");
}

#[test]
fn a_status_is_one_line_and_no_assignment_of_its_own() {
    let reader = Reader::new();
    reader.supervisor().status("VI_1\nMAINPID=1\r\tFAULT");
    assert_eq!(reader.next().as_deref(), Some("STATUS=VI_1 MAINPID=1  FAULT\n"));
}

#[test]
fn a_status_that_is_too_long_is_cut_between_characters() {
    for text in ["x".repeat(LONGEST_STATUS), "ä".repeat(LONGEST_STATUS / 2)] {
        assert_eq!(one_line(&text), text, "this fits");
    }
    for text in [
        "x".repeat(9000),
        "ä".repeat(9000),
        "€".repeat(9000),
        "𐍈".repeat(9000),
    ] {
        let line = one_line(&text);
        assert!(line.len() <= LONGEST_STATUS, "{}", line.len());
        assert!(line.len() > LONGEST_STATUS - 8, "{}", line.len());
        let kept = line.strip_suffix('…').expect("it says that there is more");
        assert!(text.starts_with(kept));
    }
}

#[test]
fn the_watchdog_is_fed_in_half_its_time() {
    let reader = Reader::new();
    let period = |watchdog| {
        Supervisor::at(&reader.name, watchdog)
            .expect("a supervisor")
            .watchdog_period()
    };
    assert_eq!(period(None), None);
    assert_eq!(period(Some(Duration::ZERO)), None, "zero is none");
    assert_eq!(
        period(Some(Duration::from_secs(3))),
        Some(Duration::from_millis(1500))
    );
}
