//! Whether an HTTP server answers as expected.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use vrrp_checks::{Expected, Http, Pattern, Probe, Standing, Url};

use super::{FOREVER, Watch, check, failing, first, hasty, often};

/// Reads a request to its end.
pub(super) async fn request(stream: &mut (impl AsyncReadExt + Unpin)) -> String {
    let mut read = Vec::new();
    while !read.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => read.push(byte),
            Err(_) => break,
        }
    }
    String::from_utf8(read).expect("text")
}

/// A server that sends the same bytes to everybody who asks, and hangs up. It tells what it was asked.
async fn server(answer: impl Into<Vec<u8>>) -> (SocketAddr, UnboundedReceiver<String>) {
    let answer = answer.into();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a socket");
    let address = listener.local_addr().expect("an address");
    let (sender, asked) = unbounded_channel();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            // The test may know enough, and the check may hang up first.
            let _ = sender.send(request(&mut stream).await);
            let _ = stream.write_all(&answer).await;
            let _ = stream.shutdown().await;
        }
    });
    (address, asked)
}

fn answer(status: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

pub(super) fn http(url: &str, status: &[u16], body: Option<&str>) -> Probe {
    Probe::Http(Http {
        url: Url::parse(url).expect(url),
        expected: Expected {
            status: status.to_vec(),
            body: body.map(|pattern| Pattern::new(pattern).expect(pattern)),
        },
        insecure: false,
    })
}

/// What a check says of a server that sends this.
async fn says(answer: impl Into<Vec<u8>>, status: &[u16], body: Option<&str>) -> Standing {
    let (address, _asked) = server(answer).await;
    first(check(http(&format!("http://{address}/"), status, body))).await
}

#[tokio::test]
async fn the_status_counts() {
    let cases: [(&str, &[u16], Standing); 7] = [
        ("200 OK", &[], Standing::Passing),
        ("204 No Content", &[], Standing::Passing),
        ("299 Whatever", &[], Standing::Passing),
        (
            "503 Service Unavailable",
            &[],
            failing("answered 503 instead of 200 to 299"),
        ),
        ("503 Service Unavailable", &[503], Standing::Passing),
        (
            "200 OK",
            &[204, 301],
            failing("answered 200 instead of 204 or 301"),
        ),
        ("404 Not Found", &[200], failing("answered 404 instead of 200")),
    ];
    for (status, wanted, expected) in cases {
        assert_eq!(says(answer(status, ""), wanted, None).await, expected, "{status}");
    }
}

#[tokio::test]
async fn the_body_counts_if_it_is_asked_for() {
    let up = || answer("200 OK", "state: up\n");
    assert_eq!(
        says(up(), &[], Some("^state: up$|^$")).await,
        failing("the body does not match /^state: up$|^$/")
    );
    assert_eq!(says(up(), &[], Some("(?m)^state: up$")).await, Standing::Passing);
    assert_eq!(
        says(up(), &[], Some("down")).await,
        failing("the body does not match /down/")
    );
    // The status is told first.
    assert_eq!(
        says(answer("500 Oh", "x"), &[], Some("y")).await,
        failing("answered 500 instead of 200 to 299")
    );
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nsta\r\n6\r\nte: up\r\n0\r\n\r\n";
    assert_eq!(says(chunked, &[], Some("state: up")).await, Standing::Passing);
    let until_the_end = "HTTP/1.0 200 OK\r\n\r\nstate: up";
    assert_eq!(says(until_the_end, &[], Some("up$")).await, Standing::Passing);
    let mut no_text = answer("200 OK", "up..").into_bytes();
    let end = no_text.len();
    no_text[end - 2..].fill(0xff);
    assert_eq!(says(no_text, &[], Some("^up")).await, Standing::Passing);
}

#[tokio::test]
async fn a_body_is_read_no_further_than_a_mebibyte() {
    const MIB: usize = 1 << 20;
    // It promises far more than it sends, and then waits.
    let endless = |body: String| {
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n";
        async move {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a socket");
            let address = listener.local_addr().expect("an address");
            let server = tokio::spawn(async move {
                let (mut stream, _) = listener.accept().await.expect("a connection");
                request(&mut stream).await;
                // The check hangs up when it has read enough.
                let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
                tokio::time::sleep(2 * FOREVER).await;
            });
            let standing = first(check(http(&format!("http://{address}/"), &[], Some("needle")))).await;
            server.abort();
            standing
        }
    };
    let within = format!("{}needle{}", "-".repeat(MIB - 6), "-".repeat(7 * MIB));
    assert_eq!(endless(within).await, Standing::Passing);
    let beyond = format!("{}needle{}", "-".repeat(MIB - 5), "-".repeat(7 * MIB));
    assert_eq!(
        endless(beyond).await,
        failing("the first MiB of the body does not match /needle/")
    );
}

#[tokio::test]
async fn the_request_is_a_polite_one() {
    let (address, mut asked) = server(answer("200 OK", "")).await;
    let url = format!("http://{address}/health?deep=1");
    assert_eq!(first(check(http(&url, &[], None))).await, Standing::Passing);
    let request = asked.recv().await.expect("a request");
    let mut lines = request.trim_end().split("\r\n");
    assert_eq!(lines.next(), Some("GET /health?deep=1 HTTP/1.1"));
    let mut headers: Vec<_> = lines.collect();
    headers.sort_unstable();
    let expected = [
        "accept: */*".to_owned(),
        "connection: close".to_owned(),
        format!("host: {address}"),
        format!("user-agent: vrrpd/{}", env!("CARGO_PKG_VERSION")),
    ];
    assert_eq!(headers, expected);
}

#[tokio::test]
async fn a_redirection_is_not_followed() {
    let (target, mut asked) = server(answer("200 OK", "")).await;
    let redirection =
        || format!("HTTP/1.1 302 Found\r\nLocation: http://{target}/\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(
        says(redirection(), &[], None).await,
        failing("answered 302 instead of 200 to 299")
    );
    assert_eq!(says(redirection(), &[302], None).await, Standing::Passing);
    assert!(asked.try_recv().is_err(), "the target was asked");
}

#[tokio::test]
async fn what_is_not_http_says_so() {
    for garbage in ["SSH-2.0-OpenSSH_9.2p1\r\n", "220 mail ESMTP\r\n", "\0\0\0\0"] {
        let Standing::Failing(reason) = says(garbage, &[], None).await else {
            panic!("{garbage:?} passes");
        };
        assert!(
            reason.starts_with("the answer is not HTTP: "),
            "{garbage:?}: {reason}"
        );
    }
}

#[tokio::test]
async fn one_that_hangs_up_too_early_fails() {
    let expected = || failing("the connection was closed before the answer was complete");
    assert_eq!(says("", &[], None).await, expected());
    assert_eq!(says("HTTP/1.1 200 OK\r\nContent-", &[], None).await, expected());
    let half = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf";
    assert_eq!(says(half, &[], Some("half")).await, expected());
    // Nobody asked for the body.
    assert_eq!(says(half, &[], None).await, Standing::Passing);
}

#[tokio::test]
async fn one_that_hangs_up_without_a_look_fails() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a socket");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { while listener.accept().await.is_ok() {} });
    assert_eq!(
        first(check(http(&format!("http://{address}/"), &[], None))).await,
        failing("the connection was closed before the answer was complete")
    );
}

