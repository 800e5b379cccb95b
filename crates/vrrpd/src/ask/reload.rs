//! `vrrpd reload`.

use std::fmt::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use super::words::clean;
use super::{NOT_WELL, cannot_ask, connect, print};
use crate::cli;
use crate::control::{Ask, Unanswered, parse};
use crate::report::{Reload, ReloadResult};

/// Users and groups are looked up, maybe far away.
const PATIENCE: Duration = Duration::from_secs(30);

/// Has the daemon read its configuration again.
pub(crate) fn run(options: &cli::Reload) -> ExitCode {
    match ask(options) {
        Ok(reload) => {
            // Whether or not it can be printed: the exit code says what came of it.
            let _unprinted = print("reload", &text(&reload));
            match reload.result {
                ReloadResult::Invalid => ExitCode::from(NOT_WELL),
                ReloadResult::Unchanged | ReloadResult::RestartNeeded | ReloadResult::NotAFile => {
                    ExitCode::SUCCESS
                }
            }
        }
        Err(why) => cannot_ask("reload", &why),
    }
}

fn ask(options: &cli::Reload) -> Result<Reload, Unanswered> {
    let mut connection = connect(&options.target)?;
    let reload = connection.only(Ask::Reload, PATIENCE, |answer| answer.reload)?;
    parse(reload).map_err(|_| Unanswered::BesideThePoint)
}

fn text(reload: &Reload) -> String {
    let mut text = String::new();
    for problem in &reload.problems {
        // A text takes everything.
        let _ = writeln!(text, "{}", clean(problem));
    }
    text.push_str(super::sentence::reloaded(reload.result));
    text.push('\n');
    text
}
