//! What runs on a host: our daemon, or keepalived. Both are woken, read what has arrived, and leave effects behind.

use core::net::Ipv4Addr;
use std::collections::VecDeque;
use std::rc::Rc;

use vrrp_core::{Interval, Network, Params, Preempt, Priority, Standing, Time, Tracked};

use crate::keepalived::Keepalived;
use crate::kernel::{Job, Report};
use crate::rng::Rng;
use crate::scenario::{Node, VRIDS, Virtual};
use crate::trace::Trace;
use crate::vrrpd::Vrrpd;
use crate::watch::Breach;

/// A packet in a host's receive buffer.
#[derive(Clone, Debug)]
pub(crate) struct Arrival {
    /// When it arrived, by the host's clock.
    pub(crate) at: Time,
    pub(crate) bytes: Rc<[u8]>,
    /// Whether nobody may believe it.
    pub(crate) hostile: bool,
}

/// What a daemon does to its surroundings.
#[derive(Clone, Debug)]
pub(crate) enum Effect {
    /// A packet for the group or for one host.
    Packet {
        which: Virtual,
        bytes: Rc<[u8]>,
        to: Ipv4Addr,
    },
    /// A job for the kernel.
    Job(Virtual, Job),
}

/// One wake-up of a daemon, and what it finds.
pub(crate) struct Turn<'a> {
    pub(crate) node: Node,
    /// By the host's clock.
    pub(crate) now: Time,
    pub(crate) inbox: &'a mut VecDeque<Arrival>,
    pub(crate) reports: &'a mut VecDeque<(Virtual, Report)>,
    /// Whether sending fails.
    pub(crate) mute: bool,
    /// Whether the kernel has all addresses of each virtual router.
    pub(crate) holds_all: [bool; VRIDS.len()],
    pub(crate) effects: &'a mut Vec<Effect>,
    pub(crate) trace: &'a mut Trace,
    /// Where the moments come from at which it is asked to do nothing.
    pub(crate) rng: Rng,
}

/// What happens to a daemon beside packets, reports and time.
#[derive(Clone, Debug)]
pub(crate) enum Order {
    Start,
    Stop,
    /// Another look at the network, with the eyes of each virtual router.
    Network(Vec<Network>),
    /// A reload, for each virtual router.
    Params(Vec<Params>),
    /// How something stands.
    Verdict(Tracked, Standing),
}

/// What one host runs.
#[derive(Debug)]
pub(crate) enum Daemon {
    Vrrpd(Box<Vrrpd>),
    Keepalived(Box<Keepalived>),
}

/// What everybody else can know of a daemon.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View {
    /// Whether it takes part in elections.
    pub(crate) takes_part: bool,
    /// Whether it sends adverts.
    pub(crate) advertising: bool,
    /// Whether it says that it serves.
    pub(crate) serving: bool,
    pub(crate) priority: Priority,
    pub(crate) preempt: Preempt,
    pub(crate) interval: Interval,
}

impl Daemon {
    /// Handles what has happened. What it leaves in the inbox it wants to read soon.
    pub(crate) fn turn(&mut self, turn: &mut Turn<'_>) -> Result<(), Breach> {
        match self {
            Self::Vrrpd(daemon) => daemon.turn(turn),
            Self::Keepalived(daemon) => {
                daemon.turn(turn);
                Ok(())
            }
        }
    }

    pub(crate) fn order(&mut self, turn: &mut Turn<'_>, order: Order) -> Result<(), Breach> {
        match self {
            Self::Vrrpd(daemon) => daemon.order(turn, order),
            Self::Keepalived(daemon) => {
                daemon.order(turn, order);
                Ok(())
            }
        }
    }

    /// When it wants to be woken, by its own clock.
    pub(crate) fn deadline(&self) -> Option<Time> {
        match self {
            Self::Vrrpd(daemon) => daemon.deadline(),
            Self::Keepalived(daemon) => daemon.deadline(),
        }
    }

    pub(crate) fn view(&self, which: Virtual) -> View {
        match self {
            Self::Vrrpd(daemon) => daemon.view(which),
            Self::Keepalived(daemon) => daemon.view(),
        }
    }

    /// At any time while it runs and has nothing left to do.
    pub(crate) fn on_time(&self, now: Time) -> Result<(), Breach> {
        match self {
            Self::Vrrpd(daemon) => daemon.on_time(now),
            // It is a model of how another behaves: nothing is promised for it.
            Self::Keepalived(_) => Ok(()),
        }
    }
}
