//! Sync groups: members that are there, in one group each, and that win and lose together.

use std::collections::{HashMap, HashSet};

use vrrp_core::{Tracked, Weight};

use super::Comparison;
use crate::drafts::Index;
use crate::source::{Located, Place, elsewhere};
use crate::{Bearer, GroupFlaw, group, instance};

pub(super) fn compare(comparison: &mut Comparison<'_>) {
    let drafts = comparison.drafts;
    let instances = drafts.instances_by_name();
    let checks = drafts.checks_by_name();
    let knows_instances = comparison.knows_instances(&instances);
    let mut taken: HashMap<&str, (usize, Place)> = HashMap::new();
    for (number, group) in drafts.groups.iter().enumerate() {
        for Located { value: member, place } in &group.members {
            let (first_group, first) = *taken.entry(member).or_insert((number, *place));
            if first != *place {
                comparison.report(*place, first, |first| {
                    let member = member.escape_debug().to_string();
                    if first_group == number {
                        GroupFlaw::MemberTwice { member, first }
                    } else {
                        GroupFlaw::InTwo { member, first }
                    }
                });
            } else if knows_instances && !instances.contains_key(&**member) {
                comparison.unknown(*place, member, Bearer::Instance, &instances);
            }
        }
        let members = members(comparison, group, &instances);
        compare_priorities(comparison, &members);
        compare_weights(comparison, &members, &checks);
    }
}

/// A member that is there, and where the group names it.
type Member<'a> = (&'a instance::Draft, &'a Located<String>);

fn members<'a>(
    comparison: &Comparison<'a>,
    group: &'a group::Draft,
    instances: &Index<'_>,
) -> Vec<Member<'a>> {
    let mut seen = HashSet::new();
    let mut members = Vec::new();
    for member in &group.members {
        let Some(&place) = instances.get(&*member.value) else {
            continue;
        };
        if let Some(draft) = comparison.drafts.instances.get(place)
            && seen.insert(place)
        {
            members.push((draft, member));
        }
    }
    members
}

fn compare_priorities(comparison: &mut Comparison<'_>, members: &[Member<'_>]) {
    let mut known = members
        .iter()
        .filter_map(|(draft, member)| Some((draft.priority, draft.priority_place?, *member)));
    let Some((first_priority, first_place, first)) = known.next() else {
        return;
    };
    for (priority, place, member) in known.filter(|(priority, ..)| *priority != first_priority) {
        let sources = comparison.sources;
        let from = member.place.file;
        comparison.report_one(
            member.place,
            GroupFlaw::Priorities {
                member: member.value.clone(),
                priority,
                place: elsewhere(sources, place, from),
                first: first.value.clone(),
                first_priority,
                first_place: elsewhere(sources, first_place, from),
            },
        );
    }
}

fn compare_weights(comparison: &mut Comparison<'_>, members: &[Member<'_>], checks: &Index<'_>) {
    let mut weights: HashMap<&Tracked, (Weight, Place)> = HashMap::new();
    for (draft, _) in members {
        for track in &draft.tracks {
            let Some(weight) = comparison.drafts.resolve(track, checks).weight else {
                continue;
            };
            let (first_weight, first) = *weights.entry(&track.what).or_insert((weight, track.place));
            if weight != first_weight {
                comparison.report(track.place, first, |first| GroupFlaw::Weights {
                    what: track.what.clone(),
                    weight,
                    first_weight,
                    first,
                });
            }
        }
    }
}
