//! Typed access to TOML that goes on after a problem: each method reports what is wrong with a value's shape, and
//! answers `None`.

mod scalar;

use std::path::Path;

use toml::de::{DeTable, DeValue};

use crate::findings::{Finding, Findings};
use crate::keys::{Key, Section};
use crate::script::Defaults;
use crate::source::Place;
use crate::{Flaw, Hint, ShapeFlaw, Surroundings, suggest};

/// Reads one file.
pub(crate) struct Reader<'a> {
    pub(crate) surroundings: &'a dyn Surroundings,
    /// Where relative paths in this file begin.
    pub(crate) directory: &'a Path,
    /// The file's number.
    pub(crate) file: usize,
    pub(crate) findings: &'a mut Findings,
    /// What the main file says of scripts.
    pub(crate) scripts: &'a mut Defaults,
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

/// A table of a list such as `[[instance]]`, whose keys are not looked at yet.
pub(crate) struct Item<'t> {
    /// Its header or opening brace.
    pub(crate) at: usize,
    pub(crate) entries: &'t DeTable<'t>,
}

/// A value of a table or of a list.
#[derive(Clone, Copy)]
pub(crate) struct Field<'t> {
    pub(crate) key: &'static Key,
    /// Where the value begins.
    pub(crate) at: usize,
    pub(crate) value: &'t DeValue<'t>,
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

    /// Whether `key` is there under a misspelt name.
    pub(crate) fn misspells(&self, key: &Key) -> bool {
        self.misspelt.contains(&key.name())
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
        if field.is_none() && !table.misspells(key) {
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

    /// The tables under a key that stands for a list of them, such as `[[instance]]`.
    pub(crate) fn tables<'t>(&mut self, table: &Table<'t>, key: &'static Key) -> Vec<Item<'t>> {
        let Some(field) = table.get(key) else {
            return Vec::new();
        };
        if field.value.is_table() {
            self.report(field.at, ShapeFlaw::SingleTable(key));
            return Vec::new();
        }
        let items = self.list(&field, key).unwrap_or_default();
        items
            .into_iter()
            .filter_map(|item| match item.value {
                DeValue::Table(entries) => Some(Item { at: item.at, entries }),
                _ => self.wrong_type(&item),
            })
            .collect()
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
