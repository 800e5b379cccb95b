//! `--check-script` and `--notify-script`: what of them goes into a `ConfigMap`.

use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

use serde_json::{Map, Value};

use super::problem::{Place, Problems};
use super::set::Set;
use crate::cli::Manifest;

/// Where the base mounts the `ConfigMap`.
const DIRECTORY: &str = "/etc/keepalive";
/// A `ConfigMap` has 1 MiB, and the object around the scripts needs some.
const MOST: u64 = 900 * 1024;
/// `kubectl apply` notes the whole object, as JSON, in an annotation, which has no more.
const APPLIED: usize = 256 * 1024;
/// The longest key of a `ConfigMap`.
const LONGEST_KEY: usize = 253;

/// The scripts of a set.
#[derive(Debug, Default)]
pub(super) struct Scripts {
    /// Where the pod finds the check.
    pub(super) check: Option<String>,
    /// Where the pod finds whom to tell.
    pub(super) notify: Option<String>,
    /// What goes into the `ConfigMap`: each file's name and text.
    pub(super) contents: Map<String, Value>,
}

/// What can be wrong with a script.
#[derive(Debug, thiserror::Error)]
pub(super) enum ScriptFlaw {
    #[error(
        "`{}` cannot be read: {reason}; name a file here, which goes into a ConfigMap, or one in {DIRECTORY}, where a \
         ConfigMap of yours is mounted", path.display()
    )]
    Unreadable { path: PathBuf, reason: String },
    #[error("`{}` is not a file; name one, which goes into a ConfigMap", path.display())]
    NotAFile { path: PathBuf },
    #[error(
        "`{}`: a ConfigMap takes no file of this name; use up to 253 of A-Z, a-z, 0-9, `-`, `_` and `.`, and do not \
         begin with `..`", path.display()
    )]
    FileName { path: PathBuf },
    #[error("`{}` is not UTF-8, and so no script; it must be in the image", path.display())]
    NotText { path: PathBuf },
    #[error("`{}` does not begin with `#!`, so no kernel starts it; write what runs it, as #!/bin/bash", path.display())]
    NoInterpreter { path: PathBuf },
    #[error("`{}` brings the scripts to {} KiB, and a ConfigMap takes 900; call a program in the image instead", path.display(), bytes.div_ceil(1024))]
    Large { path: PathBuf, bytes: u64 },
    #[error("`{}` is called as --check-script is, and both would be {DIRECTORY}/{name}; rename one", path.display())]
    SameName { path: PathBuf, name: String },
    #[error(
        "`{path}` is no file here: the pods have it if the ConfigMap `{config_map}` does, as by `kubectl create configmap \
         {config_map} --from-file=...`"
    )]
    Elsewhere { path: String, config_map: String },
    #[error("the scripts are too large for what `kubectl apply` notes of an object; add --server-side to it")]
    ServerSide,
}

impl ScriptFlaw {
    pub(super) fn is_warning(&self) -> bool {
        matches!(self, Self::Elsewhere { .. } | Self::ServerSide)
    }
}

/// Where a script comes from.
enum Source {
    /// A file here, and its text.
    Here { name: String, text: String },
    /// A path in the pod.
    Elsewhere(String),
}

impl Scripts {
    pub(super) fn read(options: &Manifest, set: Option<&Set>, problems: &mut Problems) -> Self {
        let mut scripts = Self::default();
        let mut add = |option, path: Option<&PathBuf>| {
            let path = path.filter(|path| !path.as_os_str().is_empty())?;
            let place = Place::Option(option);
            let source = problems.keep(place.clone(), source(path))?;
            if let (Source::Elsewhere(path), Some(set)) = (&source, set) {
                let (path, config_map) = (path.clone(), set.scripts());
                problems.report(place.clone(), ScriptFlaw::Elsewhere { path, config_map });
            }
            problems.keep(place, scripts.add(path, source))
        };
        let check = add("--check-script", options.check_script.as_ref());
        let notify = add("--notify-script", options.notify_script.as_ref());
        if check.is_some() && check == notify && options.check_script != options.notify_script {
            let path = options.notify_script.clone().unwrap_or_default();
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            problems.report(
                Place::Option("--notify-script"),
                ScriptFlaw::SameName { path, name },
            );
        }
        let option = ["--notify-script", "--check-script"][usize::from(check.is_some())];
        (scripts.check, scripts.notify) = (check, notify);
        // As JSON, in which a line's end takes two bytes.
        if Value::Object(scripts.contents.clone()).to_string().len() > APPLIED {
            problems.report(Place::Option(option), ScriptFlaw::ServerSide);
        }
        scripts
    }

    /// Where the pod finds it.
    fn add(&mut self, path: &Path, source: Source) -> Result<String, ScriptFlaw> {
        let (name, text) = match source {
            Source::Here { name, text } => (name, text),
            Source::Elsewhere(path) => return Ok(path),
        };
        let in_pod = format!("{DIRECTORY}/{name}");
        self.contents.insert(name, text.into());
        let bytes = self
            .contents
            .values()
            .filter_map(Value::as_str)
            .map(|text| text.len() as u64)
            .sum();
        if bytes > MOST {
            return Err(ScriptFlaw::Large {
                path: path.to_owned(),
                bytes,
            });
        }
        Ok(in_pod)
    }
}

fn source(path: &Path) -> Result<Source, ScriptFlaw> {
    let owned = || path.to_owned();
    let unreadable = |error: &dyn ToString| ScriptFlaw::Unreadable {
        path: owned(),
        reason: error.to_string(),
    };
    let about = match fs::metadata(path) {
        Ok(about) => about,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return in_pod(path)
                .map(Source::Elsewhere)
                .ok_or_else(|| unreadable(&error));
        }
        Err(error) => return Err(unreadable(&error)),
    };
    if !about.is_file() {
        return Err(ScriptFlaw::NotAFile { path: owned() });
    }
    if about.len() > MOST {
        return Err(ScriptFlaw::Large {
            path: owned(),
            bytes: about.len(),
        });
    }
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .filter(|name| is_key(name));
    let name = name
        .ok_or_else(|| ScriptFlaw::FileName { path: owned() })?
        .to_owned();
    let bytes = fs::read(path).map_err(|error| unreadable(&error))?;
    let text = String::from_utf8(bytes).map_err(|_| ScriptFlaw::NotText { path: owned() })?;
    if !text.starts_with("#!") {
        return Err(ScriptFlaw::NoInterpreter { path: owned() });
    }
    Ok(Source::Here { name, text })
}

/// The path, if it is below the directory of scripts.
fn in_pod(path: &Path) -> Option<String> {
    let below = path.strip_prefix(DIRECTORY).ok()?;
    let mut parts = below.components().peekable();
    parts.peek()?;
    let plain = parts.all(|part| matches!(part, Component::Normal(_)));
    path.to_str().filter(|_| plain).map(str::to_owned)
}

/// Whether a `ConfigMap` can have this key.
fn is_key(name: &str) -> bool {
    let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    name.len() <= LONGEST_KEY && name.chars().all(inside) && name != "." && !name.starts_with("..")
}
