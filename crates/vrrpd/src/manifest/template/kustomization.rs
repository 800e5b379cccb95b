//! The patches of a `kustomization.yaml`, as far as those in `deploy/` go: `add` and `replace` (RFC 6902) of objects of
//! one kind.

use serde_json::Value;

use super::{TemplateFlaw, kind, map_at, parse};

/// Applies the patches of `text` to the objects that they are for.
pub(super) fn apply(text: &str, objects: &mut [Value]) -> Result<(), TemplateFlaw> {
    for kustomization in parse(text)? {
        for patch in kustomization["patches"].as_array().into_iter().flatten() {
            let (Some(target), Some(operations)) =
                (patch["target"]["kind"].as_str(), patch["patch"].as_str())
            else {
                return Err(TemplateFlaw::Patch(patch.to_string()));
            };
            let operations = parse(operations)?;
            let operations = || operations.iter().filter_map(Value::as_array).flatten();
            for object in objects.iter_mut().filter(|object| kind(object) == target) {
                for operation in operations() {
                    one(operation, object)?;
                }
            }
        }
    }
    Ok(())
}

fn one(operation: &Value, object: &mut Value) -> Result<(), TemplateFlaw> {
    let unknown = || TemplateFlaw::Patch(operation.to_string());
    let value = operation.get("value").ok_or_else(unknown)?;
    let path = operation["path"].as_str().ok_or_else(unknown)?;
    let (parent, name) = path.rsplit_once('/').ok_or_else(unknown)?;
    let map = map_at(object, parent)?;
    let name = name.replace("~1", "/").replace("~0", "~");
    match operation["op"].as_str() {
        Some("add") => {}
        Some("replace") if map.contains_key(&name) => {}
        _ => return Err(unknown()),
    }
    map.insert(name, value.clone());
    Ok(())
}
