//! A script, whoever starts it.

use std::path::PathBuf;

/// What can be wrong with a script or a hook.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScriptFlaw {
    /// A command line where a list is wanted.
    #[error("a script is started without a shell: write the program and each argument for itself, as {}", list(.0))]
    Line(String),
    /// Nothing to start.
    #[error("no program to start; write its absolute path and its arguments, as [\"/usr/local/bin/ready\"]")]
    NoProgram,
    /// A program that is found by nobody.
    #[error("`{0}` is not an absolute path, and nothing is searched for; write it from /")]
    Relative(String),
    /// A byte that no program can be given.
    #[error("a NUL byte, which no path or argument can have; remove it")]
    Nul,
    /// A program that cannot be started now.
    #[error("`{}` cannot be started now: {reason}; {then}", path.display())]
    Unusable {
        /// Which.
        path: PathBuf,
        /// Why.
        reason: String,
        /// What comes of it.
        then: &'static str,
    },
    /// A way to become root, or to have rights that one has not.
    #[error("this script {}, and others than root can change `{}`; {}", power.what(), path.display(), power.mend())]
    Changeable {
        /// What the script may do that others may not.
        power: Power,
        /// What others can change: the program, a directory on the way to it, or one where something is missing on it.
        path: PathBuf,
        /// Whether `script_security` makes it an error.
        refused: bool,
    },
    /// Nobody of this name.
    #[error("this host has no user `{0}`; create it, or write one that `getent passwd` shows")]
    User(String),
    /// No group of this name.
    #[error("this host has no group `{0}`; create it, or write one that `getent group` shows")]
    Group(String),
    /// Not a capability.
    #[error("`{name}` is not a capability; {}", match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => "write one of capabilities(7), as \"net_admin\"".to_owned(),
    })]
    Capability {
        /// As written.
        name: String,
        /// One that is almost so.
        near: Option<&'static str>,
    },
    /// Out of range.
    #[error("`{0}` is not a timeout of hooks; write \"100ms\" to \"5m\"")]
    Timeout(String),
}

/// What a script may do that others may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Power {
    /// It is root.
    Root,
    /// It is somebody else, with capabilities.
    Capabilities,
    /// It is root, and has capabilities.
    Both,
}

impl Power {
    fn what(self) -> &'static str {
        match self {
            Self::Root => "runs as root",
            Self::Capabilities => "has capabilities",
            Self::Both => "runs as root and has capabilities",
        }
    }

    fn mend(self) -> &'static str {
        match self {
            Self::Root => {
                "let only root write there, move the script, or run it as somebody else: user = \"nobody\""
            }
            Self::Capabilities => "let only root write there, move the script, or remove `capabilities`",
            Self::Both => {
                "let only root write there, move the script, or remove `capabilities` and run it as somebody else: user = \"nobody\""
            }
        }
    }
}

/// The command line, split at its white space.
fn list(line: &str) -> String {
    let words: Vec<String> = line.split_whitespace().map(|word| format!("{word:?}")).collect();
    if words.is_empty() {
        return "[\"/usr/local/bin/ready\", \"--fast\"]".to_owned();
    }
    format!("[{}]", words.join(", "))
}
