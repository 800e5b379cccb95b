//! Objects as text, and what made them.

#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::fmt::Write as _;

use serde_json::Value;

use super::objects::{APPLICATION, INSTANCE};
use super::set::Set;
use super::template::{BASE, kind};

/// Lines of any length stay lines: folded ones are hard to search.
const WIDEST: usize = usize::MAX;

/// An object of the cluster, and so in no namespace.
const CONSTRAINTS: &str = "SecurityContextConstraints";

/// An object that YAML has no words for: there is none.
#[derive(Debug, thiserror::Error)]
#[error("this is not YAML: {0}")]
pub(super) struct Unprintable(#[from] serde_saphyr::ser::Error);

/// Documents of YAML, with the command line that made them on top.
pub(super) fn yaml(set: &Set, objects: &[Value]) -> Result<String, Unprintable> {
    let options = serde_saphyr::ser_options! { min_fold_chars: WIDEST, folded_wrap_chars: WIDEST };
    let mut text = header(set, std::env::args_os().skip(1));
    text.push_str(&removal(set, objects));
    text.push_str(&serde_saphyr::to_string_multiple_with_options(objects, options)?);
    Ok(text)
}

fn header(set: &Set, arguments: impl Iterator<Item = OsString>) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let mut text = format!(
        "# The set {} for `kubectl apply -f -`, by vrrpd {version}:\n# vrrpd",
        set.name
    );
    for argument in arguments {
        text.push(' ');
        text.push_str(&quoted(&argument.to_string_lossy()));
    }
    text.push('\n');
    text
}

/// How to remove it. `kubectl delete -f` of all this would take the namespace along, and every other set in it.
fn removal(set: &Set, objects: &[Value]) -> String {
    let (namespace, name) = (&set.namespace, &set.name);
    let kinds = objects.iter().map(kind);
    let kinds = kinds.filter(|kind| !["Namespace", CONSTRAINTS].contains(kind));
    let kinds: Vec<String> = kinds.map(str::to_ascii_lowercase).collect();
    let mut text = format!(
        "# To remove it, and not the namespace with all that is in it:\n# kubectl delete {} -n {namespace} -l \
         {APPLICATION}={BASE},{INSTANCE}={name}\n",
        kinds.join(",")
    );
    if objects.iter().any(|object| kind(object) == CONSTRAINTS) {
        let _infallible = writeln!(text, "# oc delete scc {}", set.constraints());
    }
    text
}

/// An argument as a shell reads it, on one line.
fn quoted(argument: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_=+:,./@%".contains(c);
    if !argument.is_empty() && argument.chars().all(plain) {
        return argument.to_owned();
    }
    if argument.chars().all(|c| c == ' ' || c.is_ascii_graphic()) {
        return format!("'{}'", argument.replace('\'', r"'\''"));
    }
    let mut text = String::from("$'");
    for c in argument.chars() {
        match c {
            '\'' | '\\' => text.extend(['\\', c]),
            ' ' => text.push(c),
            _ if c.is_ascii_graphic() => text.push(c),
            _ => {
                let _infallible = write!(text, "\\U{:08x}", u32::from(c));
            }
        }
    }
    text.push('\'');
    text
}
