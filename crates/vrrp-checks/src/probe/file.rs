//! What a file says.

#[cfg(test)]
mod tests;

use core::num::IntErrorKind;
use std::fs;
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use nix::fcntl::OFlag;

use super::Failure;
use super::aside::aside;
use super::failure::Content;
use crate::StateFile;

/// More than any number needs, white space around it included.
const LONGEST: u64 = 64;

/// The number, or 1 or 0 for presence. A file may lie on a server that does not answer: that is waited for aside.
pub(super) async fn run(file: &StateFile) -> Result<i64, Failure> {
    let (path, file) = (file.path.clone(), file.clone());
    aside(move || look(&file))
        .await
        .unwrap_or_else(|error| Err(failure(&path, error)))
}

fn look(file: &StateFile) -> Result<i64, Failure> {
    let path = file.path.as_path();
    if file.presence {
        return match fs::metadata(path) {
            Ok(_) => Ok(1),
            Err(error) if is_missing(&error) => Ok(0),
            Err(error) => Err(failure(path, error)),
        };
    }
    let content = match read(path) {
        Ok(content) => content.map_err(|flaw| content_failure(path, flaw))?,
        Err(error) if is_missing(&error) => return Ok(0),
        Err(error) => return Err(failure(path, error)),
    };
    number(&content).map_err(|flaw| content_failure(path, flaw))
}

/// What is in it, without ever waiting for somebody: a pipe is refused.
fn read(path: &Path) -> io::Result<Result<Vec<u8>, Content>> {
    let flags = OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    let file = fs::OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits())
        .open(path)?;
    if !file.metadata()?.is_file() {
        return Ok(Err(Content::NotRegular));
    }
    let mut content = Vec::new();
    let length = file.take(LONGEST + 1).read_to_end(&mut content)?;
    if u64::try_from(length).is_ok_and(|length| length <= LONGEST) {
        Ok(Ok(content))
    } else {
        Ok(Err(Content::TooLong(LONGEST)))
    }
}

fn number(content: &[u8]) -> Result<i64, Content> {
    let text = String::from_utf8_lossy(content);
    let text = text.trim();
    if text.is_empty() {
        return Ok(0);
    }
    text.parse()
        .map_err(|error: core::num::ParseIntError| match error.kind() {
            IntErrorKind::PosOverflow | IntErrorKind::NegOverflow => Content::OutOfRange(text.to_owned()),
            _ => Content::NotANumber(text.to_owned()),
        })
}

fn is_missing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

fn failure(path: &Path, error: io::Error) -> Failure {
    Failure::File {
        path: path.to_owned(),
        error,
    }
}

fn content_failure(path: &Path, content: Content) -> Failure {
    Failure::Content {
        path: path.to_owned(),
        content,
    }
}
