//! What is said of the firewall: everything once, however often it is looked at.

use std::collections::BTreeSet;

use tracing::field::display;
use tracing::{info, warn};
use vrrp_linux::firewall::{Chain, Change, FirewallError, Placed, Remains};

#[cfg(test)]
mod tests;

/// What has been said.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// Whether it was looked at with success, ever.
    begun: bool,
    /// Where the rule stands, or stood before somebody swept it away.
    chains: BTreeSet<Chain>,
    remains: Vec<Remains>,
    /// The last failure, if there was no success since.
    error: Option<String>,
}

/// A line of the log.
#[derive(Debug, PartialEq)]
struct Line {
    warns: bool,
    /// The chain that it is about, if it is one in which the rule stands.
    chain: Option<Chain>,
    text: String,
}

impl Line {
    fn info(text: impl Into<String>) -> Self {
        Self {
            warns: false,
            chain: None,
            text: text.into(),
        }
    }

    fn warning(text: impl Into<String>) -> Self {
        Self {
            warns: true,
            ..Self::info(text)
        }
    }

    fn about(mut self, chain: &Chain) -> Self {
        self.chain = Some(chain.clone());
        self
    }
}

impl Told {
    /// It was looked at.
    pub(super) fn placed(&mut self, placed: Placed) {
        for Line { warns, chain, text } in self.lines(placed) {
            let chain = chain.as_ref().map(display);
            if warns {
                warn!(event = "firewall_problem", chain, "firewall: {text}");
            } else {
                info!(event = "firewall_state", chain, "firewall: {text}");
            }
        }
    }

    /// It could not be looked at, or not be changed.
    pub(super) fn error(&mut self, error: &FirewallError) {
        let text = error.to_string();
        if self.error.as_ref() != Some(&text) {
            warn!(
                event = "firewall_unreadable",
                "firewall: VRRP may be dropped: {text}"
            );
            self.error = Some(text);
        }
    }

    fn lines(&mut self, placed: Placed) -> Vec<Line> {
        let mut lines = Vec::new();
        if self.error.take().is_some() {
            lines.push(Line::info("now it has been looked at"));
        }
        let incoming = |remains: &Remains| !matches!(remains, Remains::Outgoing { .. });
        if !self.begun && placed.chains.is_empty() && !placed.remains.iter().any(incoming) {
            lines.push(Line::info(
                "nothing drops VRRP on its way in, and no rule is needed",
            ));
        }
        self.begun = true;
        for chain in placed.chains {
            let change = placed.changed.get(&chain);
            let is_new = self.chains.insert(chain.clone());
            let line = match change {
                _ if is_new => Some(Line::info(format!("VRRP is accepted in {chain}"))),
                Some(Change::Placed) => Some(Line::warning(format!(
                    "the rule in {chain} was gone, and is put back: let the firewall's own configuration accept VRRP"
                ))),
                Some(Change::Renewed) => Some(Line::warning(format!(
                    "the rule in {chain} was changed, or something that may drop was put before it, and is put right: \
                     let the firewall's own configuration accept VRRP"
                ))),
                Some(Change::Removed) | None => None,
            };
            lines.extend(line.map(|line| line.about(&chain)));
        }
        for (chain, change) in placed.changed {
            // That of an earlier run goes without saying.
            if change == Change::Removed && self.chains.remove(&chain) {
                let text = format!("nothing drops in {chain} any more: the rule there is removed");
                lines.push(Line::info(text).about(&chain));
            }
        }
        for remains in placed.remains {
            if self.remains.iter().any(|told| told.is_like(&remains)) {
                continue;
            }
            lines.push(match &remains {
                // The variable is set in every pod, whether or not its host has such rules.
                Remains::NoSuchChain { wanted, there } if there.is_empty() => {
                    Line::info(format!("this host has no chains of iptables, and so no {wanted}"))
                }
                remains => Line::warning(remains.to_string()),
            });
            self.remains.push(remains);
        }
        lines
    }
}
