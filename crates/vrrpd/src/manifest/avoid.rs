//! `--avoid`: other sets of addresses, with which this one must share nothing.

mod claim;
mod files;

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use serde_json::Value;
use vrrp_core::Vrid;

use super::problem::{Place, Problems};
use super::settings::{OFFSET, Settings};
use super::template::kind;
use super::variables::Variables;
use claim::{Claim, Shared};
use files::ObjectId;

/// What can be wrong with a file, or with this set beside one that is in it.
#[derive(Debug, thiserror::Error)]
pub(super) enum AvoidFlaw {
    #[error("it cannot be read: {0}")]
    Unreadable(String),
    #[error("it is neither YAML nor JSON: {0}")]
    Syntax(String),
    #[error(
        "it has no pod template with OPENSHIFT_HA_VIRTUAL_IPS, so there is nothing to avoid; is it the right file?"
    )]
    NoSet,
    #[error("{owner}: {problem}")]
    Unsound {
        owner: Rc<ObjectId>,
        problem: Box<vrrp_config::Problem>,
    },
    #[error(
        "{owner} takes {variable} from elsewhere (`valueFrom`), and it is compared as if that were not set"
    )]
    Unknowable {
        owner: Rc<ObjectId>,
        variable: &'static str,
    },
    #[error(
        "{theirs} has no namespace there: if it is in that of {ours}, this one replaces it; give another NAME"
    )]
    Anywhere {
        theirs: Rc<ObjectId>,
        ours: Rc<ObjectId>,
    },
    #[error("{0} is in it too, and this one would replace it; give another NAME or --namespace")]
    SameObject(Rc<ObjectId>),
    #[error(
        "{theirs} has daemons that are called `{name}`, as those of {ours} would be, and two of one name do not run on \
         one node; give another NAME"
    )]
    SameName {
        theirs: Rc<ObjectId>,
        ours: Rc<ObjectId>,
        name: String,
    },
    #[error(
        "{theirs} has VRID {}, as {ours} would; {}", shared, mend(*.offset)
    )]
    SameVrid {
        theirs: Rc<ObjectId>,
        ours: Rc<ObjectId>,
        shared: Shared<Vrid>,
        /// What to give instead.
        offset: Option<u8>,
    },
    #[error("{theirs} has the address {shared}, as {ours} would; leave it to one of them")]
    SameAddress {
        theirs: Rc<ObjectId>,
        ours: Rc<ObjectId>,
        shared: Shared<IpAddr>,
    },
}

impl AvoidFlaw {
    pub(super) fn is_warning(&self) -> bool {
        matches!(self, Self::Unknowable { .. } | Self::Anywhere { .. })
    }
}

fn mend(offset: Option<u8>) -> String {
    match offset {
        Some(offset) => format!("--vrrp-id-offset {offset} is the first that fits"),
        None => "no --vrrp-id-offset fits: ask for fewer virtual routers by --virtual-ip-groups".to_owned(),
    }
}

/// What is in the files.
#[derive(Debug, Default)]
pub(super) struct Avoided(Vec<File>);

/// What is in one of them.
#[derive(Debug)]
struct File {
    path: PathBuf,
    objects: Vec<Rc<ObjectId>>,
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
                } else if other.claim.daemon == claim.daemon && other.owner != deployment {
                    let ((theirs, ours), name) = (names(), claim.daemon.clone());
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
            for variable in found.unknowable {
                let owner = found.owner.clone();
                problems.report(place(), AvoidFlaw::Unknowable { owner, variable });
            }
            match Claim::of(&found.variables) {
                Ok(claim) => sets.push(Other {
                    owner: found.owner,
                    claim,
                }),
                Err(flaws) => {
                    let errors = flaws
                        .into_iter()
                        .filter(|flaw| flaw.severity == vrrp_config::Severity::Error);
                    for problem in errors.map(Box::new) {
                        let owner = found.owner.clone();
                        problems.report(place(), AvoidFlaw::Unsound { owner, problem });
                    }
                }
            }
        }
        Self {
            path: path.to_owned(),
            objects: documents.iter().map(ObjectId::shared).collect(),
            sets,
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
