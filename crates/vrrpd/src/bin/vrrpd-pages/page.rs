//! A manual page.

use std::mem;

use clap_mangen::roff::{Inline, Roff, bold, roman};

#[cfg(test)]
mod tests;

/// The part of the manual that commands of the administrator are in.
pub(crate) const COMMANDS: &str = "8";
/// The part that files' formats are in.
pub(crate) const FORMATS: &str = "5";

/// What the head and the foot of every page say.
pub(crate) struct Edition {
    date: String,
    source: String,
}

impl Edition {
    pub(crate) fn new(date: Option<String>) -> Self {
        Self {
            // An argument of roff that is empty is written as two quotes.
            date: date.unwrap_or_else(|| String::from("\"\"")),
            source: format!("vrrpd {}", env!("CARGO_PKG_VERSION")),
        }
    }
}

/// A page, as far as it is written.
pub(crate) struct Page {
    name: String,
    section: &'static str,
    /// What is done, without what roff begins every document with.
    done: String,
    /// What comes after it.
    roff: Roff,
}

impl Page {
    /// Begins a page, with its title and its line in indexes.
    pub(crate) fn new(name: &str, section: &'static str, about: &str, edition: &Edition) -> Self {
        let mut roff = Roff::new();
        let manual = match section {
            FORMATS => "File Formats",
            _ => "System Administration",
        };
        roff.control("TH", [name, section, &edition.date, &edition.source, manual]);
        roff.control("SH", ["NAME"]);
        roff.text([roman(format!("{name} - {}", about.trim_end_matches('.')))]);
        Self {
            name: name.to_owned(),
            section,
            done: String::new(),
            roff,
        }
    }

    /// What its file is called.
    pub(crate) fn file_name(&self) -> String {
        format!("{}.{}", self.name, self.section)
    }

    /// What its file holds.
    pub(crate) fn source(mut self) -> String {
        self.append("");
        beginning() + &self.done
    }

    /// Begins a section.
    pub(crate) fn heading(&mut self, title: &str) {
        self.roff.control("SH", [title]);
    }

    /// Begins a part of a section.
    pub(crate) fn subheading(&mut self, title: &str) {
        self.roff.control("SS", []);
        // On a line of its own, because arguments can hold no quotes.
        self.roff.text(marked(title));
    }

    /// Adds a part of another document.
    pub(crate) fn append(&mut self, rendered: &str) {
        let beginning = beginning();
        for part in [&mem::take(&mut self.roff).render(), rendered] {
            self.done.push_str(part.strip_prefix(&beginning).unwrap_or(part));
        }
    }

    /// Adds text right below a heading: paragraphs with empty lines between them, of which what is indented keeps its
    /// line ends.
    pub(crate) fn text(&mut self, text: &str) {
        for (index, block) in blocks(text).iter().enumerate() {
            if index > 0 {
                self.roff.control("PP", []);
            }
            self.block(block);
        }
    }

    /// Adds an entry of a list: what it is about, and what there is to say.
    pub(crate) fn entry(&mut self, tag: impl Into<Vec<Inline>>, text: &str) {
        self.roff.control("TP", []);
        self.roff.text(tag.into());
        for (index, block) in blocks(text).iter().enumerate() {
            if index > 0 {
                self.roff.control("IP", []);
            }
            self.block(block);
        }
    }

    /// Adds lines that are shown as they are, to the entry before.
    pub(crate) fn literal_in_entry(&mut self, lines: &[String]) {
        self.roff.control("IP", []);
        self.literal(lines.iter().map(String::as_str));
    }

    /// Adds a paragraph of lines that are shown as they are.
    pub(crate) fn literal_paragraph(&mut self, lines: &[String]) {
        self.roff.control("PP", []);
        self.literal(lines.iter().map(String::as_str));
    }

    /// Ends the page with references to others.
    pub(crate) fn see_also(&mut self, pages: &[(String, &'static str)]) {
        self.heading("SEE ALSO");
        // Names of commands are not to be hyphenated.
        self.roff.control("nh", []);
        let mut line = Vec::new();
        for (name, section) in pages {
            if *name == self.name {
                continue;
            }
            if !line.is_empty() {
                line.push(roman(", "));
            }
            line.push(bold(name.as_str()));
            line.push(roman(format!("({section})")));
        }
        self.roff.text(line);
    }

    fn block(&mut self, block: &Block<'_>) {
        match block {
            Block::Filled(lines) => {
                self.roff.text(marked(&lines.join("\n")));
            }
            Block::Literal(lines) => self.literal(lines.iter().copied()),
        }
    }

    fn literal<'a>(&mut self, lines: impl Iterator<Item = &'a str>) {
        self.roff.control("EX", []);
        for line in lines {
            self.roff.text([roman(line)]);
        }
        self.roff.control("EE", []);
    }
}

/// What roff begins every document with: how apostrophes are written.
fn beginning() -> String {
    Roff::new().render()
}

/// Lines that belong together.
enum Block<'a> {
    /// They are filled up.
    Filled(Vec<&'a str>),
    /// They keep their ends, and what they are indented by.
    Literal(Vec<&'a str>),
}

fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut apart = true;
    for line in text.lines() {
        let indented = line.starts_with(' ');
        match blocks.last_mut() {
            _ if line.trim().is_empty() => {
                apart = true;
                continue;
            }
            Some(Block::Filled(lines)) if !apart && !indented => lines.push(line),
            Some(Block::Literal(lines)) if !apart && indented => lines.push(line),
            _ if indented => blocks.push(Block::Literal(vec![line])),
            _ => blocks.push(Block::Filled(vec![line])),
        }
        apart = false;
    }
    blocks
}

/// A text in which what stands between backticks is bold.
fn marked(text: &str) -> Vec<Inline> {
    text.split('`')
        .enumerate()
        .filter(|(_, part)| !part.is_empty())
        .map(
            |(index, part)| {
                if index % 2 == 1 { bold(part) } else { roman(part) }
            },
        )
        .collect()
}
