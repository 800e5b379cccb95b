//! The LAN: what it does to a packet.

#[cfg(test)]
mod tests;

use core::time::Duration;

use crate::clock::nanos;
use crate::rng::Rng;
use crate::scenario::{Node, Virtual, What};

/// A LAN and what is wrong with it at the moment.
#[derive(Clone, Debug)]
pub(crate) struct Lan {
    seed: u64,
    delay: Duration,
    jitter: Duration,
    wrong: Vec<What>,
}

/// What becomes of one packet for one receiver.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fate {
    /// When it arrives after it was sent, unless it is lost.
    pub(crate) arrives: Option<Duration>,
    /// And when it arrives again.
    pub(crate) again: Option<Duration>,
    /// Whether this is what an undisturbed LAN would have done.
    pub(crate) undisturbed: bool,
}

impl Lan {
    pub(crate) fn new(seed: u64, delay: Duration, jitter: Duration) -> Self {
        Self {
            seed,
            delay,
            jitter,
            wrong: Vec::new(),
        }
    }

    /// Something begins to be wrong.
    pub(crate) fn begin(&mut self, what: &What) {
        self.wrong.push(what.clone());
    }

    /// And ends.
    pub(crate) fn end(&mut self, what: &What) {
        if let Some(index) = self.wrong.iter().position(|wrong| wrong == what) {
            self.wrong.swap_remove(index);
        }
    }

    /// The fate of the sender's packet `number`, of one virtual router, on its way to one receiver. A stranger has no
    /// number of its own and is on everybody's side.
    pub(crate) fn fate(&self, from: Option<Node>, to: Node, number: u64, which: Virtual) -> Fate {
        let sender = from.map_or(u64::MAX, |node| node as u64);
        let mut rng = Rng::keyed(self.seed, [sender, to as u64, number]);
        let mut fate = Fate {
            arrives: Some(self.delay + Duration::from_nanos(rng.below(nanos(self.jitter)))),
            again: None,
            undisturbed: true,
        };
        for wrong in &self.wrong {
            match wrong {
                What::Cut { side, one_way } => {
                    let Some(from) = from else { continue };
                    let (out, into) = (side.contains(&from), side.contains(&to));
                    if (out && !into) || (into && !out && !one_way) {
                        return Fate::default();
                    }
                }
                What::Loss { per_mille, only }
                    if only.is_none_or(|only| only == which) && rng.per_mille(*per_mille) =>
                {
                    return Fate::default();
                }
                What::Late { per_mille, up_to } if rng.per_mille(*per_mille) => {
                    let late = Duration::from_nanos(rng.below(nanos(*up_to)));
                    fate.arrives = fate.arrives.map(|arrives| arrives + late);
                    fate.undisturbed = false;
                }
                What::Twice { per_mille, up_to } if rng.per_mille(*per_mille) => {
                    let later = Duration::from_nanos(rng.below(nanos(*up_to)));
                    fate.again = fate.arrives.map(|arrives| arrives + later);
                    fate.undisturbed = false;
                }
                _ => {}
            }
        }
        fate
    }
}
