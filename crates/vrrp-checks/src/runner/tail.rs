//! The last line of what a script writes, however much it writes.

#[cfg(test)]
mod tests;

/// So many bytes at the end are kept.
const KEPT: usize = 4096;
/// And so many characters of the last line are shown.
const SHOWN: usize = 200;

/// The end of an output.
#[derive(Debug, Default)]
pub(super) struct Tail {
    bytes: Vec<u8>,
    /// Whether the first of them is not the first of its line.
    cut: bool,
}

impl Tail {
    /// What was written next.
    pub(super) fn push(&mut self, written: &[u8]) {
        let (skipped, written) = written.split_at(written.len().saturating_sub(KEPT));
        let surplus = (self.bytes.len() + written.len()).saturating_sub(KEPT);
        let dropped = self.bytes.drain(..surplus).next_back();
        if let Some(before) = skipped.last().copied().or(dropped) {
            self.cut = !matches!(before, b'\n' | b'\r');
        }
        self.bytes.extend_from_slice(written);
    }

    /// The last line that shows something: at most 200 characters, none of them a control character. If its beginning
    /// is not there any more they are its last ones, after an ellipsis.
    pub(super) fn last_line(&self) -> Option<String> {
        let text = String::from_utf8_lossy(&self.bytes);
        let mut lines = text.rsplit(['\n', '\r']).peekable();
        while let Some(line) = lines.next() {
            let printable: String = line.chars().filter(|c| !c.is_control()).collect();
            let shown = printable.trim();
            if shown.is_empty() {
                continue;
            }
            if self.cut && lines.peek().is_none() {
                let surplus = shown.chars().count().saturating_sub(SHOWN);
                return Some(format!(
                    "\u{2026}{}",
                    shown.chars().skip(surplus).collect::<String>()
                ));
            }
            return Some(shown.chars().take(SHOWN).collect());
        }
        None
    }
}
