//! What became of each health check's runs.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use vrrp_checks::Standing;
use vrrp_config::Config;
use vrrp_core::{Time, Tracked};

use super::assemble::Now;
use crate::report;

/// All checks, in the order of the configuration.
#[derive(Debug)]
pub(super) struct CheckBook(Mutex<Vec<Page>>);

#[derive(Clone, Debug, Default)]
struct Page {
    standing: Option<(Time, Standing)>,
    last: Option<(Time, vrrp_checks::Run)>,
    runs: u64,
    failures: u64,
    took: Duration,
}

impl CheckBook {
    /// Nothing has been run yet.
    pub(super) fn new(checks: usize) -> Self {
        Self(Mutex::new(vec![Page::default(); checks]))
    }

    /// A run has ended, and the check stands otherwise than before if there is a standing.
    pub(super) fn ran(&self, now: Time, check: usize, run: vrrp_checks::Run, standing: Option<&Standing>) {
        let mut pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(page) = pages.get_mut(check) else { return };
        page.runs += 1;
        page.failures += u64::from(run.result.is_err());
        page.took += run.took;
        page.last = Some((now, run));
        if let Some(standing) = standing {
            page.standing = Some((now, standing.clone()));
        }
    }

    /// How all stand.
    pub(super) fn report(&self, now: Now, config: &Config) -> Vec<report::Check> {
        let pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let checks = config.checks.iter().zip(pages.iter());
        checks
            .map(|(check, page)| page.report(now, config, check))
            .collect()
    }
}

impl Page {
    fn report(&self, now: Now, config: &Config, check: &vrrp_checks::Check) -> report::Check {
        let depends = |instance: &&vrrp_config::InstanceConfig| {
            let mut tracks = instance.params.tracks.iter();
            tracks.any(|track| matches!(&track.what, Tracked::Check(name) if **name == *check.name))
        };
        report::Check {
            name: check.name.clone(),
            what: check.probe.to_string(),
            interval: check.interval.as_secs_f64(),
            standing: match &self.standing {
                None => report::Standing::Unknown,
                Some((_, Standing::Passing)) => report::Standing::Passing,
                Some((_, Standing::Failing(_))) => report::Standing::Failing,
                Some((_, Standing::Value(value))) => report::Standing::Value(*value),
            },
            since: self.standing.as_ref().map(|(at, _)| now.ago(*at)),
            last: self.last.as_ref().map(|(at, run)| report::Run {
                when: now.ago(*at),
                passed: run.result.is_ok(),
                says: match &run.result {
                    Ok(None) => "passed".to_owned(),
                    Ok(Some(value)) => format!("says {value}"),
                    Err(reason) => reason.clone(),
                },
                runnable: run.runnable,
                took: run.took.as_secs_f64(),
            }),
            runs: self.runs,
            failures: self.failures,
            seconds: self.took.as_secs_f64(),
            routers: config
                .instances
                .iter()
                .filter(depends)
                .map(|instance| instance.name.clone())
                .collect(),
        }
    }
}
