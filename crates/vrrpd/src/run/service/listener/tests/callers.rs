//! Clients that behave, and clients that do not. In each case one that behaves is served meanwhile.

use std::net::Shutdown;
use std::thread;
use std::time::Duration;

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use tokio::net::UnixStream;
use tokio::time::timeout;

use super::super::caller::Rights;
use super::super::conversation::{Answers, hold};
use super::super::limits::LIMITS;
use super::super::place::Places;
use super::server::{Client, PATIENCE, SHORT, Server};

const STATUS: &str = r#"{"version":1,"ask":"status"}"#;
const FOLLOW: &str = r#"{"version":1,"ask":"events","after":0,"follow":true}"#;

#[test]
fn one_connection_carries_several_requests() {
    let server = Server::start(LIMITS);
    let mut client = server.connect();
    let status = client.ask(STATUS);
    assert_eq!(status["version"], 1);
    assert_eq!(status["status"]["daemon"]["name"], "vrrpd");
    let ready = client.ask(r#"{"version":1,"ask":"health","of":"ready"}"#);
    assert_eq!(ready["health"]["obstacles"][0]["about"], "web");
    let refused = client.ask("nonsense");
    assert_eq!(refused["error"]["kind"], "malformed");
    let reload = client.ask(r#"{"version":1,"ask":"reload"}"#);
    assert_eq!(reload["reload"]["result"], "unchanged");
    let events = client.ask(r#"{"version":1,"ask":"events"}"#);
    assert_eq!(events["end"], true);
    // Without waiting for answers, in pieces.
    for piece in format!("{STATUS}\n{STATUS}\n").as_bytes().chunks(7) {
        client.send(piece).expect("it is taken");
    }
    for _ in 0..2 {
        assert!(client.hear().expect("it answers").get("status").is_some());
    }
}

#[test]
fn a_client_that_closes_its_half_is_still_answered_also_without_a_line_break() {
    let server = Server::start(LIMITS);
    let mut client = server.connect();
    client.send(STATUS.as_bytes()).expect("it is taken");
    client.stream().shutdown(Shutdown::Write).expect("it is open");
    assert!(client.hear().expect("it answers").get("status").is_some());
    assert_eq!(client.hear(), None, "there is nothing more to ask");
}

#[test]
fn a_follower_is_told_what_was_and_what_comes() {
    let server = Server::start(SHORT);
    server.fake.happen();
    let mut client = server.connect();
    assert_eq!(client.ask(FOLLOW)["event"]["sequence"], 1);
    // Longer than others may be idle, and without its own half.
    client.stream().shutdown(Shutdown::Write).expect("it is open");
    thread::sleep(SHORT.idle * 2);
    for sequence in 2..5 {
        server.fake.happen();
        assert_eq!(client.hear().expect("it is told")["event"]["sequence"], sequence);
    }
}

#[test]
fn events_that_are_not_followed_have_an_end() {
    let server = Server::start(LIMITS);
    for _ in 0..3 {
        server.fake.happen();
    }
    let mut client = server.connect();
    let first = client.ask(r#"{"version":1,"ask":"events","after":1}"#);
    assert_eq!(first["event"]["sequence"], 2);
    assert_eq!(client.hear().expect("the next")["event"]["sequence"], 3);
    assert_eq!(client.hear().expect("the end")["end"], true);
}

#[tokio::test]
async fn who_may_look_only_cannot_reload() {
    let server = Server::start(LIMITS);
    let (ours, theirs) = UnixStream::pair().expect("descriptors are left");
    let answers = Answers::new(server.fake.clone(), LIMITS);
    let place = Places::new(1).take();
    let rights = Rights { may_change: false };
    let asking = async {
        let mut heard = String::new();
        for request in [r#"{"version":1,"ask":"reload"}"#, STATUS] {
            let request = format!("{request}\n");
            assert_eq!(theirs.try_write(request.as_bytes()).ok(), Some(request.len()));
            while heard.lines().count() < 1 || !heard.ends_with('\n') {
                theirs.readable().await.expect("it is open");
                let mut chunk = [0; 8192];
                if let Ok(taken) = theirs.try_read(&mut chunk) {
                    heard += std::str::from_utf8(&chunk[..taken]).expect("it is text");
                }
            }
            if request.contains("reload") {
                assert!(heard.contains(r#""kind":"not_permitted""#), "{heard}");
                heard.clear();
            }
        }
        assert!(heard.contains(r#""status":{"#), "it may look: {heard}");
    };
    tokio::select! {
        () = hold(&ours, rights, &answers, &place) => panic!("it has hung up"),
        asked = timeout(PATIENCE, asking) => asked.expect("it answers"),
    }
}

#[test]
fn a_thousand_connections_keep_nobody_out() {
    const FLOOD: usize = 1000;
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).expect("it is known");
    if soft < 4096 {
        setrlimit(Resource::RLIMIT_NOFILE, hard.min(4096), hard).expect("it can be raised");
    }
    let server = Server::start(LIMITS);
    let mut early = server.connect();
    early.ask(STATUS);
    let mut flood = Vec::new();
    for number in 0..FLOOD {
        let mut client = server.connect();
        if number % 3 == 0 {
            // Those that are closed already take nothing.
            let _closed = client.send(b"{\"version\":");
        }
        flood.push(client);
        if number % 100 == 0 {
            server.assert_serves();
        }
    }
    server.assert_serves();
    assert_eq!(early.hear().expect("it is told why")["error"]["kind"], "busy");
    assert_eq!(early.hear(), None);
    let is_open = |client: &Client| {
        let stream = client.stream();
        stream.set_nonblocking(true).expect("it is a socket");
        let mut byte = [0];
        matches!(std::io::Read::read(&mut &*stream, &mut byte), Err(error) if error.kind() == std::io::ErrorKind::WouldBlock)
    };
    let open = flood.iter().filter(|client| is_open(client)).count();
    assert!(open <= LIMITS.places, "{open} are still connected");
    assert!(
        open > LIMITS.places / 2,
        "only {open} are: far more were shut out than had to be"
    );
}

#[test]
fn a_follower_is_dropped_for_one_more_caller_and_not_before() {
    let limits = super::super::limits::Limits { places: 3, ..LIMITS };
    let server = Server::start(limits);
    server.fake.happen();
    let mut followers: Vec<Client> = (0..3).map(|_| server.connect()).collect();
    for follower in &mut followers {
        assert!(follower.ask(FOLLOW).get("event").is_some());
    }
    server.assert_serves();
    server.fake.happen();
    let still: Vec<bool> = followers
        .iter_mut()
        .map(|follower| follower.hear().is_some())
        .collect();
    assert_eq!(
        still,
        [false, true, true],
        "the one that was silent longest has gone"
    );
}

#[test]
fn a_line_without_an_end_is_cut_off() {
    let server = Server::start(LIMITS);
    let mut client = server.connect();
    let megabyte = vec![b'x'; 1 << 20];
    let taken = (0..10).take_while(|_| client.send(&megabyte).is_ok()).count();
    assert_eq!(taken, 0, "it was read much too far");
    assert_eq!(
        client.hear().expect("it is told why")["error"]["kind"],
        "too_long"
    );
    assert_eq!(client.hear(), None);
    server.assert_serves();
}

#[test]
fn garbage_is_answered_line_by_line() {
    let server = Server::start(LIMITS);
    let mut client = server.connect();
    client
        .send(b"\x00\xff\xfe\x80\n\x16\x03\x01\x02\x00\n\n")
        .expect("it is taken");
    for _ in 0..3 {
        assert_eq!(
            client.hear().expect("it is told why")["error"]["kind"],
            "malformed"
        );
    }
    assert!(client.ask(STATUS).get("status").is_some(), "it can still ask");
}

#[test]
fn who_does_not_go_on_is_hung_up_on() {
    let server = Server::start(SHORT);
    let mut idle = server.connect();
    let mut slow = server.connect();
    slow.send(b"{\"version\":").expect("it is taken");
    assert_eq!(idle.hear(), None);
    assert_eq!(slow.hear(), None);
    // One byte now and then is no request either.
    let mut drip = server.connect();
    let mut dripped = 0;
    while drip.send(b" ").is_ok() {
        dripped += 1;
        assert!(dripped < 200, "it may go on for ever");
        thread::sleep(Duration::from_millis(50));
    }
    server.assert_serves();
}

#[test]
fn who_never_reads_is_hung_up_on_and_holds_nobody_up() {
    let server = Server::with_status_of(SHORT, 4 << 20);
    let mut deaf: Vec<Client> = (0..40).map(|_| server.connect()).collect();
    for client in &mut deaf {
        client
            .send(format!("{STATUS}\n").as_bytes())
            .expect("it is taken");
    }
    server.assert_serves();
    let mut client = server.connect();
    let answer = client.ask(STATUS);
    assert!(answer.get("status").is_some(), "its turn has come: {answer}");
    // All are let go: none of them has the whole answer.
    thread::sleep(SHORT.taken_within * 4);
    for client in deaf {
        let mut heard = Vec::new();
        let mut stream = client.stream();
        let _reset = std::io::Read::read_to_end(&mut stream, &mut heard);
        assert!(heard.len() < 4 << 20, "it was waited for");
    }
}

#[test]
fn a_follower_that_does_not_read_is_hung_up_on() {
    let server = Server::start(SHORT);
    server.fake.happen();
    let mut deaf = server.connect();
    deaf.ask(FOLLOW);
    for _ in 0..20_000 {
        server.fake.happen();
    }
    thread::sleep(SHORT.taken_within * 4);
    let mut heard = 0;
    while deaf.hear().is_some() {
        heard += 1;
    }
    assert!(heard < 20_000, "it was waited for");
    server.assert_serves();
}
