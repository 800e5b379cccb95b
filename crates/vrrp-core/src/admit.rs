//! Every check of an advert that needs to know whom it is for, in one place (RFC 3768 section 7.1).

#[cfg(test)]
mod tests;

use core::net::IpAddr;
use core::time::Duration;

use vrrp_packet::advert::Advert;
use vrrp_packet::{Authentication, DecodeError, Vrid};

use crate::{AddressDifference, Heard, Params, Transport};

/// What the IP header said about an advert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meta {
    /// Who sent it.
    pub source: IpAddr,
    /// To whom: a group or an address of ours.
    pub destination: IpAddr,
    /// Its time to live as it arrived.
    pub ttl: u8,
}

/// Why a packet was ignored. The same name stands in the log, in metrics, in the status and in the tests.
///
/// An ignored packet is counted and changes nothing else: no timer, in no state.
#[derive(thiserror::Error, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Discard {
    /// It is not a well-formed advert.
    #[error("{0}")]
    Malformed(DecodeError),
    /// No virtual router of this number is configured on the interface.
    #[error("virtual router {0} is not configured on this interface")]
    UnknownVrid(Vrid),
    /// It carries our own source address: an echo of our own advert, or another host that uses our address.
    #[error("it carries our own address as its source")]
    OwnAddress,
    /// A multicast advert for a unicast virtual router, or the other way round.
    #[error("it was sent to {destination}, but this virtual router is configured for {}", if *.unicast_expected { "unicast" } else { "multicast" })]
    Transport {
        /// Where it was sent to.
        destination: IpAddr,
        /// What we expect.
        unicast_expected: bool,
    },
    /// A multicast advert that crossed a router, or pretends to be local (RFC 3768 section 5.2.3).
    #[error("invalid TTL {found}, expected 255")]
    Ttl {
        /// The TTL as it arrived.
        found: u8,
    },
    /// A unicast advert from a host that is not in the list of peers.
    #[error("its source is not among the configured peers")]
    NotAPeer,
    /// The type of authentication is not ours.
    #[error("authentication type {theirs}, expected {ours}")]
    AuthenticationType {
        /// Our type.
        ours: u8,
        /// The type in the advert.
        theirs: u8,
    },
    /// Type 1, but another password.
    #[error("invalid password")]
    Password,
    /// Another `Advertisement_Interval` than ours: the RFC says to ignore it, and both routers would become MASTER.
    #[error("advert interval {} s, expected {} s", .theirs.as_secs(), .ours.as_secs())]
    Interval {
        /// Our interval.
        ours: Duration,
        /// The interval in the advert.
        theirs: Duration,
    },
}

impl Discard {
    /// A short name that never changes.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Malformed(error) => error.name(),
            Self::UnknownVrid(_) => "unknown_vrid",
            Self::OwnAddress => "own_address",
            Self::Transport { .. } => "transport",
            Self::Ttl { .. } => "ttl",
            Self::NotAPeer => "not_a_peer",
            Self::AuthenticationType { .. } => "authentication_type",
            Self::Password => "password",
            Self::Interval { .. } => "interval",
        }
    }
}

/// Whether an advert counts for the virtual router with these parameters, whose own address is `own`.
///
/// The advert is known to be well formed and of this VRID. The list of addresses is compared last and never decides.
///
/// # Errors
/// The first check that it fails.
pub fn admit(
    params: &Params,
    own: Option<IpAddr>,
    advert: &Advert<'_>,
    meta: &Meta,
) -> Result<Heard, Discard> {
    if own == Some(meta.source) {
        return Err(Discard::OwnAddress);
    }
    match &params.transport {
        Transport::Multicast => {
            if !meta.destination.is_multicast() {
                return Err(Discard::Transport {
                    destination: meta.destination,
                    unicast_expected: false,
                });
            }
            if meta.ttl != 255 {
                return Err(Discard::Ttl { found: meta.ttl });
            }
        }
        Transport::Unicast { peers } => {
            if meta.destination.is_multicast() {
                return Err(Discard::Transport {
                    destination: meta.destination,
                    unicast_expected: true,
                });
            }
            if !peers.contains(&meta.source) {
                return Err(Discard::NotAPeer);
            }
        }
    }
    match (params.authentication, advert.authentication()) {
        (Authentication::Simple(ours), Authentication::Simple(theirs)) if ours != theirs => {
            return Err(Discard::Password);
        }
        (ours, theirs) if ours.code() != theirs.code() => {
            return Err(Discard::AuthenticationType {
                ours: ours.code(),
                theirs: theirs.code(),
            });
        }
        _ => {}
    }
    let ours = params.interval.get();
    if advert.interval() != ours {
        return Err(Discard::Interval {
            ours,
            theirs: advert.interval(),
        });
    }
    Ok(Heard {
        source: meta.source,
        priority: advert.priority(),
        difference: address_difference(&params.advertised, advert),
    })
}

/// How an advert's list of addresses differs from ours; the order does not matter. `None` if it does not.
pub fn address_difference(ours: &[IpAddr], advert: &Advert<'_>) -> Option<AddressDifference> {
    let theirs = advert.addresses();
    if theirs.clone().eq(ours.iter().copied()) {
        return None;
    }
    let missing = ours
        .iter()
        .filter(|&&address| !theirs.clone().any(|other| other == address))
        .count();
    let unknown = theirs.filter(|address| !ours.contains(address)).count();
    // Neither list has more than 255 addresses.
    let count = |n: usize| u8::try_from(n).unwrap_or(u8::MAX);
    (missing > 0 || unknown > 0).then(|| AddressDifference {
        missing: count(missing),
        unknown: count(unknown),
    })
}
