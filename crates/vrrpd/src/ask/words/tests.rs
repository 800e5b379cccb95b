//! How numbers and texts look.

use super::{clean, reason, short, span, wall, wall_in_full, wrap};
use crate::report::Wall;

#[test]
fn spans_have_two_units_at_most() {
    let told = [
        (0.0, "0 µs"),
        (0.000_123, "123 µs"),
        (0.012, "12 ms"),
        (0.1, "0.1 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (59.6, "1 m"),
        (425.0, "7 m 5 s"),
        (3600.0, "1 h"),
        (86_399.0, "23 h 59 m"),
        (86_400.0 * 4.0 + 3600.0 * 3.0, "4 d 3 h"),
        (f64::NAN, "0 µs"),
        (-1.0, "0 µs"),
    ];
    for (seconds, text) in told {
        assert_eq!(span(seconds), text, "{seconds}");
    }
    assert_eq!(short(0.02), "0.0 s");
    assert_eq!(short(0.42), "0.4 s");
}

#[test]
fn moments_are_told_to_the_second_or_to_the_millisecond() {
    let moment = Wall("2026-11-24T13:05:10.123Z".into());
    assert_eq!(wall(&moment), "2026-11-24 13:05:10 UTC");
    assert_eq!(wall_in_full(&moment), "2026-11-24 13:05:10.123");
    assert_eq!(wall(&Wall("soon\u{1b}".into())), "soon\\u{1b} UTC");
}

#[test]
fn nothing_from_outside_moves_the_cursor() {
    assert_eq!(
        clean("a\u{1b}[2Jb\nc\r\td\u{202e}e\u{9b}"),
        r"a\u{1b}[2Jb\nc\r\td\u{202e}e\u{9b}"
    );
    assert_eq!(clean("Zürich ✓"), "Zürich ✓");
}

#[test]
fn why_something_was_ignored_is_said_once() {
    let checksum = "checksum 0x1234, expected 0x5678";
    assert_eq!(reason("checksum", checksum), checksum);
    assert_eq!(
        reason("ttl", "invalid TTL 64, expected 255"),
        "invalid TTL 64, expected 255"
    );
    assert_eq!(
        reason("own_address", "it carries our own address as its source"),
        "it carries our own address as its source"
    );
    assert_eq!(
        reason("not_a_peer", "its source is not among the configured peers"),
        "not_a_peer: its source is not among the configured peers"
    );
}

#[test]
fn long_texts_are_broken_between_words() {
    assert_eq!(wrap("one two  three", 8), ["one two", "three"]);
    assert_eq!(wrap("unbreakable it", 4), ["unbreakable", "it"]);
    assert_eq!(wrap("", 4), [""]);
}
