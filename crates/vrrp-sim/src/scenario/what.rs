//! What can disturb a run.

use core::net::Ipv4Addr;
use core::time::Duration;

use vrrp_core::{Interval, Preempt, Priority, Standing, Track, Tracked};

use super::{Node, Virtual};

/// The kinds of disturbance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The LAN loses so many of a thousand packets.
    Loss {
        /// Of a thousand.
        per_mille: u64,
        /// Only those of this virtual router.
        only: Option<Virtual>,
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
        /// Only this virtual router needs what is missing; a link concerns all.
        only: Option<Virtual>,
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
    Refusing {
        /// Whose.
        node: Node,
        /// Only those of this virtual router.
        only: Option<Virtual>,
    },
    /// Something that may be tracked stands otherwise, until the end.
    Verdict {
        /// Where.
        node: Node,
        /// What.
        what: Tracked,
        /// How it stands.
        to: Standing,
        /// Whether it passes and stands so by turns, and how fast.
        flaps: Option<Duration>,
    },
    /// Something else is tracked, by reload.
    Tracks {
        /// By whom.
        node: Node,
        /// What.
        to: Vec<Track>,
    },
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
        /// Only for this virtual router.
        only: Option<Virtual>,
    },
    /// A stranger sends what everybody must believe.
    Forged {
        /// Whose address it uses: a router's, or its own.
        as_node: Option<Node>,
        /// The priority it pretends: 0 resigns for others.
        priority: u8,
        /// How often.
        every: Duration,
        /// Only for this virtual router.
        only: Option<Virtual>,
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

impl What {
    /// Whether it happens at one moment and needs no end.
    pub fn is_momentary(&self) -> bool {
        matches!(
            self,
            Self::Priority { .. } | Self::Preempt { .. } | Self::Address { .. } | Self::Tracks { .. }
        )
    }

    /// Which virtual router it happens to alone, if it can.
    pub(crate) fn only_mut(&mut self) -> Option<&mut Option<Virtual>> {
        match self {
            Self::Loss { only, .. }
            | Self::Fault { only, .. }
            | Self::Refusing { only, .. }
            | Self::Hostile { only, .. }
            | Self::Forged { only, .. } => Some(only),
            _ => None,
        }
    }

    /// The router that it happens to, if it is one.
    fn node_mut(&mut self) -> Option<&mut Node> {
        match self {
            Self::Pause(node)
            | Self::Crash(node)
            | Self::Mute(node)
            | Self::Stop { node, .. }
            | Self::Refusing { node, .. }
            | Self::Verdict { node, .. }
            | Self::Tracks { node, .. }
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
    pub(super) fn forget(&mut self, gone: Node) -> bool {
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
