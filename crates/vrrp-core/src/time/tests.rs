use core::time::Duration;

use super::Time;

const END: Time = Time::from_nanos(u64::MAX);

#[test]
fn a_moment_is_a_number_of_nanoseconds() {
    for nanoseconds in [0, 1, 5_000_000_000, u64::MAX] {
        assert_eq!(Time::from_nanos(nanoseconds).as_nanos(), nanoseconds);
    }
}

#[test]
fn a_sum_stops_at_the_end_of_time_and_a_difference_at_boot() {
    let second = Duration::from_secs(1);
    let now = Time::from_nanos(5_000_000_000);
    assert_eq!(now + second, Time::from_nanos(6_000_000_000));
    assert_eq!(now - second, Time::from_nanos(4_000_000_000));
    assert_eq!(END + second, END);
    assert_eq!(now + Duration::MAX, END);
    assert_eq!(now - Duration::from_secs(6), Time::default());
    assert_eq!(now - Duration::MAX, Time::default());
}

#[test]
fn what_lies_ahead_was_no_time_ago() {
    let now = Time::from_nanos(5_000_000_000);
    assert_eq!(
        now.since(Time::from_nanos(4_999_999_999)),
        Duration::from_nanos(1)
    );
    assert_eq!(now.since(now), Duration::ZERO);
    assert_eq!(now.since(END), Duration::ZERO);
}

#[test]
fn a_moment_is_shown_in_seconds_since_boot() {
    assert_eq!(Time::from_nanos(12_000_000_345).to_string(), "12.000000345");
    assert_eq!(Time::from_nanos(999_999_999).to_string(), "0.999999999");
}
