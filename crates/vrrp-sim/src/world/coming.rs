//! What will happen in a run, and in which order.

use core::cmp::Ordering;
use std::rc::Rc;

use vrrp_core::{Interval, Tracked};

use crate::clock::Moment;
use crate::kernel::Job;
use crate::scenario::{Node, Virtual};

/// Something that will happen.
#[derive(Clone, Debug)]
pub(super) enum Coming {
    /// A disturbance begins.
    Begin(usize),
    /// It ends.
    End(usize),
    /// It strikes again.
    Tick(usize),
    /// A daemon starts for the first time.
    Boot(Node),
    /// The first result of a check of this incarnation of the daemon.
    Result {
        node: Node,
        incarnation: u64,
        what: Tracked,
    },
    /// A router is told the new interval.
    Interval(Node, Interval),
    /// A packet arrives.
    Packet {
        to: Node,
        /// Whose it is, if it is anybody's.
        which: Virtual,
        bytes: Rc<[u8]>,
        hostile: bool,
        from: Option<Node>,
        disturbs: bool,
    },
    /// A daemon wanted to be woken; another number than the last one means that it no longer does.
    Wake(Node, u64),
    /// The kernel has done a job for this incarnation of the daemon.
    Done {
        node: Node,
        which: Virtual,
        incarnation: u64,
        job: Job,
        slow: bool,
    },
    /// Time to look.
    Look,
}

/// When it will happen: of two at the same moment, the one that was planned first.
pub(super) struct Entry {
    pub(super) at: Moment,
    pub(super) sequence: u64,
    pub(super) coming: Coming,
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.at, self.sequence).cmp(&(other.at, other.sequence))
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Entry {}
