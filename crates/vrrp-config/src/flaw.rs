//! What can be wrong with a configuration: every message, and what would be right.

mod address;
mod check;
mod control;
mod environment;
mod file;
mod group;
mod http;
mod instance;
mod name;
mod script;
mod shape;
mod track;
mod variable;

pub use address::AddressFlaw;
pub use check::CheckFlaw;
pub use control::ControlFlaw;
pub use environment::EnvironmentFlaw;
pub use file::{FileFlaw, ReadFailure};
pub use group::GroupFlaw;
pub use http::HttpFlaw;
pub use instance::InstanceFlaw;
pub use name::{Bearer, NameFlaw};
pub use script::{Power, ScriptFlaw};
pub use shape::ShapeFlaw;
pub use track::TrackFlaw;
pub use variable::VariableFlaw;

use crate::Severity;

/// Something wrong, without its place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// With a file as such.
    #[error(transparent)]
    File(#[from] FileFlaw),
    /// With the TOML, a key or the type of a value.
    #[error(transparent)]
    Shape(#[from] ShapeFlaw),
    /// With a `${...}`.
    #[error(transparent)]
    Variable(#[from] VariableFlaw),
    /// With an address.
    #[error(transparent)]
    Address(#[from] AddressFlaw),
    /// With anything else that an instance is made of.
    #[error(transparent)]
    Instance(#[from] InstanceFlaw),
    /// With the name of something.
    #[error(transparent)]
    Name(#[from] NameFlaw),
    /// With a health check.
    #[error(transparent)]
    Check(#[from] CheckFlaw),
    /// With a script.
    #[error(transparent)]
    Script(#[from] ScriptFlaw),
    /// With what an instance tracks.
    #[error(transparent)]
    Track(#[from] TrackFlaw),
    /// With a sync group.
    #[error(transparent)]
    Group(#[from] GroupFlaw),
    /// With where the status is served.
    #[error(transparent)]
    Http(#[from] HttpFlaw),
    /// With who may use the control socket.
    #[error(transparent)]
    Control(#[from] ControlFlaw),
    /// With an environment variable that is a setting.
    #[error(transparent)]
    Environment(#[from] EnvironmentFlaw),
}

impl Flaw {
    /// Whether it keeps the configuration from running.
    pub fn severity(&self) -> Severity {
        let warning = match self {
            Self::Shape(_) | Self::Variable(_) | Self::Name(_) => false,
            Self::File(flaw) => matches!(flaw, FileFlaw::FifoNowhere(_) | FileFlaw::More(Severity::Warning)),
            Self::Address(flaw) => matches!(
                flaw,
                AddressFlaw::ForeignLabel { .. }
                    | AddressFlaw::PeerTwice { .. }
                    | AddressFlaw::NobodyElse
                    | AddressFlaw::SourceNotOurs { .. }
            ),
            Self::Instance(flaw) => matches!(
                flaw,
                InstanceFlaw::DelayWithoutPreempt
                    | InstanceFlaw::DelayBelow
                    | InstanceFlaw::OwnerPreempts { .. }
                    | InstanceFlaw::SlowDebounce { .. }
                    | InstanceFlaw::PasswordFileOpen { .. }
            ),
            Self::Check(flaw) => matches!(flaw, CheckFlaw::Untracked(_)),
            Self::Script(flaw) => matches!(
                flaw,
                ScriptFlaw::Unusable { .. } | ScriptFlaw::Changeable { refused: false, .. }
            ),
            Self::Track(flaw) => matches!(
                flaw,
                TrackFlaw::OwnerWeight { .. }
                    | TrackFlaw::NeverPreempts { .. }
                    | TrackFlaw::NeverBelow { .. }
                    | TrackFlaw::AlwaysBelow { .. }
            ),
            Self::Group(flaw) => matches!(flaw, GroupFlaw::Single),
            Self::Http(flaw) => matches!(flaw, HttpFlaw::Everywhere(_)),
            Self::Control(flaw) => matches!(flaw, ControlFlaw::NobodyMayChange),
            Self::Environment(flaw) => flaw.is_warning(),
        };
        if warning {
            Severity::Warning
        } else {
            Severity::Error
        }
    }

    /// Whether it says that something is absent: where the TOML is broken it may only not have been understood.
    pub(crate) fn is_absence(&self) -> bool {
        matches!(
            self,
            Self::Shape(ShapeFlaw::Missing { .. })
                | Self::Address(AddressFlaw::None | AddressFlaw::NobodyElse)
                | Self::Instance(InstanceFlaw::NoPassword)
                | Self::Check(CheckFlaw::NoProbe)
                | Self::Track(TrackFlaw::NeverBelow { .. } | TrackFlaw::AlwaysBelow { .. })
                | Self::Group(GroupFlaw::Single)
                | Self::Control(ControlFlaw::NobodyMayChange)
        )
    }
}
