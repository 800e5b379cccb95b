//! Manifests, and the sets that are in them.

use core::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::rc::Rc;

use serde_json::Value;

use super::AvoidFlaw;
use super::claim::DECIDING;
use crate::manifest::template::{BASE, kind, parse};
use crate::manifest::variables::Variables;

/// What a large cluster has is a tenth of it.
const LARGEST_MIB: u64 = 64;
/// The name that stands for standard input.
const STDIN: &str = "-";
/// The variable without which there is no set.
const VIRTUAL_IPS: &str = "OPENSHIFT_HA_VIRTUAL_IPS";
/// Where an object may have the containers of its pods.
const CONTAINERS: [&str; 2] = [
    "/spec/template/spec/containers",
    "/spec/jobTemplate/spec/template/spec/containers",
];

/// Which object it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::manifest) struct ObjectId {
    pub(super) kind: String,
    pub(super) namespace: Option<String>,
    pub(super) name: String,
}

impl ObjectId {
    pub(super) fn shared(object: &Value) -> Rc<Self> {
        let metadata = |key| object["metadata"][key].as_str().map(str::to_owned);
        Rc::new(Self {
            kind: kind(object).to_owned(),
            namespace: metadata("namespace"),
            name: metadata("name").unwrap_or_default(),
        })
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.kind)?;
        if let Some(namespace) = &self.namespace {
            write!(f, "{namespace}/")?;
        }
        f.write_str(&self.name)
    }
}

/// A set as it is written down.
pub(super) struct Found {
    pub(super) owner: Rc<ObjectId>,
    pub(super) variables: Variables,
    /// Deciding variables whose values stand elsewhere.
    pub(super) unknowable: Vec<&'static str>,
    pub(super) addresses: Addresses,
    /// Whether its image is one of vrrpd, as far as its name says so.
    pub(super) is_ours: bool,
}

/// Where the list of addresses stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Addresses {
    Here,
    Elsewhere,
}

/// The objects in a file, at least one of which has a set.
pub(super) fn objects(path: &Path) -> Result<Vec<Value>, AvoidFlaw> {
    let text = if path == Path::new(STDIN) {
        text(io::stdin().lock())
    } else {
        File::open(path)
            .map_err(|error| unreadable(&error))
            .and_then(text)
    };
    let documents = documents(&text?)?;
    let mut objects = Vec::new();
    for document in documents {
        unpack(document, &mut objects);
    }
    // What an object made, as a Deployment its ReplicaSets, says the same or what was so before.
    objects.retain(|object| {
        object["metadata"]["ownerReferences"]
            .as_array()
            .is_none_or(Vec::is_empty)
    });
    if objects.iter().all(|object| sets(object).next().is_none()) {
        return Err(AvoidFlaw::NoSet);
    }
    Ok(objects)
}

fn unreadable(error: &dyn ToString) -> AvoidFlaw {
    AvoidFlaw::Unreadable(error.to_string())
}

/// All that there is to read, unless that is too much.
fn text(source: impl Read) -> Result<String, AvoidFlaw> {
    let largest = LARGEST_MIB * 1024 * 1024;
    let mut bytes = Vec::new();
    source
        .take(largest + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| unreadable(&error))?;
    if bytes.len() as u64 > largest {
        return Err(AvoidFlaw::Large(LARGEST_MIB));
    }
    String::from_utf8(bytes).map_err(|_| unreadable(&"it is not UTF-8"))
}

/// Documents of JSON, one after the other, or of YAML.
fn documents(text: &str) -> Result<Vec<Value>, AvoidFlaw> {
    let may_be_json = text.trim_start().starts_with(['{', '[']);
    let json = may_be_json
        .then(|| {
            serde_json::Deserializer::from_str(text)
                .into_iter()
                .collect::<Result<_, _>>()
        })
        .and_then(Result::ok);
    match json {
        Some(documents) => Ok(documents),
        None => parse(text).map_err(|error| AvoidFlaw::Syntax(error.to_string())),
    }
}

/// Leaves nothing but IPv4 in the list of addresses.
pub(super) fn keep_ipv4(variables: &mut Variables) {
    if let Some(list) = variables.get_mut(VIRTUAL_IPS) {
        let separated = |c: char| c == ',' || c.is_ascii_whitespace();
        let items = list.split(separated).filter(|item| !item.contains(':'));
        *list = items.collect::<Vec<_>>().join(",");
    }
}

/// The objects of a list, or the object.
fn unpack(mut document: Value, objects: &mut Vec<Value>) {
    let is_list = kind(&document).ends_with("List");
    match document.get_mut("items").map(Value::take) {
        Some(Value::Array(items)) if is_list => items.into_iter().for_each(|item| unpack(item, objects)),
        _ => objects.push(document),
    }
}

/// The sets of an object: one for each container that is told of virtual addresses.
pub(super) fn sets(object: &Value) -> impl Iterator<Item = Found> {
    let containers = CONTAINERS
        .iter()
        .filter_map(|path| object.pointer(path)?.as_array());
    containers
        .flatten()
        .filter_map(|container| set(object, container))
}

fn set(object: &Value, container: &Value) -> Option<Found> {
    let env = container["env"].as_array()?;
    let name = |entry: &Value| entry["name"].as_str().map(str::to_owned);
    let addresses = env.iter().rfind(|entry| entry["name"] == VIRTUAL_IPS)?;
    let addresses = if addresses["valueFrom"].is_object() {
        Addresses::Elsewhere
    } else {
        Addresses::Here
    };
    let mut variables = Variables::new();
    let mut unknowable = Vec::new();
    for entry in env {
        match &entry["value"] {
            Value::String(value) => variables.extend(name(entry).map(|name| (name, value.clone()))),
            // Without quotes. No cluster takes it, and what is meant is clear.
            Value::Number(_) | Value::Bool(_) => {
                variables.extend(name(entry).map(|name| (name, entry["value"].to_string())));
            }
            _ if entry["valueFrom"].is_object() => {
                unknowable.extend(DECIDING.iter().find(|variable| entry["name"] == **variable));
            }
            _ => {}
        }
    }
    Some(Found {
        owner: ObjectId::shared(object),
        variables,
        unknowable,
        addresses,
        is_ours: is_ours(container["image"].as_str().unwrap_or_default()),
    })
}

/// Whether an image's name says that it is vrrpd's: what stands between the last `/` and the tag or the digest.
fn is_ours(image: &str) -> bool {
    let name = image.split('@').next().unwrap_or_default();
    let name = name.rsplit('/').next().unwrap_or_default();
    name.split(':').next().unwrap_or_default().contains(BASE)
}
