//! The stream is part of what a recorded seed means.

use super::*;

#[test]
fn the_stream_of_a_seed_is_the_one_that_was_published() {
    // The first numbers of SplitMix64 for seed 1234567, as given with its reference implementation.
    let mut rng = Rng::new(1_234_567);
    let expected = [
        6_457_827_717_110_365_317,
        3_203_168_211_198_807_973,
        9_817_491_932_198_370_423_u64,
    ];
    assert_eq!([rng.bits(), rng.bits(), rng.bits()], expected);
}

#[test]
fn numbers_stay_within_their_limits_and_reach_both_ends() {
    let mut rng = Rng::new(7);
    let drawn: Vec<u64> = (0..1000).map(|_| rng.between(3, 9)).collect();
    assert_eq!((drawn.iter().min(), drawn.iter().max()), (Some(&3), Some(&9)));
    assert_eq!(rng.below(0), 0);
    let heads = (0..10_000).filter(|_| rng.per_mille(250)).count();
    assert!(
        (2300..2700).contains(&heads),
        "{heads} of 10,000 at 250 per mille"
    );
}

#[test]
fn every_key_changes_the_stream() {
    let first = |keys| Rng::keyed(1, keys).bits();
    let streams = [
        first([0, 0, 0]),
        first([1, 0, 0]),
        first([0, 1, 0]),
        first([0, 0, 1]),
        Rng::new(1).bits(),
    ];
    for (index, stream) in streams.iter().enumerate() {
        assert!(!streams[index + 1..].contains(stream), "{streams:?}");
    }
}
