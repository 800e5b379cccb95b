//! Whose rules there are, and which of them nobody needs any more.

use std::collections::BTreeSet;

use super::program::Patience;
use super::ruleset::Ruleset;
use super::{FirewallError, check, look};
use crate::presence::Presence;

#[cfg(test)]
mod tests;

/// The names of all configurations that have rules in the firewall, whether or not they run.
///
/// # Errors
/// When the firewall cannot be looked at. See [`FirewallError`].
pub fn names() -> Result<BTreeSet<String>, FirewallError> {
    let (ruleset, _) = look::look(&Patience::new())?;
    Ok(of(&ruleset))
}

/// The names that have rules, and are this one but for a number at the end (`pod-1`, `pod-11`), and that no daemon has
/// now: rules that nobody will ever remove. Names that anybody holds, and the name itself, are not among them.
///
/// # Errors
/// When the firewall cannot be looked at. See [`FirewallError`].
pub fn forsaken(name: &str) -> Result<BTreeSet<String>, FirewallError> {
    let mut names = names()?;
    names.retain(|other| is_sibling(name, other) && matches!(Presence::holder(other), Ok(None)));
    Ok(names)
}

fn of(ruleset: &Ruleset) -> BTreeSet<String> {
    let rules = ruleset.chains.values().flat_map(|body| &body.rules);
    let comments = rules.filter_map(|rule| rule.comment.as_deref());
    let names = comments.filter_map(|comment| comment.strip_prefix("vrrpd "));
    names
        .filter(|name| check(name).is_ok())
        .map(str::to_owned)
        .collect()
}

/// Whether two names are different, and only by the number that both end in.
fn is_sibling(one: &str, other: &str) -> bool {
    let stem = |name: &str| {
        let (stem, number) = name.rsplit_once('-')?;
        let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| stem.to_owned())
    };
    one != other && stem(one).is_some_and(|one| stem(other) == Some(one))
}
