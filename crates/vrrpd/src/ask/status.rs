//! `vrrpd status`.

#[cfg(test)]
mod tests;

use std::io::{self, IsTerminal as _};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use rustix::termios::tcgetwinsize;

use super::paint::Paint;
use super::screen::{View, draw};
use super::words::clean;
use super::{NOT_PRINTED, NOT_WELL, USAGE, Unprinted, cannot_ask, connect, print};
use crate::cli;
use crate::control::{Ask, Connection, PATIENCE, RefusalKind, Unanswered, parse};
use crate::problems::complain;
use crate::report::{Severity, Status};

/// Shows how the daemon stands.
pub(crate) fn run(options: &cli::Status) -> ExitCode {
    let mut connection = match connect(&options.target) {
        Ok(connection) => connection,
        Err(why) => return cannot_ask("status", &why),
    };
    match options.watch {
        None => match look(&mut connection, options) {
            Ok(shown) => match print("status", &shown.text) {
                // Nobody may read it: the exit code says the same.
                Ok(()) | Err(Unprinted::Unread) => shown.exit,
                Err(Unprinted::Refused) => ExitCode::from(NOT_PRINTED),
            },
            Err(Failed::Unanswered(why)) => cannot_ask("status", &why),
            Err(Failed::NoSuchRouter(why)) => usage(&why),
        },
        Some(pause) => watch(connection, options, pause),
    }
}

fn usage(why: &str) -> ExitCode {
    complain("status", &clean(why));
    ExitCode::from(USAGE)
}

/// One look.
struct Shown {
    text: String,
    exit: ExitCode,
}

enum Failed {
    Unanswered(Unanswered),
    NoSuchRouter(String),
}

impl From<Unanswered> for Failed {
    fn from(why: Unanswered) -> Self {
        Self::Unanswered(why)
    }
}

fn look(connection: &mut Connection, options: &cli::Status) -> Result<Shown, Failed> {
    let answer = connection.only(Ask::Status, PATIENCE, |answer| answer.status)?;
    let status: Result<Status, _> = parse(answer);
    if options.json {
        return Ok(Shown {
            text: format!("{}\n", answer.get()),
            // What a newer daemon says cannot be judged, and can be handed on.
            exit: status.map_or(ExitCode::SUCCESS, |status| exit(&status)),
        });
    }
    let status = status.map_err(|error| Unanswered::NotUnderstood(error.to_string()))?;
    if let Some(unknown) = unknown_router(&status, &options.router) {
        return Err(Failed::NoSuchRouter(unknown));
    }
    let view = View {
        paint: Paint::for_standard_output(),
        routers: &options.router,
    };
    Ok(Shown {
        text: draw(&status, view),
        exit: exit(&status),
    })
}

fn exit(status: &Status) -> ExitCode {
    let mut conditions = status.conditions.iter();
    if conditions.any(|condition| condition.severity == Severity::Problem) {
        ExitCode::from(NOT_WELL)
    } else {
        ExitCode::SUCCESS
    }
}

fn unknown_router(status: &Status, asked: &[String]) -> Option<String> {
    const NAMED: usize = 10;
    let is_there = |name: &&String| status.routers.iter().any(|router| router.name == **name);
    let unknown = asked.iter().find(|name| !is_there(name))?;
    let there = status
        .routers
        .iter()
        .take(NAMED)
        .map(|router| router.name.as_str());
    let mut there: Vec<&str> = there.collect();
    if status.routers.len() > NAMED {
        there.push("...");
    }
    Some(format!(
        "there is no virtual router `{unknown}`; there are: {}",
        there.join(", ")
    ))
}

/// Shows it again and again. A daemon that goes away is waited for: it may only be restarting.
fn watch(connection: Connection, options: &cli::Status, pause: Duration) -> ExitCode {
    let on_terminal = io::stdout().is_terminal();
    let mut connection = Some(connection);
    let mut told = String::new();
    loop {
        let looked = match connection.take().map_or_else(|| connect(&options.target), Ok) {
            Ok(mut open) => look(&mut open, options).inspect(|_| connection = Some(open)),
            Err(why) => Err(why.into()),
        };
        let text = match looked {
            Ok(shown) => {
                told.clear();
                shown.text
            }
            Err(Failed::NoSuchRouter(why)) => return usage(&why),
            // Waiting does not help.
            Err(Failed::Unanswered(why)) if is_not_permitted(&why) => return cannot_ask("status", &why),
            Err(Failed::Unanswered(why)) => {
                let why = format!(
                    "{}\nIt is asked again every {} s.\n",
                    clean(&why.to_string()),
                    pause.as_secs_f64()
                );
                // In a file it need not stand again and again.
                if !on_terminal && told == why {
                    String::new()
                } else {
                    told.clone_from(&why);
                    why
                }
            }
        };
        let drawn = if on_terminal { redraw(&text) } else { text };
        match print("status", &drawn) {
            Ok(()) => {}
            Err(Unprinted::Unread) => return ExitCode::SUCCESS,
            Err(Unprinted::Refused) => return ExitCode::from(NOT_PRINTED),
        }
        thread::sleep(pause);
    }
}

fn is_not_permitted(why: &Unanswered) -> bool {
    match why {
        Unanswered::Refused(refusal) => refusal.kind == RefusalKind::NotPermitted,
        Unanswered::Denied { .. } => true,
        _ => false,
    }
}

/// The text in place of what stood on the terminal before, as far as there is room.
fn redraw(text: &str) -> String {
    let rows = tcgetwinsize(io::stdout()).map_or(0, |size| usize::from(size.ws_row));
    redrawn(text, rows)
}

/// Home, each line and the rest behind it, and all below erased: nothing flickers.
fn redrawn(text: &str, rows: usize) -> String {
    // A terminal that has no rows does not know how many it has.
    let rows = if rows == 0 { usize::MAX } else { rows };
    let all = text.lines().count();
    let shown = if all < rows { all } else { rows.saturating_sub(2) };
    let mut drawn = String::from("\u{1b}[H");
    for line in text.lines().take(shown) {
        drawn.push_str(line);
        drawn.push_str("\u{1b}[K\n");
    }
    if shown < all {
        let more = format!("... and {} lines more", all - shown);
        drawn.push_str(&more);
    }
    drawn.push_str("\u{1b}[J");
    drawn
}
