//! Address plans: what must change so that the kernel holds the wanted addresses, or lets them go.
//!
//! Desired against observed state, as pure data: nothing here talks to a kernel. Three facts about IPv4
//! addresses on Linux shape the plans:
//! - An address is known by interface, address and prefix length. The same address may be there twice, with
//!   two prefix lengths, and the two have nothing to do with each other.
//! - Of several addresses with the same subnet and prefix length on an interface, the first is the primary and
//!   the others are its secondaries. When the primary goes, the kernel takes its secondaries with it (unless
//!   `promote_secondaries` is set): a virtual address must be neither to the host's own address.
//! - An address carries a mark that says who put it there (`IFA_PROTO`, Linux 5.18 and newer).

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr};
use core::ops::RangeInclusive;

use crate::VirtualAddress;

#[cfg(test)]
mod tests;

/// The mark of our addresses: VRRP's protocol number, which nobody else has a reason to use.
pub const OUR_MARK: u8 = 112;
/// The mark of keepalived's addresses.
pub const KEEPALIVED_MARK: u8 = 18;

/// What the kernel knows an address by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The interface's index.
    pub index: u32,
    /// The address.
    pub address: IpAddr,
    /// Its prefix length.
    pub prefix: u8,
}

/// An address that the kernel has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Present {
    /// Which.
    pub key: Key,
    /// Goes when the primary address of its subnet goes.
    pub secondary: bool,
    /// Who put it there; `None` for nobody in particular, or from a kernel that keeps no marks.
    pub mark: Option<u8>,
    /// Its label; the kernel gives it the interface's name if nobody chose one.
    pub label: Option<Box<str>>,
}

/// A virtual address on the interface it is wanted on.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The index of its interface.
    pub index: u32,
    /// The address as configured.
    pub address: &'a VirtualAddress,
}

impl Wanted<'_> {
    fn key(&self, prefix: u8) -> Key {
        Key {
            index: self.index,
            address: self.address.address,
            prefix,
        }
    }
}

/// What is known about who owns which address, besides the marks.
#[derive(Clone, Debug, Default)]
pub struct Ownership {
    /// What our own state file lists.
    pub ours: BTreeSet<Key>,
    /// What the state files of other daemons list that run at this moment.
    pub others: BTreeSet<Key>,
    /// What other daemons say that run at this moment, wherever their state files are.
    pub reserved: Reserved,
    /// A keepalived runs on this host: its addresses are in use.
    pub keepalived_runs: bool,
}

/// Addresses that other daemons on the host have in their configurations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reserved {
    /// These.
    These(BTreeSet<IpAddr>),
    /// Nobody knows which: one of them does not say.
    Any,
}

impl Reserved {
    fn contains(&self, address: &IpAddr) -> bool {
        match self {
            Self::These(addresses) => addresses.contains(address),
            Self::Any => true,
        }
    }
}

impl Default for Reserved {
    fn default() -> Self {
        Self::These(BTreeSet::new())
    }
}

/// Whose an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// This daemon's, or an earlier run's of it.
    Ours,
    /// Left by a keepalived that no longer runs.
    Abandoned,
    /// Anybody else's. Never touched.
    Foreign,
}

/// The addresses of the kernel and their owners, at one moment.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    addresses: BTreeMap<Key, Attributes>,
    ownership: Ownership,
    /// Some address has a mark, so a kernel that knows marks: an address without one is not ours.
    marks_kept: bool,
}

#[derive(Clone, Debug)]
struct Attributes {
    secondary: bool,
    mark: Option<u8>,
    label: Option<Box<str>>,
}

impl Observed {
    /// What a dump of the kernel's addresses and the state files say.
    pub fn new(present: impl IntoIterator<Item = Present>, ownership: Ownership) -> Self {
        let mut marks_kept = false;
        let addresses = present
            .into_iter()
            .map(
                |Present {
                     key,
                     secondary,
                     mark,
                     label,
                 }| {
                    marks_kept |= mark.is_some();
                    (
                        key,
                        Attributes {
                            secondary,
                            mark,
                            label,
                        },
                    )
                },
            )
            .collect();
        Self {
            addresses,
            ownership,
            marks_kept,
        }
    }

    /// Whose this address is; `None` if the kernel does not have it.
    ///
    /// The mark decides where the kernel keeps one, the state file where it does not. An address with our
    /// mark that no state file lists, and that no other daemon on the host has in its configuration, is ours: an
    /// earlier run could not write its file.
    pub fn holder(&self, key: &Key) -> Option<Holder> {
        let ownership = &self.ownership;
        let listed = ownership.ours.contains(key);
        let others = || ownership.others.contains(key) || ownership.reserved.contains(&key.address);
        Some(match self.addresses.get(key)?.mark {
            Some(OUR_MARK) if listed || !others() => Holder::Ours,
            None if listed && !self.marks_kept => Holder::Ours,
            Some(KEEPALIVED_MARK) if !ownership.keepalived_runs => Holder::Abandoned,
            _ => Holder::Foreign,
        })
    }

