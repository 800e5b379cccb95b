//! The defects that can be planted.

use core::fmt;

/// A way in which the core, or the daemon around it, could be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Defect {
    /// A rejected packet re-arms the MASTER's advert timer.
    RejectRearms,
    /// Of two equal MASTERs the one with the lower address stays.
    TieReversed,
    /// The `preempt_delay` also delays the replacement of a dead MASTER.
    DelaySparesTheDead,
    /// An answer counts for whatever claim is current.
    StaleAnswerCounts,
    /// A loser keeps its addresses.
    NothingReleased,
    /// Every claim is made twice.
    ClaimsTwice,
    /// A BACKUP sends an advert when it hears one.
    BackupSpeaks,
    /// Nobody listens to a resignation.
    ResignationIgnored,
    /// A MASTER does not yield to a higher priority.
    HigherIgnored,
    /// A MASTER's adverts come a tenth late.
    SlowRhythm,
    /// A BACKUP does not accept its equal.
    EqualIgnored,
    /// A MASTER that stops does not say so.
    NoResignation,
    /// A removed address is not put back.
    NoRepair,
    /// A contender is not answered.
    NoAnswer,
    /// Without preemption a lower MASTER is displaced all the same.
    NeverPreemptsAnyway,
    /// A wake-up before the deadline counts as the deadline.
    SpuriousTimeoutCounts,
    /// A new MASTER does not announce its addresses.
    NoAnnouncement,
    /// The same parameters again are taken for new ones.
    SameParamsRestart,
    /// The daemon believes that nothing was heard before it has read what has arrived.
    TimersBeforePackets,
    /// The daemon handles one packet at each wake-up and believes a deadline although more are waiting.
    HalfDrained,
    /// What is tracked with a weight changes no priority.
    WeightIgnored,
    /// A check of weight 0 that has no result yet counts as passing.
    UnknownPasses,
    /// A MASTER at or above the threshold is displaced all the same.
    ThresholdIgnored,
    /// Another priority is not told.
    PriorityUntold,
    /// Members of a sync group do not wait for each other.
    MemberAlone,
    /// A MASTER whose sync group must wait does not resign.
    GroupUntold,
}

impl Defect {
    /// All of them.
    pub const ALL: [Self; 26] = [
        Self::RejectRearms,
        Self::TieReversed,
        Self::DelaySparesTheDead,
        Self::StaleAnswerCounts,
        Self::NothingReleased,
        Self::ClaimsTwice,
        Self::BackupSpeaks,
        Self::ResignationIgnored,
        Self::HigherIgnored,
        Self::SlowRhythm,
        Self::EqualIgnored,
        Self::NoResignation,
        Self::NoRepair,
        Self::NoAnswer,
        Self::NeverPreemptsAnyway,
        Self::SpuriousTimeoutCounts,
        Self::NoAnnouncement,
        Self::SameParamsRestart,
        Self::TimersBeforePackets,
        Self::HalfDrained,
        Self::WeightIgnored,
        Self::UnknownPasses,
        Self::ThresholdIgnored,
        Self::PriorityUntold,
        Self::MemberAlone,
        Self::GroupUntold,
    ];
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RejectRearms => "a rejected packet re-arms the advert timer",
            Self::TieReversed => "of two equal MASTERs the lower address stays",
            Self::DelaySparesTheDead => "preempt_delay also delays a dead MASTER's replacement",
            Self::StaleAnswerCounts => "a stale answer counts for the current claim",
            Self::NothingReleased => "a loser keeps its addresses",
            Self::ClaimsTwice => "every claim is made twice",
            Self::BackupSpeaks => "a BACKUP sends adverts",
            Self::ResignationIgnored => "a resignation is ignored",
            Self::HigherIgnored => "a MASTER does not yield to a higher priority",
            Self::SlowRhythm => "a MASTER's adverts come a tenth late",
            Self::EqualIgnored => "a BACKUP does not accept its equal",
            Self::NoResignation => "a MASTER that stops does not resign",
            Self::NoRepair => "a removed address is not put back",
            Self::NoAnswer => "a contender is not answered",
            Self::NeverPreemptsAnyway => "preemption although it is off",
            Self::SpuriousTimeoutCounts => "a spurious timeout counts",
            Self::NoAnnouncement => "a new MASTER does not announce itself",
            Self::SameParamsRestart => "the same parameters again restart the rhythm",
            Self::TimersBeforePackets => "the daemon lets timers fire before it has read",
            Self::HalfDrained => "the daemon believes a deadline with packets unread",
            Self::WeightIgnored => "a weight is ignored",
            Self::UnknownPasses => "a check of weight 0 without a result counts as passing",
            Self::ThresholdIgnored => "the preemption threshold is ignored",
            Self::PriorityUntold => "another priority is not told",
            Self::MemberAlone => "a member of a sync group is MASTER alone",
            Self::GroupUntold => "a MASTER whose sync group must wait does not resign",
        })
    }
}
