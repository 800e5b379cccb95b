//! The name of a set and its namespace, and what its objects are called.

use super::problem::{Place, Problems};
use super::template::BASE;

/// Pods are called after their set, with 17 characters more, and have 63.
const LONGEST_NAME: usize = 46;
/// A DNS label (RFC 1123).
const LONGEST_LABEL: usize = 63;

/// Virtual addresses that are served together, from one namespace.
#[derive(Debug)]
pub(super) struct Set {
    pub(super) name: String,
    pub(super) namespace: String,
}

/// What can be wrong with a name.
#[derive(Debug, thiserror::Error)]
pub(super) enum NameFlaw {
    #[error("`{0}` is not a DNS label; write a-z, 0-9 and `-`, and neither begin nor end with `-`")]
    NotALabel(String),
    #[error("`{0}` has {length} characters, and a namespace 63 at most", length = .0.len())]
    LongNamespace(String),
    #[error("`{0}` has {length} characters, and the names of pods are made of it, which have 63: write 46 at most", length = .0.len())]
    Long(String),
}

impl Set {
    pub(super) fn read(name: &str, namespace: &str, problems: &mut Problems) -> Option<Self> {
        let name = problems.keep(Place::Option("NAME"), label(name, LONGEST_NAME, NameFlaw::Long));
        let namespace = label(namespace, LONGEST_LABEL, NameFlaw::LongNamespace);
        let namespace = problems.keep(Place::Option("--namespace"), namespace);
        Some(Self {
            name: name?,
            namespace: namespace?,
        })
    }

    /// What an object is called that has this name in the base, where the set is called `vrrpd`.
    pub(super) fn renamed(&self, in_base: &str) -> String {
        match in_base.strip_prefix(BASE) {
            Some(suffix) => format!("{}{suffix}", self.name),
            None => in_base.to_owned(),
        }
    }

    /// The `ConfigMap` of its scripts.
    pub(super) fn scripts(&self) -> String {
        format!("{}-scripts", self.name)
    }

    /// Its security context constraints. They belong to the cluster, where other sets have this name, and others'
    /// constraints any name; with dots, no two sets make the same.
    pub(super) fn constraints(&self) -> String {
        format!("{BASE}.{}.{}", self.namespace, self.name)
    }
}

fn label(text: &str, longest: usize, long: fn(String) -> NameFlaw) -> Result<String, NameFlaw> {
    let inside = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if text.is_empty() || !text.chars().all(inside) || text.starts_with('-') || text.ends_with('-') {
        return Err(NameFlaw::NotALabel(text.to_owned()));
    }
    if text.len() > longest {
        return Err(long(text.to_owned()));
    }
    Ok(text.to_owned())
}
