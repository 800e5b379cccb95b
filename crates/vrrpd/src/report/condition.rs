//! What is wrong, or worth knowing, for as long as it lasts.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Ago;

/// Something that lasts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Condition {
    /// What kind it is.
    pub(crate) kind: Kind,
    /// How bad it is.
    pub(crate) severity: Severity,
    /// The virtual router that it is about; `None` if it is about the daemon, an interface or a check.
    pub(crate) router: Option<String>,
    /// What else it is about: a peer's address, an interface, a check.
    pub(crate) about: Option<String>,
    /// Since when it was seen.
    pub(crate) since: Ago,
    /// What was seen.
    pub(crate) cause: String,
    /// What to do about it.
    pub(crate) hint: String,
}

/// How bad a condition is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub(crate) enum Severity {
    /// Something is wrong.
    Problem,
    /// It may be meant so.
    Notice,
}

/// The kinds of conditions. Their names never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// The protocol thread does not answer.
    NotAnswering,
    /// Two routers are MASTER of one virtual router.
    TwoMasters,
    /// A stranger uses our VRID for other addresses.
    VridTaken,
    /// Our addresses are advertised under another VRID.
    AddressesElsewhere,
    /// A peer advertises at another interval.
    IntervalDiffers,
    /// A peer has another password, or another type of authentication.
    PasswordDiffers,
    /// A peer speaks another version of VRRP.
    VersionDiffers,
    /// A peer lists other addresses.
    AddressesDiffer,
    /// Adverts cannot be sent.
    CannotSend,
    /// The kernel refused the addresses.
    ClaimRefused,
    /// Somebody keeps removing an address.
    AddressesRemoved,
    /// An address is on this host although its virtual router is not MASTER here.
    AddressStray,
    /// Another vrrpd on this host has an address or a virtual router of ours.
    SharedOnHost,
    /// An interface does not exist.
    InterfaceMissing,
    /// An interface is down, has no address, or takes no socket; or one that is tracked fails.
    InterfaceUnusable,
    /// A check itself cannot be run.
    CheckNotRunnable,
    /// A check fails that a virtual router depends on.
    CheckFailing,
    /// Adverts may be dropped by the host's firewall.
    FirewallInTheWay,
    /// The HTTP server cannot listen.
    HttpNotListening,
    /// The configuration on disk cannot run.
    ConfigurationInvalid,
    /// The configuration on disk is another than the one that runs.
    RestartNeeded,
    /// It is MASTER and has never heard anybody.
    NeverHeardAnybody,
    /// It cannot become MASTER as long as the present one lives.
    CannotWin,
}

impl Kind {
    /// Its name, as in JSON and metrics.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::NotAnswering => "not_answering",
            Self::TwoMasters => "two_masters",
            Self::VridTaken => "vrid_taken",
            Self::AddressesElsewhere => "addresses_elsewhere",
            Self::IntervalDiffers => "interval_differs",
            Self::PasswordDiffers => "password_differs",
            Self::VersionDiffers => "version_differs",
            Self::AddressesDiffer => "addresses_differ",
            Self::CannotSend => "cannot_send",
            Self::ClaimRefused => "claim_refused",
            Self::AddressesRemoved => "addresses_removed",
            Self::AddressStray => "address_stray",
            Self::SharedOnHost => "shared_on_host",
            Self::InterfaceMissing => "interface_missing",
            Self::InterfaceUnusable => "interface_unusable",
            Self::CheckNotRunnable => "check_not_runnable",
            Self::CheckFailing => "check_failing",
            Self::FirewallInTheWay => "firewall_in_the_way",
            Self::HttpNotListening => "http_not_listening",
            Self::ConfigurationInvalid => "configuration_invalid",
            Self::RestartNeeded => "restart_needed",
            Self::NeverHeardAnybody => "never_heard_anybody",
            Self::CannotWin => "cannot_win",
        }
    }

    /// Whether others on the LAN cause it.
    pub(crate) const fn is_of_the_wire(self) -> bool {
        matches!(
            self,
            Self::TwoMasters
                | Self::VridTaken
                | Self::AddressesElsewhere
                | Self::IntervalDiffers
                | Self::PasswordDiffers
                | Self::VersionDiffers
                | Self::AddressesDiffer
                | Self::NeverHeardAnybody
                | Self::CannotWin
        )
    }

    /// How bad it is.
    pub(crate) const fn severity(self) -> Severity {
        match self {
            Self::RestartNeeded | Self::NeverHeardAnybody | Self::CannotWin => Severity::Notice,
            _ => Severity::Problem,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
