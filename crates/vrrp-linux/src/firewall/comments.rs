//! Comments that iptables wrote: nft tells that there is one, and only iptables tells its text.
//!
//! Our own rules have a comment that both know. But who saves iptables' rules and restores them, as many hosts do when
//! they boot, gets each of ours back with a comment of this other kind.

use std::collections::{BTreeMap, BTreeSet};

use vrrp_packet::GROUP;

use super::Chain;
use super::gate::Gate;
use super::rule::Rule;
use super::ruleset::Ruleset;

#[cfg(test)]
mod tests;

/// The tables of iptables with rules that may be ours, if one knew their comment.
pub(super) fn tables(ruleset: &Ruleset) -> BTreeSet<String> {
    let asked = ruleset.chains.iter();
    asked
        .filter(|(chain, body)| chain.is_iptables() && body.rules.iter().any(is_question))
        .map(|(chain, _)| chain.table.clone())
        .collect()
}

fn is_question(rule: &Rule) -> bool {
    rule.xt_comment && rule.comment.is_none() && rule.gate.is_some()
}

/// Takes the comments from a listing of `iptables-nft -S`, which has the rules of each chain in the same order. A chain
/// that has changed since nft listed it keeps its questions.
pub(super) fn fill_in(ruleset: &mut Ruleset, table: &str, listing: &str) {
    let mut lines: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for line in listing.lines() {
        if let Some((chain, rule)) = line.strip_prefix("-A ").and_then(|rest| rest.split_once(' ')) {
            lines.entry(chain).or_default().push(rule);
        }
    }
    for (name, lines) in lines {
        let chain = Chain {
            family: "ip".to_owned(),
            table: table.to_owned(),
            name: name.to_owned(),
        };
        let Some(body) = ruleset.chains.get_mut(&chain) else {
            continue;
        };
        if body.rules.len() != lines.len() {
            continue;
        }
        for (rule, line) in body.rules.iter_mut().zip(lines) {
            if is_question(rule) && rule.gate.as_ref().is_some_and(|gate| shows(gate, line)) {
                rule.comment = comment(line).map(str::to_owned);
            }
        }
    }
}

/// Whether a line of the listing is this rule.
fn shows(gate: &Gate, line: &str) -> bool {
    let (option, address) = match gate {
        Gate::ToGroup => ("-d", Some(&GROUP)),
        // Sets are not iptables'.
        Gate::From(peers) => ("-s", peers.first()),
    };
    let condition = address.map(|address| format!("{option} {address}/32 "));
    condition.is_some_and(|condition| line.starts_with(&condition)) && line.ends_with(" -j ACCEPT")
}

/// The comment in a line of the listing. Ours has a blank, for which iptables quotes it, and no quote in it.
fn comment(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("--comment \"")?;
    rest.split_once('"').map(|(comment, _)| comment)
}
