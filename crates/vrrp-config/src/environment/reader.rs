//! Reads variables, and collects what is wrong with them.

use super::names;
use crate::{EnvironmentFlaw, Flaw, Location, Problem, Severity, Surroundings, suggest};

/// What has been said of the variables so far.
pub(super) struct Reader<'s> {
    pub(super) surroundings: &'s dyn Surroundings,
    /// Each with the name of its variable.
    findings: Vec<(String, Flaw)>,
}

impl<'s> Reader<'s> {
    /// Begins with the variables that are none.
    pub(super) fn new(surroundings: &'s dyn Surroundings) -> Self {
        let mut reader = Self {
            surroundings,
            findings: Vec::new(),
        };
        let mut given = surroundings.variables();
        given.sort_unstable();
        for name in given {
            if names::ALL.contains(&name.as_str()) || name == names::LOG {
                continue;
            }
            let near = suggest::nearest(names::ALL.iter().copied(), &name);
            // A Service called vrrpd makes variables that begin with our own prefix.
            let is_meant =
                name.starts_with(names::PREFIX) || name.starts_with(names::OWN_PREFIX) && near.is_some();
            if is_meant {
                reader.report(&name, EnvironmentFlaw::Unknown { near });
            }
        }
        reader
    }

    /// The value of a variable, without white space around it. One that is empty is not set: generated manifests set
    /// all of them.
    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        let value = self.surroundings.variable(name)?;
        if value.contains(char::REPLACEMENT_CHARACTER) {
            self.report(name, EnvironmentFlaw::NotUtf8);
            return None;
        }
        let value = value.trim();
        // Between the items of a list a line may end.
        if value.contains(|c: char| c.is_control() && !c.is_whitespace()) {
            self.report(name, EnvironmentFlaw::Control);
            return None;
        }
        Some(value.to_owned()).filter(|value| !value.is_empty())
    }

    /// The items of a list, by commas and white space.
    pub(super) fn list(&mut self, name: &str) -> Vec<String> {
        let text = self.text(name).unwrap_or_default();
        let items = text.split(|c: char| c == ',' || c.is_whitespace());
        items.filter(|item| !item.is_empty()).map(str::to_owned).collect()
    }

    /// What `read` makes of the variable, if it is set; what is wrong with it is reported.
    pub(super) fn parsed<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&str) -> Result<T, EnvironmentFlaw>,
    ) -> Option<T> {
        self.or_default(name, None, |text| read(text).map(Some)).flatten()
    }

    /// The same, or the default where it is not set; `None` only if it is wrong.
    pub(super) fn or_default<T>(
        &mut self,
        name: &str,
        default: T,
        read: impl FnOnce(&str) -> Result<T, EnvironmentFlaw>,
    ) -> Option<T> {
        match self.text(name) {
            None => Some(default),
            Some(text) => read(&text).map_err(|flaw| self.report(name, flaw)).ok(),
        }
    }

    /// Reports something wrong with a variable.
    pub(super) fn report(&mut self, name: &str, flaw: impl Into<Flaw>) {
        self.findings.push((name.to_owned(), flaw.into()));
    }

    /// Whether nothing was reported of this variable.
    pub(super) fn is_sound(&self, name: &str) -> bool {
        self.findings.iter().all(|(known, _)| known != name)
    }

    /// Everything that was reported, in the order of the documentation.
    pub(super) fn problems(mut self) -> Vec<Problem> {
        let place = |name: &str| names::ALL.iter().position(|known| *known == name);
        self.findings
            .sort_by_key(|(name, _)| place(name).unwrap_or(names::ALL.len()));
        let problem = |(name, message): (String, Flaw)| Problem {
            severity: message.severity(),
            location: Location::Variable(name),
            message,
        };
        self.findings.into_iter().map(problem).collect()
    }

    /// Whether an error was reported.
    pub(super) fn refuses(&self) -> bool {
        self.findings
            .iter()
            .any(|(_, flaw)| flaw.severity() == Severity::Error)
    }
}

/// Reads a whole number in decimal digits and nothing else.
pub(super) fn digits<T: core::str::FromStr>(text: &str) -> Option<T> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

/// A whole number, which may be negative.
pub(super) fn whole_number(text: &str) -> Option<i64> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(text) => (-1, text),
        None => (1, text),
    };
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    // More than fits is as good as the most that does.
    plain.then(|| sign * text.parse().unwrap_or(i64::MAX))
}
