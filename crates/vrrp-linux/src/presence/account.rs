//! What a daemon tells others of itself: one line of JSON.

use std::collections::BTreeSet;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

#[cfg(test)]
mod tests;

/// The layout. A later layout that this code would misread gets another number.
const VERSION: u32 = 1;

/// What a daemon's configuration has, for other daemons on the host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    version: u32,
    /// The configuration's name.
    pub name: String,
    /// Every address of it, held or not.
    pub addresses: BTreeSet<IpAddr>,
    /// Its virtual routers, each as interface and VRID: `eth0/51`.
    pub routers: BTreeSet<String>,
}

impl Account {
    /// What this configuration has.
    pub fn new(
        name: impl Into<String>,
        addresses: impl IntoIterator<Item = IpAddr>,
        routers: impl IntoIterator<Item = String>,
    ) -> Self {
        Self {
            version: VERSION,
            name: name.into(),
            addresses: addresses.into_iter().collect(),
            routers: routers.into_iter().collect(),
        }
    }

    /// As it is sent.
    pub(super) fn to_line(&self) -> String {
        // Texts and numbers alone: there is nothing in it that JSON has no form for.
        let mut line = serde_json::to_string(self).unwrap_or_default();
        line.push('\n');
        line
    }

    /// `None` if it is cut off, or of another version.
    pub(super) fn parse(text: &[u8]) -> Option<Self> {
        let account: Self = serde_json::from_slice(text).ok()?;
        (account.version == VERSION).then_some(account)
    }
}
