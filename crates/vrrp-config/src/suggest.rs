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
    (
        "vrrp_script",
        "a [[check]] with script = [\"/usr/local/bin/ready\"], and checks = [...] in the [[instance]]",
    ),
    ("track_script", "checks = [\"ready\"]"),
    (
        "track_interface",
        "track_interfaces = [\"eth1\"] for others than its own, which is always tracked",
    ),
    (
        "vrrp_track_file",
        "a [[check]] with file = \"/run/vrrpd/drain\", and checks = [...] in the [[instance]]",
    ),
    (
        "track_file",
        "a [[check]] with file = \"/run/vrrpd/drain\", and checks = [...] in the [[instance]]",
    ),
    (
        "vrrp_track_process",
        "a [[check]] with process = \"haproxy\", and checks = [...] in the [[instance]]",
    ),
    (
        "track_process",
        "a [[check]] with process = \"haproxy\", and checks = [...] in the [[instance]]",
    ),
    (
        "vrrp_sync_group",
        "a [[group]] with instances = [\"inside\", \"outside\"]",
    ),
    (
        "notify_master_rx_lower_pri",
        "notify_reasserted = [\"/etc/vrrpd/notify.sh\"]",
    ),
    ("interface_up_down_delays", "link_debounce = \"500ms\""),
    (
        "init_fail",
        "nothing: a check counts once it has a result, and with weight 0 it is FAULT until then",
    ),
    (
        "enable_script_security",
        "script_security = true at the top level of the main file",
    ),
    ("dev", "interface = \"eth0\""),
    ("state", "nothing: the election decides; give a priority"),
];

/// What `unknown` may have meant in `section`.
pub(crate) fn hint(section: &Section, unknown: &str) -> Hint {
    // Before the spelling: `nopreempt` is near to its opposite.
    if let Some((_, mend)) = KEEPALIVED.iter().find(|(word, _)| *word == unknown) {
        return Hint::Keepalived(mend);
    }
    let spelt = unknown.to_lowercase().replace('-', "_");
    if let Some(near) = nearest(section.keys.iter().map(|key| key.name()), &spelt) {
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

/// The known word that takes the fewest slips to become `unknown`: at most two, and fewer than a third of its letters.
pub(crate) fn nearest<'k>(known: impl Iterator<Item = &'k str>, unknown: &str) -> Option<&'k str> {
    if unknown.len() > 64 {
        return None;
    }
    known
        .map(|word| (strsim::damerau_levenshtein(word, unknown), word))
        .filter(|&(slips, word)| slips <= 2 && slips * 3 <= word.len() + 1)
        .min()
        .map(|(_, word)| word)
}
