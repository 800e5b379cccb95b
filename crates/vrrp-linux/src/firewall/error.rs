//! What goes wrong with a firewall, and what mends it.

use std::io;
use std::time::Duration;

use super::Chain;

/// Why the firewall could not be looked at, or not be changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FirewallError {
    /// The program is not there.
    #[error("there is no `{program}` in PATH: install it (nftables), or open the firewall by hand")]
    NoProgram {
        /// The program.
        program: &'static str,
    },
    /// The kernel does not let us.
    #[error("the firewall may not be looked at ({said}): grant CAP_NET_ADMIN to the daemon")]
    NotPermitted {
        /// The program's own words.
        said: String,
    },
    /// The kernel has no nftables.
    #[error("the kernel has no nftables ({said}): load nf_tables, or open the firewall by hand")]
    NotSupported {
        /// The program's own words.
        said: String,
    },
    /// This `nft` does not speak JSON.
    #[error("this `nft` was built without JSON ({said}): install one that has it (0.9.3 or later)")]
    NoJson {
        /// The program's own words.
        said: String,
    },
    /// The program hung, and was ended.
    #[error("`{program}` has not ended within {} seconds, and was killed: try it by hand", after.as_secs())]
    TimedOut {
        /// The program.
        program: &'static str,
        /// How long it had.
        after: Duration,
    },
    /// All programs together took too long.
    #[error("the programs that look at the firewall and change it were not done within {} seconds", after.as_secs())]
    TooSlow {
        /// How long they had.
        after: Duration,
    },
    /// The program said more than we read.
    #[error("`{program}` said more than {limit} bytes: the ruleset is too long to be looked at")]
    TooLong {
        /// The program.
        program: &'static str,
        /// How much is read.
        limit: usize,
    },
    /// The program could not be started, or not be listened to.
    #[error("cannot run `{program}`: {source}")]
    Run {
        /// The program.
        program: &'static str,
        /// The kernel's answer.
        source: io::Error,
    },
    /// The program failed.
    #[error("`{program}` failed: {said}")]
    Failed {
        /// The program.
        program: &'static str,
        /// The program's own words.
        said: String,
    },
    /// The program's answer is no JSON.
    #[error("`{program}` answered what cannot be read ({source}): check `nft -j list ruleset`")]
    Answer {
        /// The program.
        program: &'static str,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// Somebody changes the ruleset faster than we can look at it.
    #[error("somebody else changes the firewall all the time: try again")]
    Unsettled,
    /// No comment can carry the name.
    #[error("{name:?} cannot be the name of firewall rules: take 1 to 64 of A-Z a-z 0-9 _ . -")]
    Name {
        /// The name.
        name: String,
    },
}

impl FirewallError {
    /// What a program's failure means, by what it said about it.
    pub(super) fn of(program: &'static str, said: String) -> Self {
        if said.contains("Operation not permitted") {
            Self::NotPermitted { said }
        } else if said.contains("Protocol not supported") {
            Self::NotSupported { said }
        } else if said.contains("JSON support not compiled") {
            Self::NoJson { said }
        } else {
            Self::Failed { program, said }
        }
    }

    /// Whether it failed only because something was gone.
    pub(super) fn is_gone(&self) -> bool {
        matches!(self, Self::Failed { said, .. } if said.contains("No such file or directory"))
    }

    /// The program's words, if a change was refused that a look at the ruleset was not.
    pub(super) fn refusal(&self) -> Option<&str> {
        match self {
            Self::Failed { said, .. } | Self::NotPermitted { said } | Self::NotSupported { said } => {
                Some(said)
            }
            _ => None,
        }
    }
}

/// What may still drop VRRP, and what would mend it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Remains {
    /// The chain that was named is not there.
    #[error(
        "iptables' filter table has no chain {wanted} (it has: {}): name one of these, or none",
        list(there)
    )]
    NoSuchChain {
        /// The chain that was named.
        wanted: String,
        /// Those that there are.
        there: Vec<String>,
    },
    /// No rule could be placed there.
    #[error(
        "no rule could be placed in {chain} ({said}): let protocol 112 in there with the program that the table \
         belongs to (firewalld: firewall-cmd --add-protocol=vrrp)"
    )]
    Refused {
        /// The chain.
        chain: Chain,
        /// The words of nft.
        said: String,
    },
    /// Whenever it was looked at, the rule was gone or something else stood before it.
    #[error(
        "somebody else changes {chain} all the time: find out who, and let protocol 112 in there by that program"
    )]
    Unsettled {
        /// The chain.
        chain: Chain,
    },
    /// It drops before the host's own hooks, where no rule is placed.
    #[error("{chain} may drop before the host's own chains are asked: let protocol 112 pass there")]
    Ingress {
        /// The chain.
        chain: Chain,
    },
    /// It drops what the host sends, where no rule is placed.
    #[error("VRRP may be dropped on its way out in {chain}: accept protocol 112 there")]
    Outgoing {
        /// The chain.
        chain: Chain,
    },
    /// A table that cannot be looked at.
    #[error(
        "the table {family} {table} cannot be looked at ({said}): let protocol 112 in there, if it drops"
    )]
    Unreadable {
        /// Its family.
        family: String,
        /// Its name.
        table: String,
        /// Why not.
        said: String,
    },
    /// Tables of the old iptables, which nft cannot see.
    #[error(
        "iptables-legacy has tables of its own ({}), which nft cannot see: `iptables-legacy -I INPUT -p 112 -j ACCEPT`, \
         or move them to iptables-nft",
        tables.join(", ")
    )]
    Legacy {
        /// Which.
        tables: Vec<String>,
    },
}

impl Remains {
    /// Whether it is the same trouble at the same place, in whatever words.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::NoSuchChain { wanted, .. }, Self::NoSuchChain { wanted: other, .. }) => wanted == other,
            (Self::Refused { chain, .. }, Self::Refused { chain: other, .. }) => chain == other,
            (
                Self::Unreadable { family, table, .. },
                Self::Unreadable {
                    family: other_family,
                    table: other_table,
                    ..
                },
            ) => (family, table) == (other_family, other_table),
            (one, other) => one == other,
        }
    }
}

/// The names, or that there are none.
fn list(names: &[String]) -> String {
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    }
}
