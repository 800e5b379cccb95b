//! What has to be done, chain by chain, and as the script that does it.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use serde_json::{Value, json};
use vrrp_packet::GROUP;

use super::gate::Gate;
use super::rule::Rule;
use super::ruleset::{Body, Hook, Ruleset};
use super::{Chain, Change, Opening, Remains, comment};

#[cfg(test)]
mod tests;

/// What is to be done in one chain: some rules go, and these come to its front.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) chain: Chain,
    pub(super) delete: Vec<u64>,
    pub(super) insert: Vec<Gate>,
    pub(super) comment: String,
}

impl Step {
    pub(super) fn change(&self) -> Change {
        match (self.delete.is_empty(), self.insert.is_empty()) {
            (_, true) => Change::Removed,
            (true, false) => Change::Placed,
            (false, false) => Change::Renewed,
        }
    }
}

/// How to place an opening.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    /// Where it is to stand.
    pub(super) wanted: Vec<Chain>,
    /// What is missing there. Nothing, once it stands.
    pub(super) steps: Vec<Step>,
    /// What no rule of ours will mend.
    pub(super) remains: Vec<Remains>,
}

/// What it takes to have an opening in each chain that may drop, and nowhere else. `written` if the rules that are
/// there were written a moment ago: a newer nft may show them in words that we do not know.
pub(super) fn place(ruleset: &Ruleset, opening: &Opening, written: bool) -> Plan {
    let mut plan = Plan::default();
    let text = comment(&opening.name);
    for (chain, body) in &ruleset.chains {
        let gates = gates(opening, chain);
        let wanted = body.hook == Hook::Host && ruleset.may_drop(chain) || is_named(opening, chain);
        let own = own(body, &text);
        let (delete, insert) = if !wanted || gates.is_empty() {
            (own, Vec::new())
        } else {
            plan.wanted.push(chain.clone());
            if stands(ruleset, chain, body, &text, &gates, written) {
                continue;
            }
            (own, gates)
        };
        if !delete.is_empty() || !insert.is_empty() {
            plan.steps.push(Step {
                chain: chain.clone(),
                delete,
                insert,
                comment: text.clone(),
            });
        }
    }
    plan.remains = remains(ruleset, opening);
    plan
}

/// What it takes to have no rule of this name anywhere.
pub(super) fn close(ruleset: &Ruleset, name: &str) -> Vec<Step> {
    let text = comment(name);
    let step = |(chain, body): (&Chain, &Body)| Step {
        chain: chain.clone(),
        delete: own(body, &text),
        insert: Vec::new(),
        comment: text.clone(),
    };
    let steps = ruleset.chains.iter().map(step);
    steps.filter(|step| !step.delete.is_empty()).collect()
}

/// The rules that an opening takes in this chain. iptables can read a rule with one address, but none with a set.
fn gates(opening: &Opening, chain: &Chain) -> Vec<Gate> {
    let mut gates = Vec::new();
    if opening.multicast {
        gates.push(Gate::ToGroup);
    }
    if chain.is_iptables() {
        gates.extend(opening.peers.iter().map(|&peer| Gate::From([peer].into())));
    } else if !opening.peers.is_empty() {
        gates.push(Gate::From(opening.peers.clone()));
    }
    gates
}

/// Where the adverts go.
fn destinations(opening: &Opening) -> BTreeSet<Ipv4Addr> {
    let group = opening.multicast.then_some(GROUP);
    opening.peers.iter().copied().chain(group).collect()
}

fn is_named(opening: &Opening, chain: &Chain) -> bool {
    is_filter(chain) && opening.chain.as_ref() == Some(&chain.name)
}

/// Whether a chain belongs to iptables' filter table.
fn is_filter(chain: &Chain) -> bool {
    chain.family == "ip" && chain.table == "filter"
}

/// The handles of the rules that are ours.
fn own(body: &Body, text: &str) -> Vec<u64> {
    let own = body.rules.iter().filter(|rule| is_own(rule, text));
    own.map(|rule| rule.handle).collect()
}

fn is_own(rule: &Rule, text: &str) -> bool {
    rule.comment.as_deref() == Some(text)
}

/// Whether exactly these stand there, each once, before everything by which a packet may be lost.
fn stands(ruleset: &Ruleset, chain: &Chain, body: &Body, text: &str, gates: &[Gate], written: bool) -> bool {
    let mut missing = gates.len();
    let mut counts: BTreeMap<&Gate, usize> = BTreeMap::new();
    for rule in &body.rules {
        if is_own(rule, text) {
            let Some(left) = missing.checked_sub(1) else {
                return false;
            };
            missing = left;
            if let Some(gate) = &rule.gate {
                *counts.entry(gate).or_default() += 1;
            }
        } else if missing > 0 && ruleset.may_lose(chain, rule) {
            return false;
        }
    }
    missing == 0 && (written || gates.iter().all(|gate| counts.get(gate) == Some(&1)))
}

/// What may still drop, and what cannot be done as it was wished.
fn remains(ruleset: &Ruleset, opening: &Opening) -> Vec<Remains> {
    let mut remains = Vec::new();
    if let Some(wanted) = &opening.chain {
        let there = ruleset.chains.keys().filter(|chain| is_filter(chain));
        let there: Vec<_> = there.map(|chain| chain.name.clone()).collect();
        if !there.contains(wanted) {
            let wanted = wanted.clone();
            remains.push(Remains::NoSuchChain { wanted, there });
        }
    }
    for (chain, body) in &ruleset.chains {
        if body.hook == Hook::Ingress && ruleset.may_drop(chain) {
            remains.push(Remains::Ingress { chain: chain.clone() });
        }
        if body.hook == Hook::Outgoing && ruleset.may_hold_back(chain, destinations(opening)) {
            remains.push(Remains::Outgoing { chain: chain.clone() });
        }
    }
    remains
}

/// The steps as one transaction, in nft's JSON: names need no quotes there, and nothing in them is a command.
pub(super) fn script(steps: &[Step]) -> String {
    let mut commands: Vec<Value> = Vec::new();
    for Step {
        chain,
        delete,
        insert,
        comment,
    } in steps
    {
        let rule = json!({ "family": chain.family, "table": chain.table, "chain": chain.name });
        for handle in delete {
            let mut rule = rule.clone();
            rule["handle"] = json!(handle);
            commands.push(json!({ "delete": { "rule": rule } }));
        }
        // Each is inserted before the last one.
        for gate in insert.iter().rev() {
            let mut rule = rule.clone();
            rule["comment"] = json!(comment);
            rule["expr"] = gate.expressions();
            commands.push(json!({ "insert": { "rule": rule } }));
        }
    }
    json!({ "nftables": commands }).to_string()
}
