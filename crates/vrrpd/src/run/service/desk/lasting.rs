//! Conditions over time: since when each has been there, and which are new or over.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::Duration;

use vrrp_core::Time;

use crate::report::{Ago, Condition, Happened, Kind};

/// A condition as it is seen at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::run) struct Finding {
    pub(in crate::run) kind: Kind,
    /// The virtual router that it is about.
    pub(in crate::run) router: Option<String>,
    /// What else it is about.
    pub(in crate::run) about: Option<String>,
    /// What was seen.
    pub(in crate::run) cause: String,
    /// What to do about it.
    pub(in crate::run) hint: String,
}

/// What makes a condition the same as before: what was seen may change its words.
type Key = (Kind, Option<String>, Option<String>);

/// Since when conditions have been there.
#[derive(Debug, Default)]
pub(super) struct Lasting(BTreeMap<Key, Time>);

impl Lasting {
    /// Takes in what is seen at this moment, which is so long after 1970. Answers with all conditions, problems first
    /// and the oldest first, and with what that changed.
    pub(super) fn follow(
        &mut self,
        now: Time,
        wall: Duration,
        findings: Vec<Finding>,
    ) -> (Vec<Condition>, Vec<Happened>) {
        let mut news = Vec::new();
        let mut before = std::mem::take(&mut self.0);
        let mut conditions: Vec<(Time, Condition)> = Vec::new();
        for finding in findings {
            let key = (finding.kind, finding.router.clone(), finding.about.clone());
            if self.0.contains_key(&key) {
                continue;
            }
            let since = before.remove(&key).unwrap_or_else(|| {
                news.push(Happened::ConditionBegan {
                    kind: finding.kind,
                    severity: finding.kind.severity(),
                    router: finding.router.clone(),
                    about: finding.about.clone(),
                    cause: finding.cause.clone(),
                });
                now
            });
            self.0.insert(key, since);
            let condition = Condition {
                kind: finding.kind,
                severity: finding.kind.severity(),
                router: finding.router,
                about: finding.about,
                since: Ago::before(wall, now.since(since)),
                cause: finding.cause,
                hint: finding.hint,
            };
            conditions.push((since, condition));
        }
        news.extend(
            before
                .into_iter()
                .map(|((kind, router, about), since)| Happened::ConditionEnded {
                    kind,
                    router,
                    about,
                    lasted: now.since(since).as_secs_f64(),
                }),
        );
        conditions.sort_by_key(|(since, condition)| (condition.severity, *since, condition.kind));
        (
            conditions.into_iter().map(|(_, condition)| condition).collect(),
            news,
        )
    }
}
