//! Other daemons on this host: they are told which addresses are ours, and the log says what two have in common.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt::{self, Display};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::sleep;
use tracing::{debug, info, warn};
use vrrp_config::Config;
use vrrp_linux::{Account, Neighbour, Neighbours, Presence};

use super::desk::lasting::Finding;
use crate::report::Kind;

/// After we were asked, mostly by one that has just started: so long it has to get ready to answer.
const LOOK_AFTER: Duration = Duration::from_secs(1);
/// How often it is looked whether two still have something in common.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// More of them than this are only counted.
const NAMED: usize = 5;

/// What this configuration has.
pub(super) fn account(config: &Config) -> Account {
    let instances = &config.instances;
    Account::new(
        &config.name,
        config.addresses().map(|held| held.address),
        instances
            .iter()
            .map(|instance| format!("{}/{}", instance.interface, instance.params.vrid)),
    )
}

/// What other daemons on this host have that this one has too, for whoever asks.
#[derive(Clone, Debug, Default)]
pub(in crate::run) struct Common(Arc<Mutex<Vec<(String, String)>>>);

impl Common {
    /// As conditions.
    pub(super) fn findings(&self) -> Vec<Finding> {
        let common = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let findings = common.iter().map(|(name, shared)| Finding {
            kind: Kind::SharedOnHost,
            router: None,
            about: Some(name.clone()),
            cause: format!("{name}, another vrrpd on this host, has {shared} too"),
            hint: "give each address, and each VRID of an interface, to one configuration".to_owned(),
        });
        findings.collect()
    }

    fn set(&self, common: Vec<(String, String)>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = common;
    }

    fn is_empty(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }
}

/// Answers, and looks around at the start, whenever somebody has asked, and as long as two have something in common.
/// `presence` is `None` if the name is not ours.
pub(super) async fn mind(presence: Option<Presence>, account: Account, common: Common) {
    let asked = Notify::new();
    let answering = async {
        let Some(presence) = presence else { return };
        let Err(error) = presence.answer(&account, || asked.notify_one()).await;
        warn!(
            event = "neighbours_not_told",
            "other vrrpds on this host are not told which addresses are ours: {error}"
        );
    };
    tokio::join!(answering, look_around(&account, &asked, &common));
}

async fn look_around(own: &Account, asked: &Notify, common: &Common) {
    let mut neighbours = Neighbours::new(&own.name);
    // Their sockets, and whether they have answered.
    let mut known = BTreeSet::new();
    loop {
        match neighbours.look().await {
            Ok(found) => {
                known.retain(|(socket, _)| found.iter().any(|found| found.socket == *socket));
                for neighbour in &found {
                    let is_news = known.insert((neighbour.socket, neighbour.account.is_some()));
                    if is_news {
                        report(own, neighbour);
                    }
                }
                common.set(
                    found
                        .iter()
                        .filter_map(|neighbour| shared(own, neighbour))
                        .collect(),
                );
            }
            Err(error) => debug!("cannot look for other vrrpds on this host: {error}"),
        }
        if common.is_empty() {
            asked.notified().await;
            sleep(LOOK_AFTER).await;
        } else {
            sleep(LOOK_AGAIN).await;
        }
    }
}

/// What somebody has in common with us.
fn shared(own: &Account, neighbour: &Neighbour) -> Option<(String, String)> {
    let theirs = neighbour.account.as_ref()?;
    let addresses = Shared::of(&own.addresses, &theirs.addresses).map(|shared| shared.to_string());
    let routers = Shared::of(&own.routers, &theirs.routers).map(|shared| format!("virtual router {shared}"));
    let all: Vec<String> = addresses.into_iter().chain(routers).collect();
    (!all.is_empty()).then(|| (neighbour.name.clone(), all.join(", and ")))
}

fn report(own: &Account, neighbour: &Neighbour) {
    let name = &neighbour.name;
    let Some(theirs) = &neighbour.account else {
        info!(
            event = "neighbour_silent",
            "{name}, another vrrpd on this host, does not say which addresses it has: until it does, an address that \
             is there already and that this one has not put there is taken for its"
        );
        return;
    };
    if let Some(shared) = Shared::of(&own.addresses, &theirs.addresses) {
        warn!(
            event = "neighbour_shares_address",
            "{name}, another vrrpd on this host, has {shared} too: give each address to one configuration"
        );
    }
    if let Some(shared) = Shared::of(&own.routers, &theirs.routers) {
        warn!(
            event = "neighbour_shares_router",
            "{name}, another vrrpd on this host, has virtual router {shared} (interface/VRID) too: give each \
             configuration VRIDs of its own"
        );
    }
}

/// What two have in common.
struct Shared<'a, T>(Vec<&'a T>);

impl<'a, T: Ord> Shared<'a, T> {
    fn of(ours: &'a BTreeSet<T>, theirs: &'a BTreeSet<T>) -> Option<Self> {
        let shared: Vec<&T> = ours.intersection(theirs).collect();
        (!shared.is_empty()).then_some(Self(shared))
    }
}

impl<T: Display> Display for Shared<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, shared) in self.0.iter().take(NAMED).enumerate() {
            let separator = if place == 0 { "" } else { ", " };
            write!(f, "{separator}{shared}")?;
        }
        match self.0.len().saturating_sub(NAMED) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}
