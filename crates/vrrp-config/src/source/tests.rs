use super::Source;

#[test]
fn columns_count_characters_and_lines_end_with_their_line_feed() {
    let source = Source::new("f".into(), "a = \"é\"x\nbc\r\n\nd\n".to_owned());
    let cases = [
        (0, (1, 1)),
        (5, (1, 6)),
        // In the middle of the two bytes of é.
        (6, (1, 6)),
        (7, (1, 7)),
        (8, (1, 8)),
        (9, (1, 9)),
        (10, (2, 1)),
        (14, (3, 1)),
        (15, (4, 1)),
        (16, (4, 2)),
        // The end, and beyond it.
        (17, (4, 2)),
        (1000, (4, 2)),
    ];
    for (offset, position) in cases {
        assert_eq!(source.position(offset), position, "of {offset}");
    }
}

#[test]
fn an_empty_file_has_one_place() {
    for text in ["", "\n"] {
        assert_eq!(Source::new("f".into(), text.to_owned()).position(0), (1, 1));
    }
}

#[test]
fn a_broken_line_spoils_what_follows_in_its_table_and_no_more() {
    // Lines:      1      2        3      4      5        6
    let text = "[[a]]\nb = 1\nc = \nd = 1\n[[a]]\nb = 1\n";
    let line = |line: usize| {
        text.match_indices('\n')
            .nth(line.wrapping_sub(2))
            .map_or(0, |(at, _)| at + 1)
    };
    let mut source = Source::new("f".into(), text.to_owned());
    source.note_syntax(&[line(3) + 4], &[0, line(5)]);
    let trusted: Vec<usize> = (1..=6).filter(|&n| source.trusts(line(n), false)).collect();
    assert_eq!(trusted, [1, 2, 5, 6]);
    assert!(
        !source.trusts(0, true),
        "a key may be missing only because line 3 is broken"
    );
    assert!(source.trusts(line(5), true));
}
