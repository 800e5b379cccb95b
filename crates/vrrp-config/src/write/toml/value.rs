//! Values as TOML writes them.

use std::time::Duration;

use crate::Key;

/// A list that is longer stands on several lines.
const WIDTH: usize = 90;

/// A text in quotes: what it means to TOML is escaped, and what it means to variables doubled.
pub(super) fn text(text: &str) -> String {
    let text = text.replace('$', "$$");
    // Easier to read, above all in regular expressions.
    if text.contains(['\\', '"']) && !text.contains(|c: char| c == '\'' || c.is_control()) {
        return format!("'{text}'");
    }
    let escaped: String = text.chars().map(escape).collect();
    format!("\"{escaped}\"")
}

fn escape(c: char) -> String {
    match c {
        '"' => "\\\"".to_owned(),
        '\\' => "\\\\".to_owned(),
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        // All of them are below U+10000.
        c if c.is_control() => format!("\\u{:04X}", u32::from(c)),
        c => c.to_string(),
    }
}

pub(super) fn duration(duration: Duration) -> String {
    text(&humantime::format_duration(duration).to_string())
}

/// Short lists on one line, long ones with a line for each value.
pub(super) fn list(values: &[String]) -> String {
    let length: usize = values.iter().map(|value| value.chars().count() + 2).sum();
    if length <= WIDTH {
        return format!("[{}]", values.join(", "));
    }
    format!("[\n  {},\n]", values.join(",\n  "))
}

/// A table on one line.
pub(super) fn inline(entries: &[(&'static Key, String)]) -> String {
    let entries: Vec<String> = entries
        .iter()
        .map(|(key, value)| format!("{} = {value}", key.name()))
        .collect();
    format!("{{ {} }}", entries.join(", "))
}
