//! `vrrpd status`, `events`, `health` and `reload`: asking a daemon that runs.

mod events;
mod health;
mod paint;
mod reload;
mod screen;
mod sentence;
mod status;
mod words;

use std::fmt::Display;
use std::io::{self, ErrorKind, Write as _};
use std::process::ExitCode;

use crate::cli::Target;
use crate::control::{Connection, PATIENCE, Unanswered, find};
use crate::problems::complain;

pub(crate) use self::events::run as events;
pub(crate) use self::health::run as health;
pub(crate) use self::reload::run as reload;
pub(crate) use self::status::run as status;

/// Something is wrong with what was asked about.
const NOT_WELL: u8 = 1;
/// Standard output does not take what there is to say.
const NOT_PRINTED: u8 = 1;
/// The command line is wrong.
const USAGE: u8 = 2;
/// The daemon cannot be asked.
const CANNOT_ASK: u8 = 3;

fn connect(target: &Target) -> Result<Connection, Unanswered> {
    find(&target.state_dir, target.name.as_deref(), PATIENCE)
}

/// The exit code, after saying why the daemon cannot be asked.
fn cannot_ask(command: &str, why: &Unanswered) -> ExitCode {
    complain(command, &words::clean(&why.to_string()));
    ExitCode::from(CANNOT_ASK)
}

/// Standard output takes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unprinted {
    /// Nobody reads it any more: that is no failure.
    Unread,
    /// It failed, and standard error says why.
    Refused,
}

/// Prints what this command has to say to standard output, at once.
fn print(command: &str, text: &dyn Display) -> Result<(), Unprinted> {
    let mut out = io::stdout().lock();
    match write!(out, "{text}").and_then(|()| out.flush()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Err(Unprinted::Unread),
        Err(error) => {
            complain(command, &format_args!("standard output takes nothing: {error}"));
            Err(Unprinted::Refused)
        }
    }
}
