//! What else is advertised on one interface: by VRID, of which there are 255, whatever is sent.

#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::time::Duration;

use vrrp_core::{RouterId, Time};

/// The list of addresses of a VRID is looked at once in so long: it costs something.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// The VRIDs that were heard.
#[derive(Debug)]
pub(super) struct Strangers(Box<[Option<Stranger>; 256]>);

/// A VRID that somebody advertises.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stranger {
    /// When it was heard last.
    pub(super) heard_at: Time,
    /// Who sent that.
    pub(super) source: IpAddr,
    looked_at: Time,
    /// One of our addresses that it lists, and whose that is here.
    pub(super) claims: Option<(IpAddr, RouterId)>,
}

impl Default for Strangers {
    fn default() -> Self {
        Self(Box::new([None; 256]))
    }
}

impl Strangers {
    /// An advert was heard. `claims` finds an address in it that is a virtual address of ours under another VRID.
    pub(super) fn heard(
        &mut self,
        at: Time,
        vrid: u8,
        source: IpAddr,
        claims: impl FnOnce() -> Option<(IpAddr, RouterId)>,
    ) {
        let Some(place) = self.0.get_mut(usize::from(vrid)) else {
            return;
        };
        match place {
            Some(known) if at.since(known.looked_at) < LOOK_AGAIN => known.heard_at = at,
            place => {
                *place = Some(Stranger {
                    heard_at: at,
                    source,
                    looked_at: at,
                    claims: claims(),
                });
            }
        }
    }

    /// Whoever advertised this VRID resigns.
    pub(super) fn resigned(&mut self, vrid: u8, source: IpAddr) {
        if let Some(place) = self.0.get_mut(usize::from(vrid)) {
            *place = place.filter(|known| known.source != source);
        }
    }

    /// All VRIDs that were ever heard.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u8, &Stranger)> {
        (0..=u8::MAX)
            .zip(self.0.iter())
            .filter_map(|(vrid, known)| Some((vrid, known.as_ref()?)))
    }
}