/// A server that accepts, and never answers. It tells of every connection.
async fn silent() -> (SocketAddr, UnboundedReceiver<TcpStream>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a socket");
    let address = listener.local_addr().expect("an address");
    let (sender, connections) = unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = sender.send(stream);
        }
    });
    (address, connections)
}

#[tokio::test]
async fn one_that_never_answers_times_out_and_is_hung_up_on() {
    let (address, mut connections) = silent().await;
    let mut watch = Watch::over(hasty(http(&format!("http://{address}/"), &[], None)));
    assert_eq!(watch.next().await, failing("timed out after 0.25 s"));
    let mut stream = connections.recv().await.expect("a connection");
    let ended = tokio::time::timeout(FOREVER, async {
        request(&mut stream).await;
        stream.read_u8().await
    });
    assert!(
        ended.await.expect("the end of the connection").is_err(),
        "nothing but the end follows the request"
    );
}

#[tokio::test]
async fn dropping_the_watch_hangs_up() {
    let (address, mut connections) = silent().await;
    let watch = Watch::over(check(http(&format!("http://{address}/"), &[], None)));
    let mut stream = connections.recv().await.expect("a connection");
    request(&mut stream).await;
    drop(watch);
    let ended = tokio::time::timeout(FOREVER, stream.read_u8()).await;
    assert!(ended.expect("the end of the connection").is_err());
}

#[tokio::test]
async fn a_port_that_refuses_is_named() {
    // Bound, so that nobody else takes it, and not listening.
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind(([127, 0, 0, 1], 0).into()).expect("a port");
    let address = socket.local_addr().expect("an address");
    assert_eq!(
        first(check(http(&format!("http://{address}/"), &[], None))).await,
        failing(format!("connection refused by {address}"))
    );
}

#[tokio::test]
async fn the_server_is_asked_again_and_again() {
    let (address, mut asked) = server(answer("200 OK", "")).await;
    let mut watch = Watch::over(often(http(&format!("http://{address}/"), &[], None)));
    assert_eq!(watch.next().await, Standing::Passing);
    for _ in 0..5 {
        let asked = tokio::time::timeout(FOREVER, asked.recv()).await;
        assert!(asked.expect("another run").is_some());
    }
    assert!(watch.told.try_recv().is_err(), "nothing changed");
}
