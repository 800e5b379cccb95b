//! What can be wrong with what is asked for, and where.

use core::fmt;
use std::path::PathBuf;

use vrrp_config::Severity;

use super::avoid::AvoidFlaw;
use super::print::Unprintable;
use super::scripts::ScriptFlaw;
use super::selector::SelectorFlaw;
use super::set::NameFlaw;
use super::settings;
use super::template::TemplateFlaw;

/// Where something is wrong.
#[derive(Clone, Debug)]
pub(super) enum Place {
    /// In an option, or in NAME.
    Option(&'static str),
    /// In a file that `--avoid` names.
    Avoid(PathBuf),
    /// In vrrpd itself.
    Build,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Option(name) => f.write_str(name),
            Self::Avoid(file) => write!(f, "--avoid {}", file.display()),
            Self::Build => f.write_str("this build of vrrpd"),
        }
    }
}

/// What is wrong.
#[derive(Debug, thiserror::Error)]
pub(super) enum Flaw {
    /// What the daemon would say of it.
    #[error("{}", settings::by_options(&.0.to_string()))]
    Setting(#[from] vrrp_config::Flaw),
    #[error(transparent)]
    Name(#[from] NameFlaw),
    #[error("`{0}` is not a number of pods; write 1 to 254, one for each node that may hold the addresses")]
    Replicas(String),
    #[error(
        "`{0}` is not an image; write REGISTRY/NAME:TAG, with nothing but letters, digits and `.`, `_`, `-`, `:`, `/` and `@`"
    )]
    Image(String),
    #[error("it is not given, and no registry has `{0}`: push your own build and name it")]
    NoImage(String),
    #[error("`{0}` is the loopback interface, where no other node hears anything; name that of the LAN")]
    Loopback(String),
    #[error(transparent)]
    Selector(#[from] SelectorFlaw),
    #[error(transparent)]
    Script(#[from] ScriptFlaw),
    #[error(transparent)]
    Avoid(#[from] AvoidFlaw),
    #[error(transparent)]
    Template(#[from] TemplateFlaw),
    #[error(transparent)]
    Unprintable(#[from] Unprintable),
}

impl Flaw {
    fn severity(&self) -> Severity {
        let warning = match self {
            Self::Setting(flaw) => return flaw.severity(),
            Self::Name(flaw) => flaw.is_warning(),
            Self::Script(flaw) => flaw.is_warning(),
            Self::Avoid(flaw) => flaw.is_warning(),
            Self::NoImage(_) => true,
            _ => false,
        };
        if warning {
            Severity::Warning
        } else {
            Severity::Error
        }
    }
}

/// One thing that is wrong, and where.
#[derive(Debug)]
pub(super) struct Problem {
    place: Place,
    flaw: Flaw,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let warning = match self.flaw.severity() {
            Severity::Warning => "warning: ",
            Severity::Error => "",
        };
        // It quotes what was given: what would move the cursor or turn the line around is shown, not done.
        for c in format!("{}: {warning}{}", self.place, self.flaw).chars() {
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

/// Everything that was found wrong so far.
#[derive(Debug, Default)]
pub(super) struct Problems(Vec<Problem>);

impl Problems {
    pub(super) fn report(&mut self, place: Place, flaw: impl Into<Flaw>) {
        let flaw = flaw.into();
        self.0.push(Problem { place, flaw });
    }

    /// What is sound; of what is not, the flaw is kept.
    pub(super) fn keep<T>(&mut self, place: Place, result: Result<T, impl Into<Flaw>>) -> Option<T> {
        result.map_err(|flaw| self.report(place, flaw)).ok()
    }

    /// What is sound; of what is not, every flaw is kept.
    pub(super) fn keep_all<T>(
        &mut self,
        place: &Place,
        result: Result<T, Vec<impl Into<Flaw>>>,
    ) -> Option<T> {
        let flaws = match result {
            Ok(sound) => return Some(sound),
            Err(flaws) => flaws,
        };
        for flaw in flaws {
            self.report(place.clone(), flaw);
        }
        None
    }

    /// Whether anything was found that is more than a warning.
    pub(super) fn refuse(&self) -> bool {
        self.0
            .iter()
            .any(|problem| problem.flaw.severity() == Severity::Error)
    }

    pub(super) fn all(&self) -> &[Problem] {
        &self.0
    }
}
