//! Packets that were ignored: counted per source and reason, and told without filling the log.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use vrrp_core::{RouterId, Time};

/// The same reject from the same source is told once in so long.
const REPEAT: Duration = Duration::from_mins(1);
/// So many sources and reasons are told apart. A flood with forged sources cannot take more memory than that: the rest
/// is counted together, by reason.
const MOST: usize = 1024;

/// The counts since the start.
#[derive(Debug, Default)]
pub(in crate::run) struct Rejects {
    counts: HashMap<Key, Count>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Key {
    router: Option<RouterId>,
    /// `None` counts everybody who came after the table was full.
    source: Option<IpAddr>,
    reason: &'static str,
}

#[derive(Debug)]
struct Count {
    total: u64,
    untold: u64,
    told_at: Time,
}

/// How many rejects a line in the log stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::run) struct Told {
    /// From this source for this reason, since the start.
    pub(in crate::run) total: u64,
    /// Of these, how many went untold since the last line.
    pub(in crate::run) untold: u64,
}

impl Rejects {
    /// Counts a reject, and says whether to tell of it.
    pub(in crate::run) fn count(
        &mut self,
        now: Time,
        router: Option<RouterId>,
        source: IpAddr,
        reason: &'static str,
    ) -> Option<Told> {
        let exact = Key {
            router,
            source: Some(source),
            reason,
        };
        let room = self.counts.len() < MOST || self.counts.contains_key(&exact);
        let key = if room {
            exact
        } else {
            Key {
                router: None,
                source: None,
                reason,
            }
        };
        match self.counts.get_mut(&key) {
            None => {
                self.counts.insert(
                    key,
                    Count {
                        total: 1,
                        untold: 0,
                        told_at: now,
                    },
                );
                Some(Told { total: 1, untold: 0 })
            }
            Some(count) => {
                count.total += 1;
                if now.since(count.told_at) < REPEAT {
                    count.untold += 1;
                    return None;
                }
                count.told_at = now;
                Some(Told {
                    total: count.total,
                    untold: std::mem::take(&mut count.untold),
                })
            }
        }
    }
}
