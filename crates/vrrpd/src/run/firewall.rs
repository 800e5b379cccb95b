//! The host's firewall, kept open for as long as the daemon runs.
//!
//! A thread of its own does it, since it waits for programs. Nobody waits for that thread longer than a moment.

mod keeper;
mod pace;
mod standing;
mod told;

use std::collections::BTreeSet;
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tracing::{debug, info, warn};
use vrrp_config::Config;
use vrrp_core::Transport;
use vrrp_linux::firewall::{self, FirewallError, Opening};
use vrrp_linux::{Waker, wake_pair};

use self::keeper::Keeper;
pub(super) use self::standing::Standing;
use super::ending::{Waited, wait};

/// How long the election waits for the firewall, and the end.
const PATIENCE: Duration = Duration::from_secs(3);
/// The thread that keeps it open.
pub(super) struct Open {
    thread: JoinHandle<()>,
    stop: Waker,
    /// Disconnected when the thread has closed it again.
    ended: mpsc::Receiver<()>,
}

/// Opens it, if the configuration says so, and waits a little for that. Otherwise it only removes what an earlier
/// run has left, and nobody waits. What is in the way is told, and keeps nobody from taking part: it is not known to
/// matter.
pub(super) fn open(config: &Config, from_env: bool, standing: Standing) -> Option<Open> {
    let started = match &config.firewall {
        Some(firewall) => keep(opening(config, firewall.chain.clone()), from_env, standing).map(Some),
        None => tidy(config.name.clone(), from_env).map(|()| None),
    };
    started.unwrap_or_else(|error| {
        warn!(
            event = "firewall_skipped",
            "firewall: it is left as it is: {error}"
        );
        None
    })
}

fn keep(opening: Opening, from_env: bool, standing: Standing) -> io::Result<Open> {
    let (stop, stopped) = wake_pair()?;
    let (placing, placed) = mpsc::channel::<()>();
    let (ending, ended) = mpsc::channel::<()>();
    let keeper = Keeper::new(opening, from_env, stopped, standing);
    let thread = spawn(move || {
        keeper.keep(placing);
        drop(ending);
    })?;
    if placed.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
        warn!(
            event = "firewall_slow",
            "firewall: nft has not answered in {} s: the election starts without it",
            PATIENCE.as_secs()
        );
    }
    Ok(Open { thread, stop, ended })
}

/// Mostly there is nothing to do, and often no nft.
fn tidy(name: String, from_env: bool) -> io::Result<()> {
    spawn(move || {
        let tidied = firewall::names().and_then(|names| {
            if names.contains(&name) {
                remove(&name)?;
            }
            remove_forsaken(&name, from_env)
        });
        if let Err(error) = tidied {
            debug!("firewall: not looked at: {error}");
        }
    })
    .map(drop)
}

fn spawn(task: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    thread::Builder::new().name("firewall".into()).spawn(task)
}

fn opening(config: &Config, chain: Option<String>) -> Opening {
    let transports = || config.instances.iter().map(|instance| &instance.params.transport);
    let peers = transports().filter_map(|transport| match transport {
        Transport::Unicast { peers } => Some(peers),
        Transport::Multicast => None,
    });
    let peers: BTreeSet<Ipv4Addr> = peers
        .flatten()
        .filter_map(|peer| match peer {
            IpAddr::V4(peer) => Some(*peer),
            IpAddr::V6(_) => None,
        })
        .collect();
    Opening {
        name: config.name.clone(),
        multicast: transports().any(|transport| *transport == Transport::Multicast),
        peers,
        chain,
    }
}

/// Removes the rules of the same configuration under another first VRID, whose daemon was killed.
fn remove_forsaken(name: &str, from_env: bool) -> Result<(), FirewallError> {
    if !from_env {
        return Ok(());
    }
    firewall::forsaken(name)?.iter().try_for_each(|name| remove(name))
}

/// Removes the rules of a daemon that no longer runs.
fn remove(name: &str) -> Result<(), FirewallError> {
    for chain in firewall::close(name)? {
        info!(
            event = "firewall_forsaken_removed", %chain,
            "firewall: the rule in {chain} that `{name}` had left is removed"
        );
    }
    Ok(())
}

impl Open {
    /// Takes it back, and waits for that: a moment, or until somebody has no patience left.
    pub(super) fn close(self, impatient: impl FnMut() -> bool) {
        self.stop.wake();
        match wait(&self.ended, PATIENCE, impatient, |_| {}) {
            // It ends by itself: there is nothing left for it to do.
            Waited::Ended => drop(self.thread.join()),
            Waited::Impatient => warn!(
                event = "firewall_rule_left",
                "firewall: a second signal, and nft has not answered yet: a rule may be left behind \
                 (`vrrpd cleanup` removes it)"
            ),
            Waited::TooLong => warn!(
                event = "firewall_rule_left",
                "firewall: nft has not answered in {} s: a rule may be left behind (`vrrpd cleanup` removes it)",
                PATIENCE.as_secs()
            ),
        }
    }
}
