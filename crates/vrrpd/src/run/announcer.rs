//! Gratuitous ARP, paced: announcing thousands of addresses must never delay an advert.

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::time::Duration;

use vrrp_core::{Round, RouterId, Time};

/// So many frames are sent at a time (about 0.1 ms of work)...
const BATCH: usize = 64;
/// ...and then the next ones wait so long. Also the wait after the kernel's queue was full.
const PAUSE: Duration = Duration::from_millis(1);

/// What still has to be announced.
///
/// The queue holds passes: one announcement of each address of a virtual router. A router that is to be announced five
/// times goes to the back of the queue after each pass, so every address is announced once before any is twice.
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
}

/// What became of one announcement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Announced {
    /// It is out, or can never be: go on.
    Done,
    /// The virtual router has no address at this position: its pass is over.
    PassOver,
    /// There is no room in the kernel's queue: try again a little later.
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
            }),
        }
    }

    /// Forgets a virtual router that has given up its addresses.
    pub(super) fn forget(&mut self, router: RouterId) {
        self.passes.retain(|pass| pass.router != router);
    }

    /// When it wants to go on.
    pub(super) fn deadline(&self) -> Option<Time> {
        (!self.passes.is_empty()).then_some(self.not_before)
    }

    /// Sends a batch if it is time: `announce` sends the address of a virtual router at a position.
    pub(super) fn run(&mut self, now: Time, mut announce: impl FnMut(RouterId, usize) -> Announced) {
        if now < self.not_before {
            return;
        }
        let mut sent = 0;
        while let Some(pass) = self.passes.front_mut() {
            if sent == BATCH {
                self.not_before = now + PAUSE;
                return;
            }
            match announce(pass.router, pass.position) {
                Announced::Done => {
                    pass.position += 1;
                    sent += 1;
                }
                Announced::NoRoom => {
                    self.not_before = now + PAUSE;
                    return;
                }
                Announced::PassOver => {
                    pass.position = 0;
                    pass.left -= 1;
                    if let Some(pass) = self.passes.pop_front().filter(|pass| pass.left > 0) {
                        self.passes.push_back(pass);
                    }
                }
            }
        }
    }
}
