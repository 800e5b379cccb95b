//! `vrrpd runner`: the process that starts every script. `vrrpd run` starts it, and nobody else should.

use std::process::ExitCode;

use crate::cli::Runner;
use crate::problems::complain;

/// Serves until the daemon is gone.
pub(crate) fn run(options: &Runner) -> ExitCode {
    let passed_on = if options.pass_environment {
        // What is no text cannot be passed on as one.
        let variables = std::env::vars_os();
        let texts =
            variables.map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        texts.flatten().collect()
    } else {
        Vec::new()
    };
    match vrrp_checks::runner::serve(passed_on) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain("runner", &error);
            ExitCode::FAILURE
        }
    }
}
