//! `--avoid`: other sets of addresses, with which this one must share nothing.

mod claim;
mod files;
mod flaw;
mod pods;

use std::path::{Path, PathBuf};
use std::rc::Rc;

use serde_json::Value;
use vrrp_config::{AddressFlaw, EnvironmentFlaw, Severity};

use super::problem::{Place, Problems};
use super::settings::{OFFSET, Settings};
use super::template::kind;
use super::variables::Variables;
use claim::Claim;
use files::{Addresses, Found, ObjectId};
pub(super) use flaw::AvoidFlaw;
use pods::Pods;

/// What is in the files.
#[derive(Debug, Default)]
pub(super) struct Avoided(Vec<File>);

/// What is in one of them.
#[derive(Debug)]
struct File {
    path: PathBuf,
    objects: Vec<Rc<ObjectId>>,
    pods: Vec<Pods>,
    sets: Vec<Other>,
}

/// A set that is there already.
#[derive(Debug)]
struct Other {
    owner: Rc<ObjectId>,
    claim: Claim,
}

impl Avoided {
    pub(super) fn read(paths: &[PathBuf], problems: &mut Problems) -> Self {
        let read = |path: &PathBuf| {
            let documents = problems.keep(Place::Avoid(path.clone()), files::objects(path))?;
            Some(File::of(path, &documents, problems))
        };
        Self(paths.iter().filter_map(read).collect())
    }

    /// Reports what the set of these objects and settings would share with others.
    pub(super) fn compare(&self, objects: &[Value], settings: &Settings, problems: &mut Problems) {
        let ours: Vec<Rc<ObjectId>> = objects
            .iter()
            .filter(|object| kind(object) != "Namespace")
            .map(ObjectId::shared)
            .collect();
        let pods: Vec<Pods> = objects.iter().filter_map(Pods::of).collect();
        let deployment = objects
            .iter()
            .find(|object| kind(object) == "Deployment")
            .map(ObjectId::shared);
        let variables = settings.variables();
        let (Some(deployment), Ok(claim)) = (deployment, Claim::of(&variables)) else {
            return;
        };
        for file in &self.0 {
            let mut report = |flaw| problems.report(Place::Avoid(file.path.clone()), flaw);
            file.compare_objects(&ours, &mut report);
            file.compare_pods(&pods, &ours, &mut report);
            for other in &file.sets {
                let names = || (other.owner.clone(), deployment.clone());
                if let Some(shared) = claim.shared_vrids(&other.claim) {
                    let ((theirs, ours), offset) = (names(), self.free_offset(&variables));
                    report(AvoidFlaw::SameVrid {
                        theirs,
                        ours,
                        shared,
                        offset,
                    });
                } else if let Some(name) = claim.shared_daemon(&other.claim)
                    && other.owner != deployment
                {
                    let ((theirs, ours), name) = (names(), name.to_owned());
                    report(AvoidFlaw::SameName { theirs, ours, name });
                }
                if let Some(shared) = claim.shared_addresses(&other.claim) {
                    let (theirs, ours) = names();
                    report(AvoidFlaw::SameAddress { theirs, ours, shared });
                }
            }
        }
    }

    /// The first offset with which no VRID would be anybody else's.
    fn free_offset(&self, variables: &Variables) -> Option<u8> {
        let mut variables = variables.clone();
        let claims = (0..u8::MAX).map_while(|offset| {
            variables.insert(OFFSET.to_owned(), offset.to_string());
            // Once they do not fit, they fit no further up.
            Claim::of(&variables).ok().map(|claim| (offset, claim))
        });
        let others = || self.0.iter().flat_map(|file| &file.sets);
        let is_free = |claim: &Claim| others().all(|other| claim.shared_vrids(&other.claim).is_none());
        claims
            .into_iter()
            .find(|(_, claim)| is_free(claim))
            .map(|(offset, _)| offset)
    }
}

