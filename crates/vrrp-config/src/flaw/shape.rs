//! The TOML itself: syntax, keys and types.

use crate::{Hint, Key};

/// What can be wrong with the TOML, with a key, or with the type of a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShapeFlaw {
    /// Not TOML, in the parser's words.
    #[error("not TOML: {0}")]
    Syntax(String),
    /// A key or a table header that the table has already.
    #[error("`{0}` is already given in this table; keep one of the two")]
    KeyTwice(String),
    /// A key that means nothing.
    #[error("unknown key `{key}` in {section}; {hint}")]
    UnknownKey {
        /// As written.
        key: String,
        /// The table it stands in.
        section: &'static str,
        /// What may have been meant.
        hint: Hint,
    },
    /// A key that must be there.
    #[error("{section} has no `{}`; add for example: {}", key.name(), key.example)]
    Missing {
        /// Which.
        key: &'static Key,
        /// The table that lacks it.
        section: &'static str,
    },
    /// A value of another type.
    #[error("`{}` wants {}, and this is {found}; for example: {}", key.path, key.wants, key.example)]
    WrongType {
        /// Whose value.
        key: &'static Key,
        /// The type of the value, with its article.
        found: &'static str,
    },
    /// `[instance]` where `[[instance]]` is meant.
    #[error("this table is one of a list; write its header with two brackets: [[{}]]", .0.name())]
    SingleTable(&'static Key),
    /// A text with nothing in it.
    #[error("`{}` is empty; write for example: {}", key.path, key.example)]
    Empty {
        /// Whose value.
        key: &'static Key,
    },
    /// A number or a boolean in quotes.
    #[error("`{}` is a text here; write {value} without quotes", key.path)]
    Quoted {
        /// Whose value.
        key: &'static Key,
        /// The value as it should stand.
        value: String,
    },
    /// A text with variables that did not become what the key wants.
    #[error("`{}` wants {}, and its variables make it `{text}`", key.path, key.wants)]
    Expanded {
        /// Whose value.
        key: &'static Key,
        /// The text after expansion.
        text: String,
    },
    /// A duration without a unit.
    #[error("`{}` has no unit; write \"{number}s\" for seconds, or \"{number}ms\" for milliseconds", key.path)]
    NoUnit {
        /// Whose value.
        key: &'static Key,
        /// The number that stands there.
        number: String,
    },
    /// A text that is no duration.
    #[error("`{text}` is not a duration ({reason}); write it as \"1s\", \"1500ms\" or \"2m 30s\"")]
    Duration {
        /// As written.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
}
