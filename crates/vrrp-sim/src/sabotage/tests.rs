//! The simulator's own test: whatever is broken on purpose must be noticed.

use core::num::NonZeroUsize;

use super::*;
use crate::campaign::{Campaign, campaign};

#[test]
fn every_planted_defect_is_noticed_within_20_000_seeds() {
    let mut missed = Vec::new();
    for defect in Defect::ALL {
        let jobs = NonZeroUsize::MIN;
        let plan = Campaign {
            seeds: 0..20_000,
            jobs,
            defect: Some(defect),
            most_failures: 1,
        };
        match campaign(&plan, |_| {}).failures.first() {
            Some((seed, failure)) => println!("{defect}: {} seeds, {}", seed + 1, failure.breach.rule),
            None => missed.push(defect),
        }
    }
    assert_eq!(missed, []);
}
