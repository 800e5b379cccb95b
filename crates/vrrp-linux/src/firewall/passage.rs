//! Whether VRRP surely gets out of the host.
//!
//! On its way in a rule of ours comes first, and nothing else needs to be known. On its way out we place none, and so
//! an administrator's own rule has to be understood: one that accepts VRRP before something drops is all that is needed.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use serde_json::Value;

use super::Chain;
use super::gate::{is_protocol, is_vrrp, is_xt_comment};
use super::rule::Verdict;
use super::ruleset::Ruleset;

#[cfg(test)]
mod tests;

/// What a rule does with every VRRP packet to some addresses.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Passage {
    /// Prefixes of addresses; `None` = wherever the packet goes.
    to: Option<Vec<(Ipv4Addr, u8)>>,
    way: Way,
}

#[derive(Clone, Debug, PartialEq)]
enum Way {
    Accepted,
    Through(String),
}

impl Passage {
    /// Reads a rule, if it lets VRRP on without further conditions but for the device: who names the protocol has
    /// thought of it.
    pub(super) fn read(expressions: &[Value]) -> Option<Self> {
        let (last, conditions) = expressions.split_last()?;
        let way = match last["jump"]["target"].as_str() {
            Some(target) => Way::Through(target.to_owned()),
            None => last.get("accept").map(|_| Way::Accepted)?,
        };
        let (mut vrrp, mut device, mut to) = (false, false, None);
        for condition in conditions {
            let Some(matching) = condition.get("match") else {
                if condition.get("counter").is_none() && !is_xt_comment(condition) {
                    return None;
                }
                continue;
            };
            let (left, right) = (&matching["left"], &matching["right"]);
            if matching["op"] != "==" {
                return None;
            } else if is_protocol(left) && one_is(right, &is_vrrp) {
                vrrp = true;
            } else if left["meta"]["key"] == "oifname" || left["meta"]["key"] == "oif" {
                device = true;
            } else if left["payload"]["protocol"] == "ip"
                && left["payload"]["field"] == "daddr"
                && to.is_none()
            {
                to = Some(prefixes(right)?);
            } else if left["meta"]["key"] != "nfproto" && left["meta"]["key"] != "protocol" {
                return None;
            }
        }
        (vrrp || !device).then_some(Self { to, way })
    }

    fn concerns(&self, address: Ipv4Addr) -> bool {
        let within = |&(prefix, length): &(Ipv4Addr, u8)| {
            let mask = u32::MAX.checked_shl(32_u32.saturating_sub(length.into()));
            (address.to_bits() ^ prefix.to_bits()) & mask.unwrap_or_default() == 0
        };
        self.to.as_ref().is_none_or(|to| to.iter().any(within))
    }
}

impl Ruleset {
    /// Whether VRRP to one of these may be dropped, once it enters this chain.
    pub(super) fn may_hold_back(&self, chain: &Chain, mut to: BTreeSet<Ipv4Addr>) -> bool {
        self.holds_back(chain, &mut to, &mut BTreeSet::new())
            || !to.is_empty() && self.chains.get(chain).is_some_and(|body| body.drops_at_end)
    }

    /// Whether a rule may drop VRRP to one of these. Those that are surely accepted are taken away.
    fn holds_back(&self, chain: &Chain, to: &mut BTreeSet<Ipv4Addr>, entered: &mut BTreeSet<Chain>) -> bool {
        for rule in self.chains.get(chain).iter().flat_map(|body| &body.rules) {
            if to.is_empty() {
                return false;
            }
            match &rule.passage {
                Some(passage) if passage.way == Way::Accepted => to.retain(|&to| !passage.concerns(to)),
                Some(Passage {
                    to: only,
                    way: Way::Through(target),
                }) => {
                    let target = chain.beside(target);
                    if only.is_some() || self.is_left_early(&target) || !entered.insert(target.clone()) {
                        if self.may_lose(chain, rule) {
                            return true;
                        }
                    } else if self.holds_back(&target, to, entered) {
                        return true;
                    }
                }
                _ if self.may_lose(chain, rule) => return true,
                _ => {}
            }
        }
        false
    }

    /// Whether packets may leave a chain before its end, so that not all that it accepts is accepted.
    fn is_left_early(&self, chain: &Chain) -> bool {
        let rules = self.chains.get(chain).into_iter().flat_map(|body| &body.rules);
        rules
            .flat_map(|rule| &rule.verdicts)
            .any(|verdict| !matches!(verdict, Verdict::Drop | Verdict::Jump(_)))
    }
}

/// Whether a value, or one of a set, is so.
fn one_is(value: &Value, is: &dyn Fn(&Value) -> bool) -> bool {
    match value["set"].as_array() {
        Some(set) => set.iter().any(is),
        None => is(value),
    }
}

/// Addresses and prefixes, alone or in a set.
fn prefixes(value: &Value) -> Option<Vec<(Ipv4Addr, u8)>> {
    let one = |value: &Value| {
        if let Some(address) = value.as_str() {
            return Some((address.parse().ok()?, 32));
        }
        let length = u8::try_from(value["prefix"]["len"].as_u64()?).ok()?;
        Some((value["prefix"]["addr"].as_str()?.parse().ok()?, length))
    };
    match value["set"].as_array() {
        Some(set) => set.iter().map(one).collect(),
        None => one(value).map(|prefix| vec![prefix]),
    }
}
