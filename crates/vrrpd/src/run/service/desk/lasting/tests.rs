use super::*;

fn finding(kind: Kind, cause: &str) -> Finding {
    Finding {
        kind,
        router: Some("VI_1".into()),
        about: None,
        cause: cause.into(),
        hint: String::new(),
    }
}

fn at(seconds: u64) -> Time {
    Time::default() + Duration::from_secs(seconds)
}

fn follow(lasting: &mut Lasting, second: u64, findings: Vec<Finding>) -> (Vec<(Kind, f64)>, Vec<String>) {
    let (conditions, news) = lasting.follow(at(second), Duration::from_secs(1_000_000 + second), findings);
    let conditions = conditions
        .iter()
        .map(|one| (one.kind, one.since.seconds_ago))
        .collect();
    let news = news.iter().map(|one| match one {
        Happened::ConditionBegan { kind, .. } => format!("+{kind}"),
        Happened::ConditionEnded { kind, lasted, .. } => format!("-{kind} {lasted}"),
        other => format!("{other:?}"),
    });
    (conditions, news.collect())
}

#[test]
fn one_that_goes_on_keeps_its_beginning_though_its_words_change() {
    let mut lasting = Lasting::default();
    let first = follow(&mut lasting, 10, vec![finding(Kind::CannotSend, "EPERM")]);
    assert_eq!(
        first,
        (vec![(Kind::CannotSend, 0.0)], vec!["+cannot_send".into()])
    );
    let later = follow(&mut lasting, 15, vec![finding(Kind::CannotSend, "ENOBUFS")]);
    assert_eq!(later, (vec![(Kind::CannotSend, 5.0)], vec![]));
    let over = follow(&mut lasting, 17, vec![]);
    assert_eq!(over, (vec![], vec!["-cannot_send 7".into()]));
}

#[test]
fn problems_come_before_notices_and_the_oldest_first() {
    let mut lasting = Lasting::default();
    follow(&mut lasting, 1, vec![finding(Kind::CannotWin, "")]);
    follow(
        &mut lasting,
        2,
        vec![finding(Kind::CannotWin, ""), finding(Kind::TwoMasters, "")],
    );
    let all = [Kind::CannotSend, Kind::CannotWin, Kind::TwoMasters].map(|kind| finding(kind, ""));
    let (conditions, _) = follow(&mut lasting, 3, all.to_vec());
    let kinds: Vec<Kind> = conditions.into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, [Kind::TwoMasters, Kind::CannotSend, Kind::CannotWin]);
}

#[test]
fn the_same_thing_seen_twice_is_one_condition() {
    let mut lasting = Lasting::default();
    let twice = vec![
        finding(Kind::InterfaceMissing, "a"),
        finding(Kind::InterfaceMissing, "b"),
    ];
    let (conditions, news) = follow(&mut lasting, 1, twice);
    assert_eq!((conditions.len(), news.len()), (1, 1));
}
