//! Whether somebody accepts a connection.

use std::net::TcpStream;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket};
use vrrp_checks::{Endpoint, Probe, Standing};

use super::{Watch, check, endpoint, failing, first, hasty, often};

#[tokio::test]
async fn a_port_that_accepts_passes() {
    for host in ["127.0.0.1:0", "[::1]:0"] {
        let listener = TcpListener::bind(host).await.expect("a socket");
        let address = listener.local_addr().expect("an address");
        assert_eq!(
            first(check(Probe::Tcp(endpoint(address)))).await,
            Standing::Passing,
            "{host}"
        );
    }
}

#[tokio::test]
async fn a_port_that_refuses_fails() {
    // Bound, so that nobody else takes it, and not listening.
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind(([127, 0, 0, 1], 0).into()).expect("a port");
    let address = socket.local_addr().expect("an address");
    assert_eq!(
        first(check(Probe::Tcp(endpoint(address)))).await,
        failing(format!("connection refused by {address}"))
    );
}

#[tokio::test]
async fn a_port_that_is_silent_times_out() {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind(([127, 0, 0, 1], 0).into()).expect("a port");
    let listener = socket.listen(0).expect("a listener");
    let address = listener.local_addr().expect("an address");
    // Nobody accepts: once the queue is full the kernel drops what else comes.
    let mut queued = Vec::new();
    while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(500)) {
        queued.push(stream);
        assert!(queued.len() < 100, "the queue has no end");
    }
    assert_eq!(
        first(hasty(Probe::Tcp(endpoint(address)))).await,
        failing("timed out after 0.25 s")
    );
}

#[tokio::test]
async fn every_address_of_a_name_is_tried() {
    // `localhost` may be ::1 first; this listens on 127.0.0.1 only.
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a socket");
    let port = listener.local_addr().expect("an address").port();
    let localhost = Endpoint {
        host: "localhost".to_owned(),
        port,
    };
    assert_eq!(first(check(Probe::Tcp(localhost))).await, Standing::Passing);
}

#[tokio::test]
async fn a_name_that_nobody_knows_fails() {
    // Too long for a name: no server is asked.
    let host = "a".repeat(64);
    let nobody = Endpoint {
        host: host.clone(),
        port: 80,
    };
    let Standing::Failing(reason) = first(check(Probe::Tcp(nobody))).await else {
        panic!("it passes");
    };
    let expected = format!("cannot resolve {host}: ");
    assert!(
        reason.starts_with(&expected) && reason.len() > expected.len(),
        "{reason}"
    );
}

#[tokio::test]
async fn a_server_that_goes_and_returns_is_noticed() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a socket");
    let address = listener.local_addr().expect("an address");
    let mut watch = Watch::over(often(Probe::Tcp(endpoint(address))));
    assert_eq!(watch.next().await, Standing::Passing);
    drop(listener);
    assert!(matches!(watch.next().await, Standing::Failing(_)));
    let _listener = TcpListener::bind(address).await.expect("the same port");
    assert_eq!(watch.next().await, Standing::Passing);
}
