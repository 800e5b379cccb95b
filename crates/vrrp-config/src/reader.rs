//! Typed access to TOML that goes on after a problem: each method reports what is wrong with a value's shape, and
//! answers `None`.

use std::path::Path;
use std::time::Duration;

use toml::de::{DeTable, DeValue};

use crate::expand::{Text, expand};
use crate::keys::{Key, Section};
use crate::source::Place;
use crate::{Flaw, Hint, ShapeFlaw, Surroundings, suggest};

/// Something wrong, and where.
#[derive(Debug)]
pub(crate) struct Finding {
    pub(crate) place: Place,
    pub(crate) flaw: Flaw,
}

/// Reads one file.
pub(crate) struct Reader<'a> {
    pub(crate) surroundings: &'a dyn Surroundings,
    /// Where relative paths in this file begin.
    pub(crate) directory: &'a Path,
    /// The file's number.
    pub(crate) file: usize,
    pub(crate) findings: &'a mut Vec<Finding>,
}

/// A table whose keys are known.
pub(crate) struct Table<'t> {
    /// Its header or opening brace.
    pub(crate) at: usize,
    section: &'static Section,
    entries: &'t DeTable<'t>,
    /// Keys that are there under a misspelt name: they are not missing as well.
    misspelt: Vec<&'static str>,
}

/// A value of a table or of a list.
#[derive(Clone, Copy)]
pub(crate) struct Field<'t> {
    pub(crate) key: &'static Key,
    /// Where the value begins.
    pub(crate) at: usize,
    pub(crate) value: &'t DeValue<'t>,
}

/// A whole number, as a value and as it is written: a message repeats what the reader of the file sees.
pub(crate) struct Number {
    /// `None` if it is beyond 64 bits.
    value: Option<i64>,
    pub(crate) written: String,
}

impl Number {
    /// The number as a byte, if it is one.
    pub(crate) fn byte(&self) -> Option<u8> {
        self.value.and_then(|value| u8::try_from(value).ok())
    }
}

impl<'t> Table<'t> {
    /// The value of `key`, if it is given.
    pub(crate) fn get(&self, key: &'static Key) -> Option<Field<'t>> {
        let value = self.entries.get(key.name())?;
        Some(Field {
            key,
            at: value.span().start,
            value: value.get_ref(),
        })
    }
}

impl Reader<'_> {
    pub(crate) fn place(&self, offset: usize) -> Place {
        Place {
            file: self.file,
            offset,
        }
    }

    pub(crate) fn report(&mut self, at: usize, flaw: impl Into<Flaw>) {
        let place = self.place(at);
        self.findings.push(Finding {
            place,
            flaw: flaw.into(),
        });
    }

