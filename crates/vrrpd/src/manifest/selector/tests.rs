use super::{SelectorFlaw, read};

/// The only thing that is wrong.
fn only_flaw(text: &str) -> SelectorFlaw {
    let mut flaws = read(text).unwrap_err();
    assert_eq!(flaws.len(), 1, "{text}: {flaws:?}");
    flaws.remove(0)
}

#[test]
fn labels_keep_their_order() {
    let labels = read("node-role.kubernetes.io/infra=, rack=7,a_b.C=x").unwrap();
    let wanted = [
        ("node-role.kubernetes.io/infra", ""),
        ("rack", "7"),
        ("a_b.C", "x"),
    ];
    assert_eq!(
        labels,
        wanted.map(|(key, value)| (key.to_owned(), value.to_owned()))
    );
}

#[test]
fn what_no_node_can_have_is_refused() {
    let long = "a".repeat(64);
    for key in [
        "",
        "-a",
        "a-",
        "a b",
        "/a",
        "a/",
        "A.b/c",
        "a..b/c",
        "a/b/c",
        "ä",
        &long,
        &format!("{long}/"),
    ] {
        let flaw = only_flaw(&format!("x=y,{key}=v"));
        assert!(
            matches!(flaw, SelectorFlaw::Key { position: 2, .. }),
            "{key}: {flaw}"
        );
    }
    for value in ["=b", "-", "a b", "a/b", "ä", &long] {
        let flaw = only_flaw(&format!("k={value}"));
        assert!(
            matches!(flaw, SelectorFlaw::Value { position: 1, .. }),
            "{value}: {flaw}"
        );
    }
    let flaw = only_flaw("a=1,b=,");
    assert!(
        matches!(flaw, SelectorFlaw::NoValue { position: 3, .. }),
        "{flaw}"
    );
    let flaw = only_flaw("a=1,b=2,a=1");
    assert!(matches!(flaw, SelectorFlaw::Again { position: 3, .. }), "{flaw}");
}

#[test]
fn the_longest_are_taken() {
    let name = "a".repeat(63);
    let domain = format!("{name}.{name}.{name}.{}", "a".repeat(61));
    assert_eq!(domain.len(), 253);
    read(&format!("{domain}/{name}={name}")).unwrap();
    read(&format!("{domain}a/{name}={name}")).unwrap_err();
}

#[test]
fn everything_that_is_wrong_is_said() {
    let flaws = read("a,b=1,=,c=/").unwrap_err();
    let texts: Vec<String> = flaws.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts[0],
        "item 1, `a`, is not a label; write KEY=VALUE, or KEY= where the value is empty"
    );
    assert!(
        texts[1].starts_with("item 3, `=`: `` is not the key of a label; "),
        "{}",
        texts[1]
    );
    assert!(
        texts[2].starts_with("item 4, `c=/`: `/` is not the value of a label; "),
        "{}",
        texts[2]
    );
    assert_eq!(texts.len(), 3);
}
