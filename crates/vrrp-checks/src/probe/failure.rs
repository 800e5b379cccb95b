//! Why a run failed, in words for somebody who was just woken up.

mod runnable;
#[cfg(test)]
mod tests;

use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use nix::errno::Errno;
use tokio_rustls::rustls;
use tokio_rustls::rustls::CertificateError;

use crate::runner::Ended;

/// Why a run failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("timed out after {} s", .0.as_secs_f64())]
    TimedOut(Duration),
    #[error(
        "{0} other checks wait for answers already, and there are not more descriptors for them: raise LimitNOFILE"
    )]
    NoRoom(usize),
    #[error("cannot resolve {host}: {}", words(error))]
    Resolve { host: String, error: io::Error },
    #[error("cannot resolve {host}: it has no address")]
    NoAddress { host: String },
    #[error("connection refused by {0}")]
    Refused(SocketAddr),
    #[error("cannot connect to {address}: {}", words(error))]
    Connect { address: SocketAddr, error: io::Error },
    #[error("the connection was closed before the answer was complete")]
    Closed,
    #[error("the connection failed: {}", words(.0))]
    Connection(io::Error),
    #[error("certificate: {}", certificate(.0))]
    Certificate(CertificateError),
    #[error("certificate: this host has no root certificates to compare it with{}", roots(.0))]
    NoRoots(Vec<rustls_native_certs::Error>),
    #[error("certificate: none can be made out to {0:?}")]
    ServerName(String),
    #[error("the server does not speak TLS")]
    NotTls,
    #[error("TLS: {}", lower(&.0.to_string()))]
    Tls(rustls::Error),
    #[error("cannot ask for {path}: {error}")]
    Request { path: String, error: hyper::http::Error },
    #[error("the answer is not HTTP: {}", lower(&.0.to_string()))]
    NotHttp(hyper::Error),
    #[error("{}", chain(.0))]
    Http(hyper::Error),
    #[error("answered {got} instead of {}", statuses(wanted))]
    Status { got: u16, wanted: Vec<u16> },
    #[error("{} does not match /{pattern}/", if *.cut { "the first MiB of the body" } else { "the body" })]
    Body { pattern: String, cut: bool },
    #[error("{0}")]
    Script(Ended),
    #[error("{}: {}", .path.display(), words(error))]
    File { path: PathBuf, error: io::Error },
    #[error("{}: {content}", .path.display())]
    Content { path: PathBuf, content: Content },
    #[error("cannot list processes: /proc: {}", words(.0))]
    Proc(io::Error),
    #[error("{}", count(name, *found, *wanted))]
    Processes { name: String, found: usize, wanted: u32 },
}

/// What is wrong with what is in a file.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Content {
    #[error("not a regular file")]
    NotRegular,
    #[error("longer than {0} bytes, which is no number")]
    TooLong(u64),
    #[error("not a whole number: {0:?}")]
    NotANumber(String),
    #[error("too large or too small a number: {0}")]
    OutOfRange(String),
}

/// What the kernel or the resolver says, without numbers that nobody knows by heart.
fn words(error: &io::Error) -> String {
    if let Some(number) = error.raw_os_error() {
        return lower(Errno::from_raw(number).desc());
    }
    let text = error.to_string();
    lower(
        text.strip_prefix("failed to lookup address information: ")
            .unwrap_or(&text),
    )
}

/// A sentence in the middle of another one: its first letter is small, unless it begins with an abbreviation.
fn lower(text: &str) -> String {
    let mut characters = text.chars();
    match (characters.next(), characters.clone().next()) {
        (Some(first), second) if !second.is_some_and(char::is_uppercase) => {
            first.to_lowercase().chain(characters).collect()
        }
        _ => text.to_owned(),
    }
}

fn certificate(flaw: &CertificateError) -> String {
    match flaw {
        CertificateError::UnknownIssuer => "its issuer is not trusted".to_owned(),
        CertificateError::BadSignature => "it is not signed by the issuer that it names".to_owned(),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "it has expired".to_owned(),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "it is not valid yet, says this host's clock".to_owned()
        }
        // What `openssl req -x509` makes unless it is told otherwise.
        CertificateError::Other(other) if other.to_string() == "CaUsedAsEndEntity" => {
            "it is one to sign others with, not one for a server".to_owned()
        }
        other => {
            let text = other.to_string();
            lower(text.strip_prefix("certificate ").unwrap_or(&text))
        }
    }
}

fn roots(errors: &[rustls_native_certs::Error]) -> String {
    errors
        .first()
        .map_or_else(String::new, |error| format!(": {error}"))
}

/// A hyper error says what it was doing, its source says what went wrong.
fn chain(error: &hyper::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        let said = match source.downcast_ref::<io::Error>() {
            Some(error) => words(error),
            None => source.to_string(),
        };
        text = format!("{text}: {said}");
        next = source.source();
    }
    text
}

fn statuses(wanted: &[u16]) -> String {
    match wanted {
        [] => "200 to 299".to_owned(),
        [one] => one.to_string(),
        [before @ .., last] => {
            let before: Vec<String> = before.iter().map(u16::to_string).collect();
            format!("{} or {last}", before.join(", "))
        }
    }
}

fn count(name: &str, found: usize, wanted: u32) -> String {
    match found {
        0 => format!("no process named {name} runs ({wanted} wanted)"),
        1 => format!("1 process named {name} runs, {wanted} wanted"),
        _ => format!("{found} processes named {name} run, {wanted} wanted"),
    }
}
