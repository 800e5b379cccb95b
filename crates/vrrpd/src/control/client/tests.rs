//! Which daemon is found, and what is said if none is.

use std::fs::{self, Permissions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::thread;
use std::time::Duration;

use nix::sys::socket::{AddressFamily, Backlog, SockFlag, SockType, UnixAddr, bind, listen, socket};
use std::os::fd::{AsRawFd as _, OwnedFd};

use super::{Connection, Unanswered, find};
use crate::control::{Ask, RefusalKind};

const SOON: Duration = Duration::from_millis(300);
const LONG: Duration = Duration::from_secs(20);

fn daemon(directory: &Path, name: &str) -> UnixListener {
    UnixListener::bind(directory.join(format!("{name}.sock"))).expect("it can be bound")
}

/// Answers one caller with these bytes, whatever it asks, and hangs up.
fn answering(listener: UnixListener, bytes: &'static [u8]) {
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("somebody asks");
        let mut line = String::new();
        BufReader::new(&stream).read_line(&mut line).expect("it is asked");
        stream.write_all(bytes).expect("it is heard");
    });
}

#[test]
fn the_only_one_that_listens_is_found() {
    let directory = tempfile::tempdir().expect("there is room");
    drop(daemon(directory.path(), "dead"));
    fs::write(directory.path().join("vrrpd.json"), "{}").expect("there is room");
    fs::write(directory.path().join("file.sock"), "").expect("there is room");
    let dead = find(directory.path(), None, SOON).expect_err("none listens");
    assert!(matches!(dead, Unanswered::Gone(_)), "{dead}");
    let _alive = daemon(directory.path(), "alive");
    let found = find(directory.path(), None, LONG).expect("there is one");
    assert!(found.path.ends_with("alive.sock"));
    let _other = daemon(directory.path(), "other");
    let several = find(directory.path(), None, LONG).expect_err("there are two");
    assert_eq!(
        several.to_string(),
        "several vrrpds run here: name one of them: alive, other"
    );
    find(directory.path(), Some("other"), LONG).expect("it is named");
    let missing = find(directory.path(), Some("nobody"), LONG).expect_err("it is not there");
    let told = missing.to_string();
    assert!(told.starts_with("no vrrpd called `nobody` runs here"), "{told}");
    assert!(told.ends_with("; there are: alive, dead, other"), "{told}");
}

#[test]
fn without_any_socket_it_is_said_where_one_was_looked_for() {
    let directory = tempfile::tempdir().expect("there is room");
    for place in [directory.path().to_owned(), directory.path().join("missing")] {
        let nothing = find(&place, None, SOON).expect_err("there is none");
        let told = format!("no vrrpd runs here (no socket in {})", place.display());
        assert_eq!(nothing.to_string(), told);
    }
}

#[test]
fn who_is_not_let_in_is_told_who_would_be() {
    let directory = tempfile::tempdir().expect("there is room");
    let _daemon = daemon(directory.path(), "vrrpd");
    let path = directory.path().join("vrrpd.sock");
    fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("it is ours");
    let told = Unanswered::denied(&path).to_string();
    assert!(told.ends_with("vrrpd.sock: only root may ask"), "{told}");
    // A group without a name is told by its number. Without root only groups of one's own can be set.
    fs::set_permissions(&path, Permissions::from_mode(0o660)).expect("it is ours");
    let group = if nix::unistd::geteuid().is_root() {
        54_321
    } else {
        nix::unistd::getegid().as_raw()
    };
    chown(&path, None, Some(group)).expect("it is ours");
    let told = Unanswered::denied(&path).to_string();
    assert!(told.contains("root, and members of the group `"), "{told}");
}

#[test]
fn a_daemon_that_takes_no_callers_hangs() {
    let directory = tempfile::tempdir().expect("there is room");
    let path = directory.path().join("vrrpd.sock");
    let listener: OwnedFd = socket(
        AddressFamily::Unix,
        SockType::Stream,
        SockFlag::SOCK_CLOEXEC,
        None,
    )
    .expect("descriptors are left");
    bind(listener.as_raw_fd(), &UnixAddr::new(&path).expect("it is short")).expect("it can be bound");
    listen(&listener, Backlog::new(0).expect("it is a number")).expect("it is bound");
    let mut queue = Vec::new();
    let hangs = loop {
        match Connection::open(&path, SOON) {
            Ok(connection) => queue.push(connection),
            Err(hangs) => break hangs,
        }
        assert!(queue.len() < 10, "the queue has no end");
    };
    assert!(matches!(hangs, Unanswered::Hangs { .. }), "{hangs}");
}

#[test]
fn a_daemon_that_does_not_answer_hangs_and_its_process_is_named() {
    let directory = tempfile::tempdir().expect("there is room");
    let _daemon = daemon(directory.path(), "vrrpd");
    let mut connection = find(directory.path(), None, SOON).expect("it listens");
    connection.ask(Ask::Status, SOON).expect("it is taken");
    let hangs = connection.answer().expect_err("it does not answer");
    let process = format!("(process {})", std::process::id());
    assert!(hangs.to_string().contains(&process), "{hangs}");
}

#[test]
fn what_is_answered_is_told_apart() {
    let ask = |bytes: &'static [u8]| {
        let directory = tempfile::tempdir().expect("there is room");
        answering(daemon(directory.path(), "vrrpd"), bytes);
        let mut connection = find(directory.path(), None, LONG).expect("it listens");
        let answered = connection.only(Ask::Status, LONG, |answer| answer.status);
        answered.map(|status| status.get().to_owned())
    };
    let status = ask(b"{\"version\":1,\"status\":{\"new\":[1.50]},\"more\":true}\n");
    assert_eq!(
        status.expect("it is one"),
        "{\"new\":[1.50]}",
        "as it was written"
    );
    let hung_up = ask(b"").expect_err("it says nothing");
    assert!(matches!(hung_up, Unanswered::HungUp(_)), "{hung_up}");
    let cut = ask(b"{\"version\":1,").expect_err("it is cut off");
    assert!(matches!(cut, Unanswered::HungUp(_)), "{cut}");
    let garbled = ask(b"HTTP/1.1 200 OK\n").expect_err("it is no answer");
    assert!(matches!(garbled, Unanswered::Garbled { .. }), "{garbled}");
    let other = ask(b"{\"version\":2,\"status\":{}}\n").expect_err("it is another version");
    assert!(matches!(other, Unanswered::OtherVersion(2)), "{other}");
    let beside = ask(b"{\"version\":1,\"end\":true}\n").expect_err("it was not asked for");
    assert!(matches!(beside, Unanswered::BesideThePoint), "{beside}");
    let refused = ask(b"{\"version\":1,\"error\":{\"kind\":\"busy\",\"message\":\"later\"}}\n")
        .expect_err("it refuses");
    assert!(
        matches!(&refused, Unanswered::Refused(refusal) if refusal.kind == RefusalKind::Busy),
        "{refused}"
    );
    assert_eq!(refused.to_string(), "the daemon refuses: busy: later");
}
