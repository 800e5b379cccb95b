//! A host's clock against the world's.

use super::*;

#[test]
fn a_fast_clock_shows_more_and_reaches_a_time_earlier() {
    let fast = Clock {
        uptime: 5_000,
        drift: 1000,
    };
    assert_eq!(
        fast.show(Moment::from_nanos(1_000_000_000)),
        Time::from_nanos(1_001_005_000)
    );
    assert_eq!(
        fast.reaches(Time::from_nanos(1_001_005_000)),
        Moment::from_nanos(1_000_000_000)
    );
}

#[test]
fn the_moment_found_is_the_first_at_which_the_clock_shows_the_time() {
    for drift in [-1000, -37, 0, 1, 999] {
        let clock = Clock { uptime: 77, drift };
        for time in [77, 78, 1_000_077, 3_609_375_123, 299_999_999_999] {
            let time = Time::from_nanos(time);
            let moment = clock.reaches(time);
            assert!(clock.show(moment) >= time, "{drift} {time}");
            let before = moment - Duration::from_nanos(1);
            assert!(
                moment == Moment::default() || clock.show(before) < time,
                "{drift} {time}"
            );
        }
    }
}

#[test]
fn a_time_before_the_run_is_reached_at_its_beginning() {
    assert_eq!(
        Clock {
            uptime: 1000,
            drift: 0
        }
        .reaches(Time::from_nanos(1)),
        Moment::default()
    );
}
