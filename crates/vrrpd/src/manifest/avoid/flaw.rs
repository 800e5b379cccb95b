//! What can be wrong with a file of `--avoid`, or with this set beside one that is in it.

use std::net::IpAddr;
use std::rc::Rc;

use vrrp_core::Vrid;

use super::claim::Shared;
use super::files::ObjectId;

/// What can be wrong with a file, or with this set beside one that is in it.
#[derive(Debug, thiserror::Error)]
pub(in crate::manifest) enum AvoidFlaw {
    #[error("it cannot be read: {0}")]
    Unreadable(String),
    #[error(
        "it has more than {0} MiB; give the Deployments and DaemonSets alone, of fewer namespaces at a time"
    )]
    Large(u64),
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
        "{0} takes its addresses from elsewhere (`valueFrom`): neither they nor its VRIDs are known, and they are not \
         compared"
    )]
    UnknowableAddresses(Rc<ObjectId>),
    #[error(
        "{0} has IPv6 addresses, which are not compared; and how many virtual routers it makes of them is not known, so \
         neither are its VRIDs"
    )]
    Ipv6(Rc<ObjectId>),
    #[error(
        "{0} does not set OPENSHIFT_HA_VRRP_ID_OFFSET, and is compared as if its first VRID were 1, as it is with \
         vrrpd; with OpenShift's image it is 11 since 4.20: look at the keepalived.conf in its pods"
    )]
    UnsetOffset(Rc<ObjectId>),
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
        "{theirs} selects the pods of {ours} too, or the other way round: neither would be rolled out or drained; give \
         another NAME or --namespace"
    )]
    SamePods {
        theirs: Rc<ObjectId>,
        ours: Rc<ObjectId>,
    },
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
    pub(in crate::manifest) fn is_warning(&self) -> bool {
        matches!(
            self,
            Self::Unknowable { .. }
                | Self::UnknowableAddresses(_)
                | Self::Ipv6(_)
                | Self::UnsetOffset(_)
                | Self::Anywhere { .. }
        )
    }
}

fn mend(offset: Option<u8>) -> String {
    match offset {
        Some(offset) => format!("--vrrp-id-offset {offset} is the first that fits"),
        None => "no --vrrp-id-offset fits: ask for fewer virtual routers by --virtual-ip-groups".to_owned(),
    }
}
