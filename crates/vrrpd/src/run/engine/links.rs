//! Which links count as up. What flaps counts only once it has stayed so for a while (`link_debounce`).

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::Duration;

use vrrp_core::{InterfaceName, Standing, Time};
use vrrp_linux::Network;

/// How a tracked interface stands that does not exist.
pub(in crate::run) const MISSING: &str = "it does not exist";

/// The links that one virtual router depends on, as it believes them to be.
#[derive(Debug)]
pub(super) struct Links {
    debounce: Duration,
    known: BTreeMap<InterfaceName, Option<Known>>,
}

/// An interface that exists.
#[derive(Clone, Copy, Debug)]
struct Known {
    up: bool,
    /// Since when the kernel has been saying the opposite.
    opposed_since: Option<Time>,
}

/// What an interface can be to those who need it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    /// There is none of this name. A vanished one is missing at once, and one that comes is what it is at once.
    Missing,
    /// It is administratively down or has no carrier.
    Down,
    /// It carries packets.
    Up,
}

impl Links {
    /// The links of these names, none of which has been seen yet.
    pub(super) fn new(debounce: Duration, names: impl IntoIterator<Item = InterfaceName>) -> Self {
        Self {
            debounce,
            known: names.into_iter().map(|name| (name, None)).collect(),
        }
    }

    /// Takes note of what the kernel says now.
    pub(super) fn follow(&mut self, now: Time, network: &Network) {
        for (name, known) in &mut self.known {
            let Some(link) = network.link(name) else {
                *known = None;
                continue;
            };
            let up = link.up && link.running;
            let fresh = Known {
                up,
                opposed_since: None,
            };
            *known = Some(match *known {
                Some(before) if before.up != up => {
                    let since = before.opposed_since.unwrap_or(now);
                    if now.since(since) >= self.debounce {
                        fresh
                    } else {
                        Known {
                            opposed_since: Some(since),
                            ..before
                        }
                    }
                }
                _ => fresh,
            });
        }
    }

    /// How an interface counts.
    pub(super) fn condition(&self, name: &InterfaceName) -> Condition {
        match self.known.get(name) {
            None | Some(None) => Condition::Missing,
            Some(Some(Known { up: false, .. })) => Condition::Down,
            Some(Some(Known { up: true, .. })) => Condition::Up,
        }
    }

    /// When a link that has changed counts as changed, unless it changes back.
    pub(super) fn deadline(&self) -> Option<Time> {
        let opposed = self
            .known
            .values()
            .filter_map(|known| known.as_ref()?.opposed_since);
        opposed.min().map(|since| since + self.debounce)
    }
}

impl Condition {
    /// What that means for whoever tracks the interface.
    pub(super) fn standing(self) -> Standing {
        match self {
            Self::Missing => Standing::Failing(MISSING.into()),
            Self::Down => Standing::Failing("it is down".into()),
            Self::Up => Standing::Passing,
        }
    }
}
