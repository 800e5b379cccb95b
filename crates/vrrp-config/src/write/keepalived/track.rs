//! What an instance or a group depends on.

use vrrp_core::{Tracked, Weight};

use super::lines::Lines;
use super::word;
use crate::write::{Reason, Scribe, Subject, needs};
use crate::{InstanceConfig, keys};

/// keepalived takes one less than we do.
const MOST: u16 = 253;

/// What counts for one instance, or for all `members` of a group.
pub(super) fn write(members: &[&InstanceConfig], of: &Subject, lines: &mut Lines, scribe: &mut Scribe<'_>) {
    // All of them track the same, with the same priority.
    let Some(InstanceConfig { params, .. }) = members.first() else {
        return;
    };
    let mut scripts = Vec::new();
    let mut interfaces = Vec::new();
    for track in &params.tracks {
        let weight = track.weight;
        // The owner's priority is always the same, and keepalived takes no weight there.
        if params.priority.is_owner() && weight != Weight::FAULT {
            continue;
        }
        if let Tracked::Interface(interface) = &track.what
            && members.iter().any(|member| needs(member, interface))
        {
            // All of them are in FAULT while it is down, whatever it weighs.
            if weight > Weight::FAULT {
                let interface = interface.clone();
                scribe.report(of, Reason::Needed { interface, weight });
            }
            continue;
        }
        if weight.get().unsigned_abs() > MOST {
            let what = track.what.clone();
            scribe.report(of, Reason::Weight { what, weight });
        }
        let (into, name) = match &track.what {
            // What cannot be a name is reported where it is one.
            Tracked::Check(name) => (&mut scripts, word::name(name).unwrap_or_default()),
            Tracked::Interface(name) => {
                let name = scribe.name(of, keys::track::INTERFACES, name.as_str());
                (&mut interfaces, name)
            }
        };
        into.push(match weight {
            Weight::FAULT => name,
            weight => format!("{name} weight {}", weight.get()),
        });
    }
    lines.block("track_script", &scripts);
    lines.block("track_interface", &interfaces);
}
