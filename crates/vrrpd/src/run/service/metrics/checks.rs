//! Health checks.
//!
//! Bounds of the labels: `check` is a configured name, and `standing` one of four words.

use std::fmt;

use super::page::{Page, flag};
use crate::report::{Check, Run, Standing, Status};

const STANDINGS: [&str; 4] = ["unknown", "passing", "failing", "value"];

pub(super) fn write(page: &mut Page<'_>, status: &Status) -> fmt::Result {
    let checks = &status.checks;
    let standings = checks.iter().flat_map(|check| {
        let current = name(check.standing);
        STANDINGS.map(|standing| {
            let labels = [("check", check.name.as_str()), ("standing", standing)];
            (labels, flag(standing == current))
        })
    });
    page.gauges(
        "vrrpd_check_standing",
        "How a check stands, by its rise and fall: 1 for its standing, 0 for the others.",
        standings,
    )?;
    // A gauge is a floating-point number in any case.
    #[expect(
        clippy::cast_precision_loss,
        reason = "numbers of checks are small, as priorities are"
    )]
    let values = checks.iter().filter_map(|check| match check.standing {
        Standing::Value(value) => Some((of(check), value as f64)),
        Standing::Unknown | Standing::Passing | Standing::Failing => None,
    });
    page.gauges("vrrpd_check_value", "The number that a check says.", values)?;
    page.gauges(
        "vrrpd_check_standing_age_seconds",
        "How long a check has stood so.",
        checks
            .iter()
            .filter_map(|check| Some((of(check), check.since.as_ref()?.seconds_ago))),
    )?;
    last(page, checks)?;
    page.counters(
        "vrrpd_check_runs",
        "Runs of a check that have ended.",
        checks.iter().map(|check| (of(check), check.runs)),
    )?;
    page.counters(
        "vrrpd_check_failures",
        "Runs of a check that failed.",
        checks.iter().map(|check| (of(check), check.failures)),
    )?;
    page.counters(
        "vrrpd_check_run_seconds",
        "How long all runs of a check took together.",
        checks.iter().map(|check| (of(check), check.seconds)),
    )
}

fn last(page: &mut Page<'_>, checks: &[Check]) -> fmt::Result {
    let every = || {
        let ran = checks.iter();
        ran.filter_map(|check| Some((of(check), check.last.as_ref()?)))
    };
    page.gauges(
        "vrrpd_check_last_run_age_seconds",
        "How long ago the last run of a check ended.",
        every().map(|(labels, run): (_, &Run)| (labels, run.when.seconds_ago)),
    )?;
    page.gauges(
        "vrrpd_check_last_run_passed",
        "Whether the last run of a check passed.",
        every().map(|(labels, run)| (labels, flag(run.passed))),
    )?;
    page.gauges(
        "vrrpd_check_runnable",
        "Whether the last run of a check could look at all; if not, the check itself is broken.",
        every().map(|(labels, run)| (labels, flag(run.runnable))),
    )?;
    page.gauges(
        "vrrpd_check_last_run_seconds",
        "How long the last run of a check took.",
        every().map(|(labels, run)| (labels, run.took)),
    )
}

fn of(check: &Check) -> [(&'static str, &str); 1] {
    [("check", &check.name)]
}

fn name(standing: Standing) -> &'static str {
    match standing {
        Standing::Unknown => "unknown",
        Standing::Passing => "passing",
        Standing::Failing => "failing",
        Standing::Value(_) => "value",
    }
}
