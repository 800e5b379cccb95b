use std::io;

use tracing_appender::non_blocking;

use super::*;
use crate::logging::Style;
use crate::logging::tests::{Closed, text};

const PLAIN: Style = Style::Human { colours: false };

fn lost(taker: Taker) -> (Lost, Counted<Closed>) {
    let (queue, _) = non_blocking(io::sink());
    let unwritten = Unwritten::default();
    (
        Lost::new(queue.error_counter(), unwritten.clone(), taker),
        Counted::new(Closed, unwritten),
    )
}

fn at(seconds: u64) -> Time {
    Time::default() + Duration::from_secs(seconds)
}

#[test]
fn nothing_is_said_while_nothing_is_lost() {
    let (mut lost, _) = lost(Taker::StandardError);
    assert_eq!(text(PLAIN, || lost.own_up_at(at(1))), "");
    assert_eq!(text(PLAIN, || lost.say()), "");
}

#[test]
fn a_line_that_cannot_be_written_is_counted_and_the_writer_goes_on() {
    let (lost, mut closed) = lost(Taker::StandardError);
    closed.write_all(b"a line\n").unwrap();
    closed.write_all(b"another\n").unwrap();
    assert_eq!(lost.lines(), 2);
    assert_eq!(lost.clone().lines(), 2);
}

#[test]
fn it_is_said_at_once_and_then_at_most_once_a_minute() {
    let (mut lost, mut closed) = lost(Taker::StandardError);
    closed.line(b"a line\n");
    let said = text(PLAIN, || lost.own_up_at(at(10)));
    assert!(
        said.contains(
            " WARN 1 log lines were lost since the start: standard error was not read fast enough lines=1\n"
        ),
        "{said}"
    );
    closed.line(b"another\n");
    for second in 11..70 {
        assert_eq!(text(PLAIN, || lost.own_up_at(at(second))), "");
    }
    let said = text(PLAIN, || lost.own_up_at(at(70)));
    assert!(said.contains("2 log lines were lost"), "{said}");
    assert_eq!(text(PLAIN, || lost.own_up_at(at(500))), "");
}

#[test]
fn it_names_who_did_not_take_them() {
    let (lost, mut closed) = lost(Taker::Journal);
    closed.line(b"a line\n");
    let said = text(PLAIN, || lost.say());
    assert!(
        said.contains("1 log lines were lost since the start: the journal did not take them fast enough"),
        "{said}"
    );
}
