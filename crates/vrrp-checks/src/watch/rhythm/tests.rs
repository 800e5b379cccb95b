use super::*;

const SECOND: Duration = Duration::from_secs(1);

/// The first beats of each, in milliseconds since the start.
fn beats(intervals: &[Duration], count: usize) -> Vec<Vec<u128>> {
    let start = Instant::now();
    rhythms(intervals, start)
        .into_iter()
        .map(|mut rhythm| {
            let mut beats = Vec::new();
            for _ in 0..count {
                beats.push((rhythm.next() - start).as_millis());
                rhythm.take();
            }
            beats
        })
        .collect()
}

#[test]
fn all_begin_at_once_and_are_spread_over_the_interval_after_that() {
    assert_eq!(
        beats(&[SECOND; 4], 4),
        [
            [0, 1000, 2000, 3000],
            [0, 1250, 2250, 3250],
            [0, 1500, 2500, 3500],
            [0, 1750, 2750, 3750]
        ]
    );
}

#[test]
fn only_checks_of_the_same_interval_make_room_for_each_other() {
    assert_eq!(
        beats(&[SECOND, 2 * SECOND, SECOND], 3),
        [[0, 1000, 2000], [0, 2000, 4000], [0, 1500, 2500]]
    );
}

#[test]
fn no_two_of_a_thousand_meet() {
    let mut second: Vec<_> = beats(&[SECOND; 1000], 2)
        .into_iter()
        .map(|beats| beats[1])
        .collect();
    second.dedup();
    assert_eq!(second, (1000..2000).collect::<Vec<_>>());
}

#[test]
fn missed_beats_are_left_out_and_the_others_stay_where_they_were() {
    let start = Instant::now();
    let mut rhythms = rhythms(&[SECOND], start);
    let rhythm = &mut rhythms[0];
    rhythm.take();
    let mut next_at = |millis| {
        rhythm.skip(start + Duration::from_millis(millis));
        (rhythm.next() - start).as_millis()
    };
    assert_eq!(next_at(0), 1000);
    assert_eq!(next_at(999), 1000);
    assert_eq!(next_at(1000), 1000, "just in time");
    assert_eq!(next_at(1001), 2000);
    assert_eq!(next_at(2500), 3000);
    assert_eq!(next_at(7000), 7000);
    assert_eq!(next_at(60_000_000_123), 60_000_001_000);
}

#[test]
fn the_longest_interval_is_one_too() {
    let intervals = [Duration::MAX; 1000];
    for mut rhythm in rhythms(&intervals, Instant::now()) {
        rhythm.take();
        rhythm.skip(Instant::now());
        assert!(rhythm.next() > Instant::now() + SECOND);
    }
}
