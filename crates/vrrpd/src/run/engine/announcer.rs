//! Gratuitous ARP, paced: announcing thousands of addresses must never delay an advert.

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::time::Duration;

use vrrp_core::{Round, RouterId, Time};

/// So many frames are sent at a time (about 0.1 ms of work)...
const BATCH: usize = 64;
/// ...and then the next ones wait so long.
const PAUSE: Duration = Duration::from_millis(1);
/// A virtual router whose interface takes no frame waits a [`PAUSE`], then twice as long each time, and is given up
/// after so many tries in a row (about half a second): its next round tries again.
const TRIES: u32 = 9;

/// What still has to be announced.
///
/// The queue holds passes: one announcement of each address of a virtual router. A router that is to be announced five
/// times goes to the back of the queue after each pass, so every address is announced once before any is twice. One
/// whose interface has no room waits by itself: the others do not wait with it.
#[derive(Debug, Default)]
pub(super) struct Announcer {
    passes: VecDeque<Pass>,
    /// Nothing is sent before this.
    not_before: Time,
}

#[derive(Debug)]
struct Pass {
    router: RouterId,
    /// The next address of this pass.
    position: usize,
    /// How many passes there will be, this one included.
    left: u8,
    /// Its interface had no room: it waits until this.
    wait_until: Time,
    /// How often in a row there was no room.
    refused: u32,
}

/// What became of one announcement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Announced {
    /// It is out, or can never be: go on.
    Done,
    /// The virtual router has no address at this position: its pass is over.
    PassOver,
    /// There is no room in the interface's queue: try again a little later.
    NoRoom,
}

impl Announcer {
    /// Queues a round. One of the same virtual router that is still under way starts anew.
    pub(super) fn queue(&mut self, router: RouterId, round: Round) {
        if round.repeat == 0 {
            return;
        }
        match self.passes.iter_mut().find(|pass| pass.router == router) {
            Some(pass) => {
                pass.position = 0;
                pass.left = pass.left.max(round.repeat);
            }
            None => self.passes.push_back(Pass {
                router,
                position: 0,
                left: round.repeat,
                wait_until: Time::default(),
                refused: 0,
            }),
        }
    }

    /// Forgets a virtual router that has given up its addresses.
    pub(super) fn forget(&mut self, router: RouterId) {
        self.passes.retain(|pass| pass.router != router);
    }

    /// When it wants to go on.
    pub(super) fn deadline(&self) -> Option<Time> {
        let next = self.passes.iter().map(|pass| pass.wait_until).min()?;
        Some(next.max(self.not_before))
    }

    /// Sends a batch if it is time: `announce` sends the address of a virtual router at a position. Returns those
    /// whose interface takes nothing: their round is given up.
    pub(super) fn run(
        &mut self,
        now: Time,
        mut announce: impl FnMut(RouterId, usize) -> Announced,
    ) -> Vec<RouterId> {
        let mut given_up = Vec::new();
        if now < self.not_before {
            return given_up;
        }
        let mut sent = 0;
        while let Some(index) = self.passes.iter().position(|pass| pass.wait_until <= now) {
            if sent == BATCH {
                self.not_before = now + PAUSE;
                break;
            }
            let Some(pass) = self.passes.get_mut(index) else {
                break;
            };
            match announce(pass.router, pass.position) {
                Announced::Done => {
                    pass.position += 1;
                    pass.refused = 0;
                    sent += 1;
                    continue;
                }
                Announced::NoRoom => {
                    pass.wait_until = now + PAUSE * 2_u32.pow(pass.refused);
                    pass.refused += 1;
                    if pass.refused < TRIES {
                        continue;
                    }
                    given_up.push(pass.router);
                    pass.left = 0;
                }
                Announced::PassOver => {
                    pass.position = 0;
                    pass.left = pass.left.saturating_sub(1);
                }
            }
            if let Some(pass) = self.passes.remove(index).filter(|pass| pass.left > 0) {
                self.passes.push_back(pass);
            }
        }
        given_up
    }
}
