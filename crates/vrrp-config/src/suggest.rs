//! What an unknown key may have meant.

use core::fmt;

use crate::keys::{self, Section};

#[cfg(test)]
mod tests;

/// Help for an unknown key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hint {
    /// A key of this table that is spelt almost so.
    Spelling(&'static str),
    /// A key of another table.
    Misplaced(&'static str),
    /// A word of keepalived, and what stands for it here.
    Keepalived(&'static str),
    /// Nothing is near: the keys of this table.
    Known(Vec<&'static str>),
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Spelling(key) => write!(f, "did you mean `{key}`?"),
            Self::Misplaced(path) => write!(f, "did you mean `{path}`?"),
            Self::Keepalived(mend) => write!(f, "what keepalived calls so is here: {mend}"),
            Self::Known(keys) => write!(f, "its keys are `{}`", keys.join("`, `")),
        }
    }
}

/// keepalived's words that are on the tip of one's tongue.
const KEEPALIVED: &[(&str, &str)] = &[
    ("virtual_router_id", "vrid = 51"),
    ("virtual_ipaddress", "virtual_addresses = [\"10.77.0.100\"]"),
    (
        "virtual_ipaddress_excluded",
        "excluded_addresses = [\"10.77.0.101\"]",
    ),
    ("advert_int", "advert_interval = \"1s\""),
    ("nopreempt", "preempt = false"),
    (
        "auth_type",
        "authentication = { type = \"simple\", password = \"secret\" }",
    ),
    (
        "auth_pass",
        "authentication = { type = \"simple\", password = \"secret\" }",
    ),
    (
        "unicast_src_ip",
        "unicast = { source = \"10.77.0.1\", peers = [\"10.77.0.2\"] }",
    ),
    ("unicast_peer", "unicast = { peers = [\"10.77.0.2\"] }"),
    ("mcast_src_ip", "source = \"10.77.0.1\""),
    ("garp_master_repeat", "garp = { repeat = 5 }"),
    ("garp_master_delay", "garp = { again = [\"5s\"] }"),
    ("garp_master_refresh", "garp = { refresh = \"60s\" }"),
    ("router_id", "name = \"vrrpd\" at the top level"),
    ("dev", "interface = \"eth0\""),
    ("state", "nothing: the election decides; give a priority"),
];

/// What `unknown` may have meant in `section`.
pub(crate) fn hint(section: &Section, unknown: &str) -> Hint {
    // Before the spelling: `nopreempt` is near to its opposite.
    if let Some((_, mend)) = KEEPALIVED.iter().find(|(word, _)| *word == unknown) {
        return Hint::Keepalived(mend);
    }
    if let Some(near) = nearest(section, unknown) {
        return Hint::Spelling(near);
    }
    let elsewhere = keys::SECTIONS
        .iter()
        .flat_map(|section| section.keys)
        .find(|key| key.name() == unknown);
    if let Some(key) = elsewhere.filter(|key| key.path.contains('.')) {
        return Hint::Misplaced(key.path);
    }
    Hint::Known(section.keys.iter().map(|key| key.name()).collect())
}

/// The key that takes the fewest slips to become `unknown`: at most two, and fewer than a third of its letters.
fn nearest(section: &Section, unknown: &str) -> Option<&'static str> {
    if unknown.len() > 64 {
        return None;
    }
    section
        .keys
        .iter()
        .map(|key| {
            (
                strsim::damerau_levenshtein(key.name(), &unknown.to_lowercase().replace('-', "_")),
                key.name(),
            )
        })
        .filter(|&(slips, name)| slips <= 2 && slips * 3 <= name.len() + 1)
        .min()
        .map(|(_, name)| name)
}
