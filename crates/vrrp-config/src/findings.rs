//! What is wrong, as it is found.

#[cfg(test)]
mod tests;

use crate::source::Place;
use crate::{FileFlaw, Flaw, Severity};

/// Nobody reads more. What is beyond is not kept, so that a file of nothing but mistakes does not take the memory of a
/// daemon that reads it.
pub(crate) const MOST: usize = 1000;

/// Something wrong, and where.
#[derive(Debug)]
pub(crate) struct Finding {
    pub(crate) place: Place,
    pub(crate) flaw: Flaw,
}

/// The first of all findings, in the order in which they are made.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    kept: Vec<Finding>,
    /// The worst of what there was no room for.
    left_out: Option<Severity>,
}

impl Findings {
    pub(crate) fn push(&mut self, finding: Finding) {
        if self.kept.len() < MOST {
            self.kept.push(finding);
        } else {
            self.leave_out(finding.flaw.severity());
        }
    }

    /// Notes that something is wrong that is not kept.
    pub(crate) fn leave_out(&mut self, severity: Severity) {
        self.left_out = self.left_out.max(Some(severity));
    }

    /// Whether an error is left out: then nothing that is still to be read changes what is answered.
    pub(crate) fn end_early(&self) -> bool {
        self.left_out == Some(Severity::Error)
    }

    pub(crate) fn kept(&self) -> &[Finding] {
        &self.kept
    }

    /// Takes out what was found after the first `count`.
    pub(crate) fn split_off(&mut self, count: usize) -> Vec<Finding> {
        self.kept.split_off(count)
    }

    /// Whether any of it keeps the configuration from running.
    pub(crate) fn refuse(&self) -> bool {
        let kept = self.kept.iter().map(|finding| finding.flaw.severity());
        kept.chain(self.left_out)
            .any(|severity| severity == Severity::Error)
    }

    /// All of it in the order of the places, and last what is to be said if it is not all.
    pub(crate) fn finish(mut self) -> (Vec<Finding>, Option<Flaw>) {
        self.kept.sort_by_key(|finding| finding.place);
        let end = self.left_out.map(|severity| FileFlaw::More(severity).into());
        (self.kept, end)
    }

    /// Takes in what was found elsewhere.
    pub(crate) fn append(&mut self, other: Self) {
        self.extend(other.kept);
        if let Some(severity) = other.left_out {
            self.leave_out(severity);
        }
    }
}

impl Extend<Finding> for Findings {
    fn extend<I: IntoIterator<Item = Finding>>(&mut self, findings: I) {
        for finding in findings {
            self.push(finding);
        }
    }
}
