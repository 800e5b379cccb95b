//! Many seeds at once.

use super::*;

#[test]
fn how_many_threads_there_are_changes_nothing() {
    let with = |jobs| {
        let jobs = NonZeroUsize::new(jobs).unwrap();
        let defect = Some(Defect::TieReversed);
        let mut shown = 0;
        let tally = campaign(
            &Campaign {
                seeds: 30..170,
                jobs,
                defect,
                most_failures: usize::MAX,
            },
            |_| shown += 1,
        );
        assert_eq!((tally.seeds, shown), (140, 3));
        assert!(!tally.failures.is_empty(), "the planted defect shows");
        (tally.events, tally.simulated, tally.failures)
    };
    assert_eq!(with(1), with(3));
}
