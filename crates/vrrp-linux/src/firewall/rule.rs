//! One rule: whose it is, and what it may do to a VRRP packet.

use serde_json::Value;

use super::gate::{Gate, is_protocol, is_vrrp, is_xt_comment};
use super::passage::Passage;

/// Protocols that are certainly not VRRP, as nft names them. Any other name may be anything.
const OTHERS: &[&str] = &[
    "tcp",
    "udp",
    "udplite",
    "sctp",
    "dccp",
    "icmp",
    "icmpv6",
    "ipv6-icmp",
    "igmp",
    "esp",
    "ah",
    "comp",
    "gre",
    "ipip",
    "ipencap",
    "ipv6",
    "ip6",
    "ospf",
    "pim",
    "l2tp",
];

/// Targets of iptables' extensions that drop, or hand to a program that may.
const DROPPING_TARGETS: &[&str] = &["DROP", "REJECT", "NFQUEUE", "QUEUE", "TARPIT", "STEAL"];

/// A rule, as far as it matters here.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Rule {
    pub(super) handle: u64,
    /// What nft calls the rule's comment. Of iptables' comments it tells only that there is one.
    pub(super) comment: Option<String>,
    /// Whether iptables has put a comment.
    pub(super) xt_comment: bool,
    /// What it lets in, if it does nothing else.
    pub(super) gate: Option<Gate>,
    /// How surely it lets VRRP out.
    pub(super) passage: Option<Passage>,
    /// What it may do to a VRRP packet; nothing, if its conditions keep it from ever seeing one.
    pub(super) verdicts: Vec<Verdict>,
}

/// What may become of a packet.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Verdict {
    /// Dropped, refused, or handed to a program that may.
    Drop,
    /// On through another chain, and back.
    Jump(String),
    /// On through another chain; then the base chain's policy.
    Goto(String),
    /// Back; in a base chain its policy.
    Return,
    /// What a named map says for this key.
    Map { name: String, key: Value },
}

impl Rule {
    /// Reads a rule as `nft -j -a` shows it.
    pub(super) fn read(rule: &Value) -> Self {
        let none = Vec::new();
        let expressions = rule["expr"].as_array().unwrap_or(&none);
        let concerned = !expressions.iter().any(excludes);
        Self {
            // nft always tells it.
            handle: rule["handle"].as_u64().unwrap_or_default(),
            comment: rule["comment"].as_str().map(str::to_owned),
            xt_comment: expressions.iter().any(is_xt_comment),
            gate: Gate::read(expressions),
            passage: Passage::read(expressions).filter(|_| concerned),
            verdicts: if concerned {
                expressions.iter().flat_map(verdicts).collect()
            } else {
                Vec::new()
            },
        }
    }
}

/// What an expression may do.
fn verdicts(expression: &Value) -> Vec<Verdict> {
    if let Some(text) = expression.as_str() {
        // What this nft cannot say in JSON it says in its own language, like a jump into a chain without a name.
        let ominous = ["drop", "reject", "queue", "jump", "goto", "vmap"];
        let drops = ominous.iter().any(|word| text.contains(word));
        return drops.then_some(Verdict::Drop).into_iter().collect();
    }
    if let Some(map) = expression.get("vmap") {
        return mapped(&map["key"], &map["data"]);
    }
    let target = &expression["xt"];
    if target["type"] == "target" {
        let drops = target["name"]
            .as_str()
            .is_none_or(|name| DROPPING_TARGETS.contains(&name));
        return drops.then_some(Verdict::Drop).into_iter().collect();
    }
    verdict(expression).into_iter().collect()
}

/// A plain verdict; none for what only looks, counts or accepts.
fn verdict(statement: &Value) -> Option<Verdict> {
    let (kind, detail) = statement.as_object()?.iter().next()?;
    let to = |make: fn(String) -> Verdict| {
        let target = detail["target"].as_str();
        target.map_or(Verdict::Drop, |target| make(target.to_owned()))
    };
    match kind.as_str() {
        "drop" | "reject" | "queue" => Some(Verdict::Drop),
        "jump" => Some(to(Verdict::Jump)),
        "goto" => Some(to(Verdict::Goto)),
        "return" => Some(Verdict::Return),
        _ => None,
    }
}

