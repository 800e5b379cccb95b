//! What can be wrong with a configuration: every message, and what would be right.

mod address;
mod file;
mod instance;
mod shape;
mod variable;

pub use address::AddressFlaw;
pub use file::{FileFlaw, ReadFailure};
pub use instance::InstanceFlaw;
pub use shape::ShapeFlaw;
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
}

impl Flaw {
    /// Whether it keeps the configuration from running.
    pub fn severity(&self) -> Severity {
        let warning = match self {
            Self::File(_) | Self::Shape(_) | Self::Variable(_) => false,
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
                    | InstanceFlaw::OwnerPreempts { .. }
                    | InstanceFlaw::PasswordFileOpen { .. }
            ),
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
        )
    }
}
