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
}

impl Tail {
    /// What was written next.
    pub(super) fn push(&mut self, written: &[u8]) {
        let written = written
            .get(written.len().saturating_sub(KEPT)..)
            .unwrap_or(written);
        let surplus = (self.bytes.len() + written.len()).saturating_sub(KEPT);
        self.bytes.drain(..surplus);
        self.bytes.extend_from_slice(written);
    }

    /// The last line that shows something: at most 200 characters, none of them a control character.
    pub(super) fn last_line(&self) -> Option<String> {
        String::from_utf8_lossy(&self.bytes)
            .split(['\n', '\r'])
            .rev()
            .map(|line| {
                let shown: String = line.chars().filter(|c| !c.is_control()).take(SHOWN).collect();
                shown.trim().to_owned()
            })
            .find(|line| !line.is_empty())
    }
}
