//! What one line says, however it is written down: bounded, because parts of it come from outside.

use std::fmt::{self, Debug, Write as _};

use tracing::field::{Field, Visit};
use tracing::{Event, Level};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};

/// What the values of a line may take, written down in whichever way is longest. With the names of the fields it stays
/// below 8 KiB, which no log collector splits.
const ROOM: usize = 7 * 1024;
/// What one of them may take: a long one leaves room for the others.
const MOST: usize = 3 * 1024;
/// How long the name of an event may be. Ours are shorter, and no value takes their room.
const NAME: usize = 64;
/// At the end of what was cut off.
const CUT: char = '…';

/// One line.
pub(super) struct Line {
    pub(super) level: Level,
    /// The sentence, as it came.
    pub(super) message: String,
    /// The stable name of what happened; lines of level debug need none.
    pub(super) event: Option<String>,
    /// The facts, in the order in which they are given.
    pub(super) fields: Vec<(&'static str, Value)>,
    room: usize,
}

/// A fact.
pub(super) enum Value {
    /// A string.
    Text(String),
    /// Something else, in the words in which it shows itself.
    Shown(String),
    /// A number, true or false.
    Plain(serde_json::Value),
}

impl Line {
    /// What `event` says.
    pub(super) fn of(event: &Event<'_>) -> Self {
        let mut line = Self {
            level: *event.metadata().level(),
            message: String::new(),
            event: None,
            fields: Vec::new(),
            room: ROOM,
        };
        event.record(&mut line);
        line
    }

    fn bounded(&mut self, value: fmt::Arguments<'_>) -> String {
        let most = self.room.min(MOST);
        let mut bounded = Bounded {
            text: String::new(),
            room: most,
        };
        let whole = bounded.write_fmt(value).is_ok();
        self.room -= most - bounded.room;
        if !whole {
            bounded.text.push(CUT);
        }
        bounded.text
    }

    fn add(&mut self, field: &Field, value: Value) {
        let name = field.name();
        self.fields.push((name.strip_prefix("r#").unwrap_or(name), value));
    }
}

impl Visit for Line {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "event" {
            self.event = Some(value.chars().take(NAME).collect());
            return;
        }
        let text = self.bounded(format_args!("{value}"));
        match field.name() {
            "message" => self.message = text,
            _ => self.add(field, Value::Text(text)),
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let text = self.bounded(format_args!("{value:?}"));
        match field.name() {
            "message" => self.message = text,
            _ => self.add(field, Value::Shown(text)),
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, Value::Plain(value.into()));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field, Value::Plain(value.into()));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field, Value::Plain(value.into()));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field, Value::Plain(value.into()));
    }
}

/// Text that refuses more than there is room for.
struct Bounded {
    text: String,
    room: usize,
}

impl fmt::Write for Bounded {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        for character in part.chars() {
            self.room = self.room.checked_sub(longest(character)).ok_or(fmt::Error)?;
            self.text.push(character);
        }
        Ok(())
    }
}

/// What a character takes where it takes most: `\u001b` in JSON, `\u{200b}` for people.
fn longest(character: char) -> usize {
    let escaped = character.escape_debug().len();
    if character.is_control() {
        return escaped.max("\\u0000".len());
    }
    escaped.max(character.len_utf8())
}

/// Nothing in it can end the line, move the cursor or turn the text around. Quotes and backslashes stay as they are.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '\'' | '"' | '\\') {
            escaped.push(character);
        } else {
            escaped.extend(character.escape_debug());
        }
    }
    escaped
}

/// Now, as every format has it.
pub(super) fn timestamp() -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = SystemTime.format_time(&mut Writer::new(&mut text));
    text
}
