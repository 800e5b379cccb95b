//! `vrrpd`: the daemon and its commands.

#![forbid(unsafe_code)]

mod check;
mod cli;
mod decode;
mod problems;
mod run;
mod runner;
mod surroundings;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match cli::Cli::parse().command {
        cli::Command::Run(options) => run::run(&options),
        cli::Command::Check(options) => check::run(&options),
        cli::Command::Decode(options) => decode::run(&options),
        cli::Command::Runner => runner::run(),
    }
}
