//! The host's firewall, opened for as long as the daemon runs.

use std::net::IpAddr;

use tracing::{info, warn};
use vrrp_config::Config;
use vrrp_core::Transport;
use vrrp_linux::firewall::{self, Opening, Remains};

/// That the firewall was opened.
pub(super) struct Opened {
    name: String,
}

/// Opens it, if the configuration says so. What is in the way of that is told, and keeps nobody from taking part: it is
/// not known to matter.
pub(super) fn open(config: &Config) -> Option<Opened> {
    let firewall = config.firewall.as_ref()?;
    let transports = || config.instances.iter().map(|instance| &instance.params.transport);
    let peers = transports().filter_map(|transport| match transport {
        Transport::Unicast { peers } => Some(peers),
        Transport::Multicast => None,
    });
    let opening = Opening {
        name: config.name.clone(),
        multicast: transports().any(|transport| *transport == Transport::Multicast),
        peers: peers
            .flatten()
            .filter_map(|peer| match peer {
                IpAddr::V4(peer) => Some(*peer),
                IpAddr::V6(_) => None,
            })
            .collect(),
        chain: firewall.chain.clone(),
    };
    match opening.place() {
        Ok(placed) => {
            if placed.chains.is_empty() && placed.remains.is_empty() {
                info!("firewall: nothing drops VRRP, and no rule is needed");
            }
            for chain in placed.chains {
                info!(%chain, "firewall: VRRP is accepted in {chain}");
            }
            for remains in placed.remains {
                match remains {
                    // The variable is set in every pod, whether or not its host has such rules.
                    Remains::NoSuchChain { wanted, there } if there.is_empty() => {
                        info!("firewall: this host has no chains of iptables, and so no {wanted}");
                    }
                    remains => warn!("firewall: {remains}"),
                }
            }
        }
        Err(error) => warn!("firewall: VRRP may be dropped: {error}"),
    }
    // Also after an error: some of it may have been done.
    Some(Opened { name: opening.name })
}

impl Opened {
    /// Takes it back.
    pub(super) fn close(self) {
        match firewall::close(&self.name) {
            Ok(chains) => {
                for chain in chains {
                    info!(%chain, "firewall: the rule in {chain} is removed");
                }
            }
            Err(error) => warn!("firewall: a rule may be left behind (`vrrpd cleanup` removes it): {error}"),
        }
    }
}
