//! The layout of `vrrpd.toml.example`, by which it is both a file to start from and the text of a manual page.
//!
//! It is read line by line and not as TOML, which comments are no part of, and neither are options without a default.

use std::mem;

use thiserror::Error;

#[cfg(test)]
mod tests;

/// A line that is not laid out as this program knows it.
#[derive(Debug, Error, PartialEq, Eq)]
pub(crate) enum ParseError {
    /// It is neither empty, a comment, a header nor an option.
    #[error("line {number} is neither a comment, nor a header, nor an option: {line}")]
    Unknown {
        /// Which one it is, from 1.
        number: usize,
        /// What it says.
        line: String,
    },
    /// The brackets of an option's value are not closed.
    #[error("the value that begins on line {number} does not end")]
    Endless {
        /// Where the option begins.
        number: usize,
    },
}

/// What the example says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Example {
    /// What is said about the whole file.
    pub(crate) preface: String,
    /// Its sections, in their order.
    pub(crate) sections: Vec<Section>,
}

/// Tables of one kind.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Section {
    /// As `[[check]]` or `[http]`; none at the top level.
    pub(crate) header: Option<String>,
    /// What is said about all of them.
    pub(crate) preface: String,
    /// The tables.
    pub(crate) tables: Vec<Table>,
}

/// A table.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Table {
    /// What is said about this one.
    pub(crate) about: String,
    /// What can stand in it.
    pub(crate) settings: Vec<Setting>,
}

/// Options that are explained together.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Setting {
    /// The explanation.
    pub(crate) about: String,
    /// Their names, each once.
    pub(crate) keys: Vec<String>,
    /// The lines that show them.
    pub(crate) lines: Vec<String>,
}

/// A line, or several that are one value.
enum Item {
    Empty,
    Comment(String),
    Header { header: String, shown: bool },
    Option { key: String, lines: Vec<String> },
}

impl Example {
    /// Reads it.
    pub(crate) fn parse(text: &str) -> Result<Self, ParseError> {
        let mut example = Self::default();
        // What was said since the last header or option, and whether an empty line came after it.
        let mut comment = String::new();
        let mut apart = false;
        // What was said about the section that comes.
        let mut preface = String::new();
        // Whether the `#` in front of options is left out: as in tables that are commented as a whole.
        let mut bare = false;

        for item in items(text)? {
            let empty = matches!(item, Item::Empty);
            // What stands alone between empty lines is about what comes.
            if apart && !empty {
                add(&mut preface, &mem::take(&mut comment));
            }
            apart = empty;
            match item {
                Item::Empty => {}
                Item::Comment(line) => {
                    comment.push_str(&line);
                    comment.push('\n');
                }
                Item::Header { header, shown } => {
                    bare = !shown;
                    example.table(header, &mem::take(&mut preface), mem::take(&mut comment));
                }
                Item::Option { key, mut lines } => {
                    if bare {
                        for line in &mut lines {
                            *line = line.trim_start_matches('#').to_owned();
                        }
                    }
                    if example.sections.is_empty() {
                        example.preface = mem::take(&mut preface);
                    }
                    example.setting(key, lines, mem::take(&mut comment));
                }
            }
        }
        Ok(example)
    }

    fn table(&mut self, header: String, preface: &str, about: String) {
        let header = Some(header);
        let section = match self.sections.last_mut() {
            Some(section) if section.header == header => section,
            _ => push(
                &mut self.sections,
                Section {
                    header,
                    ..Section::default()
                },
            ),
        };
        add(&mut section.preface, preface);
        section.tables.push(Table {
            about,
            settings: Vec::new(),
        });
    }

    fn setting(&mut self, key: String, lines: Vec<String>, about: String) {
        let section = last(&mut self.sections);
        let table = last(&mut section.tables);
        // One that has no explanation shares that of the one before.
        let setting = if about.is_empty() {
            last(&mut table.settings)
        } else {
            push(
                &mut table.settings,
                Setting {
                    about,
                    ..Setting::default()
                },
            )
        };
        if !setting.keys.contains(&key) {
            setting.keys.push(key);
        }
        setting.lines.extend(lines);
    }
}

/// Adds a paragraph.
fn add(text: &mut String, paragraph: &str) {
    if !text.is_empty() && !paragraph.is_empty() {
        text.push('\n');
    }
    text.push_str(paragraph);
}

fn push<T>(list: &mut Vec<T>, item: T) -> &mut T {
    let index = list.len();
    list.push(item);
    &mut list[index]
}

/// The last one; if there is none, a first one.
fn last<T: Default>(list: &mut Vec<T>) -> &mut T {
    if list.is_empty() {
        list.push(T::default());
    }
    let index = list.len() - 1;
    &mut list[index]
}

fn items(text: &str) -> Result<Vec<Item>, ParseError> {
    let mut items = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        let number = index + 1;
        let bare = line.strip_prefix('#').unwrap_or(line);
        let item = if line.is_empty() {
            Item::Empty
        } else if line == "#" || line.starts_with("# ") {
            Item::Comment(bare.strip_prefix(' ').unwrap_or(bare).to_owned())
        } else if bare.starts_with('[') && bare.ends_with(']') {
            Item::Header {
                header: bare.to_owned(),
                shown: bare == line,
            }
        } else if let Some((key, value)) = bare.split_once(" = ") {
            let mut all = vec![line.to_owned()];
            // A value that goes on: up to the bracket that stands in the first column.
            if value.ends_with(['[', '{']) {
                while !all.last().is_some_and(|line| line.starts_with([']', '}'])) {
                    let (_, line) = lines.next().ok_or(ParseError::Endless { number })?;
                    all.push(line.to_owned());
                }
            }
            Item::Option {
                key: key.to_owned(),
                lines: all,
            }
        } else {
            return Err(ParseError::Unknown {
                number,
                line: line.to_owned(),
            });
        };
        items.push(item);
    }
    Ok(items)
}
