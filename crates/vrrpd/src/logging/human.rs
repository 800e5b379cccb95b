//! A line for people: the time, the level, the sentence, and the facts after it. The event's name is for machines.

use std::fmt::Write as _;

use tracing::Level;

use super::line::{Line, Value, escape, timestamp};

/// A line of a terminal or a file.
pub(super) fn write(line: &Line, colours: bool) -> String {
    let paint = |code, text: &str| {
        if colours {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    };
    let level = paint(colour(line.level), &format!("{:>5}", line.level.as_str()));
    let mut text = format!("{} {level} {}", paint(DIM, &timestamp()), escape(&line.message));
    for (name, value) in &line.fields {
        // Writing to a string cannot fail.
        let _ = write!(text, " {}{}", paint(ITALIC, name), paint(DIM, "="));
        let _ = match value {
            Value::Text(value) => write!(text, "{value:?}"),
            Value::Shown(value) => write!(text, "{}", escape(value)),
            Value::Plain(value) => write!(text, "{value}"),
        };
    }
    text.push('\n');
    text
}

const DIM: u8 = 2;
const ITALIC: u8 = 3;

fn colour(level: Level) -> u8 {
    match level {
        Level::ERROR => 31,
        Level::WARN => 33,
        Level::INFO => 32,
        Level::DEBUG => 34,
        Level::TRACE => 35,
    }
}
