//! Which instance is written to track what.
//!
//! What one member of a group tracks counts for all, in the order of its first appearance among them. So each member
//! is written with as much of that as keeps the order: in the usual case, all of it.

use vrrp_core::{Track, Tracked};

use crate::write::needs;
use crate::{Config, InstanceConfig};

/// What is written for each instance.
pub(super) fn written(config: &Config) -> Vec<Vec<&Track>> {
    let own = config.instances.iter().map(|instance| &instance.params.tracks);
    let mut written: Vec<Vec<&Track>> = own.map(|tracks| tracks.iter().collect()).collect();
    for group in &config.groups {
        let mut done = 0;
        for &member in &group.members {
            let (Some(instance), Some(written)) = (config.instances.get(member), written.get_mut(member))
            else {
                continue;
            };
            let tracks = &instance.params.tracks;
            done += reach(tracks.get(done..).unwrap_or_default(), instance);
            let so_far = tracks.iter().take(done);
            *written = so_far.filter(|track| may_name(instance, track)).collect();
        }
    }
    written
}

/// How many of these an instance can name next, with its checks before its interfaces.
fn reach(tracks: &[Track], instance: &InstanceConfig) -> usize {
    let is_check = |track: &&Track| matches!(track.what, Tracked::Check(_));
    let checks = tracks.iter().take_while(is_check).count();
    let interfaces = tracks.iter().skip(checks);
    let interfaces = interfaces.take_while(|track| !is_check(track) && may_name(instance, track));
    checks + interfaces.count()
}

/// An instance may not name the interfaces that it needs in any case.
fn may_name(instance: &InstanceConfig, track: &Track) -> bool {
    !matches!(&track.what, Tracked::Interface(interface) if needs(instance, interface))
}
