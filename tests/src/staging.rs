//! Conditions on a stage: each is not there before its cause, is told within seconds, and goes when its cause does.

use core::fmt::Display;
use core::time::Duration;

use anyhow::{Result, ensure};

use crate::clock::{monotonic, wall};
use crate::lab::Lab;
use crate::stalls::longest_stall;
use crate::status::{Condition, Control, Event};

/// Within this time from its cause a condition is told.
const SOON: Duration = Duration::from_secs(5);
/// Within this time after its cause went a condition is over: what is heard on the wire counts for one
/// `Master_Down_Interval`, which is less than 4 s here.
const OVER: Duration = Duration::from_secs(9);
/// Where daemons that are to have metrics serve them: `[http] listen = "127.0.0.1:9650"`.
const HTTP: u16 = 9650;

/// A condition as one daemon must tell it.
#[derive(Clone, Debug)]
pub struct Expected {
    whose: Control,
    kind: &'static str,
    severity: &'static str,
    router: Option<&'static str>,
    about: Option<String>,
    causes: Vec<String>,
    over: Duration,
    has_metrics: bool,
}

impl Expected {
    /// Something is wrong, says this daemon.
    pub fn problem(whose: &Control, kind: &'static str) -> Self {
        Self {
            whose: whose.clone(),
            kind,
            severity: "problem",
            router: None,
            about: None,
            causes: Vec::new(),
            over: OVER,
            has_metrics: true,
        }
    }

    /// Something may be meant so.
    pub fn notice(whose: &Control, kind: &'static str) -> Self {
        Self {
            severity: "notice",
            ..Self::problem(whose, kind)
        }
    }

    /// With this virtual router.
    #[must_use]
    pub fn of(self, router: &'static str) -> Self {
        Self {
            router: Some(router),
            ..self
        }
    }

    /// With this peer, interface or check.
    #[must_use]
    pub fn about(self, about: &(impl Display + ?Sized)) -> Self {
        Self {
            about: Some(about.to_string()),
            ..self
        }
    }

    /// Its cause names this.
    #[must_use]
    pub fn naming(mut self, what: &(impl Display + ?Sized)) -> Self {
        self.causes.push(what.to_string());
        self
    }

    /// It lasts longer than its cause does, by design.
    #[must_use]
    pub fn over_within(self, over: Duration) -> Self {
        Self { over, ..self }
    }

    /// What is wrong is HTTP itself.
    #[must_use]
    pub fn without_metrics(self) -> Self {
        Self {
            has_metrics: false,
            ..self
        }
    }

    fn is(&self, condition: &Condition) -> bool {
        condition.kind == self.kind
            && condition.router.as_deref() == self.router
            && condition.about == self.about
    }

    /// Whether it is told, everywhere; if told at all, it must be told well.
    fn is_told(&self) -> Result<bool> {
        let status = self.whose.status()?;
        let Some(condition) = status.conditions.iter().find(|condition| self.is(condition)) else {
            return Ok(false);
        };
        ensure!(
            condition.severity == self.severity,
            "{condition:?} is a {}",
            self.severity
        );
        ensure!(!condition.hint.is_empty(), "{condition:?} says what to do");
        for cause in &self.causes {
            ensure!(condition.cause.contains(cause), "{condition:?} names {cause}");
        }
        self.is_measured(true)
    }

    /// Whether it is told nowhere.
    fn is_untold(&self) -> Result<bool> {
        let status = self.whose.status()?;
        if status.conditions.iter().any(|condition| self.is(condition)) {
            return Ok(false);
        }
        // Others of the same kind may last: they share the metric.
        self.is_measured(status.condition(self.kind, self.router).is_some())
    }

    fn is_measured(&self, there: bool) -> Result<bool> {
        if !self.has_metrics {
            return Ok(true);
        }
        let (kind, severity, router) = (self.kind, self.severity, self.router.unwrap_or_default());
        let series =
            format!("vrrpd_condition{{condition=\"{kind}\",severity=\"{severity}\",router=\"{router}\"}}");
        let expected = there.then_some(1.0);
        Ok(self.whose.metric(HTTP, &series)? == expected)
    }

