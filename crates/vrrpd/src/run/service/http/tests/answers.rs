//! What is answered to those who ask properly.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::thread::sleep;
use std::time::Duration;

use super::client::{ask, connect, get, get_again, take};
use super::server::{Known, Server};
use crate::report::Status;
use crate::run::service::http::connection::{ANSWERED_WITHIN, HEADERS_WITHIN};
use crate::run::service::metrics::tests::small;

#[test]
fn all_is_well() {
    let server = Server::start();
    for path in ["/livez", "/readyz", "/livez?verbose"] {
        let answer = get(server.address, path);
        assert_eq!((answer.status, answer.body.as_str()), (200, "ok\n"), "{path}");
        assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
}

#[test]
fn every_obstacle_is_a_line_of_its_own() {
    let known = Known::new();
    known.not_live(&[("protocol", "does not answer")]);
    known.not_ready(&[("web", "in FAULT:\nno link"), ("check disk", "no result yet")]);
    let server = Server::start_with(known);

    let live = get(server.address, "/livez");
    assert_eq!(
        (live.status, live.body.as_str()),
        (503, "protocol: does not answer\n")
    );
    let ready = get(server.address, "/readyz");
    let lines = "web: in FAULT: no link\ncheck disk: no result yet\n";
    assert_eq!((ready.status, ready.body.as_str()), (503, lines));
}

#[test]
fn the_status_is_the_one_that_the_daemon_knows() {
    let server = Server::start();
    let answer = get(server.address, "/status.json");
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let status: Status = serde_json::from_str(&answer.body).expect("it is a status");
    assert_eq!(status, small::status());
}

#[test]
fn metrics_come_in_the_form_that_was_asked_for() {
    let server = Server::start();
    let plain = get(server.address, "/metrics");
    assert_eq!(plain.status, 200);
    assert_eq!(
        plain.header("content-type"),
        Some("text/plain; version=0.0.4; charset=utf-8")
    );
    assert!(plain.body.contains("# TYPE vrrpd_http_accepted_total counter\n"));

    let accept = "Accept: application/openmetrics-text;version=1.0.0;q=0.5,*/*;q=0.1\r\n";
    let open = ask(server.address, "GET", "/metrics", accept);
    assert_eq!(
        open.header("content-type"),
        Some("application/openmetrics-text; version=1.0.0; charset=utf-8")
    );
    assert!(open.body.ends_with("\n# EOF\n"));
    // It was the second connection, and is open.
    assert!(
        open.body.contains("\nvrrpd_http_accepted_total 2\n"),
        "{}",
        open.body
    );
    assert!(open.body.contains("\nvrrpd_http_connections "), "{}", open.body);
}

#[test]
fn the_root_lists_what_there_is() {
    let server = Server::start();
    let answer = get(server.address, "/");
    assert_eq!(answer.status, 200);
    for path in ["/livez", "/readyz", "/status.json", "/metrics"] {
        assert!(answer.body.contains(path), "{}", answer.body);
    }
}

#[test]
fn head_has_everything_but_the_body() {
    let server = Server::start();
    for path in ["/", "/livez", "/status.json"] {
        let head = ask(server.address, "HEAD", path, "");
        let whole = get(server.address, path);
        assert_eq!((head.status, head.body.as_str()), (200, ""), "{path}");
        let length = whole.body.len().to_string();
        assert_eq!(head.header("content-length"), Some(length.as_str()), "{path}");
    }
}

#[test]
fn nothing_can_be_changed() {
    let server = Server::start();
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "BREW"] {
        let answer = ask(server.address, method, "/status.json", "");
        assert_eq!(answer.status, 405, "{method}");
        assert_eq!(answer.header("allow"), Some("get, head"), "{method}");
    }
}

#[test]
fn there_is_nothing_else() {
    let server = Server::start();
    for path in [
        "/metrics/",
        "//",
        "/livez/../metrics",
        "/%6d%65trics",
        "/favicon.ico",
    ] {
        assert_eq!(get(server.address, path).status, 404, "{path}");
    }
    assert_eq!(ask(server.address, "POST", "/nothing", "").status, 404);
}

/// A scraper keeps its connection from one time to the next, which is longer than a request and its answer may take.
#[test]
fn a_connection_may_be_idle_for_longer_than_a_request_may_take() {
    let server = Server::start();
    let mut stream = connect(server.address);
    assert_eq!(get_again(&mut stream, "/metrics").status, 200);
    sleep(ANSWERED_WITHIN.max(HEADERS_WITHIN) + Duration::from_secs(2));
    assert_eq!(get_again(&mut stream, "/metrics").status, 200);
    assert_eq!(server.state.traffic().accepted, 1);
}

#[test]
fn requests_that_are_sent_at_once_are_answered_in_their_order() {
    let server = Server::start();
    let mut stream = connect(server.address);
    let requests = "GET /nothing HTTP/1.1\r\nHost: a\r\n\r\nHEAD /livez HTTP/1.1\r\nHost: a\r\n\r\n\
                    GET /livez HTTP/1.1\r\nHost: a\r\n\r\n";
    stream.write_all(requests.as_bytes()).expect("the server reads");
    assert_eq!(take(&mut stream).status, 404);
    let mut head = [0; 15];
    stream.read_exact(&mut head).expect("the second answer comes");
    assert_eq!(&head, b"HTTP/1.1 200 OK");
    let mut rest = String::new();
    while !rest.ends_with("\r\n\r\nok\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).expect("the third answer comes");
        rest.push(char::from(byte[0]));
    }
    assert!(rest.contains("HTTP/1.1 200 OK"), "{rest}");
}

#[test]
fn a_client_that_has_said_everything_still_gets_its_answer() {
    let server = Server::start();
    let mut stream = connect(server.address);
    stream
        .write_all(b"GET /livez HTTP/1.0\r\n\r\n")
        .expect("the server reads");
    stream.shutdown(Shutdown::Write).expect("it is open");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer comes");
    assert!(answer.ends_with("\r\n\r\nok\n"), "{answer}");
}

#[test]
fn a_client_that_goes_leaves_nothing_behind() {
    let server = Server::start();
    let mut stream = connect(server.address);
    assert_eq!(get_again(&mut stream, "/livez").status, 200);
    let silent = connect(server.address);
    server.wait_until_accepted(2);
    assert_eq!(server.state.traffic().open, 2);
    drop((stream, silent));
    server.wait_until_empty(super::SOON);
}
