//! The documents that are on their way to clients, and how many of them there may be.
//!
//! With a thousand virtual routers one is some megabytes, and memory is locked. A client that asks and never reads keeps
//! its document for as long as it may take; 64 of them must not keep 64. So whoever asks at the same moment shares one,
//! and when there are too many, the newest is shared by all who come.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use hyper::body::Bytes;

use crate::report::Status;
use crate::run::service::metrics::Format;

/// So many of each form exist at a time.
pub(super) const MOST: usize = 4;

/// What a document says, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// The status as JSON.
    Json,
    /// Metrics.
    Metrics(Format),
}

/// All documents that somebody still takes.
#[derive(Debug, Default)]
pub(super) struct Documents {
    /// The oldest first.
    kept: Mutex<Vec<Kept>>,
}

#[derive(Debug)]
struct Kept {
    form: Form,
    of: Arc<Status>,
    text: Weak<String>,
    /// The same, until somebody asks for that of another status: whoever asks again and again has it made once.
    newest: Option<Arc<String>>,
}

/// A text for as long as it is being sent.
struct Sent(Arc<String>);

impl AsRef<[u8]> for Sent {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl Documents {
    /// The document of this form: that of this status, unless there are too many others.
    pub(super) fn get(
        &self,
        form: Form,
        status: &Arc<Status>,
        make: impl FnOnce() -> Result<String, fmt::Error>,
    ) -> Result<Bytes, fmt::Error> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|document| document.text.strong_count() > 0);
        let of_this_form = || kept.iter().filter(|document| document.form == form);
        let full = of_this_form().count() >= MOST;
        let newest = of_this_form().next_back();
        let shared = newest.filter(|document| full || Arc::ptr_eq(&document.of, status));
        if let Some(text) = shared.and_then(|document| document.text.upgrade()) {
            return Ok(Bytes::from_owner(Sent(text)));
        }
        let text = Arc::new(make()?);
        for before in kept.iter_mut().filter(|document| document.form == form) {
            before.newest = None;
        }
        kept.push(Kept {
            form,
            of: Arc::clone(status),
            text: Arc::downgrade(&text),
            newest: Some(Arc::clone(&text)),
        });
        Ok(Bytes::from_owner(Sent(text)))
    }
}
