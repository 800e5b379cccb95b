//! The promises.

use core::fmt;

#[cfg(doc)]
use vrrp_core::Action;

/// Which promise was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// BACKUP and MASTER have a deadline; a deadline that was met moves on.
    Deadline,
    /// Every change of state is reported once, and has a cause that fits.
    Transition,
    /// Adverts are sent by a MASTER only: with its priority, and the resignation and last advert that the rules name.
    Sending,
    /// A MASTER's adverts are never further apart than the interval, and it answers a contender at once.
    Rhythm,
    /// A MASTER does not flood.
    Flood,
    /// Claims and releases alternate, epochs go up, and the state is MASTER only while the kernel has the addresses.
    Holding,
    /// An address that somebody removed is put back.
    Repair,
    /// A winner announces itself, and nobody else does.
    Announcing,
    /// A stale answer, a spurious timeout, a rejected packet, or the same again change nothing.
    Inert,
    /// What nobody may believe is rejected.
    Rejecting,
    /// A MASTER yields to a better one at once, and to nobody else.
    Yielding,
    /// Nobody takes over before its time, or from a MASTER that it must spare.
    TooEarly,
    /// Nobody takes over after its time.
    TooLate,
    /// The successor of a silent MASTER speaks first and then claims; one that displaces a living MASTER claims first.
    Order,
    /// An event causes at most [`Action::MOST`] actions.
    Bounded,
    /// Nobody takes over while there is something left to read.
    ReadFirst,
    /// Nobody displaces a living MASTER that it must spare: one that is its equal or better, any without preemption, one
    /// at or above the threshold.
    Sparing,
    /// Who cannot take part is in FAULT, and nobody else.
    Unfit,
    /// Members of a sync group are MASTER together or not at all, and when all can be, they are.
    Group,
    /// FAULT of one member of a sync group is FAULT of all.
    GroupFault,
    /// In a connected and quiet LAN there is a MASTER within 3 x interval + skew.
    NoMaster,
    /// And only one, which serves.
    NotOneMaster,
    /// And it is the right one.
    WrongMaster,
    /// Two MASTERs that can hear each other are one after one exchange of adverts.
    TwoMasters,
    /// A run ends.
    Endless,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Deadline => "BACKUP and MASTER have a deadline, and one that was met moves on",
            Self::Transition => "every change of state is reported once and has a cause",
            Self::Sending => "only a MASTER sends adverts",
            Self::Rhythm => "a MASTER's adverts and answers come in time",
            Self::Flood => "a MASTER does not flood",
            Self::Holding => {
                "claims and releases alternate, and MASTER means that the kernel has the addresses"
            }
            Self::Repair => "an address that somebody removed is put back",
            Self::Announcing => "a winner announces itself, and nobody else does",
            Self::Inert => "what means nothing changes nothing",
            Self::Rejecting => "what nobody may believe is rejected",
            Self::Yielding => "a MASTER yields to a better one at once, and to nobody else",
            Self::TooEarly => "nobody takes over before its time",
            Self::TooLate => "nobody takes over after its time",
            Self::Order => "a dead MASTER's successor speaks first, a living one's claims first",
            Self::Bounded => "an event causes a bounded number of actions",
            Self::ReadFirst => "nobody takes over with packets unread",
            Self::Sparing => "nobody displaces a living MASTER that it must spare",
            Self::Unfit => "who cannot take part is in FAULT, and nobody else",
            Self::Group => "members of a sync group are MASTER together or not at all",
            Self::GroupFault => "FAULT of one member of a sync group is FAULT of all",
            Self::NoMaster => "a connected and quiet LAN has a MASTER within 3 x interval + skew",
            Self::NotOneMaster => "a connected and quiet LAN has one MASTER, and it serves",
            Self::WrongMaster => "a connected and quiet LAN has the right MASTER",
            Self::TwoMasters => "two MASTERs that hear each other are one after one exchange",
            Self::Endless => "a run ends",
        })
    }
}

/// A promise that was broken, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// Which.
    pub rule: Rule,
    /// How, in words.
    pub detail: String,
}

/// `Err` unless the promise was kept.
pub(crate) fn hold(kept: bool, rule: Rule, detail: impl FnOnce() -> String) -> Result<(), Breach> {
    if kept {
        Ok(())
    } else {
        Err(Breach {
            rule,
            detail: detail(),
        })
    }
}
