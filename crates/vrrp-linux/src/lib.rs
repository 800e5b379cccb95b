//! The only crate that touches the kernel.
//!
//! | what | here |
//! |---|---|
//! | time, and waking at a moment | [`now`], [`Moment`], [`Timer`] |
//! | being woken by threads and signals | [`wake_pair`], [`Signals`] |
//! | adverts | [`VrrpSocket`] |
//! | gratuitous ARP | [`ArpSocket`] |
//! | virtual addresses, and news of links and addresses | [`Kernel`], [`Network`] |
//! | rights and scheduling | [`missing`], [`lock_memory`], [`real_time`] |
//! | other daemons on the host | [`Presence`], [`Neighbours`] |
//! | what a refusal means | [`errno_meaning`] |
//! | the host's firewall | [`firewall`] |
//!
//! Nothing here blocks but [`Kernel::start`], [`Kernel::finish`] and [`firewall`].

#![deny(unsafe_code)]

mod arp_socket;
mod capabilities;
mod clock;
mod errno;
pub mod firewall;
mod netlink;
mod network;
mod presence;
mod receive;
mod scheduling;
mod signals;
mod socket;
mod wake;

pub use arp_socket::ArpSocket;
pub use capabilities::{Capability, missing};
pub use clock::{Moment, Timer, now};
pub use errno::{Doing, errno_meaning};
pub use netlink::{Job, Kernel, KernelOptions, Owner, Report, StartError};
pub use network::{Assigned, Link, Network, NetworkChange};
pub use presence::{Account, Holder, Neighbour, Neighbours, Presence};
pub use receive::{Drained, Received};
pub use scheduling::{lock_memory, real_time};
pub use signals::{Signal, Signals};
pub use socket::{SocketError, VrrpSocket};
pub use vrrp_core::plan::ClaimNote;
pub use wake::{WakeUp, Waker, wake_pair};
