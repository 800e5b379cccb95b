//! `vrrpd-pages`: writes the manual pages and the completions for shells, which packages install.
//!
//! All of it is made of what is there anyway: the command line's definition, and the example of a configuration.

#![forbid(unsafe_code)]

// It names nothing of the daemon, so that it can be a part of both programs.
#[path = "../../cli.rs"]
#[expect(dead_code, reason = "the options are described here, and not read")]
mod cli;
mod commands;
mod completions;
mod example;
mod page;
mod settings;
#[cfg(test)]
mod tests;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{CommandFactory, Parser};

use crate::example::Example;
use crate::page::Edition;

/// The example that has every option and its explanation.
const EXAMPLE: &str = include_str!("../../../../../vrrpd.toml.example");

/// Write vrrpd's manual pages to DIR/man and its completions for bash, zsh and fish to DIR/completions.
#[derive(Debug, Parser)]
#[command(name = "vrrpd-pages", version, max_term_width = 110)]
struct Options {
    /// It is made if it is not there.
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// The date that the pages bear, as 2026-01-31 [default: none]
    #[arg(long, value_name = "DATE")]
    date: Option<String>,
}

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    let edition = Edition::new(options.date);
    let command = commands::shown(&cli::Cli::command());

    let manual = options.directory.join("man");
    made(&manual)?;
    for page in commands::pages(&command, &edition)? {
        written(&manual.join(page.file_name()), page.source())?;
    }
    let settings = settings::page(&Example::parse(EXAMPLE)?, &command, &edition);
    written(&manual.join(settings.file_name()), settings.source())?;

    let completions = options.directory.join("completions");
    made(&completions)?;
    for shell in completions::SHELLS {
        let (name, source) = completions::script(*shell, &command);
        written(&completions.join(name), source)?;
    }
    Ok(())
}

fn made(directory: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(directory).with_context(|| format!("{} cannot be made", directory.display()))
}

fn written(path: &Path, content: impl AsRef<[u8]>) -> anyhow::Result<()> {
    fs::write(path, content).with_context(|| format!("{} cannot be written", path.display()))
}
