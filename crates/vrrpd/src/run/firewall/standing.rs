//! How the firewall stands, for whoever asks.

use std::sync::{Arc, Mutex, PoisonError};

use vrrp_linux::firewall::{FirewallError, Placed, Remains};

use crate::report;

/// How it was found when it was looked at last.
#[derive(Clone, Debug, Default)]
pub(in crate::run) struct Standing(Arc<Mutex<report::Firewall>>);

impl Standing {
    /// In words.
    pub(in crate::run) fn report(&self) -> report::Firewall {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// It was looked at, or could not be.
    pub(super) fn looked(&self, placed: Result<&Placed, &FirewallError>) {
        let now = match placed {
            Ok(placed) => report::Firewall {
                chains: placed.chains.iter().map(ToString::to_string).collect(),
                obstacles: placed
                    .remains
                    .iter()
                    .filter(|remains| is_obstacle(remains))
                    .map(ToString::to_string)
                    .collect(),
            },
            Err(error) => report::Firewall {
                chains: self.report().chains,
                obstacles: vec![error.to_string()],
            },
        };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }
}

/// The variable that names a chain is set in every pod, whether or not its host has such chains.
fn is_obstacle(remains: &Remains) -> bool {
    !matches!(remains, Remains::NoSuchChain { there, .. } if there.is_empty())
}
