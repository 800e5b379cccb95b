//! Text from elsewhere, for somebody's terminal.

#[cfg(test)]
mod tests;

/// The text as it can be printed within a line: what would move the cursor, break the line, turn it around or not be
/// seen is shown as `\u{...}`, not done.
pub fn shown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_harmless(c) {
            shown.push(c);
        } else {
            shown.extend(c.escape_unicode());
        }
    }
    shown
}

/// Whether a character can be printed as it is, and is seen.
pub fn is_harmless(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}
