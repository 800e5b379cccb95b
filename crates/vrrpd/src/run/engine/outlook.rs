//! What the network means for one virtual router: the address that it sends from, and why it cannot take part.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};

use vrrp_config::InstanceConfig;
use vrrp_core::{Fault, InterfaceName, Network as Outlook, RouterId};
use vrrp_linux::{Link, Network};

use super::links::{Condition, Links};

/// Which virtual router holds which address.
pub(super) type Holders = HashMap<IpAddr, RouterId>;

/// What the network offers to a virtual router, whose socket failed with this errno if it did.
pub(super) fn outlook(
    (id, config): (RouterId, &InstanceConfig),
    links: &Links,
    network: &Network,
    holders: &Holders,
    socket_failure: Option<i32>,
) -> Outlook {
    let own = &config.interface;
    let mut others: Vec<&InterfaceName> = config.addresses.iter().map(|held| &held.interface).collect();
    others.sort_unstable();
    others.dedup();
    others.retain(|name| *name != own);
    let mut faults: Vec<Fault> = [own]
        .into_iter()
        .chain(others)
        .filter_map(|name| broken(links, name))
        .collect();

    let link = network.link(own);
    if let (Some(_), Some(errno)) = (link, socket_failure) {
        faults.push(Fault::NoSocket(own.clone(), errno));
    }
    let source = link.and_then(|link| source(id, config, network, holders, link));
    if link.is_some() && source.is_none() {
        faults.push(match config.source {
            Some(configured) => Fault::SourceMissing(IpAddr::V4(configured)),
            None => Fault::NoSource(own.clone()),
        });
    }
    Outlook {
        source: source.map(IpAddr::V4),
        faults,
    }
}

/// Why nothing can be sent or held on an interface.
fn broken(links: &Links, name: &InterfaceName) -> Option<Fault> {
    match links.condition(name) {
        Condition::Missing => Some(Fault::InterfaceMissing(name.clone())),
        Condition::Down => Some(Fault::InterfaceDown(name.clone())),
        Condition::Up => None,
    }
}

/// A virtual address is no source, since it may be elsewhere in a moment. The owner's are its own: it has them before
/// and after any election.
fn source(
    id: RouterId,
    config: &InstanceConfig,
    network: &Network,
    holders: &Holders,
    link: &Link,
) -> Option<Ipv4Addr> {
    if let Some(configured) = config.source {
        return Some(configured).filter(|&address| network.has(IpAddr::V4(address)));
    }
    let is_virtual = |address: IpAddr| holders.contains_key(&address);
    let is_of_another = |address: IpAddr| holders.get(&address).is_some_and(|&holder| holder != id);
    let own = network.source(link.index, &is_virtual);
    own.or_else(|| {
        network
            .source(link.index, &is_of_another)
            .filter(|_| config.params.priority.is_owner())
    })
}
