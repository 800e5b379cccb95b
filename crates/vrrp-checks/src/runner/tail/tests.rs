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
