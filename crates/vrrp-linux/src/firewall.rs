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
//! Everything here blocks, for as long as the programs take. One that hangs is ended after five seconds.

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
mod plan;
mod program;
mod rule;
mod ruleset;
#[cfg(test)]
mod tests;

pub use error::{FirewallError, Remains};
use plan::Step;

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
    /// What may still drop VRRP, and what would mend it.
    pub remains: Vec<Remains>,
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
        let mut refused = BTreeMap::new();
        let mut round = 0;
        loop {
            let (ruleset, mut remains) = look::look()?;
            let plan = plan::place(&ruleset, self, round > 0);
            let steps = without(plan.steps, &refused);
            if !steps.is_empty() && round < ROUNDS {
                apply(&steps, &mut refused)?;
                round += 1;
                continue;
            }
            remains.extend(plan.remains);
            remains.extend(legacy::remains());
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
            return Ok(Placed { chains, remains });
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
    let mut refused = BTreeMap::new();
    let mut closed = BTreeSet::new();
    for _ in 0..ROUNDS {
        let (ruleset, _) = look::look()?;
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
        apply(&steps, &mut refused)?;
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
fn apply(steps: &[Step], refused: &mut BTreeMap<Chain, String>) -> Result<(), FirewallError> {
    let error = match look::change(steps) {
        Ok(()) => return Ok(()),
        Err(error) if error.is_gone() => return Ok(()),
        Err(error) => error,
    };
    match (error.refusal(), steps) {
        (None, _) => Err(error),
        (Some(said), [step]) => {
            refused.insert(step.chain.clone(), said.to_owned());
            Ok(())
        }
        (Some(_), steps) => steps
            .iter()
            .try_for_each(|step| apply(std::slice::from_ref(step), refused)),
    }
}
