//! One problem, as it is shown.

use core::fmt;
use std::path::PathBuf;

use crate::Flaw;

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The configuration runs, and probably does not do what was meant.
    Warning,
    /// The configuration does not run.
    Error,
}

/// One thing that is wrong, and where.
///
/// Shown as `file:line:column: what is wrong, and what would be right`, with `warning: ` after the place where it is
/// only that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// The file, as it was named on the command line or is reached from there by includes.
    pub file: PathBuf,
    /// The line, from 1; 0 if the problem is the whole file.
    pub line: usize,
    /// The column, in characters from 1; 0 if the problem is the whole file.
    pub column: usize,
    /// What is wrong, and what would be right.
    pub message: Flaw,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.file.display())?;
        if self.line > 0 {
            write!(f, "{}:{}:", self.line, self.column)?;
        }
        if self.severity == Severity::Warning {
            write!(f, " warning:")?;
        }
        f.write_str(" ")?;
        // The message quotes the file: what would move the cursor or turn the line around is shown, not done.
        for c in self.message.to_string().chars() {
            if c.is_control()
                || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
            {
                write!(f, "{}", c.escape_unicode())?;
            } else {
                write!(f, "{c}")?;
            }
        }
        Ok(())
    }
}

impl core::error::Error for Problem {}
