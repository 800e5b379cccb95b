//! The equivalent keepalived.conf of a pod, for people and tests that read it there.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tracing::{info, warn};
use vrrp_config::{Config, keepalived_path, to_keepalived};

use crate::surroundings::Host;

/// Writes it. Nothing depends on it, so that a file system that cannot be written is a line in the log.
pub(super) fn write(config: &Config) {
    let path = keepalived_path(&Host);
    let text = match to_keepalived(config, &Host) {
        Ok(text) => text,
        Err(untold) => {
            for untold in untold {
                warn!("{} is not written: {untold}", path.display());
            }
            return;
        }
    };
    let target = followed(&path);
    match replace(&target, &text) {
        Ok(()) => info!("the equivalent keepalived.conf is in {}", path.display()),
        Err(error) => warn!(
            "{} is not written, for people who look for it there: {}: {error}",
            path.display(),
            target.display()
        ),
    }
}

/// Where a link leads, also to what is not there yet: the root file system may be one that is only read, and the link
/// lead out of it.
fn followed(path: &Path) -> PathBuf {
    match fs::read_link(path) {
        Ok(link) => path.parent().unwrap_or(Path::new("")).join(link),
        Err(_) => path.to_owned(),
    }
}

/// Whoever reads the file sees the old text or the new one, never half of it. It holds a password.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt;

    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".new");
    let unfinished = PathBuf::from(unfinished);
    let written = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&unfinished)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .and_then(|()| fs::rename(&unfinished, path));
    if written.is_err() {
        // What is left of it helps nobody, and may not be there at all.
        let _ = fs::remove_file(&unfinished);
    }
    written
}
