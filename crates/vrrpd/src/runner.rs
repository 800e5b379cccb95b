//! `vrrpd runner`: the process that starts every script. `vrrpd run` starts it, and nobody else should.

use std::process::ExitCode;

use crate::problems::complain;

/// Serves until the daemon is gone.
pub(crate) fn run() -> ExitCode {
    match vrrp_checks::runner::serve() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain("runner", &error);
            ExitCode::FAILURE
        }
    }
}
