//! Everything there is to know at one moment, as Prometheus reads it.
//!
//! The metrics are made from a [`Status`] when somebody asks for them; nothing is kept for any of them in between. What
//! labels can say is bounded whatever arrives on the wire, and each file says by what. docs/metrics.md has all of them.

mod checks;
mod daemon;
mod keepalived;
mod page;
mod routers;
#[cfg(test)]
pub(super) mod tests;

use std::fmt;
use std::sync::Arc;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, prometheus_text, text};
use prometheus_client::registry::Registry;

use self::page::Page;
use crate::report::Status;

/// The forms in which metrics can be written.
///
/// Prometheus asks for `OpenMetrics` first, and takes the older text where a target has nothing else. Others ask for the
/// older text, or say nothing, and then it is what an exporter owes them:
/// <https://prometheus.io/docs/instrumenting/content_negotiation/>.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// Prometheus' text format 0.0.4.
    Prometheus,
    /// `OpenMetrics` 1.0.0.
    OpenMetrics,
}

/// What the HTTP server itself has seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Traffic {
    /// Connections that are open.
    pub(super) open: u64,
    /// Connections that were accepted.
    pub(super) accepted: u64,
    /// Of these, how many were closed to make room for others.
    pub(super) displaced: u64,
}

#[derive(Debug)]
struct Snapshot {
    status: Arc<Status>,
    traffic: Traffic,
}

impl Format {
    /// What `Accept` asks for: `OpenMetrics` if it is named, not refused, and nothing else is preferred.
    pub(super) fn asked_for(accept: &str) -> Self {
        let quality_of = |wanted: &str| {
            let ranges = accept.split(',').filter_map(|range| {
                let (name, parameters) = range.split_once(';').unwrap_or((range, ""));
                name.trim()
                    .eq_ignore_ascii_case(wanted)
                    .then(|| quality(parameters))
            });
            ranges.reduce(f32::max)
        };
        // The closest name counts, whatever a wider one says.
        let text = ["text/plain", "text/*", "*/*"].into_iter().find_map(quality_of);
        match quality_of("application/openmetrics-text") {
            Some(open) if open > 0.0 && open >= text.unwrap_or_default() => Self::OpenMetrics,
            _ => Self::Prometheus,
        }
    }

    /// What `Content-Type` says.
    pub(super) const fn content_type(self) -> &'static str {
        match self {
            Self::Prometheus => prometheus_text::CONTENT_TYPE,
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }
}

/// How much one is wanted: 0 says not at all. Whoever says nothing, or nothing that can be understood, wants it.
fn quality(parameters: &str) -> f32 {
    let said = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let quality: f32 = value.trim().parse().ok()?;
        (name.trim().eq_ignore_ascii_case("q") && !quality.is_nan()).then_some(quality)
    });
    said.unwrap_or(1.0)
}

/// All metrics.
pub(super) fn render(status: &Arc<Status>, traffic: Traffic, format: Format) -> Result<String, fmt::Error> {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(Snapshot {
        status: Arc::clone(status),
        traffic,
    }));
    let mut text = String::new();
    match format {
        Format::Prometheus => prometheus_text::encode(&mut text, &registry)?,
        Format::OpenMetrics => text::encode(&mut text, &registry)?,
    }
    Ok(text)
}

impl Collector for Snapshot {
    fn encode(&self, encoder: DescriptorEncoder) -> fmt::Result {
        let mut page = Page::new(encoder);
        daemon::write(&mut page, &self.status, self.traffic)?;
        routers::write(&mut page, &self.status)?;
        checks::write(&mut page, &self.status)?;
        keepalived::write(&mut page, &self.status)
    }
}
