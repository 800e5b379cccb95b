//! The virtual routers of one host: the order in which their deadlines come, and the sync groups whose members are
//! MASTER together or not at all.
//!
//! A virtual router never knows its group. After every event that concerns a member, the group looks at all of them
//! and tells each what it may do ([`Permit`]): while one is in FAULT for a reason of its own, all are; who is ready to
//! be MASTER waits until every member is; and when one of several MASTERs yields, the others resign.

#[cfg(test)]
mod tests;

use alloc::boxed::Box;
use alloc::collections::{BTreeSet, VecDeque};
use alloc::vec::Vec;
use core::time::Duration;

use crate::{Action, Event, Instance, Interval, Note, Permit, State, Time};

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

/// Which sync group of a [`Table`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupId(usize);

impl GroupId {
    /// Its number: 0 for the first one, and so on.
    pub const fn index(self) -> usize {
        self.0
    }
}

/// What came of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A virtual router wants this done.
    Act(RouterId, Action),
    /// The state of a sync group, as people see it, has changed.
    GroupMoved {
        /// Which group.
        group: GroupId,
        /// Its state before.
        from: State,
        /// Its state now.
        to: State,
    },
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
    groups: Vec<Group>,
    adverts: BTreeSet<(Time, RouterId)>,
    others: BTreeSet<(Time, RouterId)>,
}

#[derive(Debug)]
struct Slot {
    instance: Instance,
    queued: Option<Queued>,
    group: Option<GroupId>,
}

#[derive(Debug)]
struct Group {
    members: Vec<(RouterId, Box<str>)>,
    reported: State,
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
            group: None,
        }));
        self.requeue(id);
        id
    }

    /// Makes a sync group of virtual routers that have not been started and are in no group yet. Each has the name by
    /// which the others speak of it.
    pub fn group(&mut self, members: Vec<(RouterId, Box<str>)>) -> GroupId {
        let group = GroupId(self.groups.len());
        for (id, _) in &members {
            if let Some(Some(slot)) = self.slots.get_mut(id.index()) {
                slot.group = Some(group);
            }
        }
        self.groups.push(Group {
            members,
            reported: State::Init,
        });
        for (id, permit) in self.permits(group) {
            if let Some(Some(slot)) = self.slots.get_mut(id.index()) {
                // It is in INIT, where nothing comes of it.
                let _ = slot.instance.handle(Time::default(), permit);
            }
        }
        group
    }

    /// The members of a sync group.
    pub fn members(&self, group: GroupId) -> impl Iterator<Item = RouterId> {
        let members = self.groups.get(group.0).map(|group| group.members.as_slice());
        members.unwrap_or_default().iter().map(|&(id, _)| id)
    }

    /// Takes one out, as it is: whoever removes it has stopped it before.
    pub fn remove(&mut self, id: RouterId) -> Option<Instance> {
        let slot = self.slots.get_mut(id.index())?.take()?;
        if let Some(group) = slot.group.and_then(|group| self.groups.get_mut(group.0)) {
            group.members.retain(|&(member, _)| member != id);
        }
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

    /// Hands an event to one virtual router (see [`Instance::handle`]), and what follows from it to the other members
    /// of its sync group. To one that is not there it does nothing.
    #[must_use]
    pub fn handle(&mut self, now: Time, id: RouterId, event: Event) -> Vec<Outcome> {
        self.handle_all(now, [(id, event)])
    }

    /// The same with several events that happen together: members of a group that all leave are not told of each
    /// other's leaving.
    #[must_use]
    pub fn handle_all(
        &mut self,
        now: Time,
        events: impl IntoIterator<Item = (RouterId, Event)>,
    ) -> Vec<Outcome> {
        let mut outcomes = Vec::new();
        let mut concerned = BTreeSet::new();
        // A permit is given only where it differs from the last one, and what a member can do changes at most once by
        // each: this ends.
        let mut coming: VecDeque<(RouterId, Event)> = events.into_iter().collect();
        while let Some((id, event)) = coming.pop_front() {
            let Some(Some(slot)) = self.slots.get_mut(id.index()) else {
                continue;
            };
            let actions = slot.instance.handle(now, event);
            concerned.extend(slot.group);
            outcomes.extend(actions.into_iter().map(|action| Outcome::Act(id, action)));
            self.requeue(id);
            if coming.is_empty() {
                coming.extend(concerned.iter().flat_map(|&group| self.permits(group)));
            }
        }
        // One that was the last to be ready has not waited.
        outcomes.retain(|outcome| match outcome {
            Outcome::Act(id, Action::Note(Note::Waiting)) => self.get(*id).is_some_and(Instance::is_waiting),
            _ => true,
        });
        for group in concerned {
            outcomes.extend(self.regroup(group));
        }
        outcomes
    }

    /// What each member is to be told that was told something else before.
    fn permits(&self, group: GroupId) -> Vec<(RouterId, Event)> {
        let Some(group) = self.groups.get(group.0) else {
            return Vec::new();
        };
        let member = |id: &RouterId| self.get(*id);
        let has_fault = |id: &RouterId| member(id).is_some_and(Instance::has_own_fault);
        let can_serve = |id: &RouterId| member(id).is_some_and(Instance::can_serve);
        let hindering = group.members.iter().find(|(id, _)| !can_serve(id));
        let mut permits = Vec::new();
        for (place, (id, _)) in group.members.iter().enumerate() {
            let Some(instance) = member(id) else { continue };
            let mut others = group.members.iter().filter(|(other, _)| other != id);
            let permit = match (others.find(|(other, _)| has_fault(other)), hindering) {
                (Some((_, broken)), _) => Permit::Fault(broken.clone()),
                (None, Some((_, hindering))) => Permit::Wait {
                    member: hindering.clone(),
                    longer: longer(instance.params().interval, place, group.members.len()),
                },
                (None, None) => Permit::Go,
            };
            if *instance.permit() != permit {
                permits.push((*id, Event::Permit(permit)));
            }
        }
        permits
    }

    /// The state of a group, if it is another than before.
    fn regroup(&mut self, id: GroupId) -> Option<Outcome> {
        let group = self.groups.get(id.0)?;
        let states = group.members.iter().filter_map(|&(id, _)| self.get(id));
        let to = states.map(Instance::state).min().unwrap_or(State::Init);
        let from = group.reported;
        self.groups.get_mut(id.0)?.reported = to;
        (from != to).then_some(Outcome::GroupMoved { group: id, from, to })
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

/// How much longer a member listens after the group made it resign: at most a quarter of its interval, and each member
/// another time. When two hosts make each other resign, each loses another member, and so they do not wait alike.
fn longer(interval: Interval, place: usize, members: usize) -> Duration {
    let place = u32::try_from(place).unwrap_or(u32::MAX);
    let steps = u32::try_from(members.saturating_sub(1))
        .unwrap_or(u32::MAX)
        .max(1);
    interval.get() / 4 * place.min(steps) / steps
}
