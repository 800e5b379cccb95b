//! Numbers and texts as people read them.

#[cfg(test)]
mod tests;

use std::fmt::Write as _;

use vrrp_config::is_harmless;

use crate::report::{Ago, Wall};

/// Text from outside, without anything that would move a cursor, or turn the direction of writing.
pub(super) fn clean(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for char in text.chars() {
        if is_harmless(char) {
            clean.push(char);
        } else {
            clean.extend(char.escape_default());
        }
    }
    clean
}

/// A span of time, in two units at most: `0.4 s`, `42 s`, `7 m 5 s`, `3 h 7 m`, `4 d 3 h`.
pub(super) fn span(seconds: f64) -> String {
    // Nobody negotiates with NaN.
    let seconds = if seconds.is_finite() {
        seconds.max(0.0)
    } else {
        0.0
    };
    if seconds < 0.000_95 {
        return format!("{:.0} µs", seconds * 1e6);
    }
    if seconds < 0.095 {
        return format!("{:.0} ms", seconds * 1e3);
    }
    if seconds < 9.95 {
        return format!("{seconds:.1} s");
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is not negative, and casts to integers saturate"
    )]
    let whole = seconds.round() as u64;
    let (minutes, hours, days) = (whole / 60, whole / 3600, whole / 86_400);
    match whole {
        0..60 => format!("{whole} s"),
        60..3600 => two(minutes, "m", whole % 60, "s"),
        3600..86_400 => two(hours, "h", minutes % 60, "m"),
        _ => two(days, "d", hours % 24, "h"),
    }
}

fn two(first: u64, unit: &str, second: u64, smaller: &str) -> String {
    if second == 0 {
        format!("{first} {unit}")
    } else {
        format!("{first} {unit} {second} {smaller}")
    }
}

/// How long ago it was: tenths of a second matter, and less does not.
pub(super) fn ago(ago: &Ago) -> String {
    format!("{} ago", since(ago))
}

/// How long it has lasted.
pub(super) fn since(ago: &Ago) -> String {
    short(ago.seconds_ago)
}

/// Of moments that lie near: tenths of a second matter, and less does not.
pub(super) fn short(seconds: f64) -> String {
    if seconds < 0.095 {
        "0.0 s".into()
    } else {
        span(seconds)
    }
}

/// A moment of the wall clock, to the second: `2026-11-24 13:05:10 UTC`.
pub(super) fn wall(wall: &Wall) -> String {
    format!("{} UTC", day_and_time(wall, 0))
}

/// A moment of the wall clock to the millisecond, as a column.
pub(super) fn wall_in_full(wall: &Wall) -> String {
    day_and_time(wall, 3)
}

fn day_and_time(Wall(text): &Wall, digits: usize) -> String {
    let text = clean(text);
    let bare = text.strip_suffix('Z').unwrap_or(&text);
    let (whole, fraction) = bare.split_once('.').unwrap_or((bare, "000"));
    let mut told = whole.replacen('T', " ", 1);
    if digits > 0 {
        // A text takes everything.
        let _ = write!(told, ".{fraction:.digits$}");
    }
    told
}

/// `1 peer`, `2 peers`.
pub(super) fn count(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// Why something was ignored: with its short name only where the words do not say that already.
pub(super) fn reason(name: &str, words: &str) -> String {
    if words.to_lowercase().contains(&name.replace('_', " ")) {
        words.to_owned()
    } else {
        format!("{name}: {words}")
    }
}

/// Lines of at most so many characters, broken between words where there are any.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > width {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        if used > 0 {
            line.push(' ');
            used += 1;
        }
        line.push_str(word);
        used += length;
    }
    lines.push(line);
    lines
}
