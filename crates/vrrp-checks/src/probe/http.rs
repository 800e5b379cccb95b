//! Whether an HTTP or HTTPS server answers as expected.

#[cfg(test)]
mod tests;

use core::pin::pin;
use std::error::Error;
use std::io;
use std::time::Duration;

use http_body_util::{BodyExt, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::{ACCEPT, CONNECTION, HOST, USER_AGENT};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};

use super::connect::connect;
use super::{Failure, tls};
use crate::{Endpoint, Expected, Http, Pattern, Url};

/// So much of a body is looked at: a download must not fill the memory.
const LONGEST: usize = 1 << 20;

/// Asks once. A redirection is an answer like any other.
pub(super) async fn run(http: &Http, within: Duration) -> Result<(), Failure> {
    let endpoint = &http.url.endpoint;
    if http.url.tls {
        let config = tls::config(http.insecure)?;
        let stream = connect(endpoint, within).await?;
        ask(http, tls::handshake(config, &endpoint.host, stream).await?).await
    } else {
        ask(http, connect(endpoint, within).await?).await
    }
}

async fn ask(http: &Http, stream: impl AsyncRead + AsyncWrite + Unpin) -> Result<(), Failure> {
    let request = request(&http.url)?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(failure)?;
    let mut exchange = pin!(async {
        let response = sender.send_request(request).await.map_err(failure)?;
        judge(response, &http.expected).await
    });
    // The connection is driven here and not by a task of its own: it ends with the run.
    tokio::select! {
        biased;
        result = &mut exchange => return result,
        // What went wrong is told to the exchange, too.
        _ = connection => {}
    }
    exchange.await
}

fn request(url: &Url) -> Result<Request<Empty<Bytes>>, Failure> {
    Request::get(&url.path)
        .header(HOST, host(url))
        .header(USER_AGENT, concat!("vrrpd/", env!("CARGO_PKG_VERSION")))
        .header(ACCEPT, "*/*")
        .header(CONNECTION, "close")
        .body(Empty::new())
        .map_err(|error| Failure::Request {
            path: url.path.clone(),
            error,
        })
}

/// The host as a server expects it: the port only if it is not the usual one.
fn host(url: &Url) -> String {
    let Endpoint { host, port } = &url.endpoint;
    let usual = if url.tls { 443 } else { 80 };
    if *port != usual {
        url.endpoint.to_string()
    } else if host.contains(':') {
        format!("[{host}]")
    } else {
        host.clone()
    }
}

async fn judge(response: Response<Incoming>, expected: &Expected) -> Result<(), Failure> {
    let got = response.status().as_u16();
    let right = match expected.status.as_slice() {
        [] => (200..=299).contains(&got),
        wanted => wanted.contains(&got),
    };
    if !right {
        return Err(Failure::Status {
            got,
            wanted: expected.status.clone(),
        });
    }
    match &expected.body {
        Some(pattern) => find(pattern, response.into_body()).await,
        None => Ok(()),
    }
}

async fn find(pattern: &Pattern, mut body: Incoming) -> Result<(), Failure> {
    let mut read = Vec::new();
    while read.len() <= LONGEST
        && let Some(frame) = body.frame().await
    {
        if let Ok(data) = frame.map_err(failure)?.into_data() {
            read.extend_from_slice(&data);
        }
    }
    let cut = read.len() > LONGEST;
    read.truncate(LONGEST);
    if pattern.is_in(&String::from_utf8_lossy(&read)) {
        Ok(())
    } else {
        Err(Failure::Body {
            pattern: pattern.as_str().to_owned(),
            cut,
        })
    }
}

fn failure(error: hyper::Error) -> Failure {
    let hung_up = error
        .source()
        .and_then(|source| source.downcast_ref::<io::Error>())
        .is_some_and(tls::closed);
    if hung_up || error.is_incomplete_message() || error.is_canceled() || error.is_closed() {
        Failure::Closed
    } else if error.is_parse() {
        Failure::NotHttp(error)
    } else {
        Failure::Http(error)
    }
}
