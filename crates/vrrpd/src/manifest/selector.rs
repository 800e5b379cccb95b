//! `--selector`: labels that a node must have.

#[cfg(test)]
mod tests;

/// The longest name or value of a label.
const LONGEST: usize = 63;
/// The longest domain in front of a name.
const LONGEST_DOMAIN: usize = 253;

/// What can be wrong with a list of labels.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum SelectorFlaw {
    #[error("item {position}, `{item}`, is not a label; write KEY=VALUE, or KEY= where the value is empty")]
    NoValue { position: usize, item: String },
    #[error(
        "item {position}, `{item}`: `{key}` is not the key of a label; write up to 63 of A-Z, a-z, 0-9, `-`, `_` and `.` \
         between two letters or digits, after a domain and `/` or without"
    )]
    Key {
        position: usize,
        item: String,
        key: String,
    },
    #[error(
        "item {position}, `{item}`: `{value}` is not the value of a label; write nothing, or up to 63 of A-Z, a-z, 0-9, \
         `-`, `_` and `.` between two letters or digits"
    )]
    Value {
        position: usize,
        item: String,
        value: String,
    },
    #[error(
        "item {position}, `{item}`: another item names `{key}` too, and a node has one value of it; write it once"
    )]
    Again {
        position: usize,
        item: String,
        key: String,
    },
}

/// The keys and values, in their order; or what is wrong with any of them.
pub(super) fn read(text: &str) -> Result<Vec<(String, String)>, Vec<SelectorFlaw>> {
    let (mut labels, mut flaws) = (Vec::new(), Vec::new());
    for (position, item) in (1..).zip(text.split(',').map(str::trim)) {
        match label(position, item, &labels) {
            Ok(label) => labels.push(label),
            Err(flaw) => flaws.push(flaw),
        }
    }
    if flaws.is_empty() { Ok(labels) } else { Err(flaws) }
}

/// A label that is not among those `before` it.
fn label(position: usize, item: &str, before: &[(String, String)]) -> Result<(String, String), SelectorFlaw> {
    let whole = item.to_owned();
    let Some((key, value)) = item.split_once('=') else {
        return Err(SelectorFlaw::NoValue {
            position,
            item: whole,
        });
    };
    let (known, key, value) = (
        before.iter().any(|(known, _)| known == key),
        key.to_owned(),
        value.to_owned(),
    );
    if !is_key(&key) {
        return Err(SelectorFlaw::Key {
            position,
            item: whole,
            key,
        });
    }
    if !value.is_empty() && !is_name(&value) {
        return Err(SelectorFlaw::Value {
            position,
            item: whole,
            value,
        });
    }
    if known {
        return Err(SelectorFlaw::Again {
            position,
            item: whole,
            key,
        });
    }
    Ok((key, value))
}

/// A name, or a domain and a name.
fn is_key(key: &str) -> bool {
    match key.split_once('/') {
        Some((domain, name)) => is_domain(domain) && is_name(name),
        None => is_name(key),
    }
}

fn is_domain(text: &str) -> bool {
    let inside = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let is_part = |part: &str| {
        !part.is_empty() && part.chars().all(inside) && !part.starts_with('-') && !part.ends_with('-')
    };
    text.len() <= LONGEST_DOMAIN && text.split('.').all(is_part)
}

fn is_name(text: &str) -> bool {
    let outside = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    text.len() <= LONGEST
        && text.chars().all(inside)
        && outside(text.chars().next())
        && outside(text.chars().next_back())
}
