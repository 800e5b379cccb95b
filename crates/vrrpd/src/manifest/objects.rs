//! What is asked for, put into the objects of the base.

use serde_json::{Map, Value, json};

use super::set::Set;
use super::settings::Settings;
use super::template::{self, BASE, TemplateFlaw, at, kind, list_at, map_at};
use crate::cli::Flavor;

/// The label that tells sets apart.
pub(super) const INSTANCE: &str = "app.kubernetes.io/instance";
/// The label that says what it is.
pub(super) const APPLICATION: &str = "app.kubernetes.io/name";
/// Where a pod says which constraints it wants.
const WANTED_CONSTRAINTS: &str = "/spec/template/metadata/annotations/openshift.io~1required-scc";

/// What is asked for, all of it sound.
pub(super) struct Wanted<'w> {
    pub(super) set: &'w Set,
    pub(super) flavor: Flavor,
    pub(super) replicas: u8,
    /// `None` = the base's.
    pub(super) image: Option<&'w str>,
    /// `None` = the flavor's.
    pub(super) selector: Option<Vec<(String, String)>>,
    pub(super) settings: &'w Settings,
    /// The texts of scripts by the names of their files.
    pub(super) scripts: &'w Map<String, Value>,
}

/// The objects, the namespace first unless it is the cluster's, in an order in which each finds what it refers to.
pub(super) fn make(wanted: &Wanted<'_>) -> Result<Vec<Value>, TemplateFlaw> {
    let mut objects = Vec::new();
    for mut object in template::objects(wanted.flavor)? {
        if kind(&object) == "Namespace" && wanted.set.is_in_the_clusters() {
            continue;
        }
        refer(&mut object, wanted.set)?;
        if kind(&object) == "Deployment" {
            fill(&mut object, wanted)?;
            if !wanted.scripts.is_empty() {
                objects.push(config_map(wanted));
            }
        }
        objects.push(object);
    }
    for object in &mut objects {
        identify(object, wanted.set)?;
    }
    Ok(objects)
}

/// What it is called, where it is, and of which set.
fn identify(object: &mut Value, set: &Set) -> Result<(), TemplateFlaw> {
    let (name, namespace) = match kind(object) {
        // It may be that of other sets too.
        "Namespace" => {
            *at(object, "/metadata/name")? = set.namespace.clone().into();
            return Ok(());
        }
        "SecurityContextConstraints" => (set.constraints(), None),
        _ => (
            set.renamed(at(object, "/metadata/name")?.as_str().unwrap_or_default()),
            Some(&set.namespace),
        ),
    };
    relabel(object, set);
    let metadata = map_at(object, "/metadata")?;
    let mut rest = core::mem::take(metadata);
    let mut labels = match rest.shift_remove("labels") {
        Some(Value::Object(labels)) => labels,
        _ => Map::new(),
    };
    labels.insert(APPLICATION.into(), BASE.into());
    labels.insert(INSTANCE.into(), set.name.clone().into());
    metadata.insert("name".into(), name.into());
    if let Some(namespace) = namespace {
        metadata.insert("namespace".into(), namespace.clone().into());
    }
    metadata.insert("labels".into(), labels.into());
    for (key, value) in rest {
        metadata.entry(key).or_insert(value);
    }
    Ok(())
}

/// Gives the set's label its value wherever it stands: on pods, and where they are selected.
fn relabel(value: &mut Value, set: &Set) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                if key == INSTANCE {
                    *value = set.name.clone().into();
                } else {
                    relabel(value, set);
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|value| relabel(value, set)),
        _ => {}
    }
}

/// The names of other objects in it.
fn refer(object: &mut Value, set: &Set) -> Result<(), TemplateFlaw> {
    let rename = |value: &mut Value| *value = set.renamed(value.as_str().unwrap_or_default()).into();
    match kind(object) {
        "Deployment" => {
            rename(at(object, "/spec/template/spec/serviceAccountName")?);
            for volume in list_at(object, "/spec/template/spec/volumes")? {
                if let Some(name) = volume.pointer_mut("/configMap/name") {
                    rename(name);
                }
            }
            if let Some(constraints) = object.pointer_mut(WANTED_CONSTRAINTS) {
                *constraints = set.constraints().into();
            }
        }
        "Role" => *at(object, "/rules/0/resourceNames")? = json!([set.constraints()]),
        "RoleBinding" => {
            rename(at(object, "/roleRef/name")?);
            rename(at(object, "/subjects/0/name")?);
            map_at(object, "/subjects/0")?.insert("namespace".into(), set.namespace.clone().into());
        }
        _ => {}
    }
    Ok(())
}

/// The set's own settings.
fn fill(deployment: &mut Value, wanted: &Wanted<'_>) -> Result<(), TemplateFlaw> {
    *at(deployment, "/spec/replicas")? = wanted.replicas.into();
    if let Some(labels) = &wanted.selector {
        let labels = labels
            .iter()
            .map(|(key, value)| (key.clone(), value.clone().into()));
        *at(deployment, "/spec/template/spec/nodeSelector")? = Value::Object(labels.collect());
    }
    if let Some(image) = wanted.image {
        *at(deployment, "/spec/template/spec/containers/0/image")? = image.into();
    }
    let env = list_at(deployment, "/spec/template/spec/containers/0/env")?;
    for (variable, value) in &wanted.settings.values {
        let entry = json!({ "name": variable, "value": value });
        match env.iter_mut().find(|entry| entry["name"] == *variable) {
            Some(known) => *known = entry,
            None => env.push(entry),
        }
    }
    Ok(())
}

fn config_map(wanted: &Wanted<'_>) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": { "name": wanted.set.scripts() },
        "data": wanted.scripts,
    })
}
