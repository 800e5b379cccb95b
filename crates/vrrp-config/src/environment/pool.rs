//! The list of virtual addresses: single ones and ranges.

use core::net::{Ipv4Addr, Ipv6Addr};
use std::collections::HashSet;

use ipnet::Ipv4Net;

use super::names;
use super::reader::{Reader, digits};
use crate::{AddressFlaw, EnvironmentFlaw, address};

#[cfg(test)]
mod tests;

/// The addresses in the order of the list, each once; nothing if there is none or anything is wrong with them.
pub(super) fn read(reader: &mut Reader<'_>) -> Vec<Ipv4Net> {
    let items = reader.list(names::VIRTUAL_IPS);
    if items.is_empty() && reader.is_sound(names::VIRTUAL_IPS) {
        reader.report(names::VIRTUAL_IPS, EnvironmentFlaw::NoAddresses);
    }
    let (mut pool, mut known, mut all_sound) = (Vec::new(), HashSet::new(), true);
    for (position, item) in (1..).zip(items) {
        let addresses = match expand(&item, position) {
            Ok(addresses) => addresses,
            Err(flaw) => {
                reader.report(names::VIRTUAL_IPS, flaw);
                all_sound = false;
                continue;
            }
        };
        let (new, again): (Vec<_>, Vec<_>) = addresses.into_iter().partition(|net| known.insert(net.addr()));
        if let Some(first) = again.first() {
            let flaw = EnvironmentFlaw::Again {
                position,
                item,
                first: first.addr(),
                count: again.len(),
            };
            reader.report(names::VIRTUAL_IPS, flaw);
        }
        pool.extend(new);
    }
    if all_sound { pool } else { Vec::new() }
}

/// The addresses of an item: `a.b.c.d`, `a.b.c.x-y` or `a.b.c.x-a.b.c.y`, each with a prefix length or without.
fn expand(item: &str, position: usize) -> Result<Vec<Ipv4Net>, EnvironmentFlaw> {
    let in_item = |flaw| EnvironmentFlaw::InItem {
        position,
        item: item.to_owned(),
        flaw,
    };
    let other = |flaw: fn(usize, String) -> EnvironmentFlaw| flaw(position, item.to_owned());
    let (range, length) = match item.split_once('/') {
        Some((range, length)) => (range, Some(length)),
        None => (item, None),
    };
    let (first, last) = match range.split_once('-') {
        Some((first, last)) => (first, Some(last)),
        None => (range, None),
    };
    if first.parse::<Ipv6Addr>().is_ok() {
        return Err(in_item(AddressFlaw::Ipv6(first.to_owned())));
    }
    let not_an_item = || other(|position, item| EnvironmentFlaw::Item { position, item });
    let first: Ipv4Addr = first.parse().map_err(|_| not_an_item())?;
    let last = match last {
        None => first,
        Some(last) => end(first, last).ok_or_else(not_an_item)?,
    };
    if first.octets()[..3] != last.octets()[..3] {
        return Err(other(|position, item| EnvironmentFlaw::Wide { position, item }));
    }
    if last < first {
        return Err(other(|position, item| EnvironmentFlaw::Reversed {
            position,
            item,
        }));
    }
    let prefix = length.map_or(Ok(32), address::prefix_length).map_err(in_item)?;
    (u32::from(first)..=u32::from(last))
        .map(|address| address::can_be_virtual(Ipv4Addr::from(address), prefix).map_err(in_item))
        .collect()
}

/// Where a range ends: an address, or the last number of one.
fn end(first: Ipv4Addr, last: &str) -> Option<Ipv4Addr> {
    if let Ok(address) = last.parse() {
        return Some(address);
    }
    let [a, b, c, _] = first.octets();
    Some(Ipv4Addr::new(a, b, c, digits(last)?))
}
