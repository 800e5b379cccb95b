//! What only shows when everything is read: comparisons between instances, and references by name.

mod group;
mod http;
mod instance;
mod preempt;
mod track;

use std::collections::{HashMap, HashSet};

use vrrp_core::Tracked;

use crate::drafts::{Drafts, Index};
use crate::findings::{Finding, Findings};
use crate::source::{Elsewhere, Located, Place, Source, elsewhere};
use crate::{Bearer, FileFlaw, Flaw, Hint, Key, NameFlaw, ShapeFlaw, keys, suggest};

/// Everything that was read, and where to report what is wrong with it.
struct Comparison<'a> {
    drafts: &'a Drafts,
    sources: &'a [Source],
    /// What was wrong with single values.
    before: &'a [Finding],
    findings: Findings,
}

/// Compares all drafts. `before` is what was found wrong while they were read.
pub(crate) fn check(drafts: &Drafts, sources: &[Source], before: &[Finding]) -> Findings {
    let mut comparison = Comparison {
        drafts,
        sources,
        before,
        findings: Findings::default(),
    };
    comparison.names(drafts.checks.iter().map(|draft| &draft.name), Bearer::Check);
    comparison.names(drafts.instances.iter().map(|draft| &draft.name), Bearer::Instance);
    comparison.names(drafts.groups.iter().map(|draft| &draft.name), Bearer::Group);
    instance::compare(&mut comparison);
    track::compare(&mut comparison);
    group::compare(&mut comparison);
    preempt::compare(&mut comparison);
    http::compare(&mut comparison);
    comparison.findings
}

impl<'a> Comparison<'a> {
    /// Reports something that is not right in view of another place.
    fn report<F: Into<Flaw>>(&mut self, place: Place, other: Place, flaw: impl FnOnce(Elsewhere) -> F) {
        let flaw = flaw(elsewhere(self.sources, other, place.file));
        self.report_one(place, flaw);
    }

    fn report_one(&mut self, place: Place, flaw: impl Into<Flaw>) {
        let flaw = flaw.into();
        // Where the TOML is broken it may only not have been understood.
        let source = self.sources.get(place.file);
        if source.is_none_or(|source| source.trusts(place.offset, flaw.is_absence())) {
            self.findings.push(Finding { place, flaw });
        }
    }

    /// Reports names that are taken.
    fn names(&mut self, names: impl Iterator<Item = &'a Option<Located<String>>>, bearer: Bearer) {
        let mut taken = HashMap::new();
        for Located { value: name, place } in names.flatten() {
            let first = *taken.entry(name).or_insert(*place);
            if first != *place {
                self.report(*place, first, |first| NameFlaw::Twice {
                    name: name.clone(),
                    bearer,
                    first,
                });
            }
        }
    }

    /// Reports a reference to what is not there, and answers with what it may have meant.
    fn unknown(&mut self, place: Place, name: &str, bearer: Bearer, index: &Index<'a>) -> Option<&'a str> {
        let near = suggest::nearest(index.keys().copied(), name);
        self.report_one(
            place,
            NameFlaw::Unknown {
                name: name.escape_debug().to_string(),
                bearer,
                near: near.map(str::to_owned),
            },
        );
        near
    }

    /// Whether a reference to a check that is not there is wrong itself.
    fn knows_checks(&self, checks: &Index<'_>) -> bool {
        let tracks = self.drafts.instances.iter().flat_map(|instance| &instance.tracks);
        let names = tracks.filter_map(|track| match &track.what {
            Tracked::Check(name) => Some(&**name),
            Tracked::Interface(_) => None,
        });
        let nameless = self.drafts.checks.iter().filter(|check| check.name.is_none());
        !self.hides(keys::check::CHECK) && missing(names, checks) > nameless.count()
    }

    /// Whether a reference to an instance that is not there is wrong itself.
    fn knows_instances(&self, instances: &Index<'_>) -> bool {
        let members = self.drafts.groups.iter().flat_map(|group| &group.members);
        let names = members.map(|member| &*member.value);
        let nameless = self
            .drafts
            .instances
            .iter()
            .filter(|instance| instance.name.is_none());
        !self.hides(keys::INSTANCE) && missing(names, instances) > nameless.count()
    }

    /// Whether it is known what each instance tracks and who is in a group.
    fn knows_tracks(&self) -> bool {
        let about = [
            keys::INSTANCE,
            keys::GROUP,
            keys::INSTANCES,
            keys::track::CHECKS,
            keys::track::CHECK,
            keys::track::INTERFACES,
            keys::track::INTERFACE,
        ];
        !about.iter().any(|key| self.hides(key))
    }

    /// Whether something of `key` may be in the files without having been understood.
    fn hides(&self, key: &'static Key) -> bool {
        self.before.iter().any(|finding| match &finding.flaw {
            Flaw::File(flaw) => matches!(
                flaw,
                FileFlaw::IncludeUnreadable { .. } | FileFlaw::IncludePattern { .. } | FileFlaw::NotUtf8(_)
            ),
            Flaw::Variable(_) => true,
            Flaw::Shape(flaw) => match flaw {
                ShapeFlaw::Syntax(_) | ShapeFlaw::KeyTwice(_) => true,
                ShapeFlaw::UnknownKey { hint, .. } => match hint {
                    Hint::Spelling(name) => *name == key.name(),
                    Hint::Keepalived(_) => true,
                    Hint::Misplaced(_) | Hint::Known(_) => false,
                },
                ShapeFlaw::SingleTable(about) | ShapeFlaw::WrongType { key: about, .. } => *about == key,
                _ => false,
            },
            _ => false,
        })
    }
}

/// How many of these names nobody has, each counted once. If that is not more than there is of what has a name that
/// could not be understood, they may be those names; if it is, they are not all.
fn missing<'n>(names: impl Iterator<Item = &'n str>, index: &Index<'_>) -> usize {
    let missing: HashSet<&str> = names.filter(|name| !index.contains_key(name)).collect();
    missing.len()
}
