//! The text of a file, and where in it something stands.

use core::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use crate::ReadFailure;

#[cfg(test)]
mod tests;

/// A byte of a file: the files are numbered as they are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place {
    pub(crate) file: usize,
    pub(crate) offset: usize,
}

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Located<T> {
    pub(crate) value: T,
    pub(crate) place: Place,
}

/// Another place that a message speaks of: `line 3`, or `other.toml:3` in another file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// The file, if it is not the one that the message is about.
    pub file: Option<PathBuf>,
    /// The line, from 1.
    pub line: usize,
}

impl fmt::Display for Elsewhere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.file {
            Some(file) => write!(f, "{}:{}", file.display(), self.line),
            None => write!(f, "line {}", self.line),
        }
    }
}

/// One file.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
    /// Where each line begins.
    lines: Vec<usize>,
    /// The lines with syntax errors, ascending.
    broken: Vec<usize>,
    /// The lines that begin a top-level table, ascending.
    blocks: Vec<usize>,
}

impl Source {
    pub(crate) fn new(path: PathBuf, text: String) -> Self {
        let lines = core::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        Self {
            path,
            text,
            lines,
            broken: Vec::new(),
            blocks: Vec::new(),
        }
    }

    /// The line of an offset, from 1. The end of the file belongs to its last line, even after a line feed.
    pub(crate) fn line(&self, offset: usize) -> usize {
        self.lines
            .partition_point(|&start| start <= self.inside(offset))
            .max(1)
    }

    /// Line and column of an offset, from 1; columns count characters.
    pub(crate) fn position(&self, offset: usize) -> (usize, usize) {
        let offset = self.inside(offset);
        let line = self.line(offset);
        let start = self.lines.get(line - 1).copied().unwrap_or(0);
        let column = self
            .text
            .get(start..offset)
            .map_or(0, |before| before.chars().count());
        (line, column + 1)
    }

    fn inside(&self, offset: usize) -> usize {
        let last = self.text.len() - usize::from(self.text.ends_with('\n'));
        self.text.floor_char_boundary(offset.min(last))
    }

    /// Notes where the TOML is broken, so that what follows from it is not reported as well.
    pub(crate) fn note_syntax(&mut self, errors: &[usize], blocks: &[usize]) {
        let lines_of = |offsets: &[usize]| {
            let mut lines: Vec<usize> = offsets.iter().map(|&offset| self.line(offset)).collect();
            lines.sort_unstable();
            lines
        };
        let (broken, blocks) = (lines_of(errors), lines_of(blocks));
        self.broken = broken;
        self.blocks = blocks;
    }

    /// Whether what was understood at `offset` can be relied on: nothing is broken on this line or before it in the
    /// same top-level table. That something is absent takes a table without any broken line.
    pub(crate) fn trusts(&self, offset: usize, is_absence: bool) -> bool {
        let line = self.line(offset);
        let following = self.blocks.partition_point(|&block| block <= line);
        let from = following
            .checked_sub(1)
            .and_then(|block| self.blocks.get(block))
            .copied()
            .unwrap_or(0);
        let to = if is_absence {
            self.blocks.get(following).copied().unwrap_or(usize::MAX)
        } else {
            line + 1
        };
        !self.broken.iter().any(|&broken| (from..to).contains(&broken))
    }
}

/// Where the top-level tables of a document begin.
pub(crate) fn block_offsets(document: &DeTable<'_>) -> Vec<usize> {
    let mut offsets = Vec::new();
    for value in document.values() {
        match value.get_ref() {
            DeValue::Table(_) => offsets.push(value.span().start),
            DeValue::Array(items) => offsets.extend(
                items
                    .iter()
                    .filter(|item| item.get_ref().is_table())
                    .map(|item| item.span().start),
            ),
            _ => {}
        }
    }
    offsets
}

/// Names `place` in a message about something in file number `from`.
pub(crate) fn elsewhere(sources: &[Source], place: Place, from: usize) -> Elsewhere {
    let source = sources.get(place.file);
    Elsewhere {
        file: source
            .filter(|_| place.file != from)
            .map(|source| source.path.clone()),
        line: source.map_or(0, |source| source.line(place.offset)),
    }
}

/// Opens a file that is one: to open or to read anything else may never end.
pub(crate) fn open_regular(path: &Path) -> Result<File, ReadFailure> {
    // Before it is opened: to open a FIFO takes somebody who writes into it.
    if !path.metadata()?.is_file() {
        return Err(ReadFailure::NotRegular);
    }
    Ok(File::open(path)?)
}

/// All of a file, if that is not more than `limit` bytes.
pub(crate) fn read_limited(file: impl Read, limit: u64) -> Result<Vec<u8>, ReadFailure> {
    let mut bytes = Vec::new();
    let length = file.take(limit + 1).read_to_end(&mut bytes)?;
    if length as u64 > limit {
        return Err(ReadFailure::TooLarge(limit));
    }
    Ok(bytes)
}
