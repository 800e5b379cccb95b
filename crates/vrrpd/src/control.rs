//! The control socket as both ends know it: how a daemon is asked how it stands, and what it answers.
//!
//! One JSON object a line, in both directions; a connection may carry several requests, one after the other. Every line
//! says its version. docs/control.md describes it for those who write a client of their own.

mod client;
mod request;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::report;

pub(crate) use self::client::{Connection, PATIENCE, Unanswered, find, parse};
pub(crate) use self::request::{Ask, Refusal, RefusalKind, Sign};

/// The version of the protocol, and of everything in [`report`].
pub(crate) const VERSION: u32 = report::VERSION;
/// The longest request, without its line break.
pub(crate) const LONGEST_REQUEST: usize = 4096;
/// What the names of sockets end with.
const SUFFIX: &str = ".sock";

/// Where the daemon of this name listens.
pub(crate) fn path(state_dir: &Path, name: &str) -> PathBuf {
    state_dir.join(format!("{name}{SUFFIX}"))
}

/// What a daemon answers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reply<'a> {
    /// Everything, to [`Ask::Status`].
    Status(&'a report::Status),
    /// One of those that were asked for, to [`Ask::Events`].
    Event(&'a report::Event),
    /// There are no more events for now.
    End,
    /// To [`Ask::Health`].
    Health(&'a report::Health),
    /// To [`Ask::Reload`].
    Reload(&'a report::Reload),
    /// There is no answer.
    Error(&'a Refusal),
}

/// A line as it is written: one of these is there, beside the version.
#[derive(Default, Serialize)]
struct Written<'a> {
    version: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'a report::Status>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<&'a report::Event>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    health: Option<&'a report::Health>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reload: Option<&'a report::Reload>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a Refusal>,
}

impl Reply<'_> {
    /// As it is sent, with its line break.
    ///
    /// # Errors
    /// Never, with what a daemon says of itself; the encoder may not know that.
    pub(crate) fn to_line(self) -> serde_json::Result<Vec<u8>> {
        let mut written = Written {
            version: VERSION,
            ..Written::default()
        };
        match self {
            Self::Status(status) => written.status = Some(status),
            Self::Event(event) => written.event = Some(event),
            Self::End => written.end = Some(true),
            Self::Health(health) => written.health = Some(health),
            Self::Reload(reload) => written.reload = Some(reload),
            Self::Error(refusal) => written.error = Some(refusal),
        }
        let mut line = serde_json::to_vec(&written)?;
        line.push(b'\n');
        Ok(line)
    }
}

/// A line as it is read. What was asked for stays as it was written, so that it can be handed on without loss, also
/// what a newer daemon has and this program does not know.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) struct Answer<'a> {
    /// The version of the daemon's protocol.
    pub(crate) version: u32,
    /// See [`Reply::Status`].
    #[serde(borrow)]
    pub(crate) status: Option<&'a RawValue>,
    /// See [`Reply::Event`].
    #[serde(borrow)]
    pub(crate) event: Option<&'a RawValue>,
    /// See [`Reply::End`].
    pub(crate) end: Option<bool>,
    /// See [`Reply::Health`].
    #[serde(borrow)]
    pub(crate) health: Option<&'a RawValue>,
    /// See [`Reply::Reload`].
    #[serde(borrow)]
    pub(crate) reload: Option<&'a RawValue>,
    /// See [`Reply::Error`].
    #[serde(borrow)]
    pub(crate) error: Option<&'a RawValue>,
}
