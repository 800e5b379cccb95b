//! Priorities by rank, so that every node holds its share and every failure spreads over the rest.

use core::net::Ipv4Addr;
use std::collections::BTreeSet;

use vrrp_core::Priority;

use super::names;
use super::priority::clamped;
use super::reader::Reader;
use crate::{EnvironmentFlaw, address};

#[cfg(test)]
mod tests;

/// Neighbours in rank are this far apart at most: 78 ms of `Skew_Time`, so that two of them do not take over at once.
const WIDEST: usize = 20;
const HIGHEST: usize = 254;

/// All nodes and which of them this is.
#[derive(Clone, Debug)]
pub(super) struct Nodes {
    /// Ascending, without duplicates: the same on every node.
    all: Vec<Ipv4Addr>,
    ourselves: Ipv4Addr,
}

/// What is asked for; `None` if the formula decides, or if anything is wrong, which is reported.
///
/// `ourselves` is the address that the others know us by, `peers` who they are.
pub(super) fn read(
    reader: &mut Reader<'_>,
    ourselves: Option<Ipv4Addr>,
    peers: &[Ipv4Addr],
) -> Option<Nodes> {
    let spread = reader.text(names::SPREAD);
    let (listed, all_sound) = read_addresses(reader, names::NODES, "a node");
    let Some(spread) = spread else {
        if !listed.is_empty() {
            reader.report(names::NODES, EnvironmentFlaw::NodesUnused);
        }
        return None;
    };
    if spread != "fair" {
        reader.report(names::SPREAD, EnvironmentFlaw::Spread(spread));
        return None;
    }
    let ourselves = ourselves.filter(|_| all_sound)?;
    let all: BTreeSet<Ipv4Addr> = match (&listed[..], peers) {
        ([], []) => {
            reader.report(names::SPREAD, EnvironmentFlaw::SpreadAmongWhom);
            return None;
        }
        ([], peers) => peers.iter().copied().chain([ourselves]).collect(),
        (listed, _) => listed.iter().copied().collect(),
    };
    if !all.contains(&ourselves) {
        reader.report(names::NODES, EnvironmentFlaw::NotAmongNodes(ourselves));
        return None;
    }
    Some(Nodes {
        all: all.into_iter().collect(),
        ourselves,
    })
}

/// A list of hosts' addresses, and whether all of them are.
pub(super) fn read_addresses(
    reader: &mut Reader<'_>,
    name: &'static str,
    role: &'static str,
) -> (Vec<Ipv4Addr>, bool) {
    let (mut addresses, mut all_sound) = (Vec::new(), true);
    for (position, item) in (1..).zip(reader.list(name)) {
        match address::host(&item, role) {
            Ok(address) => addresses.push(address),
            Err(flaw) => {
                all_sound = false;
                reader.report(name, EnvironmentFlaw::InItem { position, item, flaw });
            }
        }
    }
    (addresses, all_sound)
}

impl Nodes {
    /// Our priority for the group with this number, from 0.
    pub(super) fn priority(&self, group: usize) -> Priority {
        let order = order(&self.all, group);
        let rank = order.iter().position(|&node| node == self.ourselves).unwrap_or(0);
        let apart = HIGHEST.checked_div(self.all.len()).unwrap_or(1).clamp(1, WIDEST);
        clamped(u8::try_from(HIGHEST.saturating_sub(rank * apart)).unwrap_or(1))
    }
}

/// Who comes first, second and so on for a group.
///
/// Every node is first for every `n`th group. Of the groups for which one is first, each other is second for every
/// `n - 1`th, and so on: the number of the group is read as digits, each of which picks one of those that are left.
fn order(nodes: &[Ipv4Addr], group: usize) -> Vec<Ipv4Addr> {
    let (mut left, mut number, mut order) = (nodes.to_vec(), group, Vec::new());
    while !left.is_empty() {
        let digit = number % left.len();
        number /= left.len();
        // Who is left stands in a circle, and the next choice begins after this one.
        left.rotate_left(digit);
        order.push(left.remove(0));
    }
    order
}