    /// Takes the steps as done, so that the next plan can build on this one before either is carried out.
    pub fn apply(&mut self, steps: &[Step], wanted: &[Wanted<'_>]) {
        for step in steps {
            match *step {
                Step::Add { key, wanted: which } => {
                    let label = wanted.get(which).and_then(|wanted| wanted.address.label.clone());
                    let attributes = Attributes {
                        secondary: false,
                        mark: Some(OUR_MARK),
                        label,
                    };
                    self.addresses.insert(key, attributes);
                    self.ownership.ours.insert(key);
                }
                Step::Remove { key } => {
                    self.addresses.remove(&key);
                    self.ownership.ours.remove(&key);
                }
                Step::Restore { .. } => {}
            }
        }
    }

    /// Every prefix length with which an interface has this address, and whose it is.
    fn with_address(&self, index: u32, address: IpAddr) -> impl Iterator<Item = (Key, Holder)> + '_ {
        let key = |prefix| Key {
            index,
            address,
            prefix,
        };
        self.addresses
            .range(key(0)..=key(u8::MAX))
            .filter_map(|(key, _)| self.holder(key).map(|holder| (*key, holder)))
    }

    /// The other addresses that the kernel counts to the same subnet as this one.
    fn neighbours(&self, of: Key) -> impl Iterator<Item = (Key, bool)> + '_ {
        let range = subnet(of).map(|addresses| {
            let key = |address: Ipv4Addr, prefix| Key {
                index: of.index,
                address: address.into(),
                prefix,
            };
            self.addresses
                .range(key(*addresses.start(), 0)..=key(*addresses.end(), u8::MAX))
        });
        range
            .into_iter()
            .flatten()
            .filter(move |(key, _)| key.prefix == of.prefix && key.address != of.address)
            .map(|(key, attributes)| (*key, attributes.secondary))
    }

    fn label(&self, key: &Key) -> Option<&str> {
        self.addresses.get(key)?.label.as_deref()
    }
}

/// One change to the kernel's addresses. Carried out in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Puts an address there, with our mark and the label of the `wanted`th address.
    Add {
        /// Which.
        key: Key,
        /// The place in the list that the plan was made for.
        wanted: usize,
    },
    /// Takes an address away.
    Remove {
        /// Which.
        key: Key,
    },
    /// Puts back, as it was, somebody's address that the kernel took away together with the one before.
    Restore {
        /// Which.
        key: Key,
    },
}

/// What a claim met that its owner should hear of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClaimNote {
    /// Somebody else's address, there already: held as it is, and left there on release.
    Foreign(VirtualAddress),
    /// Claimed with a longer prefix: it shares its subnet with another address of the interface, and one of
    /// the two would vanish with the other.
    Narrowed {
        /// As configured.
        wanted: VirtualAddress,
        /// As held.
        prefix: u8,
        /// The address that was there first.
        shared_with: IpAddr,
    },
    /// A keepalived that no longer runs had left it.
    TakenOver(VirtualAddress),
}

/// How to come to hold a list of addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClaimPlan {
    /// In this order. Empty if all of them are held.
    pub steps: Vec<Step>,
    /// Worth telling.
    pub notes: Vec<ClaimNote>,
}

/// How to let a list of addresses go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReleasePlan {
    /// In this order. Empty if none of them is there.
    pub steps: Vec<Step>,
    /// Somebody else's, which stay.
    pub foreign: Vec<VirtualAddress>,
}

