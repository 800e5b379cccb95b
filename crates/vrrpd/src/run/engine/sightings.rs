//! Who was heard with the VRID of one virtual router, and what was wrong with it.
//!
//! Whoever can send packets decides how many senders there are, so there is room for a fixed number of them: those whose
//! adverts counted and those whose packets were all ignored have rooms of their own, and neither can push out the other.

#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::time::Duration;

use vrrp_core::{AddressDifference, Discard, Heard, Time, WirePriority};

/// So many senders whose adverts count are remembered.
const MOST_HEARD: usize = 32;
/// So many senders whose packets were all ignored are remembered.
const MOST_IGNORED: usize = 16;
/// A sender that was silent for so long may be forgotten for a new one.
const FORGET: Duration = Duration::from_mins(1);
/// The list of addresses in a packet that is ignored is looked at once in so long: it costs something.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// Everybody who was heard.
#[derive(Clone, Debug, Default)]
pub(in crate::run) struct Sightings {
    known: Vec<Sighting>,
    /// Packets of senders for whom there was no room.
    unlisted: u64,
}

/// Somebody who was heard, or should be.
#[derive(Clone, Debug)]
pub(in crate::run) struct Sighting {
    pub(in crate::run) address: IpAddr,
    /// Whether it is a configured peer, which is never forgotten.
    pub(in crate::run) configured: bool,
    /// The last advert that counted, and its priority.
    pub(in crate::run) heard: Option<(Time, WirePriority)>,
    /// How many counted.
    pub(in crate::run) adverts: u64,
    /// How the list of addresses in the last one differed from ours.
    pub(in crate::run) difference: Option<AddressDifference>,
    /// The last packet that was ignored.
    pub(in crate::run) ignored: Option<Ignored>,
    /// How many were.
    pub(in crate::run) ignored_times: u64,
}

/// A packet that was ignored.
#[derive(Clone, Copy, Debug)]
pub(in crate::run) struct Ignored {
    pub(in crate::run) at: Time,
    /// Why.
    pub(in crate::run) discard: Discard,
    /// The priority in it.
    pub(in crate::run) priority: WirePriority,
    /// How the list of addresses differed from ours in the last one that was looked at.
    pub(in crate::run) difference: Option<AddressDifference>,
    /// When that was.
    looked_at: Time,
}

/// The last that was heard of somebody, if it has not resigned with that.
#[derive(Clone, Copy, Debug)]
pub(in crate::run) enum Word {
    /// It counted.
    Heard {
        at: Time,
        difference: Option<AddressDifference>,
    },
    /// It was ignored.
    Ignored(Ignored),
}

impl Sighting {
    fn new(address: IpAddr, configured: bool) -> Self {
        Self {
            address,
            configured,
            heard: None,
            adverts: 0,
            difference: None,
            ignored: None,
            ignored_times: 0,
        }
    }

    /// When it last sent anything.
    fn last(&self) -> Option<Time> {
        let heard = self.heard.map(|(at, _)| at);
        heard.max(self.ignored.map(|ignored| ignored.at))
    }

    /// What it said last. `None` if it has said nothing, or that it resigns: whether or not that was believed.
    pub(in crate::run) fn word(&self) -> Option<Word> {
        let later = |ignored: &Ignored| self.heard.is_none_or(|(at, _)| at <= ignored.at);
        if let Some(ignored) = self.ignored.filter(later) {
            return (!ignored.priority.is_resignation()).then_some(Word::Ignored(ignored));
        }
        let (at, _) = self.heard.filter(|(_, priority)| !priority.is_resignation())?;
        let difference = self.difference;
        Some(Word::Heard { at, difference })
    }
}

impl Sightings {
    /// These peers are configured, and shown whether or not they were heard.
    pub(in crate::run) fn expecting(peers: &[IpAddr]) -> Self {
        Self {
            known: peers.iter().map(|&peer| Sighting::new(peer, true)).collect(),
            unlisted: 0,
        }
    }

    /// An advert counted.
    pub(in crate::run) fn heard(&mut self, at: Time, heard: &Heard) {
        let Some(sighting) = self.of(at, heard.source, true) else {
            return;
        };
        sighting.heard = Some((at, heard.priority));
        sighting.adverts += 1;
        sighting.difference = heard.difference;
    }

    /// A packet with this priority was ignored. If it is an advert, `difference` says how its list of addresses differs
    /// from ours.
    pub(in crate::run) fn ignored(
        &mut self,
        at: Time,
        source: IpAddr,
        (discard, priority): (Discard, WirePriority),
        difference: impl FnOnce() -> Option<AddressDifference>,
    ) {
        let Some(sighting) = self.of(at, source, false) else {
            return;
        };
        let before = sighting
            .ignored
            .filter(|before| at.since(before.looked_at) < LOOK_AGAIN);
        let (difference, looked_at) = before.map_or_else(
            || (difference(), at),
            |before| (before.difference, before.looked_at),
        );
        sighting.ignored_times += 1;
        sighting.ignored = Some(Ignored {
            at,
            discard,
            priority,
            difference,
            looked_at,
        });
    }

    /// Everybody who is remembered.
    pub(in crate::run) fn iter(&self) -> impl Iterator<Item = &Sighting> {
        self.known.iter()
    }

    /// Packets of senders for whom there was no room.
    pub(in crate::run) fn unlisted(&self) -> u64 {
        self.unlisted
    }

    /// The sender, for whom room is made if there can be.
    fn of(&mut self, at: Time, source: IpAddr, counts: bool) -> Option<&mut Sighting> {
        let place = self.known.iter().position(|known| known.address == source);
        let place = match place {
            // One that was only ignored so far needs room among those that count.
            Some(place) if counts && self.known[place].heard.is_none() && !self.known[place].configured => {
                let sighting = self.known.remove(place);
                self.make_room(at, true).then(|| self.known.push(sighting))
            }
            Some(place) => return self.known.get_mut(place),
            None => self
                .make_room(at, counts)
                .then(|| self.known.push(Sighting::new(source, false))),
        };
        if place.is_none() {
            self.unlisted += 1;
            return None;
        }
        self.known.last_mut()
    }

    fn make_room(&mut self, at: Time, counts: bool) -> bool {
        let most = if counts { MOST_HEARD } else { MOST_IGNORED };
        let alike = |known: &&Sighting| !known.configured && known.heard.is_some() == counts;
        if self.known.iter().filter(alike).count() < most {
            return true;
        }
        let oldest = self.known.iter().filter(alike).min_by_key(|known| known.last());
        let silent = |known: &Sighting| known.last().is_none_or(|last| at.since(last) >= FORGET);
        let Some(oldest) = oldest.filter(|known| silent(known)).map(|known| known.address) else {
            return false;
        };
        self.known.retain(|known| known.address != oldest);
        true
    }
}
