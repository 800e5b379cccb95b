//! From single results to a standing.

#[cfg(test)]
mod tests;

use core::fmt;
use core::num::NonZeroU32;

/// How a check stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It passes.
    Passing,
    /// It fails, and why.
    Failing(String),
    /// It says a number.
    Value(i64),
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passing => f.write_str("passing"),
            Self::Failing(reason) => write!(f, "failing: {reason}"),
            Self::Value(value) => write!(f, "{value}"),
        }
    }
}

/// Judges the results of one check: the first one counts alone, after that it takes `rise` or `fall` in a row.
///
/// A number counts at once, whatever was before.
#[derive(Clone, Debug)]
pub struct Judge {
    rise: NonZeroU32,
    fall: NonZeroU32,
    standing: Option<Standing>,
    /// Results in a row that speak against the standing.
    against: u32,
}

impl Judge {
    /// A judge that has not heard anything.
    pub fn new(rise: NonZeroU32, fall: NonZeroU32) -> Self {
        Self {
            rise,
            fall,
            standing: None,
            against: 0,
        }
    }

    /// How the check stands; `None` before the first result.
    pub fn standing(&self) -> Option<&Standing> {
        self.standing.as_ref()
    }

    /// Takes a result in, and answers with the standing if it is another than before. A check that keeps failing for
    /// another reason stands as it stood: the reason is told with the change.
    pub fn hear(&mut self, result: Standing) -> Option<&Standing> {
        let changes = match (&self.standing, &result) {
            (None, _) => true,
            (Some(before), Standing::Value(_)) => {
                self.against = 0;
                *before != result
            }
            (Some(Standing::Passing), Standing::Passing)
            | (Some(Standing::Failing(_)), Standing::Failing(_)) => {
                self.against = 0;
                false
            }
            (Some(_), Standing::Passing) => self.enough(self.rise),
            (Some(_), Standing::Failing(_)) => self.enough(self.fall),
        };
        if !changes {
            return None;
        }
        self.against = 0;
        self.standing = Some(result);
        self.standing.as_ref()
    }

    fn enough(&mut self, needed: NonZeroU32) -> bool {
        self.against += 1;
        self.against >= needed.get()
    }
}
