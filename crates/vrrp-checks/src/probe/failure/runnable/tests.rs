use std::net::SocketAddr;
use std::time::Duration;

use http_body_util::Empty;
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio_rustls::rustls::{AlertDescription, CertificateError};

use super::*;

fn script(end: End) -> Failure {
    Failure::Script(Ended { end, last_line: None })
}

fn content(content: Content) -> Failure {
    let path = "/run/drain".into();
    Failure::Content { path, content }
}

fn file(errno: Errno) -> Failure {
    Failure::File {
        path: "/run/drain".into(),
        error: errno.into(),
    }
}

fn resolve(error: io::Error) -> Failure {
    Failure::Resolve {
        host: "web".to_owned(),
        error,
    }
}

fn connect(errno: Errno) -> Failure {
    Failure::Connect {
        address: SocketAddr::from(([127, 0, 0, 1], 80)),
        error: errno.into(),
    }
}

/// What hyper says of somebody who speaks something else.
async fn hyper_error() -> hyper::Error {
    let (ours, mut theirs) = tokio::io::duplex(1024);
    let (mut sender, connection) = http1::handshake(TokioIo::new(ours)).await.expect("a handshake");
    tokio::io::AsyncWriteExt::write_all(&mut theirs, b"220 mail.example ESMTP\r\n")
        .await
        .expect("room for a line");
    let asked = Request::get("/").body(Empty::<Bytes>::new()).expect("a request");
    let (answer, _) = tokio::join!(sender.send_request(asked), connection);
    answer.expect_err("no HTTP")
}

/// What is said of work that was done aside and never came to its end.
async fn join_error() -> io::Error {
    let cancelled = tokio::spawn(core::future::pending::<()>());
    cancelled.abort();
    io::Error::other(cancelled.await.expect_err("it never ends"))
}

#[tokio::test]
async fn these_have_looked_at_something() {
    let refused = SocketAddr::from(([127, 0, 0, 1], 80));
    let cases = [
        Failure::TimedOut(Duration::from_secs(1)),
        resolve(io::Error::other(
            "failed to lookup address information: Name or service not known",
        )),
        Failure::NoAddress {
            host: "web".to_owned(),
        },
        Failure::Refused(refused),
        connect(Errno::ENETUNREACH),
        connect(Errno::EHOSTUNREACH),
        connect(Errno::ETIMEDOUT),
        connect(Errno::EACCES),
        Failure::Closed,
        Failure::Connection(Errno::ETIMEDOUT.into()),
        Failure::Certificate(CertificateError::Expired),
        Failure::NotTls,
        Failure::Tls(rustls::Error::AlertReceived(AlertDescription::HandshakeFailure)),
        Failure::NotHttp(hyper_error().await),
        Failure::Http(hyper_error().await),
        Failure::Status {
            got: 503,
            wanted: Vec::new(),
        },
        Failure::Body {
            pattern: "ok".to_owned(),
            cut: false,
        },
        script(End::Exited(1)),
        script(End::Exited(126)),
        script(End::Exited(127)),
        script(End::Killed(9)),
        script(End::TimedOut(Duration::from_secs(1))),
        content(Content::TooLong(64)),
        content(Content::NotANumber("abc".to_owned())),
        content(Content::OutOfRange("9223372036854775808".to_owned())),
        Failure::Processes {
            name: "haproxy".to_owned(),
            found: 0,
            wanted: 1,
        },
    ];
    for failure in cases {
        assert!(failure.runnable(), "{failure:?}");
    }
}

#[tokio::test]
async fn these_say_nothing_of_what_is_looked_at() {
    let asked = Request::get("no path").body(Empty::<Bytes>::new());
    let cases = [
        Failure::NoRoom(384),
        resolve(Errno::EMFILE.into()),
        resolve(join_error().await),
        connect(Errno::EMFILE),
        connect(Errno::ENFILE),
        connect(Errno::ENOMEM),
        connect(Errno::ENOBUFS),
        connect(Errno::EADDRNOTAVAIL),
        connect(Errno::EAFNOSUPPORT),
        connect(Errno::EINVAL),
        connect(Errno::EPERM),
        Failure::NoRoots(Vec::new()),
        Failure::ServerName("web..example".to_owned()),
        Failure::Tls(rustls::Error::General("no cipher suite".to_owned())),
        Failure::Tls(rustls::Error::FailedToGetRandomBytes),
        Failure::Tls(rustls::Error::FailedToGetCurrentTime),
        Failure::Request {
            path: "no path".to_owned(),
            error: asked.expect_err("no path"),
        },
        script(End::NotStarted("no such file: /bin/missing".to_owned())),
        Failure::Script(Ended::lost()),
        file(Errno::EACCES),
        file(Errno::ELOOP),
        file(Errno::EMFILE),
        content(Content::NotRegular),
        Failure::Proc(Errno::EACCES.into()),
    ];
    for failure in cases {
        assert!(!failure.runnable(), "{failure:?}");
    }
}
