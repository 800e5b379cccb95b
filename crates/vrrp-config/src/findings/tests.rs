use super::{Finding, Findings, MOST};
use crate::source::Place;
use crate::{FileFlaw, Flaw, InstanceFlaw, Severity};

fn finding(offset: usize, flaw: impl Into<Flaw>) -> Finding {
    Finding {
        place: Place { file: 0, offset },
        flaw: flaw.into(),
    }
}

fn warnings(count: usize) -> Findings {
    let mut findings = Findings::default();
    findings.extend((0..count).map(|at| finding(count - at, InstanceFlaw::DelayBelow)));
    findings
}

#[test]
fn as_many_as_there_is_room_for_are_all() {
    let (kept, end) = warnings(MOST).finish();
    assert_eq!(kept.len(), MOST);
    assert!(kept.is_sorted_by_key(|finding| finding.place));
    assert_eq!(end, None);
}

#[test]
fn what_is_left_out_is_told_of_and_counts() {
    let mut findings = warnings(MOST + 1);
    assert!(!findings.refuse());
    findings.push(finding(0, InstanceFlaw::NoPassword));
    findings.push(finding(0, InstanceFlaw::DelayBelow));
    assert!(findings.refuse());
    let (kept, end) = findings.finish();
    assert_eq!(kept.len(), MOST);
    assert_eq!(end, Some(FileFlaw::More(Severity::Error).into()));
    assert_eq!(
        warnings(MOST + 1).finish().1,
        Some(FileFlaw::More(Severity::Warning).into())
    );
}
