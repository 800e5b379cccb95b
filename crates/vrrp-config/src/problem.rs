//! One problem, as it is shown.

use core::fmt;
use std::path::PathBuf;

use crate::{Flaw, shown};

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The configuration runs, and probably does not do what was meant.
    Warning,
    /// The configuration does not run.
    Error,
}

/// Where something is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// In a file as such.
    File(PathBuf),
    /// At a character of a file.
    Text {
        /// The file, as it was named on the command line or is reached from there by includes.
        file: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The column, in characters from 1.
        column: usize,
    },
    /// In an environment variable of this name.
    Variable(String),
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => f.write_str(&shown(&file.to_string_lossy())),
            Self::Text { file, line, column } => {
                write!(f, "{}:{line}:{column}", shown(&file.to_string_lossy()))
            }
            Self::Variable(name) => write!(f, "{}", name.escape_debug()),
        }
    }
}

/// One thing that is wrong, and where.
///
/// Shown as `file:line:column: what is wrong, and what would be right`, or with the name of a variable in front, and
/// with `warning: ` after the place where it is only that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// Where.
    pub location: Location,
    /// What is wrong, and what would be right.
    pub message: Flaw,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.location)?;
        if self.severity == Severity::Warning {
            write!(f, " warning:")?;
        }
        // The message quotes the configuration.
        write!(f, " {}", shown(&self.message.to_string()))
    }
}

impl core::error::Error for Problem {}
