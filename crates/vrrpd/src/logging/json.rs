//! A line for machines that read files: one JSON object.

use std::fmt::Write as _;

use serde_json::Map;

use super::line::{Line, Value, timestamp};

/// `timestamp`, `level`, `message` and `event`, and every fact by its own name.
pub(super) fn write(line: &Line) -> String {
    let mut object = Map::new();
    object.insert("timestamp".into(), timestamp().into());
    object.insert("level".into(), line.level.as_str().into());
    object.insert("message".into(), line.message.as_str().into());
    if let Some(event) = &line.event {
        object.insert("event".into(), event.as_str().into());
    }
    for (name, value) in &line.fields {
        let value = match value {
            Value::Text(value) | Value::Shown(value) => value.as_str().into(),
            Value::Plain(value) => value.clone(),
        };
        object.entry(*name).or_insert(value);
    }
    let mut text = String::new();
    for character in serde_json::Value::Object(object).to_string().chars() {
        // JSON allows these as they are; terminals take some of them for commands.
        if matches!(character, '\u{7f}'..='\u{9f}') {
            // Writing to a string cannot fail.
            let _ = write!(text, "\\u{:04x}", u32::from(character));
        } else {
            text.push(character);
        }
    }
    text.push('\n');
    text
}
