//! A simulator for `vrrp-core`: two to five routers, one virtual clock, and a LAN that loses, delays, repeats and
//! separates, all drawn from a seed. After every event it asks what must hold; what does not is shrunk to the least
//! that still fails, and told in words.
//!
//! | what | where |
//! |---|---|
//! | a run as data, and from a seed | [`Scenario`] |
//! | one run | [`run`] |
//! | what must hold of one router | `watch` |
//! | what must hold of all of them | `cluster` |
//! | the least that still fails | [`shrink()`] |
//! | every order of few events instead of some orders of many | [`explore`] |
//! | defects that must be found | [`Defect`] |
//!
//! Adverts are bytes here as on a LAN: built by `vrrp_packet::Outgoing`, read by `Datagram` and `Advert`, admitted by
//! the core. Nothing in a run reads a clock, waits, or depends on anything but its scenario.

#![forbid(unsafe_code)]

pub mod campaign;
mod clock;
mod cluster;
mod daemon;
pub mod explore;
mod keepalived;
mod kernel;
mod lan;
mod packets;
mod rng;
mod sabotage;
mod scenario;
mod shrink;
mod trace;
mod vrrpd;
mod watch;
mod world;

pub use clock::{Clock, Moment};
pub use rng::Rng;
pub use sabotage::Defect;
pub use scenario::{Disturbance, Flaw, Kind, Node, Router, Scenario, Virtual, What};
pub use shrink::shrink;
pub use trace::Trace;
pub use watch::{Breach, Rule};
pub use world::{Failure, Options, Outcome, run};
