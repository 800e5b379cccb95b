//! The virtual routers of one host, and the order in which their deadlines come.

#[cfg(test)]
mod tests;

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::{Actions, Event, Instance, Time};

/// Which virtual router of a [`Table`]. Never used twice in the life of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RouterId(u32);

impl RouterId {
    /// Its number: 0 for the first one inserted, and so on.
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// The same number in 32 bits, to hand to somebody who hands it back to [`Table::id`].
    pub const fn get(self) -> u32 {
        self.0
    }
}

/// Which deadlines [`Table::due`] looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// What a MASTER does: peers wait for its adverts, so nothing may come before them.
    Adverts,
    /// Everything. A BACKUP's deadline says that nothing was heard, which is only known once everything that arrived
    /// was handled.
    All,
}

/// All virtual routers of one host, with one queue of deadlines.
#[derive(Debug, Default)]
pub struct Table {
    slots: Vec<Option<Slot>>,
    adverts: BTreeSet<(Time, RouterId)>,
    others: BTreeSet<(Time, RouterId)>,
}

#[derive(Debug)]
struct Slot {
    instance: Instance,
    queued: Option<Queued>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Queued {
    at: Time,
    advertising: bool,
}

impl Table {
    /// Takes in a virtual router.
    pub fn insert(&mut self, instance: Instance) -> RouterId {
        // 2^32 virtual routers do not fit into memory.
        let id = RouterId(u32::try_from(self.slots.len()).unwrap_or(u32::MAX));
        self.slots.push(Some(Slot {
            instance,
            queued: None,
        }));
        self.requeue(id);
        id
    }

    /// Takes one out, as it is: whoever removes it has stopped it before.
    pub fn remove(&mut self, id: RouterId) -> Option<Instance> {
        let slot = self.slots.get_mut(id.index())?.take()?;
        if let Some(queued) = slot.queued {
            self.queue(queued.advertising).remove(&(queued.at, id));
        }
        Some(slot.instance)
    }

    /// The virtual router of this number, if there is one.
    pub fn get(&self, id: RouterId) -> Option<&Instance> {
        Some(&self.slots.get(id.index())?.as_ref()?.instance)
    }

    /// The one that [`RouterId::get`] gave this number, if it is still there.
    pub fn id(&self, number: u32) -> Option<RouterId> {
        let id = RouterId(number);
        self.get(id).map(|_| id)
    }

    /// All of them, in the order of their insertion.
    pub fn iter(&self) -> impl Iterator<Item = (RouterId, &Instance)> {
        (0..)
            .map(RouterId)
            .zip(&self.slots)
            .filter_map(|(id, slot)| Some((id, &slot.as_ref()?.instance)))
    }

    /// Hands an event to one virtual router: see [`Instance::handle`]. To one that is not there it does nothing.
    #[must_use]
    pub fn handle(&mut self, now: Time, id: RouterId, event: Event) -> Actions {
        let Some(Some(slot)) = self.slots.get_mut(id.index()) else {
            return Actions::new();
        };
        let actions = slot.instance.handle(now, event);
        self.requeue(id);
        actions
    }

    /// The earliest deadline.
    pub fn deadline(&self) -> Option<Time> {
        let first = |queue: &BTreeSet<(Time, RouterId)>| queue.first().map(|&(at, _)| at);
        [first(&self.adverts), first(&self.others)]
            .into_iter()
            .flatten()
            .min()
    }

    /// A virtual router whose deadline has come. After its [`Event::Timeout`] it has a later one, or none.
    pub fn due(&self, now: Time, which: Due) -> Option<RouterId> {
        let first = |queue: &BTreeSet<(Time, RouterId)>| {
            queue.first().filter(|(at, _)| *at <= now).map(|&(_, id)| id)
        };
        match which {
            Due::Adverts => first(&self.adverts),
            Due::All => first(&self.adverts).or_else(|| first(&self.others)),
        }
    }

    fn queue(&mut self, advertising: bool) -> &mut BTreeSet<(Time, RouterId)> {
        if advertising {
            &mut self.adverts
        } else {
            &mut self.others
        }
    }

    fn requeue(&mut self, id: RouterId) {
        let Some(Some(slot)) = self.slots.get_mut(id.index()) else {
            return;
        };
        let advertising = slot.instance.is_advertising();
        let now = slot.instance.deadline().map(|at| Queued { at, advertising });
        let before = core::mem::replace(&mut slot.queued, now);
        if before == now {
            return;
        }
        if let Some(queued) = before {
            self.queue(queued.advertising).remove(&(queued.at, id));
        }
        if let Some(queued) = now {
            self.queue(queued.advertising).insert((queued.at, id));
        }
    }
}
