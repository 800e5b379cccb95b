use tokio::net::{TcpListener, TcpSocket};

use super::*;

#[tokio::test]
async fn a_connection_with_itself_is_none() {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind(([127, 0, 0, 1], 0).into()).expect("a port");
    let own = socket.local_addr().expect("an address");
    let stream = socket.connect(own).await.expect("what the kernel makes of it");
    assert!(is_with_itself(&stream));

    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a socket");
    let address = listener.local_addr().expect("an address");
    let stream = TcpStream::connect(address).await.expect("a connection");
    assert!(!is_with_itself(&stream));
}

#[tokio::test]
async fn addresses_are_taken_as_they_are() {
    for (host, expected) in [("127.0.0.1", "127.0.0.1:80"), ("::1", "[::1]:80")] {
        let endpoint = Endpoint {
            host: host.to_owned(),
            port: 80,
        };
        let addresses = resolve(&endpoint).await.expect("an address");
        assert_eq!(addresses, [expected.parse().expect("an address")]);
    }
}

#[tokio::test]
async fn a_silent_address_does_not_hide_the_next_one() {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind(([127, 0, 0, 1], 0).into()).expect("a port");
    let full = socket.listen(0).expect("a listener");
    let silent = full.local_addr().expect("an address");
    // Nobody accepts: once the queue is full the kernel drops what else comes.
    let mut queued = Vec::new();
    while let Ok(Ok(stream)) = timeout(Duration::from_millis(300), TcpStream::connect(silent)).await {
        queued.push(stream);
        assert!(queued.len() < 100, "the queue has no end");
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a socket");
    let next = listener.local_addr().expect("an address");
    let until = Instant::now() + Duration::from_secs(2);
    let none = Failure::NoAddress { host: String::new() };
    let stream = first(vec![silent, next], until, none)
        .await
        .expect("a connection");
    assert_eq!(stream.peer_addr().expect("its end"), next);
    assert!(Instant::now() < until, "its share was no more than half");
}

#[tokio::test]
async fn the_last_failure_is_told() {
    let bound = || {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind(([127, 0, 0, 1], 0).into()).expect("a port");
        let address = socket.local_addr().expect("an address");
        (socket, address)
    };
    let ((_first, before), (_second, last)) = (bound(), bound());
    let until = Instant::now() + Duration::from_mins(1);
    let none = || Failure::NoAddress { host: "a".to_owned() };
    let failure = first(vec![before, last], until, none())
        .await
        .expect_err("nobody");
    assert_eq!(failure.to_string(), format!("connection refused by {last}"));
    let failure = first(Vec::new(), until, none()).await.expect_err("nobody");
    assert_eq!(failure.to_string(), "cannot resolve a: it has no address");
}

#[tokio::test]
async fn an_address_that_cannot_be_asked_hides_nothing() {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind(([127, 0, 0, 1], 0).into()).expect("a port");
    let refusing = socket.local_addr().expect("an address");
    // Link-local, and nothing says of which link.
    let nowhere = "[fe80::1]:80".parse().expect("an address");
    let until = Instant::now() + Duration::from_mins(1);
    let none = || Failure::NoAddress { host: String::new() };
    for addresses in [vec![refusing, nowhere], vec![nowhere, refusing]] {
        let failure = first(addresses, until, none()).await.expect_err("nobody");
        assert_eq!(failure.to_string(), format!("connection refused by {refusing}"));
        assert!(failure.runnable());
    }
    let failure = first(vec![nowhere], until, none()).await.expect_err("nobody");
    assert!(matches!(failure, Failure::Connect { address, .. } if address == nowhere));
    assert!(!failure.runnable());
}
