//! Many seeds, on every core.

#[cfg(test)]
mod tests;

use core::num::NonZeroUsize;
use core::ops::Range;
use core::sync::atomic::{AtomicU64, Ordering};
use core::time::Duration;
use std::sync::mpsc;
use std::thread;

use crate::sabotage::Defect;
use crate::scenario::Scenario;
use crate::world::{Failure, Options, run};

/// A thread takes so many seeds at a time.
const BLOCK: u64 = 50;

/// What is to be run.
#[derive(Clone, Debug)]
pub struct Campaign {
    /// Which seeds.
    pub seeds: Range<u64>,
    /// On how many threads. The result does not depend on it.
    pub jobs: NonZeroUsize,
    /// A defect that every router has.
    pub defect: Option<Defect>,
    /// No more seeds are begun after so many have failed.
    pub most_failures: usize,
}

/// What has come of it.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// How many seeds were run.
    pub seeds: u64,
    /// How much happened in them.
    pub events: u64,
    /// How long they lasted in their own time.
    pub simulated: Duration,
    /// The seeds that failed, in ascending order.
    pub failures: Vec<(u64, Failure)>,
}

impl Tally {
    fn add(&mut self, block: Self) {
        self.seeds += block.seeds;
        self.events += block.events;
        self.simulated += block.simulated;
        self.failures.extend(block.failures);
        self.failures.sort_by_key(|(seed, _)| *seed);
    }
}

/// Runs it, and shows what there is so far from time to time.
pub fn campaign(campaign: &Campaign, mut progress: impl FnMut(&Tally)) -> Tally {
    let mut tally = Tally::default();
    let next = AtomicU64::new(campaign.seeds.start);
    thread::scope(|scope| {
        let (sender, receiver) = mpsc::channel();
        for _ in 0..campaign.jobs.get() {
            let (sender, next) = (sender.clone(), &next);
            scope.spawn(move || {
                loop {
                    let first = next.fetch_add(BLOCK, Ordering::Relaxed);
                    let seeds = first..(first + BLOCK).min(campaign.seeds.end);
                    if seeds.is_empty() || sender.send(block(seeds, campaign.defect)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        for block in receiver {
            tally.add(block);
            progress(&tally);
            if tally.failures.len() >= campaign.most_failures {
                // Nobody finds another block; those that are under way are still counted.
                next.store(campaign.seeds.end, Ordering::Relaxed);
            }
        }
    });
    tally
}

fn block(seeds: Range<u64>, defect: Option<Defect>) -> Tally {
    let mut tally = Tally::default();
    for seed in seeds {
        let outcome = run(
            &Scenario::generate(seed),
            Options {
                traced: false,
                defect,
            },
        );
        tally.seeds += 1;
        tally.events += outcome.events;
        tally.simulated += Duration::from_nanos(outcome.lasted.as_nanos());
        tally
            .failures
            .extend(outcome.failure.map(|failure| (seed, failure)));
    }
    tally
}
