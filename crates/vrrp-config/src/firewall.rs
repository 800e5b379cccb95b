//! `firewall`: what the host's firewall must let in.

use toml::de::DeValue;

use crate::reader::{Reader, Table};
use crate::{Firewall, InstanceFlaw, keys};

/// The longest name that iptables gives a chain.
const LONGEST: usize = 28;

/// `true`, `false`, or a chain.
pub(crate) fn read(reader: &mut Reader<'_>, table: &Table<'_>) -> Option<Firewall> {
    let field = table.get(keys::FIREWALL)?;
    let named = match field.value {
        DeValue::String(_) => Some(reader.text(&field)?),
        _ => None,
    };
    // A variable may stand for a boolean. Without one it is a boolean that must not have quotes.
    let chain = named.filter(|text| !matches!(text.text.as_str(), "true" | "false"));
    let Some(chain) = chain else {
        return reader.boolean(&field)?.then(Firewall::default);
    };
    let firewall = Firewall::in_chain(&chain.text);
    if firewall.is_none() {
        reader.report(field.at, InstanceFlaw::Chain(chain.text));
    }
    firewall
}

impl Firewall {
    /// `None` if no chain can have this name: 1 to 28 of `A-Z a-z 0-9 _ . -`, not beginning with `-`.
    pub(crate) fn in_chain(name: &str) -> Option<Self> {
        let clean = name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'));
        let is_name = clean && (1..=LONGEST).contains(&name.len()) && !name.starts_with('-');
        is_name.then(|| Self {
            chain: Some(name.to_owned()),
        })
    }
}
