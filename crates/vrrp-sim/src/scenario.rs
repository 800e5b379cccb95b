//! What a run is made of: routers, and what disturbs them when. Plain data, so that it can be shrunk and printed.

mod generate;
#[cfg(test)]
mod tests;
mod words;

use core::net::Ipv4Addr;
use core::time::Duration;

pub(crate) use self::generate::LAN_SLOWEST;
pub(crate) use self::words::Name;
use vrrp_core::{Authentication, Interval, Preempt, Priority, Vrid};

use crate::clock::{Clock, Moment};

/// The virtual router that all of them are.
pub(crate) const VRID: Vrid = Vrid::new(51).unwrap();

/// Index of a router in [`Scenario::routers`].
pub type Node = usize;

/// One run. The same scenario always runs the same way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// It decides the fate of every packet, and with [`Scenario::generate`] the rest as well.
    pub seed: u64,
    /// The routers of the virtual router: 2 to 5.
    pub routers: Vec<Router>,
    /// The `Advertisement_Interval` that all begin with.
    pub interval: Interval,
    /// Whether adverts go to each peer instead of the group.
    pub unicast: bool,
    /// What adverts carry.
    pub authentication: Authentication,
    /// What an undisturbed packet needs at least to cross the LAN.
    pub delay: Duration,
    /// And how much more it may need. Packets that are sent within this time can overtake each other.
    pub jitter: Duration,
    /// What happens to them, in the order in which it begins.
    pub disturbances: Vec<Disturbance>,
}

/// One host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Router {
    /// What runs there.
    pub kind: Kind,
    /// Its own address.
    pub address: Ipv4Addr,
    /// Its priority.
    pub priority: Priority,
    /// What it does about a MASTER of lower priority.
    pub preempt: Preempt,
    /// How many virtual addresses it lists: more or fewer than its peers do in a rolling change.
    pub lists: u8,
    /// Whether gratuitous ARP follows the default plan or is a single round.
    pub announces_often: bool,
    /// Its clock.
    pub clock: Clock,
    /// When its daemon starts.
    pub starts_at: Moment,
}

/// What runs on a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The core that is under test.
    Vrrpd,
    /// A model of keepalived.
    Keepalived {
        /// Whether it rejects an advert that lists other addresses, as it did up to 2.3.2.
        strict_list: bool,
    },
}

/// Something that goes wrong, or changes, for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disturbance {
    /// When it begins.
    pub at: Moment,
    /// How long it goes on. What happens at one moment ignores this.
    pub lasts: Duration,
    /// What it is.
    pub what: What,
}

impl Disturbance {
    /// When it is over.
    pub fn ends(&self) -> Moment {
        self.at + self.lasts
    }
}

/// The kinds of disturbance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The LAN loses so many of a thousand packets.
    Loss {
        /// Of a thousand.
        per_mille: u64,
    },
    /// The LAN delivers so many of a thousand packets late, after others that were sent later.
    Late {
        /// Of a thousand.
        per_mille: u64,
        /// The longest delay.
        up_to: Duration,
    },
    /// The LAN delivers so many of a thousand packets twice.
    Twice {
        /// Of a thousand.
        per_mille: u64,
        /// The longest time between the two.
        up_to: Duration,
    },
    /// Nothing gets from one side to the other.
    Cut {
        /// Who is on the one side; the rest is on the other.
        side: Vec<Node>,
        /// Whether packets from the other side still arrive.
        one_way: bool,
    },
    /// Nothing of the daemon runs, as after SIGSTOP: packets and reports queue up, timers are late.
    Pause(Node),
    /// The daemon dies without a word and leaves its addresses behind; a new one starts at the end.
    Crash(Node),
    /// The daemon is stopped, and started again at the end.
    Stop {
        /// Whose.
        node: Node,
        /// Whether the same state machine is started again, as when an instance leaves a configuration and returns.
        same: bool,
    },
    /// It cannot take part.
    Fault {
        /// Who.
        node: Node,
        /// Whether it is the link that is down, so that nothing can be sent or heard.
        link: bool,
    },
    /// Another priority, by reload.
    Priority {
        /// Whose.
        node: Node,
        /// What it becomes.
        to: Priority,
    },
    /// Another preemption rule, by reload.
    Preempt {
        /// Whose.
        node: Node,
        /// What it becomes.
        to: Preempt,
    },
    /// Another interval, by reload of one router after the other: the last one at the end.
    Interval {
        /// What it becomes everywhere.
        to: Interval,
    },
    /// Another own address.
    Address {
        /// Whose.
        node: Node,
        /// What it becomes.
        to: Ipv4Addr,
    },
    /// The kernel needs so long for each job.
    SlowKernel {
        /// Whose.
        node: Node,
        /// For each job.
        by: Duration,
    },
    /// The kernel refuses to add addresses.
    Refusing(Node),
    /// Somebody removes an address again and again.
    Undone {
        /// Where.
        node: Node,
        /// How often.
        every: Duration,
    },
    /// Sending fails.
    Mute(Node),
    /// A stranger sends what nobody may believe.
    Hostile {
        /// What is wrong with it.
        flaw: Flaw,
        /// How often.
        every: Duration,
    },
    /// A stranger sends what everybody must believe.
    Forged {
        /// Whose address it uses: a router's, or its own.
        as_node: Option<Node>,
        /// The priority it pretends: 0 resigns for others.
        priority: u8,
        /// How often.
        every: Duration,
    },
}

