use super::{KEPT, SHOWN, Tail};

fn last_line(written: &[&[u8]]) -> Option<String> {
    let mut tail = Tail::default();
    for bytes in written {
        tail.push(bytes);
    }
    tail.last_line()
}

#[test]
fn the_last_line_that_shows_something() {
    let cases: [(&[&[u8]], Option<&str>); 10] = [
        (&[], None),
        (&[b"\n \n\x1b\n"], None),
        (&[b"one"], Some("one")),
        (&[b"one\ntwo\n"], Some("two")),
        (&[b"one\ntw", b"o"], Some("two")),
        (&[b"one\ntwo\n\n  \n"], Some("two")),
        (&[b"10%\r20%\r"], Some("20%")),
        (&[b"one\r\n"], Some("one")),
        (&[b"\x1b[31mred\x07\x00"], Some("[31mred")),
        (&[b"caf\xc3\xa9 \xff"], Some("caf\u{e9} \u{fffd}")),
    ];
    for (written, expected) in cases {
        assert_eq!(last_line(written).as_deref(), expected, "{written:?}");
    }
}

#[test]
fn a_long_line_is_cut() {
    let line = "\u{e9}".repeat(SHOWN + 1);
    assert_eq!(last_line(&[line.as_bytes()]), Some("\u{e9}".repeat(SHOWN)));
}

#[test]
fn only_the_end_is_kept() {
    let mut tail = Tail::default();
    for _ in 0..100 {
        tail.push(&[b'x'; 1000]);
        tail.push(&[b'y'; 3 * KEPT]);
        assert!(tail.bytes.len() <= KEPT);
    }
    tail.push(b"\nend");
    assert_eq!(tail.bytes.len(), KEPT);
    assert_eq!(tail.last_line().as_deref(), Some("end"));
}

/// Its beginning is not there any more: better its end than something from the middle.
#[test]
fn of_a_line_that_is_longer_than_what_is_kept_the_end_is_shown() {
    let expected = Some(format!("\u{2026}{}end", "x".repeat(SHOWN - 3)));
    let long = "x".repeat(300_000) + "end";
    assert_eq!(last_line(&[long.as_bytes()]), expected);
    let pieces: Vec<&[u8]> = long.as_bytes().chunks(1000).collect();
    assert_eq!(last_line(&pieces), expected);
    assert_eq!(last_line(&[b"one\n", long.as_bytes(), b"\n \n"]), expected);
    let narrow = " ".repeat(KEPT) + "end";
    assert_eq!(last_line(&[narrow.as_bytes()]).as_deref(), Some("\u{2026}end"));
    // Nothing to see at the beginning.
    let late = "\u{1}".repeat(KEPT / 2) + &" ".repeat(KEPT / 4) + "end";
    assert_eq!(last_line(&[late.as_bytes()]).as_deref(), Some("end"));
}

#[test]
fn a_line_that_is_kept_as_a_whole_is_not_cut_at_its_beginning() {
    let line = "x".repeat(KEPT - 1);
    let shown = Some("x".repeat(SHOWN));
    for end in ["\n", "\r"] {
        let written = format!("one{end}{line}\n");
        assert_eq!(last_line(&[written.as_bytes()]), shown);
        assert_eq!(
            last_line(&[b"one", end.as_bytes(), line.as_bytes(), b"\n"]),
            shown
        );
    }
    // And one that comes after what was cut.
    let written = format!("{line}{line}\n{}", "x".repeat(SHOWN + 1));
    assert_eq!(last_line(&[written.as_bytes()]), shown);
}