/// What a verdict map may do: one that is written in the rule, or a named one.
fn mapped(key: &Value, data: &Value) -> Vec<Verdict> {
    if let Some(name) = data.as_str().and_then(|data| data.strip_prefix('@')) {
        let (name, key) = (name.to_owned(), key.clone());
        return vec![Verdict::Map { name, key }];
    }
    match data["set"].as_array() {
        Some(elements) => chosen(key, &entries(elements)).cloned().collect(),
        None => vec![Verdict::Drop],
    }
}

/// The elements of a verdict map, each with its verdict if it has one that matters.
pub(super) fn entries(elements: &[Value]) -> Vec<(Value, Verdict)> {
    let entry = |element: &Value| match element.as_array().map(Vec::as_slice) {
        Some([key, statement]) => {
            let key = key.get("elem").map_or(key, |element| &element["val"]);
            verdict(statement).map(|verdict| (key.clone(), verdict))
        }
        _ => Some((Value::Null, Verdict::Drop)),
    };
    elements.iter().filter_map(entry).collect()
}

/// The verdicts that a VRRP packet may find in a map, looked up by this key.
pub(super) fn chosen<'a>(
    key: &Value,
    entries: &'a [(Value, Verdict)],
) -> impl Iterator<Item = &'a Verdict> + use<'a> {
    let parts = key["concat"].as_array().cloned();
    let key = key.clone();
    let may = move |value: &Value| match (&parts, value["concat"].as_array()) {
        (Some(parts), Some(values)) => parts
            .iter()
            .zip(values)
            .all(|(part, value)| !is_protocol(part) || may_be_vrrp(value)),
        _ => !is_protocol(&key) || may_be_vrrp(value),
    };
    entries
        .iter()
        .filter(move |(value, _)| may(value))
        .map(|(_, verdict)| verdict)
}

/// Whether no VRRP packet ever passes this condition.
fn excludes(expression: &Value) -> bool {
    if let Some(map) = expression.get("vmap") {
        return reads_another_protocol(&map["key"]);
    }
    let Some(matching) = expression.get("match") else {
        return false;
    };
    let (left, right) = (&matching["left"], &matching["right"]);
    if reads_another_protocol(left) {
        return true;
    }
    let equal = matching["op"] == "==" || matching["op"] == "in";
    if is_protocol(left) {
        return if equal {
            !may_be_vrrp(right)
        } else {
            matching["op"] == "!=" && is_vrrp(right)
        };
    }
    let family = left["meta"]["key"] == "nfproto" || left["meta"]["key"] == "protocol";
    family && equal && (right == "ipv6" || right == "ip6")
}

/// Whether a field of another protocol's header is looked at: nft asks for that protocol first, without showing it.
fn reads_another_protocol(left: &Value) -> bool {
    let protocol = left["payload"]["protocol"].as_str();
    let parts = left["concat"].as_array().into_iter().flatten();
    protocol.is_some_and(|protocol| OTHERS.contains(&protocol))
        || parts.into_iter().any(reads_another_protocol)
}

/// Whether a value, a range or a set may hold VRRP's number.
fn may_be_vrrp(value: &Value) -> bool {
    if let Some(name) = value.as_str() {
        return !OTHERS.contains(&name);
    }
    if value.is_number() {
        return is_vrrp(value);
    }
    if let Some(set) = value["set"].as_array() {
        return set.iter().any(may_be_vrrp);
    }
    if let Some([Value::Number(from), Value::Number(to)]) = value["range"].as_array().map(Vec::as_slice) {
        let vrrp = u64::from(vrrp_packet::PROTOCOL);
        return from.as_u64().is_none_or(|from| from <= vrrp) && to.as_u64().is_none_or(|to| vrrp <= to);
    }
    true
}
