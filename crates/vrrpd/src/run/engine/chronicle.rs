//! What the protocol thread tells the desk: what happened, and what it is asked for. It never waits for that.

use tokio::sync::mpsc::Sender;
use vrrp_core::{Cause, GroupId, InterfaceName, Note, Priority, RouterId, State, Time};

use super::picture::Picture;
use crate::run::narrate;

/// Something for the desk.
#[derive(Debug)]
pub(in crate::run) enum News {
    /// It was asked for this.
    Picture(Box<Picture>),
    /// Something happened.
    Happened(Time, What),
    /// SIGHUP.
    Reload,
    /// SIGUSR1.
    DumpStates,
    /// SIGUSR2.
    DumpCounters,
}

/// What happened.
#[derive(Debug)]
pub(in crate::run) enum What {
    /// A virtual router has another state.
    Moved {
        router: RouterId,
        from: State,
        to: State,
        cause: Cause,
        priority: Priority,
    },
    /// A sync group has another state.
    GroupMoved { group: GroupId, from: State, to: State },
    /// A virtual router has another priority.
    PriorityChanged {
        router: RouterId,
        from: Priority,
        to: Priority,
        because: String,
    },
    /// A `preempt_delay` began.
    DelayStarted {
        router: RouterId,
        delay: std::time::Duration,
        master: std::net::IpAddr,
    },
    /// A packet was ignored, for the first time from this sender for this reason.
    FirstReject {
        router: Option<RouterId>,
        interface: InterfaceName,
        source: std::net::IpAddr,
        reason: &'static str,
        because: String,
    },
}

/// So many places of the queue are for what is not an event.
const RESERVED: usize = 64;

/// The way to the desk.
#[derive(Debug)]
pub(in crate::run) struct Chronicle {
    queue: Sender<News>,
    lost: u64,
}

impl Chronicle {
    /// News go into this queue.
    pub(in crate::run) fn new(queue: Sender<News>) -> Self {
        Self { queue, lost: 0 }
    }

    /// How many pieces of news found the queue full.
    pub(in crate::run) fn lost(&self) -> u64 {
        self.lost
    }

    /// Tells it. With a full queue it is lost: the desk does not keep up, and adverts do not wait for it.
    pub(in crate::run) fn tell(&mut self, news: News) {
        // Whoever sends packets causes events. There is always room for what was asked for.
        let crowded = matches!(news, News::Happened(..)) && self.queue.capacity() < RESERVED;
        if crowded || self.queue.try_send(news).is_err() {
            self.lost += 1;
        }
    }

    /// A note that belongs into the journal.
    pub(in crate::run) fn noted(&mut self, now: Time, router: RouterId, note: &Note) {
        let what = match note {
            Note::PriorityChanged { from, to, by } => What::PriorityChanged {
                router,
                from: *from,
                to: *to,
                because: narrate::because(by.as_ref()),
            },
            Note::DelayStarted { delay, master } => What::DelayStarted {
                router,
                delay: *delay,
                master: *master,
            },
            _ => return,
        };
        self.tell(News::Happened(now, what));
    }
}
