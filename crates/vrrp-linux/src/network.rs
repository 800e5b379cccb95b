//! What the kernel has: links and their addresses, as a view that is built from reports.

use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, Ipv4Addr};

use vrrp_core::InterfaceName;
use vrrp_packet::MacAddress;

#[cfg(test)]
mod tests;

/// A network interface.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the kernel's flags, each of which may hold by itself"
)]
pub struct Link {
    /// Its number: another interface of the same name, made later, has another.
    pub index: u32,
    /// Its name, which may change.
    pub name: InterfaceName,
    /// Its Ethernet address; `None` if it is no Ethernet.
    pub mac: Option<MacAddress>,
    /// Set up by somebody (`IFF_UP`).
    pub up: bool,
    /// Up, and carries packets: operational (RFC 2863) and with a carrier.
    pub running: bool,
    /// The loopback.
    pub loopback: bool,
    /// Speaks ARP.
    pub arp: bool,
}

/// An address on an interface. Interface, address and prefix length make it what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assigned {
    /// The interface's number.
    pub index: u32,
    /// The address.
    pub address: IpAddr,
    /// Its prefix length.
    pub prefix: u8,
    /// Goes when the primary address of its subnet goes.
    pub secondary: bool,
    /// Who put it there (`IFA_PROTO`); `None` for nobody in particular, or from a kernel that keeps no marks.
    pub mark: Option<u8>,
    /// Its label.
    pub label: Option<String>,
    /// Stays until somebody removes it. Otherwise it has a lifetime.
    pub permanent: bool,
}

/// A piece of news from the kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NetworkChange {
    /// Everything there is: first of all, and again whenever news was lost.
    Snapshot {
        /// All interfaces.
        links: Vec<Link>,
        /// All IPv4 addresses, per interface in the kernel's order.
        addresses: Vec<Assigned>,
    },
    /// An interface is new, or changed.
    Link(Link),
    /// An interface was deleted, or went to another network namespace.
    LinkGone {
        /// Its number.
        index: u32,
    },
    /// An address is new, or changed.
    Address(Assigned),
    /// An address was removed.
    AddressGone(Assigned),
}

/// The interfaces and addresses of this host, as far as told.
#[derive(Clone, Debug, Default)]
pub struct Network {
    links: BTreeMap<u32, Link>,
    names: HashMap<InterfaceName, u32>,
    addresses: BTreeMap<u32, Addresses>,
}

/// The addresses of one interface. Thousands come and go at a takeover, and each is told by itself: none may cost a
/// walk over the others.
#[derive(Clone, Debug, Default)]
struct Addresses {
    /// By the order in which they came, which is the kernel's.
    in_order: BTreeMap<u64, Assigned>,
    places: BTreeMap<(IpAddr, u8), u64>,
    next: u64,
}

impl Addresses {
    fn is(&mut self, assigned: Assigned) {
        let place = *self
            .places
            .entry((assigned.address, assigned.prefix))
            .or_insert_with(|| {
                self.next += 1;
                self.next
            });
        self.in_order.insert(place, assigned);
    }

    fn gone(&mut self, assigned: &Assigned) {
        if let Some(place) = self.places.remove(&(assigned.address, assigned.prefix)) {
            self.in_order.remove(&place);
        }
    }

    fn holds(&self, address: IpAddr) -> bool {
        self.places
            .range((address, 0)..=(address, u8::MAX))
            .next()
            .is_some()
    }
}

impl Network {
    /// Takes a piece of news into the view.
    pub fn apply(&mut self, change: &NetworkChange) {
        match change {
            NetworkChange::Snapshot { links, addresses } => {
                *self = Self::default();
                links.iter().cloned().for_each(|link| self.link_is(link));
                for address in addresses {
                    self.address_is(address);
                }
            }
            NetworkChange::Link(link) => self.link_is(link.clone()),
            NetworkChange::LinkGone { index } => self.link_gone(*index),
            NetworkChange::Address(address) => self
                .addresses
                .entry(address.index)
                .or_default()
                .is(address.clone()),
            NetworkChange::AddressGone(gone) => {
                if let Some(addresses) = self.addresses.get_mut(&gone.index) {
                    addresses.gone(gone);
                }
            }
        }
    }

    /// The interface of this name.
    pub fn link(&self, name: &InterfaceName) -> Option<&Link> {
        self.links.get(self.names.get(name)?)
    }

    /// The interface with this number.
    pub fn link_by_index(&self, index: u32) -> Option<&Link> {
        self.links.get(&index)
    }

    /// The addresses of an interface, in the kernel's order.
    pub fn addresses(&self, index: u32) -> impl Iterator<Item = &Assigned> {
        self.addresses
            .get(&index)
            .into_iter()
            .flat_map(|addresses| addresses.in_order.values())
    }

    /// The source of adverts on an interface: its first primary IPv4 address that is not virtual, or the
    /// first secondary one if there is no primary. A virtual address never is: it may be gone with the next
    /// advert.
    pub fn source(&self, index: u32, is_virtual: &dyn Fn(IpAddr) -> bool) -> Option<Ipv4Addr> {
        let candidate = |secondary: bool| {
            self.addresses(index).find_map(move |there| match there.address {
                IpAddr::V4(address) if there.secondary == secondary && !is_virtual(there.address) => {
                    Some(address)
                }
                _ => None,
            })
        };
        candidate(false).or_else(|| candidate(true))
    }

    /// Whether an interface has this address, with whatever prefix length.
    pub fn holds(&self, index: u32, address: IpAddr) -> bool {
        self.addresses
            .get(&index)
            .is_some_and(|addresses| addresses.holds(address))
    }

    /// Whether any interface has this address.
    pub fn has(&self, address: IpAddr) -> bool {
        self.addresses.values().any(|addresses| addresses.holds(address))
    }

    fn link_is(&mut self, link: Link) {
        self.forget_name(link.index);
        self.names.insert(link.name.clone(), link.index);
        self.links.insert(link.index, link);
    }

    fn address_is(&mut self, address: &Assigned) {
        self.addresses
            .entry(address.index)
            .or_default()
            .is(address.clone());
    }

    fn link_gone(&mut self, index: u32) {
        self.forget_name(index);
        self.links.remove(&index);
        self.addresses.remove(&index);
    }

    /// The name may belong to another interface by now: news of two that swap names comes one by one.
    fn forget_name(&mut self, index: u32) {
        if let Some(link) = self.links.get(&index)
            && self.names.get(&link.name) == Some(&index)
        {
            self.names.remove(&link.name);
        }
    }
}
