//! The lab: hosts in network namespaces, joined by switches that see every frame, and the routers under test on them.
//!
//! Everything it makes lies inside namespaces of its own, named after the process that made them, and goes when the
//! [`Lab`] is dropped; what a killed run has left is removed by the next. `docs/lab.md` is the guide.

#![allow(
    clippy::missing_errors_doc,
    reason = "all of it fails where a program or the kernel refuses; only what can go wrong besides is said"
)]

mod advert;
mod asker;
mod binary;
mod capture;
mod clock;
mod command;
mod container;
mod figures;
mod flood;
mod frozen;
mod host;
mod inject;
mod instance;
mod lab;
mod manifest;
mod namespace;
mod packet;
mod pair;
mod probe;
mod process;
mod router;
mod server;
mod staging;
mod stalls;
mod status;
mod succession;
mod switch;
mod wait;

pub use advert::{Advert, Forged};
pub use asker::{Asker, Page, Told};
pub use binary::vrrpd_binary;
pub use capture::Capture;
pub use clock::{monotonic, wall};
pub use container::Container;
pub use figures::Figures;
pub use flood::{Door, Flood};
pub use frozen::Frozen;
pub use host::{Assigned, Host, Port};
pub use inject::Injector;
pub use instance::{Instance, Preempt, Unicast, Vip};
pub use lab::{Lab, Topology};
pub use manifest::{ConfigFile, Manifest};
pub use nix::sys::signal::Signal;
pub use packet::{Arp, Icmp, Kind, Packet};
pub use pair::{PATIENCE, Pair, VIP};
pub use pnet::util::MacAddr;
pub use probe::{Probe, Probed};
pub use process::Process;
pub use router::{Frr, Keepalived, Make, Pod, Program, Router, State, Vrrpd};
pub use server::Server;
pub use staging::{Expected, Stage};
pub use stalls::longest_stall;
pub use status::{Condition, Control, Event, Status};
pub use succession::Succession;
pub use switch::Switch;
pub use wait::{eventually, never};

/// What every suite starts with.
pub mod prelude {
    pub use core::net::Ipv4Addr;
    pub use core::time::Duration;

    pub use anyhow::{Context, Result, ensure};

    pub use crate::{
        Advert, Figures, Forged, Injector, Instance, Kind, Lab, Make, PATIENCE, Packet, Pair, Preempt, Probe,
        Router, Server, Signal, State, VIP, Vip, Vrrpd, longest_stall, monotonic, never, wall,
    };
}
