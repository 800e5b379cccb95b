//! The equivalent keepalived.conf of a pod, for people and tests that read it there.

#[cfg(test)]
mod tests;

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tracing::{info, warn};
use vrrp_config::{Config, keepalived_path, to_keepalived};

use crate::surroundings::Host;

/// What is written there is wanted nowhere.
const NOWHERE: &str = "/dev/null";
/// As many as the kernel follows.
const MOST_LINKS: usize = 40;

/// Writes it. Nothing depends on it, so that a file system that cannot be written is a line in the log.
pub(super) fn write(config: &Config) {
    let path = keepalived_path(&Host);
    if path == Path::new(NOWHERE) {
        return;
    }
    let text = match to_keepalived(config, &Host) {
        Ok(text) => text,
        Err(untold) => {
            for untold in untold {
                warn!(
                    event = "keepalived_conf_not_written",
                    "{} is not written: {untold}",
                    path.display()
                );
            }
            return;
        }
    };
    match followed(&path).and_then(|target| replace(&target, &text)) {
        Ok(()) => info!(
            event = "keepalived_conf_written",
            "the equivalent keepalived.conf is in {}",
            path.display()
        ),
        Err(error) => warn!(
            event = "keepalived_conf_not_written",
            "{} is not written, for people who look for it there: {error} (KEEPALIVED_CONFIG names another place)",
            path.display()
        ),
    }
}

/// Where links lead, also to what is not there yet: the root file system may be one that is only read, and the link lead
/// out of it.
fn followed(path: &Path) -> io::Result<PathBuf> {
    let mut target = path.to_owned();
    for _ in 0..MOST_LINKS {
        match fs::read_link(&target) {
            Ok(link) => target = target.parent().unwrap_or(Path::new("/")).join(link),
            Err(_) => return Ok(target),
        }
    }
    Err(io::Error::other("it is a link that leads round in a circle"))
}

/// Whoever reads the file sees the old text or the new one, never half of it. It holds a password, and is its owner's.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(there) if !there.is_file() => {
            return Err(io::Error::other(
                "what is there is no regular file, and is left alone",
            ));
        }
        _ => {}
    }
    let directory = path.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(directory)?;
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    file.write_all(text.as_bytes())?;
    file.persist(path)?;
    Ok(())
}
