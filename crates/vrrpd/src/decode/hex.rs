//! Bytes as people paste them.

#[cfg(test)]
mod tests;

/// Why a text is not bytes in hexadecimal.
#[derive(thiserror::Error, Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HexError {
    #[error("no bytes; expected a packet in hexadecimal, from the VRRP header on or a whole IPv4 packet")]
    Empty,
    #[error("character {position} is {found:?}; expected hexadecimal digits, 0 to 9 and a to f")]
    Digit { position: usize, found: char },
    #[error("{digits} digits; expected two for each byte")]
    Odd { digits: usize },
}

/// Reads two digits a byte; white space, colons and a leading `0x` are ignored. Positions count characters from 1.
pub(super) fn parse(text: &str) -> Result<Vec<u8>, HexError> {
    let skipped = if text.starts_with("0x") { 2 } else { 0 };
    let mut nibbles = Vec::new();
    for (at, found) in text.chars().enumerate().skip(skipped) {
        if found.is_whitespace() || found == ':' {
            continue;
        }
        let digit = found.to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        nibbles.push(digit.ok_or(HexError::Digit {
            position: at + 1,
            found,
        })?);
    }
    match nibbles.as_chunks::<2>() {
        ([], []) => Err(HexError::Empty),
        (pairs, []) => Ok(pairs.iter().map(|[high, low]| high << 4 | low).collect()),
        _ => Err(HexError::Odd {
            digits: nibbles.len(),
        }),
    }
}
