//! The objects of `deploy/`, as `kubectl kustomize` would make them, which is the one place where they are written down.

mod kustomization;

#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

use crate::cli::Flavor;

/// What the base calls its set.
pub(super) const BASE: &str = "vrrpd";

const NAMESPACE: &str = include_str!("../../../../deploy/base/namespace.yaml");
const ACCOUNT: &str = include_str!("../../../../deploy/base/service-account.yaml");
const CONSTRAINTS: &str = include_str!("../../../../deploy/openshift/scc/security-context-constraints.yaml");
const ROLE: &str = include_str!("../../../../deploy/openshift/role.yaml");
const DEPLOYMENT: &str = include_str!("../../../../deploy/base/deployment.yaml");
const BUDGET: &str = include_str!("../../../../deploy/base/pod-disruption-budget.yaml");
const KUBERNETES: &str = include_str!("../../../../deploy/kubernetes/kustomization.yaml");
const OPENSHIFT: &str = include_str!("../../../../deploy/openshift/kustomization.yaml");

/// What can be wrong with `deploy/`, which a test of this build has looked at.
#[derive(Debug, thiserror::Error)]
pub(super) enum TemplateFlaw {
    #[error("deploy/ has something that is no YAML: {0}")]
    Yaml(#[from] serde_saphyr::Error),
    #[error("deploy/ has {kind} without {path}")]
    Lacks { kind: String, path: String },
    #[error("deploy/ has a patch of another kind: {0}")]
    Patch(String),
}

/// All objects of a flavor, in an order in which each finds what it refers to.
pub(super) fn objects(flavor: Flavor) -> Result<Vec<Value>, TemplateFlaw> {
    let (rights, patches): (&[&str], _) = match flavor {
        Flavor::Kubernetes => (&[], KUBERNETES),
        Flavor::Openshift => (&[CONSTRAINTS, ROLE], OPENSHIFT),
    };
    let texts = [NAMESPACE, ACCOUNT]
        .into_iter()
        .chain(rights.iter().copied())
        .chain([DEPLOYMENT, BUDGET]);
    let mut objects = Vec::new();
    for text in texts {
        objects.extend(parse(text)?);
    }
    kustomization::apply(patches, &mut objects)?;
    Ok(objects)
}

/// Documents of YAML as `kubectl` reads them: by version 1.1, in which 0555 is octal.
pub(super) fn parse(text: &str) -> Result<Vec<Value>, serde_saphyr::Error> {
    // Whoever reads a file knows how large it is; what is in one of that size may be anything. Aliases, by which a small
    // file can say much, keep their limits.
    let budget = serde_saphyr::budget! {
        max_events: usize::MAX,
        max_nodes: usize::MAX,
        max_documents: usize::MAX,
        max_total_scalar_bytes: usize::MAX,
    };
    let options = serde_saphyr::options! { legacy_octal_numbers: true, with_snippet: false, budget: budget };
    serde_saphyr::from_multiple_with_options(text, options)
}

/// What an object is: its `kind`.
pub(super) fn kind(object: &Value) -> &str {
    object["kind"].as_str().unwrap_or_default()
}

/// What stands at `path` (RFC 6901).
pub(super) fn at<'v>(object: &'v mut Value, path: &str) -> Result<&'v mut Value, TemplateFlaw> {
    found_at(object, path, Some)
}

/// What stands at `path` and has names.
pub(super) fn map_at<'v>(
    object: &'v mut Value,
    path: &str,
) -> Result<&'v mut Map<String, Value>, TemplateFlaw> {
    found_at(object, path, Value::as_object_mut)
}

/// What stands at `path` and is a list.
pub(super) fn list_at<'v>(object: &'v mut Value, path: &str) -> Result<&'v mut Vec<Value>, TemplateFlaw> {
    found_at(object, path, Value::as_array_mut)
}

fn found_at<'v, T>(
    object: &'v mut Value,
    path: &str,
    read: impl FnOnce(&'v mut Value) -> Option<T>,
) -> Result<T, TemplateFlaw> {
    let kind = kind(object).to_owned();
    let lacks = || TemplateFlaw::Lacks {
        kind,
        path: path.to_owned(),
    };
    object.pointer_mut(path).and_then(read).ok_or_else(lacks)
}

/// The image of the first container.
pub(super) fn image(objects: &[Value]) -> &str {
    let mut images = objects
        .iter()
        .filter_map(|object| object.pointer("/spec/template/spec/containers/0/image"));
    images.find_map(Value::as_str).unwrap_or_default()
}
