//! `vrrpd`: the daemon and its commands.

#![forbid(unsafe_code)]

mod ask;
mod check;
mod cleanup;
mod cli;
mod control;
mod convert;
mod decode;
mod logging;
mod manifest;
mod problems;
mod report;
mod run;
mod runner;
mod surroundings;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match cli::Cli::parse().command {
        cli::Command::Run(options) => run::run(&options),
        cli::Command::Check(options) => check::run(&options),
        cli::Command::Convert(options) => convert::run(&options),
        cli::Command::Cleanup(options) => cleanup::run(&options),
        cli::Command::Manifest(options) => manifest::run(&options),
        cli::Command::Decode(options) => decode::run(&options),
        cli::Command::Status(options) => ask::status(&options),
        cli::Command::Events(options) => ask::events(&options),
        cli::Command::Health(options) => ask::health(&options),
        cli::Command::Reload(options) => ask::reload(&options),
        cli::Command::Runner(options) => runner::run(&options),
    }
}
