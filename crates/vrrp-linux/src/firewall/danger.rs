//! What of a ruleset may drop VRRP.

use std::collections::BTreeSet;

use super::Chain;
use super::rule::{Rule, Verdict, chosen};
use super::ruleset::{Hook, Ruleset};

/// What becomes of packets that enter somewhere.
#[derive(Default)]
struct Walk {
    seen: BTreeSet<Chain>,
    /// Chains whose rules are still to be looked at.
    open: Vec<Chain>,
    drops: bool,
    /// Verdict maps that were asked, and whose elements are unknown.
    unread: BTreeSet<Chain>,
}

impl Walk {
    fn rule(&mut self, ruleset: &Ruleset, chain: &Chain, rule: &Rule) {
        for verdict in &rule.verdicts {
            match verdict {
                Verdict::Map { name, key } => {
                    let name = chain.beside(name);
                    if let Some(Some(entries)) = ruleset.maps.get(&name) {
                        for verdict in chosen(key, entries) {
                            self.verdict(chain, verdict);
                        }
                    } else {
                        self.drops = true;
                        self.unread.insert(name);
                    }
                }
                verdict => self.verdict(chain, verdict),
            }
        }
    }

    fn verdict(&mut self, chain: &Chain, verdict: &Verdict) {
        match verdict {
            Verdict::Drop | Verdict::Map { .. } => self.drops = true,
            Verdict::Jump(target) | Verdict::Goto(target) => self.enter(chain.beside(target)),
            Verdict::Return => {}
        }
    }

    fn enter(&mut self, chain: Chain) {
        if self.seen.insert(chain.clone()) {
            self.open.push(chain);
        }
    }

    fn finish(mut self, ruleset: &Ruleset) -> Self {
        while let Some(chain) = self.open.pop() {
            for rule in ruleset.chains.get(&chain).iter().flat_map(|body| &body.rules) {
                self.rule(ruleset, &chain, rule);
            }
        }
        self
    }
}

impl Ruleset {
    /// Whether a VRRP packet that enters this chain may be dropped, in it or from it on.
    pub(super) fn may_drop(&self, chain: &Chain) -> bool {
        let at_end = self.chains.get(chain).is_some_and(|body| body.drops_at_end);
        let mut walk = Walk::default();
        walk.enter(chain.clone());
        at_end || walk.finish(self).drops
    }

    /// Whether a VRRP packet may be lost at this rule: dropped, or sent to the end of a base chain that drops.
    pub(super) fn may_lose(&self, chain: &Chain, rule: &Rule) -> bool {
        let at_end = self.chains.get(chain).is_some_and(|body| body.drops_at_end);
        let leaves = |verdict: &Verdict| !matches!(verdict, Verdict::Jump(_));
        let mut walk = Walk::default();
        walk.rule(self, chain, rule);
        (at_end && rule.verdicts.iter().any(leaves)) || walk.finish(self).drops
    }

    /// Verdict maps on the way of packets to and from this host whose elements have not been looked at.
    pub(super) fn unread_maps(&self) -> BTreeSet<Chain> {
        let mut walk = Walk::default();
        for (chain, body) in &self.chains {
            if body.hook != Hook::Elsewhere {
                walk.enter(chain.clone());
            }
        }
        let mut unread = walk.finish(self).unread;
        unread.retain(|map| self.maps.contains_key(map));
        unread
    }
}
