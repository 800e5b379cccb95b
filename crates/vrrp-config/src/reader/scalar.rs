//! Texts, numbers, booleans and durations, whether as such or made by variables.

use std::path::PathBuf;
use std::time::Duration;

use toml::de::DeValue;

use super::{Field, Reader};
use crate::ShapeFlaw;
use crate::expand::{Text, expand};

/// A whole number, as a value and as it is written: a message repeats what the reader of the file sees.
pub(crate) struct Number {
    /// `None` if it is beyond 64 bits.
    value: Option<i64>,
    pub(crate) written: String,
}

impl Number {
    /// The number as a `T`, if it is one.
    pub(crate) fn get<T: TryFrom<i64>>(&self) -> Option<T> {
        self.value.and_then(|value| T::try_from(value).ok())
    }

    /// The number as a byte, if it is one.
    pub(crate) fn byte(&self) -> Option<u8> {
        self.get()
    }
}

impl Reader<'_> {
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

    /// A text that says something.
    pub(crate) fn filled(&mut self, field: &Field<'_>) -> Option<String> {
        let text = self.text(field)?.text;
        if text.is_empty() {
            self.report(field.at, ShapeFlaw::Empty { key: field.key });
            return None;
        }
        Some(text)
    }

    /// A path: a relative one begins where the file is.
    pub(crate) fn path(&mut self, field: &Field<'_>) -> Option<PathBuf> {
        let text = self.filled(field)?;
        Some(self.directory.join(text))
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
}
