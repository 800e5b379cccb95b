//! The same with TLS. Which certificates this host trusts is read once per process: one of these tests starts itself
//! again for each answer, with `SSL_CERT_FILE` set.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use rcgen::{CertificateParams, CertifiedKey, DnType, KeyPair};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use vrrp_checks::{Check, Probe, Standing};

use super::http::{http, request};
use super::{check, failing, first, hasty};

/// Set in the process that is started: the port of the server.
const PORT: &str = "VRRP_CHECKS_TEST_PORT";

/// What a check in a process of its own says, on a host with these roots.
async fn says(test: &str, roots: &Path, port: u16) -> String {
    let mut command = Command::new(std::env::current_exe().expect("a path"));
    command
        .args(["--exact", &format!("https::{test}"), "--nocapture"])
        .env("SSL_CERT_FILE", roots)
        .env_remove("SSL_CERT_DIR")
        .env(PORT, port.to_string());
    let output = tokio::task::spawn_blocking(move || command.output())
        .await
        .expect("a thread")
        .expect("this test, started again");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    said.lines()
        .find_map(|line| line.split_once(SAID))
        .unwrap_or_else(|| panic!("nothing in {said}"))
        .1
        .to_owned()
}

/// Before what the process that is started says.
const SAID: &str = "the check is ";

fn signed_by(name: &str) -> CertifiedKey<KeyPair> {
    let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
    let mut params = CertificateParams::new(names).expect("parameters");
    params.distinguished_name.push(DnType::CommonName, name);
    let signing_key = KeyPair::generate().expect("a key");
    let cert = params.self_signed(&signing_key).expect("a certificate");
    CertifiedKey { cert, signing_key }
}

fn certificate() -> CertifiedKey<KeyPair> {
    signed_by("mine")
}

async fn server(certificate: &CertifiedKey<KeyPair>) -> SocketAddr {
    let key = PrivateKeyDer::try_from(certificate.signing_key.serialize_der()).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.cert.der().clone()], key)
        .expect("a configuration");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a socket");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // A client that does not like the certificate hangs up.
            let Ok(mut stream) = acceptor.accept(stream).await else {
                continue;
            };
            request(&mut stream).await;
            let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nstate: up";
            let _ = stream.write_all(answer).await;
            let _ = stream.shutdown().await;
        }
    });
    address
}

fn https(host: &str, port: u16, insecure: bool) -> Check {
    let url = format!("https://{host}:{port}/");
    let Probe::Http(mut http) = http(&url, &[], Some("up")) else {
        unreachable!("it is one of HTTP");
    };
    http.insecure = insecure;
    check(Probe::Http(http))
}

#[tokio::test]
async fn whom_this_host_trusts_is_trusted_and_nobody_else() {
    if let Ok(port) = std::env::var(PORT) {
        let port = port.parse().expect("a port");
        println!("{SAID}{}", first(https("localhost", port, false)).await);
        return;
    }
    let name = "whom_this_host_trusts_is_trusted_and_nobody_else";
    let room = TempDir::new().expect("a directory");
    let mine = certificate();
    let port = server(&mine).await.port();
    let cases = [
        ("mine", mine.cert.pem(), "passing"),
        (
            "another",
            signed_by("another").cert.pem(),
            "failing: certificate: its issuer is not trusted",
        ),
        (
            "none",
            String::new(),
            "failing: certificate: this host has no root certificates to compare it with",
        ),
    ];
    for (file, roots, expected) in cases {
        let path = room.path().join(file);
        std::fs::write(&path, roots).expect("the roots");
        assert_eq!(says(name, &path, port).await, expected, "{file}");
    }
}

#[tokio::test]
async fn insecure_takes_any_certificate() {
    let port = server(&certificate()).await.port();
    for host in ["127.0.0.1", "localhost"] {
        assert_eq!(first(https(host, port, true)).await, Standing::Passing, "{host}");
    }
}

#[tokio::test]
async fn a_server_without_tls_says_so() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a socket");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
            // What it was sent is left unread, which would reset the connection: the answer must arrive first.
            let _ = stream.shutdown().await;
            let mut rest = Vec::new();
            let _ = stream.read_to_end(&mut rest).await;
        }
    });
    assert_eq!(
        first(https("127.0.0.1", port, true)).await,
        failing("the server does not speak TLS")
    );
}

#[tokio::test]
async fn a_server_with_tls_is_not_asked_without() {
    let port = server(&certificate()).await.port();
    let url = format!("http://127.0.0.1:{port}/");
    let Standing::Failing(reason) = first(check(http(&url, &[], None))).await else {
        panic!("it passes");
    };
    assert!(reason.starts_with("the answer is not HTTP: "), "{reason}");
}

#[tokio::test]
async fn one_that_hangs_up_in_the_handshake_fails() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a socket");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move { while listener.accept().await.is_ok() {} });
    assert_eq!(
        first(https("127.0.0.1", port, true)).await,
        failing("the connection was closed before the answer was complete")
    );
}

#[tokio::test]
async fn one_that_is_silent_in_the_handshake_times_out() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a socket");
    let port = listener.local_addr().expect("an address").port();
    let Check { probe, .. } = https("127.0.0.1", port, true);
    assert_eq!(first(hasty(probe)).await, failing("timed out after 0.25 s"));
}
