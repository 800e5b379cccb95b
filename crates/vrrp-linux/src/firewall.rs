//! The host's firewall: makes sure that it accepts VRRP, and takes that back.
//!
//! A packet passes every base chain of its hook, and a drop in any of them is final: a table of our own could accept
//! what it likes. So the rule stands in each chain that may drop, before whatever drops there. Chains that cannot drop
//! stay as they are.
//!
//! `nft` shows and changes everything, chains that `iptables-nft` made included: a rule in the form that iptables
//! itself writes (one address, one protocol, a counter, no set) is one that it can list, check, delete and save. Rules
//! are known by their comment, `vrrpd` and the configuration's name, and removed by their handle.
//!
//! Everything here blocks, for as long as the programs take. One that hangs is ended after five seconds, and no
//! operation takes longer than ten. Only [`RulesetNews`] never waits.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::Ipv4Addr;

mod comments;
mod danger;
mod error;
mod gate;
mod json;
mod legacy;
mod look;
mod names;
mod news;
mod passage;
mod pipes;
mod plan;
mod program;
mod rule;
mod ruleset;
#[cfg(test)]
mod tests;

pub use error::{FirewallError, Remains};
pub use names::{forsaken, names};
pub use news::{Changes, RulesetNews};
use plan::Step;
use program::Patience;

/// How often a ruleset that somebody else changes meanwhile is looked at anew.
const ROUNDS: usize = 4;
/// The longest name, which leaves room in the 127 bytes that nft has for a comment.
const LONGEST_NAME: usize = 64;

/// What the firewall must let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// The configuration's name, by which its rules are found again: 1 to 64 of `A-Z a-z 0-9 _ . -`.
    pub name: String,
    /// VRRP to 224.0.0.18, from anywhere.
    pub multicast: bool,
    /// VRRP from these, to anywhere.
    pub peers: BTreeSet<Ipv4Addr>,
    /// A chain of iptables' filter table in which it must stand whether or not it drops.
    pub chain: Option<String>,
}

/// Where it stands, and what may still be in the way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Placed {
    /// The chains in which it stands, seen after it was placed: before everything there that may drop.
    pub chains: Vec<Chain>,
    /// The chains in which something had to be done for that.
    pub changed: BTreeMap<Chain, Change>,
    /// By how many transactions that was done: each is one that [`RulesetNews`] tells of.
    pub commits: usize,
    /// What may still drop VRRP, and what would mend it.
    pub remains: Vec<Remains>,
}

/// What was done in a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing of ours was there: now the rule is.
    Placed,
    /// Something was there, but not all of it, or something that may drop stood before it.
    Renewed,
    /// It is no longer wanted there, and removed.
    Removed,
}

/// A chain of the firewall. Displays as nft names it, `inet filter input`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Chain {
    /// `ip`, `inet` and so on.
    pub family: String,
    /// Its table.
    pub table: String,
    /// Its name in the table.
    pub name: String,
}

impl Chain {
    /// Another chain, or a map, of the same table.
    fn beside(&self, name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..self.clone()
        }
    }

    /// Whether iptables-nft holds this table for one of its own.
    fn is_iptables(&self) -> bool {
        let tables = ["filter", "raw", "mangle", "security", "nat"];
        self.family == "ip" && tables.contains(&self.table.as_str())
    }
}

impl fmt::Display for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.family, self.table, self.name)
    }
}

