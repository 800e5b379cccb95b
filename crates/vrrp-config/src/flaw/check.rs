//! A health check.

use vrrp_checks::{EndpointFlaw, UrlFlaw};

use crate::Key;

/// What can be wrong with a health check.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckFlaw {
    /// Nothing to look at.
    #[error(
        "[[check]] does not say what to look at; add one of `http`, `tcp`, `script`, `file` and `process`, for \
        example: http = \"http://127.0.0.1:8080/healthz\""
    )]
    NoProbe,
    /// Two things to look at.
    #[error("`{}` beside `{}`: a check looks at one thing; give each a [[check]] of its own", second.name(), first.name())]
    TwoProbes {
        /// What is given first.
        first: &'static Key,
        /// And this.
        second: &'static Key,
    },
    /// A key of another kind of check.
    #[error("`{}` does nothing beside `{}`: it belongs to {}; remove it", key.name(), probe.name(), listed(belongs_to))]
    Foreign {
        /// Which.
        key: &'static Key,
        /// What this check looks at.
        probe: &'static Key,
        /// Where the key means something.
        belongs_to: &'static [&'static Key],
    },
    /// Not a URL that can be asked.
    #[error("`{text}` cannot be asked: {flaw}; write it as \"http://127.0.0.1:8080/healthz\"")]
    Url {
        /// As written.
        text: String,
        /// Why.
        flaw: UrlFlaw,
    },
    /// A certificate that nobody will show.
    #[error(
        "`insecure` is about certificates, and an http:// server shows none; remove it, or write https://"
    )]
    InsecurePlain,
    /// No status at all.
    #[error(
        "no status is expected; name at least one, as [200], or remove `expect_status` for any from 200 to 299"
    )]
    NoStatus,
    /// Not a status.
    #[error("{0} is not a status of HTTP: 100 to 599")]
    Status(String),
    /// Not a regular expression.
    #[error(
        "`{text}` is not a regular expression: {reason}; a character that stands for itself takes a backslash, as \
        '\\(' in single quotes"
    )]
    Pattern {
        /// As written.
        text: String,
        /// What the regex crate says.
        reason: String,
    },
    /// Not a host and a port.
    #[error(
        "`{text}` is no host and port: {flaw}; write it as \"127.0.0.1:80\", \"localhost:80\" or \"[fd00::1]:80\""
    )]
    Endpoint {
        /// As written.
        text: String,
        /// What is wrong with it.
        flaw: EndpointFlaw,
    },
    /// A path where a process's name is wanted.
    #[error("`{text}` is a path, and a process has a name; write \"{name}\"")]
    ProcessPath {
        /// As written.
        text: String,
        /// Its last part.
        name: String,
    },
    /// Out of range.
    #[error("{0} is not a number of processes: 1 to 65535")]
    Min(String),
    /// Out of range.
    #[error("{written} is not a number for `{}`: 1 to 1000 runs in a row", key.name())]
    InARow {
        /// As written.
        written: String,
        /// Whose value.
        key: &'static Key,
    },
    /// Out of range.
    #[error("`{0}` is not an interval of checks; write \"100ms\" to \"1h\"")]
    Interval(String),
    /// Out of range.
    #[error("`{0}` is not a timeout of checks; write more than \"0s\", up to \"1h\"")]
    Timeout(String),
    /// A check for nothing.
    #[error("nothing tracks the check `{0}`; name it in the `checks` of an [[instance]], or remove it")]
    Untracked(String),
}

/// `a`, `b` and `c`.
fn listed(keys: &[&Key]) -> String {
    let names: Vec<String> = keys.iter().map(|key| format!("`{}`", key.name())).collect();
    match names.split_last() {
        Some((last, before)) if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        _ => names.concat(),
    }
}