    /// A table of `section`, whose unknown keys are reported.
    pub(crate) fn table<'t>(
        &mut self,
        at: usize,
        section: &'static Section,
        entries: &'t DeTable<'t>,
    ) -> Table<'t> {
        let mut misspelt = Vec::new();
        for key in entries.keys() {
            let name: &str = key.get_ref();
            if section.keys.iter().all(|known| known.name() != name) {
                let hint = suggest::hint(section, name);
                if let Hint::Spelling(meant) = hint {
                    misspelt.push(meant);
                }
                let flaw = ShapeFlaw::UnknownKey {
                    key: name.to_owned(),
                    section: section.name,
                    hint,
                };
                self.report(key.span().start, flaw);
            }
        }
        Table {
            at,
            section,
            entries,
            misspelt,
        }
    }

    /// The table that is the value of a key.
    pub(crate) fn subtable<'t>(&mut self, field: &Field<'t>, section: &'static Section) -> Option<Table<'t>> {
        match field.value {
            DeValue::Table(entries) => Some(self.table(field.at, section, entries)),
            _ => self.wrong_type(field),
        }
    }

    /// The value of a key that must be there.
    pub(crate) fn required<'t>(&mut self, table: &Table<'t>, key: &'static Key) -> Option<Field<'t>> {
        let field = table.get(key);
        if field.is_none() && !table.misspelt.contains(&key.name()) {
            self.report(
                table.at,
                ShapeFlaw::Missing {
                    key,
                    section: table.section.name,
                },
            );
        }
        field
    }

    /// A text, its variables replaced.
    pub(crate) fn text(&mut self, field: &Field<'_>) -> Option<Text> {
        match field.value {
            DeValue::String(text) => match expand(text, self.surroundings) {
                Ok(text) => Some(text),
                Err(flaw) => {
                    self.report(field.at, flaw);
                    None
                }
            },
            _ => self.wrong_type(field),
        }
    }

    /// A whole number, or a text that variables make one.
    pub(crate) fn number(&mut self, field: &Field<'_>) -> Option<Number> {
        match field.value {
            DeValue::Integer(number) => Some(Number {
                value: i64::from_str_radix(number.as_str(), number.radix()).ok(),
                written: number.to_string(),
            }),
            DeValue::String(_) => {
                let text = self.text(field)?;
                let value = text.text.trim().parse().ok();
                self.unquoted(field, text, value.is_some()).map(|text| Number {
                    value,
                    written: text.text.trim().to_owned(),
                })
            }
            _ => self.wrong_type(field),
        }
    }

    /// `true` or `false`, or a text that variables make one.
    pub(crate) fn boolean(&mut self, field: &Field<'_>) -> Option<bool> {
        match field.value {
            DeValue::Boolean(value) => Some(*value),
            DeValue::String(_) => {
                let text = self.text(field)?;
                let value = text.text.trim().parse().ok();
                self.unquoted(field, text, value.is_some()).and(value)
            }
            _ => self.wrong_type(field),
        }
    }

    /// Lets a text pass where something else is wanted, if variables made it that.
    fn unquoted(&mut self, field: &Field<'_>, text: Text, fits: bool) -> Option<Text> {
        match (text.variable, fits) {
            (true, true) => return Some(text),
            (true, false) => self.report(
                field.at,
                ShapeFlaw::Expanded {
                    key: field.key,
                    text: text.text,
                },
            ),
            (false, true) => {
                let value = text.text.trim().to_owned();
                self.report(
                    field.at,
                    ShapeFlaw::Quoted {
                        key: field.key,
                        value,
                    },
                );
            }
            (false, false) => return self.wrong_type(field),
        }
        None
    }

    /// A duration, and how it is written.
    pub(crate) fn duration(&mut self, field: &Field<'_>) -> Option<(Duration, String)> {
        let no_unit = |number: String| ShapeFlaw::NoUnit {
            key: field.key,
            number,
        };
        let flaw = match field.value {
            DeValue::Integer(number) if number.radix() == 10 => no_unit(number.to_string()),
            DeValue::String(_) => {
                let Text { text, .. } = self.text(field)?;
                match humantime::parse_duration(&text) {
                    Ok(duration) => return Some((duration, text)),
                    Err(humantime::DurationError::UnknownUnit { unit, .. }) if unit.is_empty() => {
                        no_unit(text.trim().to_owned())
                    }
                    Err(error) => ShapeFlaw::Duration {
                        text,
                        reason: error.to_string(),
                    },
                }
            }
            _ => return self.wrong_type(field),
        };
        self.report(field.at, flaw);
        None
    }

    /// The elements of a list, each under the key `element`.
    pub(crate) fn list<'t>(&mut self, field: &Field<'t>, element: &'static Key) -> Option<Vec<Field<'t>>> {
        match field.value {
            DeValue::Array(items) => Some(
                items
                    .iter()
                    .map(|item| Field {
                        key: element,
                        at: item.span().start,
                        value: item.get_ref(),
                    })
                    .collect(),
            ),
            _ => self.wrong_type(field),
        }
    }

    /// Reports a value of the wrong type.
    pub(crate) fn wrong_type<T>(&mut self, field: &Field<'_>) -> Option<T> {
        let found = match field.value {
            DeValue::String(_) => "a text",
            DeValue::Integer(_) => "a whole number",
            DeValue::Float(_) => "a decimal number",
            DeValue::Boolean(_) => "a boolean",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.report(
            field.at,
            ShapeFlaw::WrongType {
                key: field.key,
                found,
            },
        );
        None
    }
}
