//! Loading a configuration, with every problem on standard error.

use std::fmt::Display;
use std::io::Write as _;
use std::process::ExitCode;

use vrrp_config::{Loaded, Problem, Severity, from_environment};

use crate::cli::ConfigSource;
use crate::surroundings::Host;

/// The configuration has errors, and all of them are named already.
#[derive(Debug)]
pub(crate) struct Refused;

impl From<Refused> for ExitCode {
    fn from(_: Refused) -> Self {
        Self::from(2)
    }
}

/// The configuration, if it can run: warnings are named and do not keep it from that.
pub(crate) fn load(source: &ConfigSource) -> Result<Loaded, Refused> {
    let loaded = if source.from_env {
        from_environment(&Host)
    } else {
        vrrp_config::load(&source.path, &Host)
    };
    match loaded {
        Ok(loaded) => {
            report(source, &loaded.warnings);
            Ok(loaded)
        }
        Err(problems) => {
            report(source, &problems);
            Err(Refused)
        }
    }
}

/// One line each, and how many there are. Nobody may read them: that is no reason to fail.
fn report(source: &dyn Display, problems: &[Problem]) {
    if problems.is_empty() {
        return;
    }
    let count = |severity| {
        problems
            .iter()
            .filter(|problem| problem.severity == severity)
            .count()
    };
    let summary = summary(count(Severity::Error), count(Severity::Warning));
    let mut stderr = std::io::stderr().lock();
    for problem in problems {
        let _unread = writeln!(stderr, "{problem}");
    }
    let _unread = writeln!(stderr, "{source}: {summary}");
}

fn summary(errors: usize, warnings: usize) -> String {
    let counted = |count: usize, what: &str| match count {
        0 => None,
        1 => Some(format!("1 {what}")),
        _ => Some(format!("{count} {what}s")),
    };
    let parts: Vec<String> = [counted(errors, "error"), counted(warnings, "warning")]
        .into_iter()
        .flatten()
        .collect();
    parts.join(", ")
}

/// Prints what a command has to say. A disk that is full is a failure; whoever reads our output may have seen enough
/// (`| head`), and that is none.
pub(crate) fn print(command: &str, text: &str) -> ExitCode {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            complain(command, &format_args!("standard output: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// Tells of a failure on standard error. That nobody may read it is no reason to fail otherwise.
pub(crate) fn complain(command: &str, what: &dyn Display) {
    let _unread = writeln!(std::io::stderr().lock(), "vrrpd {command}: {what}");
}
