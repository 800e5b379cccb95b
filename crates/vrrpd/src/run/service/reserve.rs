//! Descriptors that are kept for the moment when there are no others: whoever asks then whether the daemon lives must
//! hear that it does, or something that means well starts it again.

use std::fs::File;
use std::io;

use nix::errno::Errno;

/// What is kept: files of which nothing is read.
#[derive(Debug)]
pub(super) struct Reserve {
    kept: Vec<File>,
    whole: usize,
}

impl Reserve {
    /// So many, or as many of them as can be had.
    pub(super) fn of(whole: usize) -> Self {
        let mut reserve = Self {
            kept: Vec::with_capacity(whole),
            whole,
        };
        reserve.fill();
        reserve
    }

    /// Whether all of it is there.
    pub(super) fn is_whole(&self) -> bool {
        self.kept.len() >= self.whole
    }

    /// Takes again what was given up, as far as it can be had.
    pub(super) fn fill(&mut self) {
        while !self.is_whole() {
            let Ok(file) = File::open("/dev/null") else { return };
            self.kept.push(file);
        }
    }

    /// Gives all of it up; false if there was nothing.
    pub(super) fn give_up(&mut self) -> bool {
        let had = !self.kept.is_empty();
        self.kept.clear();
        had
    }
}

/// Whether something failed since no descriptor was left, to this process or to any.
pub(super) fn is_shortage(error: &io::Error) -> bool {
    let number = error.raw_os_error().map(Errno::from_raw);
    matches!(number, Some(Errno::EMFILE | Errno::ENFILE))
}
