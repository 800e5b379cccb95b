//! Whether two routers are MASTER of one virtual router for longer than a handover takes.

#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::time::Duration;

use vrrp_core::Time;

/// A takeover has both send once or twice. So many adverts of the other one in a row are more than that.
const TOO_MANY: u32 = 3;

/// So long one that we ignore is believed to be MASTER after it was heard last, unless it resigns.
pub(in crate::run) const LINGERS: Duration = Duration::from_mins(5);

/// What was heard of a second MASTER.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::run) struct Contest {
    rival: Option<Rival>,
    /// When each of a few was heard last while we are not MASTER.
    turns: [Option<(IpAddr, Time)>; 4],
}

/// Another MASTER beside one that there is already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::run) struct Rival {
    /// Its address.
    pub(in crate::run) address: IpAddr,
    /// When it was heard last.
    pub(in crate::run) at: Time,
    /// Who else is MASTER; `None` if that is us.
    pub(in crate::run) beside: Option<IpAddr>,
    times: u32,
    /// How long it counts.
    window: Duration,
}

impl Contest {
    /// We are MASTER, and ignore an advert of another. It ignores ours as well, so neither will yield; and keepalived
    /// falls silent while it does, and stays MASTER.
    pub(in crate::run) fn refused(&mut self, at: Time, from: IpAddr) {
        self.rival = Some(Rival {
            address: from,
            at,
            beside: None,
            window: LINGERS,
            times: TOO_MANY,
        });
    }

    /// Somebody resigns, whether or not that is believed.
    pub(in crate::run) fn resigned(&mut self, from: IpAddr) {
        self.rival = self.rival.filter(|rival| rival.address != from);
    }

    /// We are MASTER, and hear an advert of another that counts.
    pub(in crate::run) fn against_us(&mut self, at: Time, from: IpAddr, window: Duration) {
        self.turns = [None; 4];
        self.add(at, from, None, window);
    }

    /// We are not MASTER, and hear an advert that counts. Several MASTERs are heard in turns.
    pub(in crate::run) fn between_others(&mut self, at: Time, from: IpAddr, window: Duration) {
        let before = self.turns.iter().flatten().find(|(sender, _)| *sender == from);
        if let Some(&(_, then)) = before {
            let since = at.since(then);
            let mut others = self.turns.iter().flatten();
            let other = others.find(|(sender, heard)| *sender != from && *heard > then);
            // Sooner than an interval is an answer, as in every takeover, and no turn. The window is three intervals and
            // the skew, which is less than another one.
            if let Some(&(other, _)) = other
                && since >= window / 5
                && since < window
            {
                self.add(at, from, Some(other), window);
            }
        }
        self.heard(at, from);
    }

    /// Remembers when somebody was heard last: in place of what is known of it, or of whoever was silent longest.
    fn heard(&mut self, at: Time, from: IpAddr) {
        let known = |turn: &Option<(IpAddr, Time)>| turn.is_some_and(|(sender, _)| sender == from);
        let place = match self.turns.iter().position(known) {
            Some(place) => Some(place),
            None => (0..self.turns.len()).min_by_key(|&place| self.turns[place].map(|(_, heard)| heard)),
        };
        if let Some(turn) = place.and_then(|place| self.turns.get_mut(place)) {
            *turn = Some((from, at));
        }
    }

    fn add(&mut self, at: Time, address: IpAddr, beside: Option<IpAddr>, window: Duration) {
        // One that was not believed before, and is now, begins anew.
        let lingers = |rival: &Rival| rival.window == LINGERS && rival.address == address;
        let goes_on = self.rival.filter(|rival| {
            !lingers(rival) && rival.beside.is_some() == beside.is_some() && rival.is_fresh(at, window)
        });
        self.rival = Some(Rival {
            address,
            at,
            beside,
            window,
            times: goes_on.map_or(0, |rival| rival.times).saturating_add(1),
        });
    }

    /// The second MASTER, if there is one at this moment: heard so often, and within the window.
    pub(in crate::run) fn rival(&self, now: Time, window: Duration, we_advertise: bool) -> Option<Rival> {
        let concerns = |rival: &Rival| we_advertise == rival.beside.is_none();
        self.rival
            .filter(|rival| rival.times >= TOO_MANY && concerns(rival) && rival.is_fresh(now, window))
    }
}

impl Rival {
    fn is_fresh(&self, now: Time, window: Duration) -> bool {
        now.since(self.at) < self.window.max(window)
    }
}
