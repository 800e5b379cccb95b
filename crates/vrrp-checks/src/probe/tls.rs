//! TLS, as a client that trusts whom this host trusts, or anybody.

#[cfg(test)]
mod tests;

use std::io;
use std::sync::{Arc, OnceLock};

use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::client::Resumption;
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{
    ClientConfig, ConfigBuilder, DigitallySignedStruct, Error, RootCertStore, SignatureScheme, WantsVerifier,
};

use super::Failure;

/// Shakes hands with a server of this name or address.
pub(super) async fn handshake(
    config: Arc<ClientConfig>,
    host: &str,
    stream: TcpStream,
) -> Result<TlsStream<TcpStream>, Failure> {
    let name = ServerName::try_from(host.to_owned()).map_err(|_| Failure::ServerName(host.to_owned()))?;
    TlsConnector::from(config)
        .connect(name, stream)
        .await
        .map_err(failure)
}

/// What of `insecure`; the roots are read once, when they are first needed.
pub(super) fn config(insecure: bool) -> Result<Arc<ClientConfig>, Failure> {
    static VERIFYING: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    static TRUSTING: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    let (cell, make): (_, fn() -> Result<ClientConfig, Failure>) = if insecure {
        (&TRUSTING, trusting)
    } else {
        (&VERIFYING, || verifying(native_roots()?))
    };
    if let Some(config) = cell.get() {
        return Ok(Arc::clone(config));
    }
    // What fails is tried again by the next run: somebody may have installed the roots.
    let config = Arc::new(make()?);
    Ok(Arc::clone(cell.get_or_init(|| config)))
}

fn native_roots() -> Result<RootCertStore, Failure> {
    let native = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(native.certs);
    if roots.is_empty() {
        Err(Failure::NoRoots(native.errors))
    } else {
        Ok(roots)
    }
}

fn verifying(roots: RootCertStore) -> Result<ClientConfig, Failure> {
    Ok(finish(
        builder(provider())?
            .with_root_certificates(roots)
            .with_no_client_auth(),
    ))
}

fn trusting() -> Result<ClientConfig, Failure> {
    let provider = provider();
    let verifier = Arc::new(Anybody(Arc::clone(&provider)));
    Ok(finish(
        builder(provider)?
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth(),
    ))
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

fn builder(provider: Arc<CryptoProvider>) -> Result<ConfigBuilder<ClientConfig, WantsVerifier>, Failure> {
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(Failure::Tls)
}

fn finish(mut config: ClientConfig) -> ClientConfig {
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    // A resumed session shows no certificate: one that has expired meanwhile would go unnoticed.
    config.resumption = Resumption::disabled();
    config
}

fn failure(error: io::Error) -> Failure {
    match error.downcast::<Error>() {
        Ok(Error::InvalidCertificate(flaw)) => Failure::Certificate(flaw),
        Ok(Error::InvalidMessage(_)) => Failure::NotTls,
        Ok(other) => Failure::Tls(other),
        Err(error) if closed(&error) => Failure::Closed,
        Err(error) => Failure::Connection(error),
    }
}

/// Whether the other side hung up.
pub(super) fn closed(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe
    )
}

/// Believes every certificate, even those that cannot be read.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
