use super::*;

#[test]
fn patterns_are_equal_if_they_are_written_alike() {
    let pattern = |text| Pattern::new(text).expect(text);
    assert_eq!(pattern("ok|OK"), pattern("ok|OK"));
    assert_ne!(pattern("ok"), pattern("(ok)"));
    assert!(pattern("^ok$").is_in("ok"));
    assert!(!pattern("^ok$").is_in("not ok"));
    assert!(Pattern::new("(").is_err());
}
