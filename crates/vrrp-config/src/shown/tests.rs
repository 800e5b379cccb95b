use super::shown;

#[test]
fn words_stay_as_they_are() {
    for text in ["", "web", "größe 10 µs", "ルーター", "a\\u{a}\"'`"] {
        assert_eq!(shown(text), text);
    }
}

#[test]
fn what_would_not_stay_in_its_place_is_shown() {
    for (text, expected) in [
        ("a\nb", "a\\u{a}b"),
        ("\u{1b}[2J", "\\u{1b}[2J"),
        ("a\u{85}b", "a\\u{85}b"),
        ("a\u{200b}b", "a\\u{200b}b"),
        ("a\u{2028}b", "a\\u{2028}b"),
        ("a\u{202e}b", "a\\u{202e}b"),
        ("a\u{2066}b", "a\\u{2066}b"),
        ("\u{feff}a", "\\u{feff}a"),
    ] {
        assert_eq!(shown(text), expected);
    }
}
