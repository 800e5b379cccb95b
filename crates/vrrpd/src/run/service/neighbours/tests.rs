use super::*;

fn set(texts: &[&str]) -> BTreeSet<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

#[test]
fn what_two_have_in_common_is_named_and_the_rest_counted() {
    let said = |ours: &[&str], theirs: &[&str]| {
        let (ours, theirs) = (set(ours), set(theirs));
        Shared::of(&ours, &theirs).map(|shared| shared.to_string())
    };
    assert_eq!(said(&["a"], &["b"]), None);
    assert_eq!(said(&["a", "b"], &["b", "c"]), Some("b".to_owned()));
    let all = ["a", "b", "c", "d", "e", "f", "g"];
    assert_eq!(said(&all[..5], &all), Some("a, b, c, d, e".to_owned()));
    assert_eq!(said(&all, &all), Some("a, b, c, d, e and 2 more".to_owned()));
}
