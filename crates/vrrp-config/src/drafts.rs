//! Everything that was read, of all files, and what becomes of it.

use core::net::SocketAddr;
use std::collections::{HashMap, HashSet};

use vrrp_checks::Check;
use vrrp_core::{Track, Tracked, Weight};

use crate::source::{Located, Place};
use crate::track::Stated;
use crate::{GroupConfig, InstanceConfig, check, group, instance};

/// What could be understood, in the order of the files.
#[derive(Debug, Default)]
pub(crate) struct Drafts {
    pub(crate) checks: Vec<check::Draft>,
    pub(crate) instances: Vec<instance::Draft>,
    pub(crate) groups: Vec<group::Draft>,
    /// Where the status is served.
    pub(crate) listen: Option<Located<SocketAddr>>,
}

/// Something that counts for an instance.
#[derive(Clone, Debug)]
pub(crate) struct Counted {
    pub(crate) what: Tracked,
    /// `None` if it cannot be known, which is reported.
    pub(crate) weight: Option<Weight>,
    /// Whether the weight is multiplied by any number.
    pub(crate) multiplied: bool,
    pub(crate) place: Place,
}

/// Names, and the places of what has them: the first of each name.
pub(crate) type Index<'d> = HashMap<&'d str, usize>;

fn index<'d>(names: impl Iterator<Item = Option<&'d Located<String>>>) -> Index<'d> {
    let mut index = Index::new();
    for (place, name) in names.enumerate() {
        if let Some(name) = name {
            index.entry(&name.value).or_insert(place);
        }
    }
    index
}

impl Drafts {
    /// The checks by their names.
    pub(crate) fn checks_by_name(&self) -> Index<'_> {
        index(self.checks.iter().map(|check| check.name.as_ref()))
    }

    /// The instances by their names.
    pub(crate) fn instances_by_name(&self) -> Index<'_> {
        index(self.instances.iter().map(|instance| instance.name.as_ref()))
    }

    /// What counts for each instance: what it tracks, and what the other members of its group do, each thing once, in
    /// the order of its first appearance in the group.
    pub(crate) fn counted(&self) -> Vec<Vec<Counted>> {
        let checks = self.checks_by_name();
        let own = self.instances.iter().map(|instance| {
            let tracks = instance.tracks.iter();
            tracks.map(|track| self.resolve(track, &checks)).collect()
        });
        let mut counted: Vec<Vec<Counted>> = own.collect();
        let instances = self.instances_by_name();
        for group in &self.groups {
            let members = members(group, &instances);
            let all = members.iter().filter_map(|&member| counted.get(member)).flatten();
            let union = once_each(all);
            for &member in &members {
                if let Some(counted) = counted.get_mut(member) {
                    counted.clone_from(&union);
                }
            }
        }
        counted
    }

    /// What a reference of an instance comes to.
    pub(crate) fn resolve(&self, track: &crate::track::Draft, checks: &Index<'_>) -> Counted {
        let check = match &track.what {
            Tracked::Check(name) => checks.get(&**name).and_then(|&check| self.checks.get(check)),
            Tracked::Interface(_) => None,
        };
        let weight = match (track.weight, &track.what) {
            (Stated::As(weight), _) => Some(weight),
            (Stated::Wrong, _) => None,
            (Stated::Unsaid, Tracked::Interface(_)) => Some(Weight::FAULT),
            (Stated::Unsaid, Tracked::Check(_)) => match check.map(|check| check.weight) {
                Some(Stated::As(weight)) => Some(weight),
                Some(Stated::Unsaid) => Some(Weight::FAULT),
                Some(Stated::Wrong) | None => None,
            },
        };
        Counted {
            what: track.what.clone(),
            weight,
            multiplied: check.is_some_and(check::Draft::says_a_number),
            place: track.place,
        }
    }

    /// All of it, unless a required part is missing, which is then reported.
    pub(crate) fn finish(self) -> Option<(Vec<Check>, Vec<InstanceConfig>, Vec<GroupConfig>)> {
        let counted = self.counted();
        let instances = self.instances_by_name();
        let groups: Option<Vec<GroupConfig>> = self
            .groups
            .iter()
            .map(|group| {
                Some(GroupConfig {
                    name: group.name.as_ref()?.value.clone(),
                    members: members(group, &instances),
                    hooks: group.hooks.clone(),
                })
            })
            .collect();
        let instances = self.instances.into_iter().zip(counted).map(|(draft, counted)| {
            let tracks: Option<Vec<Track>> = counted.into_iter().map(Counted::finish).collect();
            draft.finish(tracks?)
        });
        let instances: Option<Vec<InstanceConfig>> = instances.collect();
        let checks: Option<Vec<Check>> = self.checks.into_iter().map(check::Draft::finish).collect();
        Some((checks?, instances?, groups?))
    }
}

impl Counted {
    fn finish(self) -> Option<Track> {
        Some(Track {
            what: self.what,
            weight: self.weight?,
        })
    }
}

/// The members of a group that are there.
fn members(group: &group::Draft, instances: &Index<'_>) -> Vec<usize> {
    let names = group.members.iter();
    names
        .filter_map(|member| instances.get(&*member.value).copied())
        .collect()
}

fn once_each<'c>(all: impl Iterator<Item = &'c Counted>) -> Vec<Counted> {
    let mut seen = HashSet::new();
    all.filter(|counted| seen.insert(&counted.what))
        .cloned()
        .collect()
}