impl File {
    fn of(path: &Path, documents: &[Value], problems: &mut Problems) -> Self {
        let place = || Place::Avoid(path.to_owned());
        let mut sets = Vec::new();
        for found in documents.iter().flat_map(files::sets) {
            let owner = found.owner.clone();
            let claim = claim(found, |flaw| problems.report(place(), flaw));
            sets.extend(claim.map(|claim| Other { owner, claim }));
        }
        Self {
            path: path.to_owned(),
            objects: documents.iter().map(ObjectId::shared).collect(),
            pods: documents.iter().filter_map(Pods::of).collect(),
            sets,
        }
    }

    /// Pods that two objects would take for theirs, and that is not said already: the ones that matter most.
    fn compare_pods(&self, ours: &[Pods], objects: &[Rc<ObjectId>], report: &mut impl FnMut(AvoidFlaw)) {
        let theirs = self.pods.iter().filter(|theirs| !objects.contains(&theirs.owner));
        let meeting = |theirs: &'_ Pods| {
            let ours = ours.iter().find(|ours| theirs.meet(ours))?;
            Some((theirs.owner.clone(), ours.owner.clone()))
        };
        let both = theirs.filter_map(meeting);
        if let Some((theirs, ours)) = both.min_by_key(|(theirs, _)| theirs.kind != "Deployment") {
            report(AvoidFlaw::SamePods { theirs, ours });
        }
    }

    /// An object that would be another's: the one that matters most.
    fn compare_objects(&self, ours: &[Rc<ObjectId>], report: &mut impl FnMut(AvoidFlaw)) {
        let same = self.objects.iter().filter(|theirs| ours.contains(theirs));
        if let Some(same) = same.min_by_key(|same| same.kind != "Deployment") {
            report(AvoidFlaw::SameObject(same.clone()));
        }
        let anywhere = |theirs: &Rc<ObjectId>, ours: &Rc<ObjectId>| {
            theirs.namespace.is_none()
                && ours.namespace.is_some()
                && theirs.kind == ours.kind
                && theirs.name == ours.name
        };
        for theirs in &self.objects {
            if let Some(ours) = ours.iter().find(|ours| anywhere(theirs, ours)) {
                let (theirs, ours) = (theirs.clone(), ours.clone());
                report(AvoidFlaw::Anywhere { theirs, ours });
            }
        }
    }
}

/// What a set takes, as far as that can be known; everything that is in the way is reported.
fn claim(found: Found, mut report: impl FnMut(AvoidFlaw)) -> Option<Claim> {
    let Found {
        owner,
        mut variables,
        unknowable,
        addresses,
        is_ours,
    } = found;
    if addresses == Addresses::Elsewhere {
        report(AvoidFlaw::UnknowableAddresses(owner));
        return None;
    }
    for variable in unknowable.iter().copied() {
        let owner = owner.clone();
        report(AvoidFlaw::Unknowable { owner, variable });
    }
    let has_offset = variables
        .get(OFFSET)
        .is_some_and(|offset| !offset.trim().is_empty());
    if !is_ours && !has_offset && !unknowable.contains(&OFFSET) {
        report(AvoidFlaw::UnsetOffset(owner.clone()));
    }
    let flaws = match Claim::of(&variables) {
        Ok(claim) => return Some(claim),
        Err(flaws) => flaws,
    };
    let errors: Vec<_> = flaws
        .into_iter()
        .filter(|flaw| flaw.severity == Severity::Error)
        .collect();
    let is_ipv6 = |problem: &vrrp_config::Problem| {
        matches!(
            &problem.message,
            vrrp_config::Flaw::Environment(EnvironmentFlaw::InItem {
                flaw: AddressFlaw::Ipv6(_),
                ..
            })
        )
    };
    if errors.iter().all(is_ipv6) {
        report(AvoidFlaw::Ipv6(owner));
        files::keep_ipv4(&mut variables);
        return Claim::of(&variables).ok().map(Claim::of_addresses_alone);
    }
    for problem in errors.into_iter().map(Box::new) {
        let owner = owner.clone();
        report(AvoidFlaw::Unsound { owner, problem });
    }
    None
}
