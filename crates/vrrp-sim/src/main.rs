//! `vrrp-sim`: runs seeds, one seed with its story, planted defects, or the explorer.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
