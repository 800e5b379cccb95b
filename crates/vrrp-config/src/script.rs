//! A program that is started: its arguments, its user, its capabilities.

use std::path::Path;

use toml::de::DeValue;
use vrrp_checks::{Capabilities, Identity, Script};

use crate::reader::{Field, Reader};
use crate::{Power, Program, ScriptFlaw, capability};

/// What the main file says of all scripts.
#[derive(Debug, Default)]
pub(crate) struct Defaults {
    /// As whom they run if they name nobody.
    pub(crate) user: User,
    /// Whether it is an error if others can change what runs as root or with capabilities.
    pub(crate) security: bool,
}

/// As whom a script runs.
#[derive(Clone, Debug, Default)]
pub(crate) enum User {
    /// As the daemon.
    #[default]
    Daemon,
    /// As somebody else.
    Named(Identity),
    /// As somebody who is not known, which is reported.
    Unknown,
}

impl User {
    fn identity(&self) -> Option<&Identity> {
        match self {
            Self::Named(identity) => Some(identity),
            Self::Daemon | Self::Unknown => None,
        }
    }
}

/// Reads a script. `then` is what comes of it if its program cannot be started.
pub(crate) fn read(
    reader: &mut Reader<'_>,
    argv: &Field<'_>,
    user: Option<Field<'_>>,
    capabilities: Option<Field<'_>>,
    then: &'static str,
) -> Option<Script> {
    let user = match user {
        Some(field) => read_user(reader, &field),
        None => reader.scripts.user.clone(),
    };
    let capabilities = match capabilities {
        Some(field) => capability::read(reader, &field),
        None => Some(Capabilities::default()),
    };
    let (argv, at) = read_argv(reader, argv)?;
    let power = power(reader, &user, capabilities);
    judge(reader, at, Path::new(argv.first()?), &user, power, then);
    Some(Script {
        argv,
        user: user.identity().cloned(),
        capabilities: capabilities?,
    })
}

/// The program and its arguments, and where the program is named.
fn read_argv(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<(Vec<String>, usize)> {
    if let DeValue::String(_) = field.value {
        let line = reader.text(field)?.text;
        reader.report(field.at, ScriptFlaw::Line(line));
        return None;
    }
    let items = reader.list(field, field.key)?;
    let Some((program, _)) = items.split_first() else {
        reader.report(field.at, ScriptFlaw::NoProgram);
        return None;
    };
    let argv: Vec<Option<String>> = items.iter().map(|item| read_argument(reader, item)).collect();
    let argv: Vec<String> = argv.into_iter().collect::<Option<_>>()?;
    let path = argv.first()?;
    if !Path::new(path).is_absolute() {
        reader.report(program.at, ScriptFlaw::Relative(path.clone()));
        return None;
    }
    Some((argv, program.at))
}

fn read_argument(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<String> {
    let text = reader.text(field)?.text;
    if text.contains('\0') {
        reader.report(field.at, ScriptFlaw::Nul);
        return None;
    }
    Some(text)
}

/// What a script may do that others may not; `capabilities` is `None` if something is wrong with them.
fn power(reader: &Reader<'_>, user: &User, capabilities: Option<Capabilities>) -> Option<Power> {
    let as_root = match user {
        User::Daemon => reader.surroundings.is_root(),
        User::Named(identity) => identity.uid == 0,
        User::Unknown => false,
    };
    let none = Capabilities::default();
    match (as_root, capabilities.is_some_and(|some| some != none)) {
        (true, true) => Some(Power::Both),
        (true, false) => Some(Power::Root),
        (false, true) => Some(Power::Capabilities),
        (false, false) => None,
    }
}

/// Says what is wrong with a program as it is now.
fn judge(
    reader: &mut Reader<'_>,
    at: usize,
    path: &Path,
    user: &User,
    power: Option<Power>,
    then: &'static str,
) {
    let Program { unusable, writable } = reader.surroundings.program(path, user.identity());
    if let Some(reason) = unusable {
        let path = path.to_owned();
        reader.report(at, ScriptFlaw::Unusable { path, reason, then });
    }
    // Also of what cannot be started now: whoever makes it, or makes it a program, is who it runs for.
    if let (Some(path), Some(power)) = (writable, power) {
        let refused = reader.scripts.security;
        reader.report(at, ScriptFlaw::Changeable { power, path, refused });
    }
}

/// Reads `name` or `name:group`.
pub(crate) fn read_user(reader: &mut Reader<'_>, field: &Field<'_>) -> User {
    let Some(text) = reader.filled(field) else {
        return User::Unknown;
    };
    let (name, group) = match text.split_once(':') {
        Some((name, group)) => (name, Some(group)),
        None => (text.as_str(), None),
    };
    let identity = reader.surroundings.user(name);
    if identity.is_none() {
        reader.report(field.at, ScriptFlaw::User(name.to_owned()));
    }
    let gid = group.map(|group| (group, reader.surroundings.group(group)));
    if let Some((group, None)) = gid {
        reader.report(field.at, ScriptFlaw::Group(group.to_owned()));
    }
    match (identity, gid) {
        (Some(identity), None) => User::Named(identity),
        (Some(identity), Some((_, Some(gid)))) => User::Named(Identity { gid, ..identity }),
        _ => User::Unknown,
    }
}
