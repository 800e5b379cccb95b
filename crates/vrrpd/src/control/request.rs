//! What a daemon can be asked, and why it does not answer.

#[cfg(test)]
mod tests;

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{LONGEST_REQUEST, VERSION};

/// A request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "lowercase")]
pub(crate) enum Ask {
    /// Everything that there is to know.
    Status,
    /// What happened.
    Events {
        /// Only events with a higher number.
        #[serde(default)]
        after: u64,
        /// Go on with what happens from now on, until the client hangs up.
        #[serde(default)]
        follow: bool,
    },
    /// Whether all is well enough.
    Health {
        /// In which sense.
        of: Sign,
    },
    /// Read the configuration again.
    Reload,
}

/// A sign of health.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Sign {
    /// The daemon does its work.
    Live,
    /// It has all that it needs to serve.
    Ready,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{kind}: {message}")]
pub(crate) struct Refusal {
    /// In a word that never changes.
    pub(crate) kind: RefusalKind,
    /// In words.
    pub(crate) message: String,
}

/// Why there is no answer, in a word that never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RefusalKind {
    /// The line is no request.
    Malformed,
    /// It asks for something that there is not.
    UnknownRequest,
    /// It is of another version of the protocol.
    UnsupportedVersion,
    /// Whoever asks may not.
    NotPermitted,
    /// The line is too long.
    TooLong,
    /// Too many ask at once.
    Busy,
    /// One that this program does not know: the daemon is newer.
    #[serde(other)]
    Other,
}

impl fmt::Display for RefusalKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Malformed => "malformed",
            Self::UnknownRequest => "unknown_request",
            Self::UnsupportedVersion => "unsupported_version",
            Self::NotPermitted => "not_permitted",
            Self::TooLong => "too_long",
            Self::Busy => "busy",
            Self::Other => "other",
        })
    }
}

impl Refusal {
    /// One of this kind.
    pub(crate) fn new(kind: RefusalKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
        }
    }

    /// The request is longer than any.
    pub(crate) fn too_long() -> Self {
        let message = format!("a request has at most {LONGEST_REQUEST} bytes");
        Self::new(RefusalKind::TooLong, message)
    }
}

impl Ask {
    /// What a line asks for. Fields that this version does not know are ignored: a newer client may have them.
    ///
    /// # Errors
    /// When that is not to be understood, and why.
    pub(crate) fn from_line(line: &[u8]) -> Result<Self, Refusal> {
        use RefusalKind::{Malformed, UnknownRequest, UnsupportedVersion};
        if line.len() > LONGEST_REQUEST {
            return Err(Refusal::too_long());
        }
        let request: Map<String, Value> = serde_json::from_slice(line)
            .map_err(|error| Refusal::new(Malformed, format!("this is no JSON object: {error}")))?;
        match request.get("version") {
            None => return Err(Refusal::new(Malformed, r#""version" is missing"#)),
            Some(version) if *version == VERSION => {}
            Some(_) => {
                let message = format!("this daemon speaks version {VERSION}");
                return Err(Refusal::new(UnsupportedVersion, message));
            }
        }
        match request.get("ask") {
            None => return Err(Refusal::new(Malformed, r#""ask" is missing"#)),
            Some(Value::String(ask)) if !Self::NAMES.contains(&ask.as_str()) => {
                let message = format!("this daemon can be asked for {}", Self::NAMES.join(", "));
                return Err(Refusal::new(UnknownRequest, message));
            }
            Some(_) => {}
        }
        serde_json::from_value(Value::Object(request))
            .map_err(|error| Refusal::new(Malformed, error.to_string()))
    }

    /// As it is sent, with its line break.
    ///
    /// # Errors
    /// Never: the encoder may not know that.
    pub(crate) fn to_line(self) -> serde_json::Result<Vec<u8>> {
        #[derive(Serialize)]
        struct Request {
            version: u32,
            #[serde(flatten)]
            ask: Ask,
        }
        let mut line = serde_json::to_vec(&Request {
            version: VERSION,
            ask: self,
        })?;
        line.push(b'\n');
        Ok(line)
    }

    /// Everything that a daemon can be asked.
    const NAMES: [&str; 4] = ["status", "events", "health", "reload"];
}