/// Plans to hold every one of `wanted`.
///
/// Addresses are added before others are removed, unless one that goes stands in the way: so a changed prefix
/// length leaves no gap.
pub fn claim(wanted: &[Wanted<'_>], observed: &Observed) -> ClaimPlan {
    let mut plan = ClaimPlan::default();
    let mut missing = Vec::new();
    let mut going = BTreeSet::new();
    for (which, want) in wanted.iter().enumerate() {
        match judge(want, observed) {
            Verdict::Held { surplus } => going.extend(surplus),
            Verdict::Foreign => plan.notes.push(ClaimNote::Foreign(want.address.clone())),
            Verdict::Missing { replaced, abandoned } => {
                if abandoned {
                    plan.notes.push(ClaimNote::TakenOver(want.address.clone()));
                }
                going.extend(replaced);
                missing.push((which, want));
            }
        }
    }

    let mut coming = Coming::default();
    let mut late = Vec::new();
    for (which, want) in missing {
        let widest = want.key(want.address.prefix);
        let shared_with = observed
            .neighbours(widest)
            .map(|(key, _)| key)
            .find(|key| !going.contains(key))
            .map(|key| key.address)
            .or_else(|| coming.in_subnet_of(widest));
        let key = match shared_with {
            Some(shared_with) => {
                let prefix = full_length(want.address.address);
                let wanted = want.address.clone();
                plan.notes.push(ClaimNote::Narrowed {
                    wanted,
                    prefix,
                    shared_with,
                });
                want.key(prefix)
            }
            None => widest,
        };
        if observed.holder(&key) == Some(Holder::Ours) && label_fits(want, key, observed) {
            going.remove(&key);
            continue;
        }
        coming.insert(key);
        let blocked = going.contains(&key) || observed.neighbours(key).any(|(key, _)| going.contains(&key));
        if blocked { &mut late } else { &mut plan.steps }.push(Step::Add { key, wanted: which });
    }
    remove(&going, observed, &mut plan.steps);
    plan.steps.append(&mut late);
    plan
}

/// Plans to let every one of `wanted` go, as far as it is ours or was left by a keepalived that no longer
/// runs.
pub fn release(wanted: &[Wanted<'_>], observed: &Observed) -> ReleasePlan {
    let mut plan = ReleasePlan::default();
    let mut going = BTreeSet::new();
    for want in wanted {
        for (key, holder) in observed.with_address(want.index, want.address.address) {
            match holder {
                Holder::Ours | Holder::Abandoned => {
                    going.insert(key);
                }
                Holder::Foreign => plan.foreign.push(want.address.clone()),
            }
        }
    }
    remove(&going, observed, &mut plan.steps);
    plan
}

/// Plans to remove what an earlier run left: everything that our state file lists and the kernel still has as
/// ours, and whatever of `configured` a [`release`] would remove.
pub fn sweep(configured: &[Wanted<'_>], observed: &Observed) -> Vec<Step> {
    let listed = observed.ownership.ours.iter().copied();
    let mut going: BTreeSet<Key> = listed
        .filter(|key| observed.holder(key) == Some(Holder::Ours))
        .collect();
    for want in configured {
        let there = observed.with_address(want.index, want.address.address);
        going.extend(
            there
                .filter(|(_, holder)| *holder != Holder::Foreign)
                .map(|(key, _)| key),
        );
    }
    let mut steps = Vec::new();
    remove(&going, observed, &mut steps);
    steps
}

enum Verdict {
    /// As configured. What else there is of ours with the same address can go.
    Held {
        surplus: Vec<Key>,
    },
    Foreign,
    /// Not there, or not as configured.
    Missing {
        replaced: Vec<Key>,
        abandoned: bool,
    },
}

fn judge(want: &Wanted<'_>, observed: &Observed) -> Verdict {
    let exact = want.key(want.address.prefix);
    let mut ours = Vec::new();
    let mut abandoned = false;
    let mut foreign = false;
    for (key, holder) in observed.with_address(want.index, want.address.address) {
        match holder {
            Holder::Ours => ours.push(key),
            Holder::Abandoned => {
                abandoned = true;
                ours.push(key);
            }
            Holder::Foreign => foreign = true,
        }
    }
    if observed.holder(&exact) == Some(Holder::Ours) && label_fits(want, exact, observed) {
        Verdict::Held {
            surplus: ours.into_iter().filter(|key| *key != exact).collect(),
        }
    } else if foreign {
        Verdict::Foreign
    } else {
        Verdict::Missing {
            replaced: ours,
            abandoned,
        }
    }
}

/// A label that nobody configured is the kernel's business: it changes with the interface's name.
fn label_fits(want: &Wanted<'_>, key: Key, observed: &Observed) -> bool {
    want.address.label.is_none() || want.address.label.as_deref() == observed.label(&key)
}

/// Secondaries first, so that their primary takes none of them along, and then whoever it took along all the
/// same is put back.
fn remove(going: &BTreeSet<Key>, observed: &Observed, steps: &mut Vec<Step>) {
    let secondary = |key: &Key| {
        observed
            .addresses
            .get(key)
            .is_some_and(|attributes| attributes.secondary)
    };
    steps.extend(
        going
            .iter()
            .filter(|key| secondary(key))
            .map(|&key| Step::Remove { key }),
    );
    for &key in going.iter().filter(|key| !secondary(key)) {
        steps.push(Step::Remove { key });
        let taken = observed
            .neighbours(key)
            .filter(|(other, secondary)| *secondary && !going.contains(other));
        steps.extend(taken.map(|(key, _)| Step::Restore { key }));
    }
}

/// The addresses that a plan adds, by subnet.
#[derive(Default)]
struct Coming(BTreeMap<(u32, Ipv4Addr, u8), IpAddr>);

impl Coming {
    fn insert(&mut self, key: Key) {
        if let Some(addresses) = subnet(key) {
            self.0
                .entry((key.index, *addresses.start(), key.prefix))
                .or_insert(key.address);
        }
    }

    fn in_subnet_of(&self, key: Key) -> Option<IpAddr> {
        let first = *subnet(key)?.start();
        self.0
            .get(&(key.index, first, key.prefix))
            .copied()
            .filter(|address| *address != key.address)
    }
}

/// The addresses of the subnet that this one spans. `None` for IPv6, which knows no secondary addresses.
fn subnet(key: Key) -> Option<RangeInclusive<Ipv4Addr>> {
    let IpAddr::V4(address) = key.address else {
        return None;
    };
    let host_bits = u32::MAX.checked_shr(u32::from(key.prefix)).unwrap_or(0);
    let first = address.to_bits() & !host_bits;
    Some(Ipv4Addr::from_bits(first)..=Ipv4Addr::from_bits(first | host_bits))
}

/// The prefix length of one address alone.
const fn full_length(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}
