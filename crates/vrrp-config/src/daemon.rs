//! What stands only in the main file: settings of the whole daemon.

use std::io::ErrorKind;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

use crate::reader::{Reader, Table};
use crate::{FileFlaw, InstanceFlaw, Key, keys, script};

/// The settings that an included file may not have, beside the name.
const ONLY_HERE: &[&Key] = &[
    keys::hook::SCRIPT_USER,
    keys::hook::SCRIPT_SECURITY,
    keys::NOTIFY_FIFO,
    keys::FIREWALL,
    keys::HTTP,
    keys::CONTROL,
];

/// Reports what an included file may not have.
pub(crate) fn refuse(reader: &mut Reader<'_>, table: &Table<'_>) {
    if let Some(field) = table.get(keys::DAEMON) {
        reader.report(field.at, FileFlaw::NameInInclude);
    }
    for key in ONLY_HERE {
        if let Some(field) = table.get(key) {
            reader.report(field.at, FileFlaw::OnlyInMain(key));
        }
    }
}

/// The daemon's name.
pub(crate) fn read_name(reader: &mut Reader<'_>, table: &Table<'_>) -> Option<String> {
    let field = table.get(keys::DAEMON)?;
    let name = reader.text(&field)?.text;
    let clean = name
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'));
    if !clean || !(1..=64).contains(&name.len()) || name.starts_with('.') {
        let name = name.escape_debug().to_string();
        reader.report(field.at, InstanceFlaw::DaemonName(name));
        return None;
    }
    Some(name)
}

/// The FIFO that is told of every transition: there, or to be made.
pub(crate) fn read_fifo(reader: &mut Reader<'_>, table: &Table<'_>) -> Option<PathBuf> {
    let field = table.get(keys::NOTIFY_FIFO)?;
    let path = reader.path(&field)?;
    let flaw = match path.metadata() {
        Ok(found) if found.file_type().is_fifo() => return Some(path),
        Ok(_) => FileFlaw::NotAFifo(path),
        // Not to be judged by whoever runs this.
        Err(error) if error.kind() == ErrorKind::PermissionDenied => return Some(path),
        Err(_) if path.is_symlink() => FileFlaw::FifoLink(path),
        Err(_) => {
            let directory = parent(&path);
            if !directory.is_dir() {
                reader.report(field.at, FileFlaw::FifoNowhere(directory.to_owned()));
            }
            return Some(path);
        }
    };
    reader.report(field.at, flaw);
    None
}

/// The directory that a file is in: of a mere name, the one that the process is in.
fn parent(path: &Path) -> &Path {
    path.parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

/// What counts for all scripts.
pub(crate) fn read_scripts(reader: &mut Reader<'_>, table: &Table<'_>) {
    if let Some(field) = table.get(keys::hook::SCRIPT_USER) {
        reader.scripts.user = script::read_user(reader, &field);
    }
    if let Some(field) = table.get(keys::hook::SCRIPT_SECURITY) {
        reader.scripts.security = reader.boolean(&field).unwrap_or(false);
    }
}