    /// `vrrpd status` names it, and its exit code says how bad it is.
    fn is_shown(&self) -> Result<()> {
        let shown = self.whose.command(&["status"])?;
        let text = String::from_utf8_lossy(&shown.stdout);
        let label = if self.severity == "problem" {
            "PROBLEM"
        } else {
            "notice"
        };
        let named = text
            .lines()
            .any(|line| line.starts_with(label) && line.split_whitespace().any(|word| word == self.kind));
        ensure!(named, "`vrrpd status` names {} as a {label}:\n{text}", self.kind);
        if self.severity == "problem" {
            ensure!(shown.status.code() == Some(1), "{}", shown.status);
        }
        Ok(())
    }

    fn concerns(&self, event: &Event) -> bool {
        event.kind.as_deref() == Some(self.kind)
            && event.router.as_deref() == self.router
            && event.about == self.about
    }

    /// After the event of this number it began once and then ended.
    fn is_chronicled(&self, after: u64) -> Result<()> {
        let events = self.whose.events(after)?;
        let kinds: Vec<&str> = events
            .iter()
            .filter(|event| self.concerns(event))
            .map(|event| event.event.as_str())
            .collect();
        ensure!(
            kinds == ["condition_began", "condition_ended"],
            "{} began and ended once: {events:#?}",
            self.kind
        );
        Ok(())
    }

    fn name(&self) -> String {
        let Self {
            kind, router, about, ..
        } = self;
        format!(
            "{kind} of {} ({})",
            router.unwrap_or("the daemon"),
            about.as_deref().unwrap_or("-")
        )
    }
}

/// A stage on which nothing is wrong yet: what comes next is the cause.
#[derive(Debug)]
#[must_use = "what is expected must be seen"]
pub struct Stage<'lab> {
    lab: &'lab Lab,
    /// Each with the number of its daemon's last event before its cause.
    conditions: Vec<(Expected, u64)>,
}

/// A stage on which all that was expected is told: what comes next is the end of its cause.
#[derive(Debug)]
#[must_use = "whether it goes must be seen"]
pub struct Told<'lab>(Stage<'lab>);

impl<'lab> Stage<'lab> {
    /// Conditions that have one cause, none of which is there before.
    pub fn set(lab: &'lab Lab, expected: impl IntoIterator<Item = Expected>) -> Result<Self> {
        let mut conditions = Vec::new();
        for expected in expected {
            ensure!(
                expected.is_untold()?,
                "{} is there before its cause\n{}",
                expected.name(),
                lab.diagnosis()
            );
            let last = expected.whose.events(0)?.last().map(|event| event.sequence);
            conditions.push((expected, last.unwrap_or(0)));
        }
        Ok(Self { lab, conditions })
    }

    /// Conditions that begin with their daemon, which has just started.
    pub fn from_the_start(lab: &'lab Lab, expected: impl IntoIterator<Item = Expected>) -> Self {
        let conditions = expected.into_iter().map(|expected| (expected, 0)).collect();
        Self { lab, conditions }
    }

    /// Now the cause is there: each is told soon.
    pub fn told(self) -> Result<Told<'lab>> {
        self.all("is told", |_| SOON, Expected::is_told)?;
        for (expected, _) in &self.conditions {
            expected.is_shown()?;
        }
        Ok(Told(self))
    }

    fn all(
        &self,
        what: &str,
        limit: impl Fn(&Expected) -> Duration,
        holds: impl Fn(&Expected) -> Result<bool>,
    ) -> Result<()> {
        let (begun, since) = (monotonic(), wall());
        for (expected, _) in &self.conditions {
            let (limit, name) = (limit(expected), expected.name());
            // Twice as long, to see how late it is.
            self.lab
                .eventually(limit * 2, &format!("{name} {what}"), || holds(expected))?;
            let (took, stall) = (monotonic().saturating_sub(begun), longest_stall(since));
            ensure!(
                took < limit + stall,
                "{name} {what} only after {took:?} (the machine stood still for {stall:?})"
            );
        }
        Ok(())
    }
}

impl Told<'_> {
    /// Now the cause is gone: each is over in time, and what happened tells both.
    pub fn over(self) -> Result<()> {
        self.0
            .all("is over", |expected| expected.over, Expected::is_untold)?;
        for (expected, before) in &self.0.conditions {
            expected.is_chronicled(*before)?;
        }
        Ok(())
    }
}
