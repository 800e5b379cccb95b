//! The names of checks, instances and groups.

use crate::Elsewhere;

/// What can be wrong with the name of a check, an instance or a group, and with speaking of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameFlaw {
    /// Not a name.
    #[error("`{name}` is not a name for {}: 1 to 64 characters, no control characters", bearer.article())]
    Malformed {
        /// As written.
        name: String,
        /// Who is to have it.
        bearer: Bearer,
    },
    /// Two of one name.
    #[error("the name `{name}` is already taken at {first}; give each {} its own", bearer.word())]
    Twice {
        /// Which.
        name: String,
        /// Who has it.
        bearer: Bearer,
        /// Its first place.
        first: Elsewhere,
    },
    /// A name that nobody has.
    #[error("no [[{}]] has the name `{name}`; {}", bearer.word(), match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => "add one, or remove this".to_owned(),
    })]
    Unknown {
        /// As written.
        name: String,
        /// Who should have it.
        bearer: Bearer,
        /// A name that is almost so.
        near: Option<String>,
    },
}

/// Who has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bearer {
    /// A `[[check]]`.
    Check,
    /// An `[[instance]]`.
    Instance,
    /// A `[[group]]`.
    Group,
}

impl Bearer {
    fn word(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Instance => "instance",
            Self::Group => "group",
        }
    }

    fn article(self) -> &'static str {
        match self {
            Self::Check => "a check",
            Self::Instance => "an instance",
            Self::Group => "a group",
        }
    }
}
