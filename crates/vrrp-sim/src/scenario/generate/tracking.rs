//! What routers track, and how that stands.

use core::time::Duration;

use vrrp_core::{InterfaceName, Standing, Track, Tracked, Weight};

use crate::rng::Rng;
use crate::scenario::{Node, Router, What};

/// Some of what can be tracked, each with a weight.
pub(super) fn tracks(rng: &mut Rng) -> Vec<Track> {
    let mut tracks = Vec::new();
    for what in trackable() {
        if rng.per_mille(550) {
            let weight = weight(rng);
            tracks.push(Track { what, weight });
        }
    }
    tracks
}

fn trackable() -> impl Iterator<Item = Tracked> {
    let checks = ["web", "load"].map(|name| Tracked::Check(name.into()));
    let interface = InterfaceName::new("eth2").map(Tracked::Interface);
    checks.into_iter().chain(interface)
}

fn weight(rng: &mut Rng) -> Weight {
    let any = rng.between(1, 254);
    let size = rng.pick(&[0, 0, 0, 0, 1, 2, 20, 51, 100, 254, any]);
    let size = i16::try_from(size).unwrap_or_default();
    let signed = if rng.per_mille(500) { -size } else { size };
    Weight::new(signed).unwrap_or_default()
}

/// Something stands otherwise: mostly something that the router tracks.
pub(super) fn verdict(rng: &mut Rng, node: Node, router: &Router) -> What {
    let mut known: Vec<Tracked> = router.tracks.iter().map(|track| track.what.clone()).collect();
    if known.is_empty() || rng.per_mille(100) {
        known = trackable().collect();
    }
    let index = usize::try_from(rng.below(known.len() as u64)).unwrap_or_default();
    let fast = Duration::from_millis(rng.pick(&[20, 70, 300, 1100]));
    What::Verdict {
        node,
        what: known.swap_remove(index),
        to: standing(rng),
        flaps: Some(fast).filter(|_| rng.per_mille(400)),
    }
}

fn standing(rng: &mut Rng) -> Standing {
    let value: i64 = rng.pick(&[0, 0, 1, 2, 50, 1_000_000]);
    let signed = if rng.per_mille(500) { -value } else { value };
    match rng.below(12) {
        0..=5 => Standing::Failing("exit status 1".into()),
        6 => Standing::Failing("no answer".into()),
        7 => Standing::Passing,
        8 => Standing::Unknown,
        9 => Standing::Value(rng.pick(&[i64::MAX, i64::MIN])),
        _ => Standing::Value(signed),
    }
}