/// What is wrong with a hostile packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// Another password, or one where none is expected.
    Password,
    /// Another authentication type.
    AuthenticationType,
    /// Another interval.
    Interval,
    /// A bit was flipped.
    Checksum,
    /// It crossed a router; in unicast it comes from nobody's peer.
    Far,
    /// VRRPv3.
    Version,
    /// Another virtual router.
    OtherVrid,
    /// It was cut short.
    Short,
    /// It goes to the group where peers are expected, or the other way round.
    Transport,
    /// It carries the receiver's own address.
    Echo,
    /// Random bytes.
    Noise,
}

impl Flaw {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Password,
        Self::AuthenticationType,
        Self::Interval,
        Self::Checksum,
        Self::Far,
        Self::Version,
        Self::OtherVrid,
        Self::Short,
        Self::Transport,
        Self::Echo,
        Self::Noise,
    ];
}

impl Scenario {
    /// Without this router, and without what happened to it alone. `None` if too few would be left.
    #[must_use]
    pub fn without_router(&self, gone: Node) -> Option<Self> {
        if self.routers.len() <= 2 || gone >= self.routers.len() {
            return None;
        }
        let mut smaller = self.clone();
        smaller.routers.remove(gone);
        smaller
            .disturbances
            .retain_mut(|disturbance| disturbance.what.forget(gone));
        Some(smaller)
    }
}

impl What {
    /// Whether it happens at one moment and needs no end.
    pub fn is_momentary(&self) -> bool {
        matches!(
            self,
            Self::Priority { .. } | Self::Preempt { .. } | Self::Address { .. }
        )
    }

    /// The router that it happens to, if it is one.
    fn node_mut(&mut self) -> Option<&mut Node> {
        match self {
            Self::Pause(node)
            | Self::Crash(node)
            | Self::Refusing(node)
            | Self::Mute(node)
            | Self::Stop { node, .. }
            | Self::Fault { node, .. }
            | Self::Priority { node, .. }
            | Self::Preempt { node, .. }
            | Self::Address { node, .. }
            | Self::SlowKernel { node, .. }
            | Self::Undone { node, .. } => Some(node),
            Self::Loss { .. }
            | Self::Late { .. }
            | Self::Twice { .. }
            | Self::Cut { .. }
            | Self::Interval { .. }
            | Self::Hostile { .. }
            | Self::Forged { .. } => None,
        }
    }

    /// Renumbers the routers after one is gone. False if nothing is left of it.
    fn forget(&mut self, gone: Node) -> bool {
        let after = |node: Node| if node > gone { node - 1 } else { node };
        match self {
            Self::Cut { side, .. } => {
                side.retain(|&node| node != gone);
                for node in side.iter_mut() {
                    *node = after(*node);
                }
                !side.is_empty()
            }
            Self::Forged { as_node, .. } => {
                *as_node = as_node.filter(|&node| node != gone).map(after);
                true
            }
            other => other.node_mut().is_none_or(|node| {
                let stays = *node != gone;
                *node = after(*node);
                stays
            }),
        }
    }
}
