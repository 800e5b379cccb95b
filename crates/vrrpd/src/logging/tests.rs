use std::sync::mpsc;
use std::sync::{Arc, Mutex};

use tracing::{debug, error, info};

use super::*;

/// The limit for one line, whatever is in it.
const LINE: usize = 8 * 1024;

const PLAIN: Style = Style::Human { colours: false };
const STYLES: [Style; 4] = [PLAIN, Style::Human { colours: true }, Style::Json, Style::Journal];

/// In place of standard error.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory(Arc<Mutex<Vec<u8>>>);

impl Memory {
    pub(super) fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap().clone()
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8(self.bytes()).unwrap()
    }
}

impl io::Write for Memory {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(line)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A pipe that nobody reads any more.
pub(super) struct Closed;

impl io::Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What is written of what `say` logs.
pub(super) fn written(style: Style, say: impl FnOnce()) -> Vec<u8> {
    let memory = Memory::default();
    let lines = Lines {
        style,
        queue: {
            let memory = memory.clone();
            move || memory.clone()
        },
    };
    let subscriber = tracing_subscriber::registry().with(lines);
    tracing::subscriber::with_default(subscriber, say);
    memory.bytes()
}

pub(super) fn text(style: Style, say: impl FnOnce()) -> String {
    String::from_utf8(written(style, say)).unwrap()
}

/// What follows the time, which every line begins with.
fn after_time(line: &str) -> &str {
    let (time, rest) = line.split_once(' ').unwrap();
    let shape: String = time
        .chars()
        .map(|character| {
            if character.is_ascii_digit() {
                '0'
            } else {
                character
            }
        })
        .collect();
    assert_eq!(shape, "0000-00-00T00:00:00.000000Z");
    rest
}

fn transition() {
    let (router, to) = ("web", "MASTER");
    let because: Option<&str> = None;
    info!(event = "transition", router, vrid = 51_u8, %to, early = false, because, "({router}) Entering {to} STATE");
}

#[test]
fn people_read_the_sentence_and_the_facts_but_no_names_of_events() {
    assert_eq!(
        after_time(&text(PLAIN, transition)),
        " INFO (web) Entering MASTER STATE router=\"web\" vrid=51 to=MASTER early=false\n"
    );
    let complaint = || error!(errno = -5, "it's \"over\"");
    assert_eq!(
        after_time(&text(PLAIN, complaint)),
        "ERROR it's \"over\" errno=-5\n"
    );
}

#[test]
fn a_terminal_gets_colours() {
    let line = text(Style::Human { colours: true }, transition);
    assert!(
        line.contains(
            "\x1b[32m INFO\x1b[0m (web) Entering MASTER STATE \x1b[3mrouter\x1b[0m\x1b[2m=\x1b[0m\"web\""
        ),
        "{line:?}"
    );
}

#[test]
fn machines_read_an_object() {
    let line = text(Style::Json, transition);
    assert_eq!(line.matches('\n').count(), 1);
    let object: serde_json::Value = serde_json::from_str(&line).unwrap();
    let keys: Vec<&str> = object.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        [
            "timestamp",
            "level",
            "message",
            "event",
            "router",
            "vrid",
            "to",
            "early"
        ]
    );
    assert_eq!(object["level"], "INFO");
    assert_eq!(object["message"], "(web) Entering MASTER STATE");
    assert_eq!(object["event"], "transition");
    assert_eq!(object["router"], "web");
    assert_eq!(object["vrid"], 51);
    assert_eq!(object["early"], false);
}

#[test]
fn a_fact_cannot_take_the_place_of_the_level() {
    let line = text(Style::Json, || debug!(level = "ERROR", timestamp = 0, "a"));
    let object: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(object["level"], "DEBUG");
    assert!(object["timestamp"].is_string());
}

/// What a script may write, or a peer may choose.
const FORGERY: &str =
    "done\n2026-01-01T00:00:00.000000Z  INFO (web) Entering MASTER STATE\r\x1b[2K\u{9b}1A\u{202e}\u{2028}\0";

