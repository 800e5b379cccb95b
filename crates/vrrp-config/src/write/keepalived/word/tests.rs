//! Words as keepalived 2.2.7 was seen to read them.

use super::{name, value};

#[test]
fn words() {
    for (text, word) in [
        ("secret", "secret"),
        ("10.77.0.100/32", "10.77.0.100/32"),
        ("", "\"\""),
        ("a b", "\"a b\""),
        ("'#!\\a$", "\"'#!\\a$\""),
        ("a\\\\", "\"a\\\\\""),
        ("{}", "\"{}\""),
        ("é\t", "\"é\t\""),
    ] {
        assert_eq!(name(text).as_deref(), Some(word));
    }
    for text in ["a\"b", "a\nb", "a\0", "${A}", "a\\", "a\\\\\\", "{", "}"] {
        assert_eq!(name(text), None, "{text:?}");
    }
    assert_eq!(value("{").as_deref(), Some("\"{\""));
}

#[test]
fn scripts() {
    let script = |argv: &[&str]| super::script(&argv.iter().map(ToString::to_string).collect::<Vec<_>>());
    assert_eq!(script(&["/bin/a"]), r#""/bin/a""#);
    assert_eq!(script(&["/bin/a", "-x", "b c", ""]), r#""/bin/a -x 'b c' ''""#);
    assert_eq!(script(&["/a b", "#!&|;<>*?~{}"]), r#""'/a b' '#!&|;<>*?~{}'""#);
    assert_eq!(
        script(&["/a", "'", "\"", "\\", "$A", "\n", "é"]),
        concat!(
            r#""/a '\134047' '\134042' '\134134' '\134044A' '\134012' "#,
            r#"'\134303\134251'""#,
        )
    );
}
