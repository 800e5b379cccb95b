//! What a virtual router depends on beside its own network, and what that does to its priority.

#[cfg(test)]
mod tests;

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use crate::{Fault, InterfaceName, Priority};

/// Something that a virtual router depends on, and how much.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Track {
    /// What.
    pub what: Tracked,
    /// How much.
    pub weight: Weight,
}

/// Something that stands well or badly.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Tracked {
    /// A health check, by its name.
    Check(Box<str>),
    /// An interface other than those that its adverts and addresses need.
    Interface(InterfaceName),
}

impl fmt::Display for Tracked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Check(name) => write!(f, "check {name}"),
            Self::Interface(name) => write!(f, "interface {name}"),
        }
    }
}

/// How much something counts, -254 to 254: what is added to the priority while it passes if positive, what is
/// subtracted while it fails if negative. With 0 a virtual router is in FAULT while it fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Weight(i16);

impl Weight {
    /// Failing means FAULT.
    pub const FAULT: Self = Self(0);
    /// The most that a weight can add or subtract: it turns any priority into any other.
    pub const MOST: i16 = 254;

    /// `None` beyond [`Weight::MOST`] in either direction.
    pub const fn new(value: i16) -> Option<Self> {
        if value >= -Self::MOST && value <= Self::MOST {
            Some(Self(value))
        } else {
            None
        }
    }

    /// The number.
    pub const fn get(self) -> i16 {
        self.0
    }
}

impl fmt::Display for Weight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:+}", self.0)
    }
}

/// How something that is tracked stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// Nothing has been said of it yet.
    #[default]
    Unknown,
    /// It passes.
    Passing,
    /// It fails, and why.
    Failing(Box<str>),
    /// It says a number, which is multiplied by the weight. With weight 0 anything but 0 is a failure; a product of
    /// -254 or less is one too, as keepalived has it.
    Value(i64),
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("without a result yet"),
            Self::Passing => f.write_str("passing"),
            Self::Failing(reason) => write!(f, "failing: {reason}"),
            Self::Value(value) => write!(f, "says {value}"),
        }
    }
}

impl Track {
    /// Why the virtual router cannot take part because of this, if it cannot. What has not been looked at yet might
    /// fail: with weight 0 it holds the virtual router in FAULT until it is known.
    pub fn fault(&self, standing: &Standing) -> Option<Fault> {
        let fails = match standing {
            Standing::Unknown if self.weight == Weight::FAULT => {
                return Some(Fault::Awaited(self.what.clone()));
            }
            Standing::Unknown | Standing::Passing => false,
            Standing::Failing(_) => self.weight == Weight::FAULT,
            Standing::Value(value) if self.weight == Weight::FAULT => *value != 0,
            Standing::Value(value) => self.product(*value) <= -i64::from(Weight::MOST),
        };
        fails.then(|| Fault::Tracked(self.what.clone(), standing.clone()))
    }

    /// What it adds to the priority. What has not been looked at yet counts neither way.
    pub fn adjustment(&self, standing: &Standing) -> i64 {
        let weight = i64::from(self.weight.get());
        match standing {
            Standing::Unknown => 0,
            Standing::Passing => weight.max(0),
            Standing::Failing(_) => weight.min(0),
            Standing::Value(value) => self.product(*value),
        }
    }

    fn product(&self, value: i64) -> i64 {
        value.saturating_mul(i64::from(self.weight.get()))
    }
}

/// The most that these tracks leave of a priority, which is when all that can add to it passes. What says a number has no
/// most.
pub(crate) fn best(base: Priority, tracks: &[Track]) -> Priority {
    let passing: Vec<Standing> = tracks.iter().map(|_| Standing::Passing).collect();
    effective(base, tracks, &passing)
}

/// The priority that these standings leave, 1 to 254. The owner of the addresses (255) is immune: it must never lower
/// its priority, or it would not be the owner any more (RFC 3768 section 5.3.4).
pub(crate) fn effective(base: Priority, tracks: &[Track], standings: &[Standing]) -> Priority {
    if base.is_owner() {
        return base;
    }
    let sum = tracks
        .iter()
        .zip(standings)
        .fold(i64::from(base.get()), |sum, (track, standing)| {
            sum.saturating_add(track.adjustment(standing))
        });
    let clamped = u8::try_from(sum.clamp(1, 254)).unwrap_or(1);
    Priority::new(clamped).unwrap_or(base)
}
