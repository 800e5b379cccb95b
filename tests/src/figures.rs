//! What a suite measured, written down beside the build: `target/lab/SUITE.md`.

use core::time::Duration;
use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use anyhow::Result;

use crate::binary::target_directory;

/// The tables of one suite. A new run writes them anew.
#[derive(Debug)]
pub struct Figures {
    suite: &'static str,
    heading: &'static str,
    file: Mutex<Option<File>>,
}

impl Figures {
    /// A table whose head is `heading`: a Markdown row such as `| what | measured | bound |`.
    pub const fn new(suite: &'static str, heading: &'static str) -> Self {
        Self {
            suite,
            heading,
            file: Mutex::new(None),
        }
    }

    /// Adds a row: one cell for each column.
    pub fn record(&self, cells: &[&str]) -> Result<()> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if file.is_none() {
            let mut begun = File::create(self.path()?)?;
            let columns = self.heading.matches('|').count().saturating_sub(1);
            writeln!(begun, "{}\n{}|", self.heading, "|---".repeat(columns))?;
            *file = Some(begun);
        }
        if let Some(file) = file.as_mut() {
            writeln!(file, "| {} |", cells.join(" | "))?;
        }
        Ok(())
    }

    /// A time as the tables show it: milliseconds, to the microsecond.
    pub fn milliseconds(time: Duration) -> String {
        format!("{}.{:03} ms", time.as_millis(), time.subsec_micros() % 1000)
    }

    /// Where all of it is written to.
    pub fn directory() -> Result<PathBuf> {
        let directory = target_directory()?.join("lab");
        fs::create_dir_all(&directory)?;
        Ok(directory)
    }

    fn path(&self) -> Result<PathBuf> {
        Ok(Self::directory()?.join(format!("{}.md", self.suite)))
    }
}
