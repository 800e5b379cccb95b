//! `${HOSTNAME}`, `${NAME}`, `${NAME:-default}`, `${ADDRESS:eth0}` and `$$` in texts.

use crate::{Surroundings, VariableFlaw};

#[cfg(test)]
mod tests;

/// A text after expansion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Text {
    pub(crate) text: String,
    /// Whether a variable was in it: then it may stand for a number or a boolean.
    pub(crate) variable: bool,
}

/// Replaces every variable. What a variable holds is not expanded again.
pub(crate) fn expand(text: &str, surroundings: &dyn Surroundings) -> Result<Text, VariableFlaw> {
    let mut expanded = Text {
        text: String::with_capacity(text.len()),
        variable: false,
    };
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        expanded.text.push_str(before);
        rest = if let Some(after) = after.strip_prefix('$') {
            expanded.text.push('$');
            after
        } else if let Some(after) = after.strip_prefix('{') {
            let (inner, after) = after.split_once('}').ok_or(VariableFlaw::Unclosed)?;
            expanded.text.push_str(&value(inner, surroundings)?);
            expanded.variable = true;
            after
        } else {
            return Err(VariableFlaw::LoneDollar);
        };
    }
    expanded.text.push_str(rest);
    Ok(expanded)
}

/// The value of what stands between the braces. As in a shell, `:-` covers both unset and empty.
fn value(inner: &str, surroundings: &dyn Surroundings) -> Result<String, VariableFlaw> {
    let (name, default) = match inner.split_once(":-") {
        Some((name, default)) => (name, Some(default)),
        None => (inner, None),
    };
    let found = if let Some(interface) = name.strip_prefix("ADDRESS:") {
        surroundings
            .addresses(interface)
            .first()
            .map(|net| net.addr().to_string())
            .ok_or_else(|| VariableFlaw::NoAddress(interface.to_owned()))
    } else if !is_name(name) {
        return Err(VariableFlaw::BadName(name.to_owned()));
    } else if name == "HOSTNAME" {
        surroundings.hostname().ok_or(VariableFlaw::NoHostname)
    } else {
        surroundings
            .variable(name)
            .ok_or_else(|| VariableFlaw::Unset(name.to_owned()))
    };
    match (found, default) {
        (Ok(found), None) => Ok(found),
        (Ok(found), Some(_)) if !found.is_empty() => Ok(found),
        (_, Some(default)) => Ok(default.to_owned()),
        (Err(flaw), None) => Err(flaw),
    }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
