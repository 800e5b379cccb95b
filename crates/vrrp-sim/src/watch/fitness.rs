//! How what a router tracks stands, and what that makes of it.

use vrrp_core::{Event, Fault, Params, Priority, Standing, Track, Weight};

/// Beyond this a number that is read from a file means FAULT.
const LOST: i128 = -254;

/// What a router tracks, and what it has been told of that.
#[derive(Clone, Debug)]
pub(super) struct Fitness(Vec<(Track, Standing)>);

impl Fitness {
    /// Nothing has been told yet.
    pub(super) fn new(params: &Params) -> Self {
        Self(Self::unknown(params))
    }

    fn unknown(params: &Params) -> Vec<(Track, Standing)> {
        let tracks = params.tracks.iter().cloned();
        tracks.map(|track| (track, Standing::Unknown)).collect()
    }

    pub(super) fn step(&mut self, event: &Event) {
        match event {
            Event::Verdict(what, standing) => {
                for (track, known) in &mut self.0 {
                    if track.what == *what {
                        known.clone_from(standing);
                    }
                }
            }
            Event::Params(params) => {
                let before = core::mem::replace(&mut self.0, Self::unknown(params));
                for (old, standing) in before {
                    let kept = self.0.iter_mut().find(|(track, _)| track.what == old.what);
                    if let Some((_, known)) = kept {
                        *known = standing;
                    }
                }
            }
            _ => {}
        }
    }

    /// What it must advertise, if this is configured. The owner's priority never changes.
    pub(super) fn priority(&self, configured: Priority) -> Priority {
        if configured.is_owner() {
            return configured;
        }
        let sum = self.0.iter().map(|(track, standing)| {
            let weight = i128::from(track.weight.get());
            match standing {
                Standing::Passing if weight > 0 => weight,
                Standing::Failing(_) if weight < 0 => weight,
                Standing::Value(value) => weight * i128::from(*value),
                Standing::Unknown | Standing::Passing | Standing::Failing(_) => 0,
            }
        });
        let sum = sum.sum::<i128>() + i128::from(configured.get());
        let priority = u8::try_from(sum.clamp(1, 254)).ok().and_then(Priority::new);
        priority.unwrap_or(configured)
    }

    /// Why it cannot take part, if it cannot.
    pub(super) fn fault(&self) -> Option<Fault> {
        self.0.iter().find_map(|(track, standing)| {
            let failed = || Some(Fault::Tracked(track.what.clone(), standing.clone()));
            let must_pass = track.weight == Weight::FAULT;
            match standing {
                Standing::Unknown if must_pass => Some(Fault::Awaited(track.what.clone())),
                Standing::Failing(_) if must_pass => failed(),
                Standing::Value(value) => {
                    let lost = i128::from(*value) * i128::from(track.weight.get()) <= LOST;
                    if lost || (must_pass && *value != 0) {
                        failed()
                    } else {
                        None
                    }
                }
                Standing::Unknown | Standing::Passing | Standing::Failing(_) => None,
            }
        })
    }
}
