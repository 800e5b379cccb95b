//! From a pool of addresses to virtual routers: which addresses move together, and under which VRID.

use ipnet::Ipv4Net;
use vrrp_core::Vrid;

use super::names;
use super::reader::{Reader, digits, whole_number};
use crate::EnvironmentFlaw;

#[cfg(test)]
mod tests;

/// The most addresses that an advert can list: their number is one byte (RFC 3768 section 5.3.5).
const ADVERT_HOLDS: usize = 255;

/// Addresses that move together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) vrid: Vrid,
    /// At least one.
    pub(super) addresses: Vec<Ipv4Net>,
}

/// The groups, in order; none if anything about them is wrong.
pub(super) fn read(reader: &mut Reader<'_>, pool: &[Ipv4Net]) -> Vec<Group> {
    let wanted = read_count(reader);
    let (offset, vrids) = read_vrids(reader);
    let (Some(wanted), Some(offset), Some(vrids)) = (wanted, offset, vrids) else {
        return Vec::new();
    };
    if wanted > pool.len() && !pool.is_empty() {
        let flaw = EnvironmentFlaw::EmptyGroups {
            groups: wanted,
            addresses: pool.len(),
        };
        reader.report(names::VIP_GROUPS, flaw);
    }
    let count = if wanted == 0 {
        pool.len()
    } else {
        wanted.min(pool.len())
    };
    let parts = divide(pool, count);
    if let Some(largest) = parts
        .first()
        .map(|part| part.len())
        .filter(|&len| len > ADVERT_HOLDS)
    {
        let least = Some(pool.len().div_ceil(ADVERT_HOLDS)).filter(|&least| least <= vrids.len());
        reader.report(names::VIP_GROUPS, EnvironmentFlaw::LargeGroups { largest, least });
        return Vec::new();
    }
    if let Some(first) = parts.get(vrids.len()).and_then(|part| part.first()) {
        let at = if wanted == 0 {
            names::VIRTUAL_IPS
        } else {
            names::VIP_GROUPS
        };
        let flaw = EnvironmentFlaw::NoVridLeft {
            routers: count,
            offset,
            vrids: vrids.len(),
            first: first.addr(),
            fits: Some(vrids.len()).filter(|fits| fits * ADVERT_HOLDS >= pool.len()),
        };
        reader.report(at, flaw);
        return Vec::new();
    }
    let groups = parts.into_iter().zip(vrids);
    groups
        .map(|(addresses, vrid)| Group {
            vrid,
            addresses: addresses.to_vec(),
        })
        .collect()
}

/// How many groups: 0 = one for each address.
fn read_count(reader: &mut Reader<'_>) -> Option<usize> {
    let count = |text: &str| match whole_number(text) {
        Some(count) => Ok(usize::try_from(count).unwrap_or(0)),
        None => Err(EnvironmentFlaw::Number {
            found: text.to_owned(),
            wanted: "a number of groups: a whole number, or 0 for one virtual router for each address",
        }),
    };
    reader.or_default(names::VIP_GROUPS, 0, count)
}

/// The VRIDs there are, in order, and the offset above which they begin.
fn read_vrids(reader: &mut Reader<'_>) -> (Option<u8>, Option<Vec<Vrid>>) {
    let offset = |text: &str| {
        digits(text)
            .filter(|&offset| offset < u8::MAX)
            .ok_or_else(|| EnvironmentFlaw::Number {
                found: text.to_owned(),
                wanted: "an offset: 0 to 254, and the first VRID is the next number",
            })
    };
    let offset = reader.or_default(names::VRID_OFFSET, 0, offset);
    let (mut excluded, mut all_sound) = (Vec::new(), true);
    for name in [names::EXCLUDED_VRIDS, names::EXCLUDED_VRIDS_TOO] {
        for item in reader.list(name) {
            if let Some(vrid) = digits(&item).and_then(Vrid::new) {
                excluded.push(vrid);
                continue;
            }
            all_sound = false;
            let flaw = EnvironmentFlaw::Number {
                found: item,
                wanted: "a VRID to leave out: 1 to 255, with commas or spaces between several",
            };
            reader.report(name, flaw);
        }
    }
    let vrids = offset.filter(|_| all_sound).map(|offset| {
        let all = (offset..u8::MAX).filter_map(|below| Vrid::new(below + 1));
        all.filter(|vrid| !excluded.contains(vrid)).collect()
    });
    (offset, vrids)
}

/// `count` parts in order, of which the first ones hold one more if it cannot be the same for all.
fn divide(pool: &[Ipv4Net], count: usize) -> Vec<&[Ipv4Net]> {
    let (Some(each), Some(more)) = (pool.len().checked_div(count), pool.len().checked_rem(count)) else {
        return Vec::new();
    };
    let mut rest = pool;
    let mut parts = Vec::with_capacity(count);
    for nth in 0..count {
        let (part, after) = rest.split_at(each + usize::from(nth < more));
        parts.push(part);
        rest = after;
    }
    parts
}
