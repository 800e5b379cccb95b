use core::time::Duration;

use super::Interval;

#[test]
fn an_interval_is_whole_seconds_from_1_to_255() {
    for seconds in [1, 2, 254, 255] {
        let length = Duration::from_secs(seconds);
        let interval = Interval::new(length).unwrap();
        assert_eq!(interval.get(), length);
        assert_eq!(interval.to_string(), format!("{seconds} s"));
    }
    for length in [
        Duration::ZERO,
        Duration::from_nanos(999_999_999),
        Duration::from_nanos(1_000_000_001),
        Duration::from_millis(1500),
        Duration::from_secs(256),
        Duration::MAX,
    ] {
        assert_eq!(Interval::new(length), None, "{length:?}");
    }
}
