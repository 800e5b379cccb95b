//! keepalived's quotes, as 2.2.7 reads them.
//!
//! Outside of scripts, what stands between two `"` is taken as it is: `'`, `\`, `#` and `!` mean nothing in there, and
//! nothing makes a `"` a part of it. Only `${` may begin a variable anywhere. A `\` at the end is taken, too, but the
//! line is complained about, as it seems to have no second `"`. A lone brace is a brace even in quotes.
//!
//! A script is a text in `"` that is split once more, at white space outside of `'`. Escapes are resolved both times:
//! `\134` becomes a backslash, and that and the digits after it any byte.

#[cfg(test)]
mod tests;

use core::fmt::Write;

/// The longest line that is read whole.
pub(super) const LONGEST_LINE: usize = 1023;

/// A name, or any other text that stands alone; `None` if it cannot be written.
pub(super) fn name(text: &str) -> Option<String> {
    value(text).filter(|_| text != "{" && text != "}")
}

/// A text after its keyword; `None` if it cannot be written.
pub(super) fn value(text: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ':' | '/');
    if !text.is_empty() && text.chars().all(plain) {
        return Some(text.to_owned());
    }
    let sound = !text.contains(['"', '\n', '\0']) && !text.contains("${");
    let backslashes = text.bytes().rev().take_while(|&byte| byte == b'\\').count();
    (sound && backslashes % 2 == 0).then(|| format!("\"{text}\""))
}

/// A program and its arguments.
pub(super) fn script(argv: &[String]) -> String {
    let words: Vec<String> = argv.iter().map(|argument| script_word(argument)).collect();
    format!("\"{}\"", words.join(" "))
}

fn script_word(argument: &str) -> String {
    let plain = |c: char| {
        c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '+' | ':' | '=' | ',' | '@' | '%')
    };
    if !argument.is_empty() && argument.chars().all(plain) {
        return argument.to_owned();
    }
    let mut word = String::from("'");
    for byte in argument.bytes() {
        if (b' '..=b'~').contains(&byte) && !matches!(byte, b'"' | b'\'' | b'\\' | b'$') {
            word.push(char::from(byte));
        } else {
            // Writing to a String does not fail.
            let _ = write!(word, "\\134{byte:03o}");
        }
    }
    word.push('\'');
    word
}
