//! What instances track: checks that are there, nothing twice, nothing in vain.

use std::collections::{HashMap, HashSet};

use vrrp_core::{InterfaceName, Tracked, Weight};

use super::Comparison;
use crate::source::{Located, Place};
use crate::{Bearer, CheckFlaw, TrackFlaw, instance};

pub(super) fn compare(comparison: &mut Comparison<'_>) {
    let drafts = comparison.drafts;
    let checks = drafts.checks_by_name();
    let knows_checks = comparison.knows_checks(&checks);
    // Tracked, or probably meant.
    let mut tracked: HashSet<&str> = HashSet::new();
    for instance in &drafts.instances {
        let mut seen: HashMap<&Tracked, Place> = HashMap::new();
        for track in &instance.tracks {
            let first = *seen.entry(&track.what).or_insert(track.place);
            if first != track.place {
                comparison.report(track.place, first, |first| TrackFlaw::Twice {
                    what: track.what.clone(),
                    first,
                });
                continue;
            }
            match &track.what {
                Tracked::Check(name) if checks.contains_key(&**name) => {
                    tracked.insert(name);
                }
                Tracked::Check(name) if knows_checks => {
                    tracked.extend(comparison.unknown(track.place, name, Bearer::Check, &checks));
                }
                Tracked::Check(_) => {}
                Tracked::Interface(interface) => {
                    if needs(instance, interface) {
                        comparison.report_one(track.place, TrackFlaw::Own(interface.clone()));
                        continue;
                    }
                }
            }
            let weight = drafts.resolve(track, &checks).weight;
            if let Some(weight) = weight.filter(|&weight| weight != Weight::FAULT)
                && instance.priority.is_owner()
            {
                let what = track.what.clone();
                comparison.report_one(track.place, TrackFlaw::OwnerWeight { what, weight });
            }
        }
    }
    if !comparison.knows_tracks() {
        return;
    }
    for Located { value: name, place } in drafts.checks.iter().filter_map(|check| check.name.as_ref()) {
        // The second of one name is reported as such.
        if tracked.insert(name) {
            comparison.report_one(*place, CheckFlaw::Untracked(name.clone()));
        }
    }
}

/// Whether the adverts or the addresses of this instance need the interface.
fn needs(instance: &instance::Draft, interface: &InterfaceName) -> bool {
    let addresses = instance.advertised.iter().chain(&instance.excluded);
    instance.interface.as_ref() == Some(interface)
        || addresses
            .into_iter()
            .any(|address| address.value.interface() == Some(interface))
}
