use super::*;

#[test]
fn a_burst_is_told_and_then_one_every_ten_seconds() {
    let mut pace = Pace::default();
    let start = Time::from_nanos(1_000_000_000);
    let told: Vec<(u64, u64)> = (0..100_000)
        .filter_map(|ms| Some((ms, pace.ask(start + Duration::from_millis(ms))?)))
        .collect();
    assert!(told[..20].iter().zip(0..).all(|(&said, ms)| said == (ms, 0)));
    let later: Vec<u64> = told[20..].iter().map(|&(ms, _)| ms).collect();
    assert_eq!(later, (1..10).map(|n| n * 10_000).collect::<Vec<u64>>());
    let untold: u64 = told.iter().map(|&(_, untold)| untold).sum();
    let rest = pace.ask(start + Duration::from_mins(5));
    assert_eq!(rest, Some(100_000 - 29 - untold), "no line is forgotten");
}