fn forge() {
    info!(output = FORGERY, shown = %FORGERY, debugged = ?FORGERY, "check says: {FORGERY}");
}

#[test]
fn nothing_from_outside_makes_a_line_of_its_own() {
    for style in [PLAIN, Style::Json] {
        let line = text(style, forge);
        let one = line.strip_suffix('\n').unwrap();
        assert!(!one.contains(char::is_control), "{style:?}: {one:?}");
    }
    let line = text(PLAIN, forge);
    assert!(
        line.contains(r"check says: done\n2026") && line.contains(r"\u{202e}\u{2028}"),
        "{line}"
    );
    let object: serde_json::Value = serde_json::from_str(&text(Style::Json, forge)).unwrap();
    assert_eq!(object["output"], FORGERY);
    assert_eq!(object["shown"], FORGERY);
}

#[test]
fn no_line_is_longer_than_8_kib() {
    for piece in [
        "x",
        "\n",
        "\x1b",
        "\0",
        "\"",
        "\\",
        "'",
        "é",
        "…",
        "\u{7f}",
        "\u{9b}",
        "\u{202e}",
        "\u{e000}",
        "\u{10ffff}",
        "🦀",
    ] {
        let long = piece.repeat(100_000);
        for style in STYLES {
            let sentence = written(style, || info!(event = "rejected", errno = 1, "{long}"));
            let facts = written(style, || {
                info!(event = "rejected", a = long, b = %long, c = ?long, d = long, e = %long, "short");
            });
            for line in [sentence, facts] {
                assert!(line.len() <= LINE, "{style:?} {piece:?}: {}", line.len());
                assert_eq!(line.last(), Some(&b'\n'));
                let line = String::from_utf8_lossy(&line);
                assert!(line.contains('…'), "{style:?} {piece:?}");
            }
        }
        let json = text(Style::Json, || info!("{long}"));
        serde_json::from_str::<serde_json::Value>(&json).unwrap();
    }
}

#[test]
fn what_fits_is_written_to_its_end() {
    let long = "x".repeat(3000);
    for style in STYLES {
        let line = text(style, || info!(end = "here", "{long}"));
        assert!(line.contains(&long) && line.contains("here") && !line.contains('…'));
    }
}

#[test]
fn a_long_value_leaves_the_others_alone() {
    let long = "x".repeat(100_000);
    let say = || info!(event = "transition", long, router = "web", "{}", long);
    let object: serde_json::Value = serde_json::from_str(&text(Style::Json, say)).unwrap();
    assert_eq!(object["event"], "transition");
    assert_eq!(object["router"], "web");
    for cut in ["message", "long"] {
        let cut = object[cut].as_str().unwrap();
        assert!(cut.len() > 2000 && cut.ends_with("x…"));
    }
}

/// Takes a line when it is told to.
struct Reluctant(mpsc::Receiver<()>);

impl io::Write for Reluctant {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        // Once nobody tells it anything any more, it takes everything.
        let _ = self.0.recv();
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn who_logs_never_waits_and_what_is_lost_is_counted() {
    const MORE: usize = 100;
    let (release, held) = mpsc::channel();
    let (queue, writer) = queue(Reluctant(held));
    let lost = Lost::new(queue.error_counter(), Unwritten::default(), Taker::StandardError);
    let subscriber = tracing_subscriber::registry().with(Lines { style: PLAIN, queue });
    tracing::subscriber::with_default(subscriber, || {
        for _ in 0..QUEUE {
            info!("a line");
        }
        assert_eq!(lost.lines(), 0);
        for _ in 0..=MORE {
            info!("a line");
        }
    });
    // The writer may have one in its hands.
    assert!((MORE..=MORE + 1).contains(&lost.lines()), "{}", lost.lines());
    drop(release);
    drop(writer);
}
