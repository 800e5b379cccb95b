//! Lines in blocks in braces.

const INDENT: &str = "    ";

/// The text so far.
#[derive(Default)]
pub(super) struct Lines {
    text: String,
    depth: usize,
}

impl Lines {
    pub(super) fn put(&mut self, line: &str) {
        self.text += &INDENT.repeat(self.depth);
        self.text += line;
        self.text.push('\n');
    }

    /// How long this line would be.
    pub(super) fn length(&self, line: &str) -> usize {
        INDENT.len() * self.depth + line.len()
    }

    pub(super) fn open(&mut self, head: &str) {
        self.put(&format!("{head} {{"));
        self.depth += 1;
    }

    pub(super) fn close(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        self.put("}");
    }

    /// A block with a line for each of these, if there are any.
    pub(super) fn block(&mut self, head: &str, entries: &[String]) {
        if entries.is_empty() {
            return;
        }
        self.open(head);
        for entry in entries {
            self.put(entry);
        }
        self.close();
    }

    pub(super) fn gap(&mut self) {
        self.text.push('\n');
    }

    pub(super) fn text(self) -> String {
        self.text
    }
}
