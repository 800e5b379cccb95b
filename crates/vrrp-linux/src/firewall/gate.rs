//! What one rule lets in, as JSON for nft and from it.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use serde_json::{Value, json};
use vrrp_packet::{GROUP, PROTOCOL};

/// Accepts VRRP, and nothing else.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Gate {
    /// To the multicast group.
    ToGroup,
    /// From these.
    From(BTreeSet<Ipv4Addr>),
}

impl Gate {
    /// The rule's expressions. The protocol comes first: every other packet is through with the rule after that.
    pub(super) fn expressions(&self) -> Value {
        let (field, right) = match self {
            Self::ToGroup => ("daddr", json!(GROUP)),
            // A set of one would be a set to iptables, which cannot read one.
            Self::From(peers) if peers.len() == 1 => ("saddr", json!(peers.first())),
            Self::From(peers) => ("saddr", json!({ "set": peers })),
        };
        json!([
            matching("protocol", &json!(PROTOCOL)),
            matching(field, &right),
            { "counter": null },
            { "accept": null },
        ])
    }

    /// Reads a rule that is one of these and nothing more. iptables writes some things differently.
    pub(super) fn read(expressions: &[Value]) -> Option<Self> {
        let (last, first) = expressions.split_last()?;
        let mut vrrp = false;
        let mut gate = None;
        last.get("accept")?;
        for expression in first {
            if let Some(matching) = expression.get("match") {
                if matching["op"] != "==" {
                    return None;
                }
                let right = &matching["right"];
                match field(&matching["left"])? {
                    Field::Protocol if is_vrrp(right) => vrrp = true,
                    Field::To if right.as_str()? == GROUP.to_string() && gate.is_none() => {
                        gate = Some(Self::ToGroup);
                    }
                    Field::From if gate.is_none() => gate = Some(Self::From(addresses(right)?)),
                    _ => return None,
                }
            } else if expression.get("counter").is_none() && !is_xt_comment(expression) {
                return None;
            }
        }
        gate.filter(|_| vrrp)
    }
}

/// What a match looks at.
enum Field {
    Protocol,
    From,
    To,
}

fn field(left: &Value) -> Option<Field> {
    if is_protocol(left) {
        return Some(Field::Protocol);
    }
    let payload = left
        .get("payload")
        .filter(|payload| payload["protocol"] == "ip")?;
    match payload["field"].as_str()? {
        "saddr" => Some(Field::From),
        "daddr" => Some(Field::To),
        _ => None,
    }
}

fn matching(field: &str, right: &Value) -> Value {
    json!({ "match": { "op": "==", "left": { "payload": { "protocol": "ip", "field": field } }, "right": right } })
}

/// An address, or a set of plain addresses.
fn addresses(right: &Value) -> Option<BTreeSet<Ipv4Addr>> {
    let one = |value: &Value| value.as_str()?.parse().ok();
    match right.get("set") {
        Some(set) => set.as_array()?.iter().map(one).collect(),
        None => one(right).map(|address| BTreeSet::from([address])),
    }
}

/// Whether an expression is the protocol in the IPv4 header.
pub(super) fn is_protocol(left: &Value) -> bool {
    left["meta"]["key"] == "l4proto"
        || (left["payload"]["protocol"] == "ip" && left["payload"]["field"] == "protocol")
}

/// Whether a value is VRRP's number or name. /etc/protocols has the name; some systems call it `carp`.
pub(super) fn is_vrrp(right: &Value) -> bool {
    right == "vrrp" || right == "carp" || right == "112" || *right == json!(PROTOCOL)
}

/// Whether an expression is iptables' way to write a comment. nft does not tell its text.
pub(super) fn is_xt_comment(expression: &Value) -> bool {
    expression["xt"]["type"] == "match" && expression["xt"]["name"] == "comment"
}
