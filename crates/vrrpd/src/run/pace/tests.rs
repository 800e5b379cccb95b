use super::*;

#[test]
fn a_burst_is_told_and_then_one_a_second() {
    let mut pace = Pace::default();
    let start = Time::from_nanos(1_000_000_000);
    let told: Vec<(u64, u64)> = (0..10_000)
        .filter_map(|ms| Some((ms, pace.ask(start + Duration::from_millis(ms))?)))
        .collect();
    assert_eq!(told.len(), 20 + 9);
    assert!(told[..20].iter().zip(0..).all(|(&said, ms)| said == (ms, 0)));
    assert!(told[20..].iter().all(|&(_, untold)| untold >= 979), "{told:?}");
    assert_eq!(
        pace.ask(start + Duration::from_mins(5)),
        Some(10_000 - 29 - told[20..].iter().map(|t| t.1).sum::<u64>())
    );
}
