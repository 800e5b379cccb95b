//! `VRRPv2` (RFC 3768) without I/O: deterministic, no networking, no clock.
//!
//! An [`Instance`] is one virtual router on one host. Whoever drives it gives it [`Event`]s with the [`Time`] at which
//! they happened, carries out the [`Actions`] that come back, and wakes it at its [`Instance::deadline`]. A [`Table`]
//! holds all virtual routers of a host and its sync groups. An advert is checked by [`admit()`] before it counts: what is refused there has
//! a [`Discard`] reason and can change nothing. [`plan`] turns wanted and present addresses into operations.
//!
//! | the RFC's word (section 6.1) | here |
//! |---|---|
//! | `VRID`, `Priority`, `IP_Addresses`, `Preempt_Mode` | [`Params`] |
//! | `Advertisement_Interval` | [`Interval`] |
//! | `Skew_Time` | [`Instance::skew_time`] |
//! | `Master_Down_Interval` | [`Instance::master_down_interval`] |
//! | the states of section 6.3 | [`State`] |
//! | section 6.4 | `instance/election.rs` |
//!
//! Beyond the RFC: a [`Track`] lowers or raises the priority, or holds a virtual router in FAULT, by how something
//! stands; members of a sync group are MASTER together or not at all.

// Without the standard library there is no clock, no thread and no socket to reach for.
#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]

extern crate alloc;

mod action;
mod address;
mod admit;
mod event;
mod instance;
mod params;
pub mod plan;
mod table;
mod time;
mod track;

pub use action::{Action, Actions, Cause, Moved, Note, Round, State};
pub use address::{InterfaceName, Refusal, VirtualAddress};
pub use admit::{Discard, Meta, address_difference, admit};
pub use event::{AddressDifference, Epoch, Event, Fault, Heard, Network, Permit};
pub use instance::{Instance, Status};
pub use params::{Announcing, Interval, Params, Preempt, Transport};
pub use table::{Due, GroupId, Outcome, RouterId, Table};
pub use time::Time;
pub use track::{Standing, Track, Tracked, Weight};
pub use vrrp_packet::{Authentication, Password, Priority, Vrid, WirePriority};