impl Opening {
    /// Places the rules, and takes away those of this name that are no longer wanted. Where they stand already,
    /// nothing is touched: this may be called again and again, for instance to mend what a reload of the firewall
    /// has swept away.
    ///
    /// What concerns a single chain does not fail: it is told in [`Placed::remains`].
    ///
    /// # Errors
    /// When the firewall cannot be looked at, or not at all be changed. See [`FirewallError`].
    pub fn place(&self) -> Result<Placed, FirewallError> {
        check(&self.name)?;
        let patience = Patience::new();
        let mut refused = BTreeMap::new();
        let mut changed = BTreeMap::new();
        let mut commits = 0;
        let mut round = 0;
        loop {
            let (ruleset, mut remains) = look::look(&patience)?;
            let plan = plan::place(&ruleset, self, round > 0);
            let steps = without(plan.steps, &refused);
            if !steps.is_empty() && round < ROUNDS {
                commits += apply(&patience, &steps, &mut refused)?;
                for step in steps {
                    changed.entry(step.chain.clone()).or_insert_with(|| step.change());
                }
                round += 1;
                continue;
            }
            remains.extend(plan.remains);
            remains.extend(legacy::remains(&patience)?);
            let mut chains = Vec::new();
            for chain in plan.wanted {
                if let Some(said) = refused.remove(&chain) {
                    remains.push(Remains::Refused { chain, said });
                } else if steps.iter().any(|step| step.chain == chain) {
                    remains.push(Remains::Unsettled { chain });
                } else {
                    chains.push(chain);
                }
            }
            changed.retain(|chain, change| *change == Change::Removed || chains.contains(chain));
            return Ok(Placed {
                chains,
                changed,
                commits,
                remains,
            });
        }
    }
}

/// Removes every rule of this configuration, and says where there were some. Rules and chains that are gone already
/// are no failure.
///
/// # Errors
/// When the firewall cannot be looked at, or a rule not be removed; the others are gone then nevertheless. See
/// [`FirewallError`].
pub fn close(name: &str) -> Result<Vec<Chain>, FirewallError> {
    check(name)?;
    let patience = Patience::new();
    let mut refused = BTreeMap::new();
    let mut closed = BTreeSet::new();
    for _ in 0..ROUNDS {
        let (ruleset, _) = look::look(&patience)?;
        let steps = without(plan::close(&ruleset, name), &refused);
        if steps.is_empty() {
            return match refused.into_values().next() {
                Some(said) => Err(FirewallError::Failed {
                    program: program::NFT,
                    said,
                }),
                None => Ok(closed.into_iter().collect()),
            };
        }
        apply(&patience, &steps, &mut refused)?;
        closed.extend(steps.into_iter().map(|step| step.chain));
    }
    Err(FirewallError::Unsettled)
}

/// Whether a rule's comment can carry this name.
fn check(name: &str) -> Result<(), FirewallError> {
    let clean = name
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'));
    if clean && (1..=LONGEST_NAME).contains(&name.len()) {
        Ok(())
    } else {
        Err(FirewallError::Name {
            name: name.to_owned(),
        })
    }
}

/// The comment of a configuration's rules.
fn comment(name: &str) -> String {
    format!("vrrpd {name}")
}

/// The steps in chains that have not refused theirs before.
fn without(mut steps: Vec<Step>, refused: &BTreeMap<Chain, String>) -> Vec<Step> {
    steps.retain(|step| !refused.contains_key(&step.chain));
    steps
}

/// Does all of it in one transaction; if that is refused, chain by chain, so that one chain does not keep the others
/// closed. Where a rule or a chain has gone meanwhile nothing is done: the next look shows what is to be done now.
///
/// Returns how many transactions were done.
fn apply(
    patience: &Patience,
    steps: &[Step],
    refused: &mut BTreeMap<Chain, String>,
) -> Result<usize, FirewallError> {
    let error = match look::change(patience, steps) {
        Ok(()) => return Ok(1),
        Err(error) if error.is_gone() => return Ok(0),
        Err(error) => error,
    };
    match (error.refusal(), steps) {
        (None, _) => Err(error),
        (Some(said), [step]) => {
            refused.insert(step.chain.clone(), said.to_owned());
            Ok(0)
        }
        (Some(_), steps) => steps.iter().try_fold(0, |commits, step| {
            Ok(commits + apply(patience, std::slice::from_ref(step), refused)?)
        }),
    }
}
