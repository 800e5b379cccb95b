//! What stands on a terminal.

use super::redrawn;

#[test]
fn each_line_is_written_over_and_the_rest_is_erased() {
    assert_eq!(redrawn("a\nb\n", 24), "\u{1b}[Ha\u{1b}[K\nb\u{1b}[K\n\u{1b}[J");
    assert_eq!(
        redrawn("a\nb\n", 0),
        redrawn("a\nb\n", 24),
        "its size is not known"
    );
}

#[test]
fn what_has_no_room_is_counted() {
    let text = "line\n".repeat(100);
    let drawn = redrawn(&text, 10);
    assert_eq!(drawn.matches("line\u{1b}").count(), 8);
    assert!(drawn.contains("... and 92 lines more"), "{drawn}");
    assert_eq!(drawn.matches('\n').count(), 8, "the terminal does not scroll");
}
