//! What can be asked, and what is answered.

use std::fmt;
use std::fmt::Write;
use std::sync::Arc;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{
    ACCEPT, ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Method, Request, Response, StatusCode};

use super::State;
use super::documents::{Documents, Form};
use crate::report::{Health, Status};
use crate::run::service::informed::Informed;
use crate::run::service::metrics::{self, Format};

const PLAIN: &str = "text/plain; charset=utf-8";
const METHODS: &str = "GET, HEAD";
const INDEX: &str = "\
vrrpd

/livez        200 if the protocol thread lives, 503 and why not otherwise
/readyz       200 if it takes part in every election, 503 and why not otherwise
/status.json  everything, as `vrrpd status --json` shows it
/metrics      metrics for Prometheus
";

/// Everything that answers need.
pub(super) struct Routes<I> {
    informed: I,
    state: State,
    documents: Documents,
}

/// An answer before it is one of HTTP.
struct Answer {
    status: StatusCode,
    content_type: &'static str,
    body: Bytes,
}

impl Answer {
    fn plain(status: StatusCode, text: impl Into<Bytes>) -> Self {
        Self {
            status,
            content_type: PLAIN,
            body: text.into(),
        }
    }
}

impl<I: Informed> Routes<I> {
    pub(super) fn new(informed: I, state: State) -> Self {
        Self {
            informed,
            state,
            documents: Documents::default(),
        }
    }

    /// The answer to a request, whose body is not read.
    pub(super) async fn answer(
        &self,
        request: &Request<Incoming>,
    ) -> Result<Response<Full<Bytes>>, fmt::Error> {
        let path = request.uri().path();
        if !matches!(path, "/" | "/livez" | "/readyz" | "/status.json" | "/metrics") {
            return Ok(respond(Answer::plain(
                StatusCode::NOT_FOUND,
                "there is nothing here\n",
            )));
        }
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            let refused = Answer::plain(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD\n");
            let mut response = respond(refused);
            response
                .headers_mut()
                .insert(ALLOW, HeaderValue::from_static(METHODS));
            return Ok(response);
        }
        let answer = match path {
            "/livez" => healthy(&self.informed.live().await)?,
            "/readyz" => healthy(&self.informed.ready().await)?,
            "/status.json" => {
                let status = self.informed.status().await;
                let body = self.documents.get(Form::Json, &status, || json(&status))?;
                Answer {
                    status: StatusCode::OK,
                    content_type: "application/json",
                    body,
                }
            }
            "/metrics" => {
                let accepted = request.headers().get_all(ACCEPT).iter();
                let accepted: Vec<&str> = accepted.filter_map(|value| value.to_str().ok()).collect();
                self.metrics(Format::asked_for(&accepted.join(","))).await?
            }
            _ => Answer::plain(StatusCode::OK, INDEX),
        };
        Ok(respond(answer))
    }

    async fn metrics(&self, format: Format) -> Result<Answer, fmt::Error> {
        let status = self.informed.status().await;
        let make = || metrics::render(&status, self.state.traffic(), format);
        let body = self.documents.get(Form::Metrics(format), &status, make)?;
        Ok(Answer {
            status: StatusCode::OK,
            content_type: format.content_type(),
            body,
        })
    }
}

fn json(status: &Arc<Status>) -> Result<String, fmt::Error> {
    let mut text = serde_json::to_string(status.as_ref()).map_err(|_| fmt::Error)?;
    text.push('\n');
    Ok(text)
}

/// `ok`, or one line for each obstacle.
fn healthy(health: &Health) -> Result<Answer, fmt::Error> {
    if health.well {
        return Ok(Answer::plain(StatusCode::OK, "ok\n"));
    }
    let mut lines = String::new();
    for obstacle in &health.obstacles {
        let line = format!("{}: {}", obstacle.about, obstacle.what);
        writeln!(lines, "{}", line.replace(char::is_control, " "))?;
    }
    Ok(Answer::plain(StatusCode::SERVICE_UNAVAILABLE, lines))
}

fn respond(answer: Answer) -> Response<Full<Bytes>> {
    let length = HeaderValue::from(answer.body.len());
    let mut response = Response::new(Full::new(answer.body));
    *response.status_mut() = answer.status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(answer.content_type));
    // Also for HEAD, to which the body is not sent.
    headers.insert(CONTENT_LENGTH, length);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
