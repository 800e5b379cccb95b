//! `vrrpd events`.

use std::collections::VecDeque;
use std::process::ExitCode;

use serde::Deserialize;

use super::{NOT_PRINTED, Unprinted, cannot_ask, connect, print, sentence};
use crate::cli;
use crate::control::{Ask, PATIENCE, Unanswered};
use crate::report::Event;

/// An event, as far as it must be understood to be handed on.
#[derive(Deserialize)]
struct Numbered {
    sequence: u64,
}

/// Why there are no more.
enum Stop {
    Unprinted(Unprinted),
    Unanswered(Unanswered),
}

impl From<Unanswered> for Stop {
    fn from(why: Unanswered) -> Self {
        Self::Unanswered(why)
    }
}

impl From<Unprinted> for Stop {
    fn from(why: Unprinted) -> Self {
        Self::Unprinted(why)
    }
}

/// Prints what happened, one line each.
pub(crate) fn run(options: &cli::Events) -> ExitCode {
    match tell(options) {
        Ok(()) | Err(Stop::Unprinted(Unprinted::Unread)) => ExitCode::SUCCESS,
        Err(Stop::Unprinted(Unprinted::Refused)) => ExitCode::from(NOT_PRINTED),
        Err(Stop::Unanswered(why)) => cannot_ask("events", &why),
    }
}

fn tell(options: &cli::Events) -> Result<(), Stop> {
    let mut connection = connect(&options.target)?;
    let ask = |after, follow| Ask::Events { after, follow };
    connection.ask(ask(options.after, false), PATIENCE)?;
    let mut last = options.after;
    let most = options.last.unwrap_or(usize::MAX);
    let mut past = VecDeque::new();
    loop {
        let answer = connection.answer()?;
        if answer.end.is_some() {
            break;
        }
        let (sequence, line) = one(answer.event.map(serde_json::value::RawValue::get), options.json)?;
        last = last.max(sequence);
        past.push_back(line);
        if past.len() > most {
            past.pop_front();
        }
    }
    for line in past {
        print("events", &line)?;
    }
    if !options.follow {
        return Ok(());
    }
    connection.ask(ask(last, true), PATIENCE)?;
    connection.wait_for_ever();
    loop {
        let answer = connection.answer()?;
        let (_, line) = one(answer.event.map(serde_json::value::RawValue::get), options.json)?;
        print("events", &line)?;
    }
}

/// An event's number, and what is printed of it.
fn one(event: Option<&str>, json: bool) -> Result<(u64, String), Unanswered> {
    let text = event.ok_or(Unanswered::BesideThePoint)?;
    let Numbered { sequence } = serde_json::from_str(text).map_err(|_| Unanswered::BesideThePoint)?;
    if json {
        return Ok((sequence, format!("{text}\n")));
    }
    let line = match serde_json::from_str::<Event>(text) {
        Ok(event) => sentence::line(&event),
        // Of a newer daemon.
        Err(_) => super::words::clean(text),
    };
    Ok((sequence, format!("{line}\n")))
}
