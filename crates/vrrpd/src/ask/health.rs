//! `vrrpd health`.

use std::process::ExitCode;
use std::time::Duration;

use super::words::clean;
use super::{NOT_WELL, cannot_ask, print};
use crate::cli;
use crate::control::{Ask, Sign, Unanswered, find, parse};
use crate::report::Health;

/// A probe gives up after 5 s: it shall hear why.
const PATIENCE: Duration = Duration::from_secs(4);

/// Says in one line whether the daemon is well.
pub(crate) fn run(options: &cli::Health) -> ExitCode {
    let signs: &[Sign] = match (options.live, options.ready) {
        (true, _) => &[Sign::Live],
        (_, true) => &[Sign::Ready],
        _ => &[Sign::Live, Sign::Ready],
    };
    let answers = match ask(options, signs) {
        Ok(answers) => answers,
        Err(why) => return cannot_ask("health", &why),
    };
    // Whether or not it can be printed: the exit code says the same.
    let _unprinted = print("health", &format_args!("{}\n", line(&answers)));
    if answers.iter().all(|(_, health)| health.well) {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(NOT_WELL)
    }
}

fn ask(options: &cli::Health, signs: &[Sign]) -> Result<Vec<(Sign, Health)>, Unanswered> {
    let begun = vrrp_linux::now();
    let target = &options.target;
    let mut connection = find(&target.state_dir, target.name.as_deref(), PATIENCE)?;
    let mut answers = Vec::new();
    for sign in signs {
        // All of it within the same time: a probe does not wait longer.
        let left = PATIENCE.saturating_sub(vrrp_linux::now().since(begun));
        let health = connection.only(Ask::Health { of: *sign }, left, |answer| answer.health)?;
        answers.push((*sign, parse(health).map_err(|_| Unanswered::BesideThePoint)?));
    }
    Ok(answers)
}

/// `live, ready`, or `live; not ready: web: no first result yet`.
fn line(answers: &[(Sign, Health)]) -> String {
    let well = answers.iter().all(|(_, health)| health.well);
    let parts: Vec<String> = answers.iter().map(|(sign, health)| part(*sign, health)).collect();
    parts.join(if well { ", " } else { "; " })
}

fn part(sign: Sign, health: &Health) -> String {
    let sign = match sign {
        Sign::Live => "live",
        Sign::Ready => "ready",
    };
    if health.well {
        return sign.into();
    }
    let obstacles = health.obstacles.iter();
    let obstacles: Vec<String> = obstacles
        .map(|obstacle| clean(&format!("{}: {}", obstacle.about, obstacle.what)))
        .collect();
    format!("not {sign}: {}", obstacles.join("; "))
}
