//! What hooks and the FIFO are told, and what not.
//!
//! A notice is handed to another thread by a bounded queue and never waited for. Nobody is told of the FAULT in which a
//! virtual router waits for the first result of its checks: nothing has failed. If that result is a failure, they are
//! told then.

#[cfg(test)]
mod tests;

use std::time::Duration;

use tokio::sync::mpsc::Sender;
use vrrp_checks::notify::{self, Event, Kind, Notice};
use vrrp_core::{Cause, Fault, Instance, Moved, Note, State, Time};

use super::router::Router;
use crate::run::narrate;

/// A MASTER that is contested all the time is told of so often, and not within this time of becoming MASTER: its hook
/// was told just then, and one that it has displaced says so once more when it yields.
const REASSERTED_AGAIN: Duration = Duration::from_secs(1);

/// The way to whoever tells hooks. Dropped, it says that nothing more will come.
#[derive(Debug)]
pub(in crate::run) struct Notices {
    queue: Sender<Notice>,
    /// How many there were.
    sequence: u64,
    lost: u64,
    /// What is told later, all at once.
    held: Option<Vec<Notice>>,
}

/// What is remembered of a virtual router or a sync group.
#[derive(Debug, Default)]
pub(in crate::run) struct Told {
    /// It is in a FAULT that nobody was told of.
    untold_fault: bool,
    reasserted_at: Option<Time>,
}

/// A sync group, as far as it is told of.
#[derive(Debug)]
pub(in crate::run) struct Group {
    pub(in crate::run) name: String,
    told: Told,
}

impl Group {
    pub(in crate::run) fn new(name: String) -> Self {
        Self {
            name,
            told: Told::default(),
        }
    }
}

impl Notices {
    /// Notices that go into this queue.
    pub(in crate::run) fn new(queue: Sender<Notice>) -> Self {
        Self {
            queue,
            sequence: 0,
            lost: 0,
            held: None,
        }
    }

    /// How many found the queue full.
    pub(in crate::run) fn lost(&self) -> u64 {
        self.lost
    }

    /// Keeps everything from now on until [`Notices::tell_held`].
    pub(in crate::run) fn hold(&mut self) {
        self.held.get_or_insert_default();
    }

    /// Tells what was kept.
    pub(in crate::run) fn tell_held(&mut self) {
        for notice in self.held.take().unwrap_or_default() {
            self.tell(notice);
        }
    }

    /// A virtual router has moved.
    pub(in crate::run) fn moved(&mut self, router: &mut Router, instance: &Instance, moved: &Moved) {
        router.told.untold_fault = awaits(&moved.cause);
        if !router.told.untold_fault {
            self.of_instance(router, instance, state_event(moved.to), moved.from, &moved.cause);
        }
    }

    /// Something happened to a virtual router that did not move it.
    pub(in crate::run) fn noted(&mut self, now: Time, router: &mut Router, instance: &Instance, note: &Note) {
        match note {
            Note::FaultIs(cause) if router.told.untold_fault && !awaits(cause) => {
                router.told.untold_fault = false;
                self.of_instance(router, instance, state_event(State::Fault), State::Init, cause);
            }
            Note::Contested { .. } if instance.state() == State::Master => {
                let status = instance.status();
                let before = router.told.reasserted_at.max(Some(status.since));
                if before.is_none_or(|before| now.since(before) >= REASSERTED_AGAIN) {
                    router.told.reasserted_at = Some(now);
                    self.of_instance(router, instance, Event::Reasserted, State::Master, &status.cause);
                }
            }
            _ => {}
        }
    }

    /// A sync group has moved, for the reason of one of its members.
    pub(in crate::run) fn group_moved(&mut self, group: &mut Group, from: State, to: State, cause: &Cause) {
        group.told.untold_fault = to == State::Fault && awaits(cause);
        if !group.told.untold_fault {
            self.of_group(group, from, to, cause);
        }
    }

    /// A member of a sync group is still in FAULT, and now for this reason.
    pub(in crate::run) fn member_fault_is(&mut self, group: &mut Group, cause: &Cause) {
        if group.told.untold_fault && !awaits(cause) {
            group.told.untold_fault = false;
            self.of_group(group, State::Init, State::Fault, cause);
        }
    }

    fn of_instance(
        &mut self,
        router: &Router,
        instance: &Instance,
        event: Event,
        from: State,
        cause: &Cause,
    ) {
        let config = &router.config;
        let addresses = router.addresses.iter();
        self.send(Notice {
            kind: Kind::Instance,
            name: config.name.clone(),
            event,
            priority: instance.priority().get(),
            from: word(from),
            cause: narrate::cause(cause),
            sequence: 0,
            vrid: Some(config.params.vrid.get()),
            interface: Some(config.interface.to_string()),
            addresses: addresses
                .map(|held| format!("{}/{}", held.address, held.prefix))
                .collect(),
        });
    }

    fn of_group(&mut self, group: &Group, from: State, to: State, cause: &Cause) {
        self.send(Notice {
            kind: Kind::Group,
            name: group.name.clone(),
            event: state_event(to),
            priority: 0,
            from: word(from),
            cause: narrate::cause(cause),
            sequence: 0,
            vrid: None,
            interface: None,
            addresses: Vec::new(),
        });
    }

    fn send(&mut self, notice: Notice) {
        self.sequence += 1;
        let sequence = self.sequence;
        let notice = Notice { sequence, ..notice };
        match &mut self.held {
            Some(held) => held.push(notice),
            None => self.tell(notice),
        }
    }

    fn tell(&mut self, notice: Notice) {
        // Full: whoever reads it does not run. Waiting for it would stop the adverts too.
        if self.queue.try_send(notice).is_err() {
            self.lost += 1;
            narrate::notice_lost(self.lost);
        }
    }
}

/// Whether a virtual router is only waiting for the first result of a check.
pub(in crate::run) fn awaits(cause: &Cause) -> bool {
    matches!(cause, Cause::Fault(Fault::Awaited(_)))
}

/// INIT is what hooks know as STOP: nothing comes after it.
fn state_event(state: State) -> Event {
    Event::State(match state {
        State::Init => notify::State::Stop,
        State::Fault => notify::State::Fault,
        State::Backup => notify::State::Backup,
        State::Master => notify::State::Master,
    })
}

fn word(state: State) -> &'static str {
    match state {
        State::Init => "INIT",
        State::Fault => "FAULT",
        State::Backup => "BACKUP",
        State::Master => "MASTER",
    }
}
