//! The chains, their rules and the verdict maps of a host, as `nft -j -a` tells them. What it tells besides is ignored.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Chain;
use super::json::each_item;
use super::rule::{Rule, Verdict, entries};

#[cfg(test)]
mod tests;

/// What is known of a host's firewall.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Ruleset {
    pub(super) chains: BTreeMap<Chain, Body>,
    /// Named maps from anything to a verdict. `None` for one whose elements nobody has looked at.
    pub(super) maps: BTreeMap<Chain, Option<Vec<(Value, Verdict)>>>,
}

/// What is in a chain.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Body {
    pub(super) hook: Hook,
    /// Whether a packet that no rule has decided upon is dropped at its end.
    pub(super) drops_at_end: bool,
    /// In the order in which they are asked.
    pub(super) rules: Vec<Rule>,
}

/// Where packets enter a chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Hook {
    /// On their way to the host's programs: here a rule can be placed.
    Host,
    /// At a device, before that.
    Ingress,
    /// On their way out: what is dropped there is only told.
    Outgoing,
    /// From other chains only, or where no packet to or from this host comes by.
    #[default]
    Elsewhere,
}

impl Ruleset {
    /// Takes in an answer of nft. The rules of a chain come in their order.
    pub(super) fn read(&mut self, json: &str) -> Result<(), serde_json::Error> {
        each_item(json, &mut |item| {
            if let Some(chain) = item.get("chain") {
                if let Some(name) = place(chain, "name") {
                    let body = self.chains.entry(name).or_default();
                    body.hook = hook(chain);
                    body.drops_at_end = chain["policy"] == "drop";
                }
            } else if let Some(rule) = item.get("rule") {
                if let Some(chain) = place(rule, "chain") {
                    self.chains.entry(chain).or_default().rules.push(Rule::read(rule));
                }
            } else if let Some(map) = item.get("map")
                && map["map"] == "verdict"
                && let Some(name) = place(map, "name")
            {
                self.maps.entry(name).or_default();
            }
        })
    }

    /// Takes in what is known of other tables.
    pub(super) fn extend(&mut self, other: Self) {
        self.chains.extend(other.chains);
        self.maps.extend(other.maps);
    }

    /// Takes in nft's answer about one verdict map, with its elements.
    pub(super) fn read_map(&mut self, name: &Chain, json: &str) -> Result<(), serde_json::Error> {
        each_item(json, &mut |item| {
            if let Some(map) = item.get("map") {
                let elements = map["elem"].as_array().map_or(&[][..], Vec::as_slice);
                self.maps.insert(name.clone(), Some(entries(elements)));
            }
        })
    }
}

fn hook(chain: &Value) -> Hook {
    // Chains of the type `nat` see the first packet of a connection only, and cannot drop.
    let filters = chain["type"] == "filter";
    // iptables' mangle table has one of these.
    let routes = chain["type"] == "route";
    match (chain["family"].as_str(), chain["hook"].as_str()) {
        (Some("ip" | "inet"), Some("prerouting" | "input")) if filters => Hook::Host,
        (Some("netdev" | "inet"), Some("ingress")) => Hook::Ingress,
        (Some("ip" | "inet"), Some("output")) if filters || routes => Hook::Outgoing,
        (Some("ip" | "inet"), Some("postrouting")) if filters => Hook::Outgoing,
        _ => Hook::Elsewhere,
    }
}

/// The chain or map that an item is, or belongs to.
fn place(item: &Value, name: &str) -> Option<Chain> {
    Some(Chain {
        family: item["family"].as_str()?.to_owned(),
        table: item["table"].as_str()?.to_owned(),
        name: item[name].as_str()?.to_owned(),
    })
}
