use std::net::SocketAddr;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, KeyPair, date_time_ymd, generate_simple_self_signed,
};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::version::TLS12;
use tokio_rustls::rustls::{HandshakeKind, ServerConfig};

use super::*;

/// A server with a certificate for these names, which shakes hands and is done.
struct Server {
    address: SocketAddr,
    certificate: CertificateDer<'static>,
    task: JoinHandle<Option<Vec<u8>>>,
}

async fn serve(certificate: CertificateDer<'static>, key: &KeyPair) -> Server {
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .expect("a configuration");
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a socket");
    let address = listener.local_addr().expect("an address");
    let task = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.expect("a connection");
        let stream = TlsAcceptor::from(Arc::new(config)).accept(stream).await.ok()?;
        stream.get_ref().1.alpn_protocol().map(<[u8]>::to_vec)
    });
    Server {
        address,
        certificate,
        task,
    }
}

async fn server(names: &[&str]) -> Server {
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    let made = generate_simple_self_signed(names).expect("a certificate");
    serve(made.cert.der().clone(), &made.signing_key).await
}

async fn shake(server: &Server, host: &str, config: ClientConfig) -> Result<(), String> {
    let stream = TcpStream::connect(server.address).await.expect("a connection");
    handshake(Arc::new(config), host, stream)
        .await
        .map(drop)
        .map_err(|failure| failure.to_string())
}

fn trusting_in(certificate: &CertificateDer<'static>) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(certificate.clone()).expect("a root");
    verifying(roots).expect("a configuration")
}

#[tokio::test]
async fn a_trusted_certificate_for_that_name_will_do() {
    for (name, host) in [
        ("localhost", "localhost"),
        ("127.0.0.1", "127.0.0.1"),
        ("::1", "::1"),
    ] {
        let server = server(&[name]).await;
        assert_eq!(
            shake(&server, host, trusting_in(&server.certificate)).await,
            Ok(()),
            "{host}"
        );
        let protocol = server.task.await.expect("the server");
        assert_eq!(protocol.as_deref(), Some(b"http/1.1".as_slice()));
    }
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    for host in ["127.0.0.1", "localhost"] {
        let server = server(&["example.org"]).await;
        let reason = shake(&server, host, trusting_in(&server.certificate))
            .await
            .expect_err("another name");
        assert!(reason.starts_with("certificate: not valid for name"), "{reason}");
        assert!(reason.contains("example.org"), "{reason}");
    }
}

/// A certificate that signs itself, and its key.
fn signed(adapt: impl FnOnce(&mut CertificateParams)) -> (CertificateDer<'static>, KeyPair) {
    let mut params = CertificateParams::new(["localhost".to_owned()]).expect("parameters");
    adapt(&mut params);
    let key = KeyPair::generate().expect("a key");
    let certificate = params.self_signed(&key).expect("a certificate");
    (certificate.der().clone(), key)
}

fn named(name: &str) -> impl FnOnce(&mut CertificateParams) {
    move |params| params.distinguished_name.push(DnType::CommonName, name)
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_refused() {
    let (certificate, key) = signed(named("mine"));
    let (stranger, _) = signed(named("other"));
    let (namesake, _) = signed(named("mine"));
    let cases = [
        (stranger, "certificate: its issuer is not trusted"),
        (
            namesake,
            "certificate: it is not signed by the issuer that it names",
        ),
    ];
    for (root, expected) in cases {
        let server = serve(certificate.clone(), &key).await;
        let said = shake(&server, "localhost", trusting_in(&root)).await;
        assert_eq!(said, Err(expected.to_owned()));
    }
}

#[tokio::test]
async fn a_certificate_of_a_certificate_authority_is_refused() {
    let (certificate, key) = signed(|params| params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained));
    let server = serve(certificate, &key).await;
    assert_eq!(
        shake(&server, "localhost", trusting_in(&server.certificate)).await,
        Err("certificate: it is one to sign others with, not one for a server".to_owned())
    );
}

#[tokio::test]
async fn a_certificate_out_of_its_time_is_refused() {
    let cases = [
        (1990, 2000, "certificate: it has expired"),
        (
            4000,
            4001,
            "certificate: it is not valid yet, says this host's clock",
        ),
    ];
    for (from, to, expected) in cases {
        let (certificate, key) = signed(|params| {
            params.not_before = date_time_ymd(from, 1, 1);
            params.not_after = date_time_ymd(to, 1, 1);
        });
        let server = serve(certificate, &key).await;
        assert_eq!(
            shake(&server, "localhost", trusting_in(&server.certificate)).await,
            Err(expected.to_owned())
        );
    }
}

#[tokio::test]
async fn anybody_will_do_where_that_is_asked_for() {
    let server = server(&["example.org"]).await;
    let config = trusting().expect("a configuration");
    assert_eq!(shake(&server, "localhost", config).await, Ok(()));
}

#[tokio::test]
async fn what_can_be_no_name_is_refused_before_anything_is_sent() {
    let server = server(&["localhost"]).await;
    let reason = shake(&server, "not a name", trusting().expect("a configuration"))
        .await
        .expect_err("no name");
    assert_eq!(reason, r#"certificate: none can be made out to "not a name""#);
}

#[tokio::test]
async fn every_handshake_shows_the_certificate() {
    let (certificate, key) = signed(named("mine"));
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    // Of 1.2, where a session can be resumed as soon as there was one.
    let acceptor = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&TLS12])
        .expect("a version")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .expect("a configuration");
    let acceptor = TlsAcceptor::from(Arc::new(acceptor));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a socket");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            acceptor.accept(stream).await.expect("a handshake");
        }
    });
    let config = Arc::new(trusting_in(&certificate));
    for _ in 0..3 {
        let stream = TcpStream::connect(address).await.expect("a connection");
        let stream = handshake(Arc::clone(&config), "localhost", stream)
            .await
            .expect("a handshake");
        assert_eq!(stream.get_ref().1.handshake_kind(), Some(HandshakeKind::Full));
    }
}

#[test]
fn configurations_are_made_once() {
    let first = config(true).expect("a configuration");
    let second = config(true).expect("a configuration");
    assert!(Arc::ptr_eq(&first, &second));
}
