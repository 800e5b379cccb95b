//! The name of a set and its namespace, and what its objects are called.

use super::problem::{Place, Problems};
use super::template::BASE;

/// Pods are called after their set, with 17 characters more, and have 63.
const LONGEST_NAME: usize = 46;
/// A DNS label (RFC 1123).
const LONGEST_LABEL: usize = 63;
/// The accounts that Kubernetes, and OpenShift, make in each namespace for whatever runs there.
const ACCOUNTS: [&str; 3] = ["default", "builder", "deployer"];

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
    #[error(
        "`{0}` is an account that Kubernetes or OpenShift makes in each namespace, and that of this set would replace it; \
         give another NAME"
    )]
    Account(String),
    #[error(
        "`{0}` is a namespace of the cluster itself and left as it is, so it is not printed: the pods are admitted if it \
         is labelled pod-security.kubernetes.io/enforce=privileged, or if nothing is enforced there"
    )]
    Clusters(String),
}

impl NameFlaw {
    pub(super) fn is_warning(&self) -> bool {
        matches!(self, Self::Clusters(_))
    }
}

impl Set {
    pub(super) fn read(name: &str, namespace: &str, problems: &mut Problems) -> Option<Self> {
        let name = label(name, LONGEST_NAME, NameFlaw::Long).and_then(|name| {
            if ACCOUNTS.contains(&name.as_str()) {
                return Err(NameFlaw::Account(name));
            }
            Ok(name)
        });
        let name = problems.keep(Place::Option("NAME"), name);
        let namespace = label(namespace, LONGEST_LABEL, NameFlaw::LongNamespace);
        let namespace = problems.keep(Place::Option("--namespace"), namespace);
        let set = Self {
            name: name?,
            namespace: namespace?,
        };
        if set.is_in_the_clusters() {
            let flaw = NameFlaw::Clusters(set.namespace.clone());
            problems.report(Place::Option("--namespace"), flaw);
        }
        Some(set)
    }

    /// Whether its namespace is one that every cluster has and that is not its own to label.
    pub(super) fn is_in_the_clusters(&self) -> bool {
        let namespace = self.namespace.as_str();
        ["default", "openshift"].contains(&namespace)
            || ["kube-", "openshift-"]
                .iter()
                .any(|prefix| namespace.starts_with(prefix))
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
