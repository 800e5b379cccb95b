//! Which pods an object makes, and which it selects.
//!
//! Two budgets that select one pod keep it from every eviction, two Deployments that do fight over it, and a pod that must
//! not be beside itself is not put beside a pod of the same labels.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::Value;

use super::files::ObjectId;
use crate::manifest::template::kind;

/// The kinds whose selectors matter: a Service's, for one, does no harm.
const SELECTING: [&str; 4] = ["Deployment", "DaemonSet", "StatefulSet", "PodDisruptionBudget"];

type Labels = BTreeMap<String, String>;

/// An object with pods.
#[derive(Debug)]
pub(super) struct Pods {
    pub(super) owner: Rc<ObjectId>,
    selected: Option<Labels>,
    made: Option<Labels>,
}

impl Pods {
    /// `None` = it has nothing to do with pods, or selects them by an expression, which is not looked at.
    pub(super) fn of(object: &Value) -> Option<Self> {
        if !SELECTING.contains(&kind(object)) {
            return None;
        }
        let selector = &object["spec"]["selector"];
        let plain = selector.is_object() && selector.get("matchExpressions").is_none();
        let pods = Self {
            owner: ObjectId::shared(object),
            // A selector without labels is one that every pod matches.
            selected: plain.then(|| labels(&selector["matchLabels"])),
            made: object.pointer("/spec/template/metadata/labels").map(labels),
        };
        (pods.selected.is_some() || pods.made.is_some()).then_some(pods)
    }

    /// Whether one of the two selects the pods that the other makes.
    pub(super) fn meet(&self, other: &Self) -> bool {
        self.owner.namespace == other.owner.namespace && (self.selects(other) || other.selects(self))
    }

    fn selects(&self, other: &Self) -> bool {
        let (Some(selected), Some(made)) = (&self.selected, &other.made) else {
            return false;
        };
        selected.iter().all(|(key, value)| made.get(key) == Some(value))
    }
}

fn labels(value: &Value) -> Labels {
    let labels = value.as_object().into_iter().flatten();
    labels
        .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
        .collect()
}
