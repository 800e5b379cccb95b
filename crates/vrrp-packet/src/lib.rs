//! VRRP adverts and the gratuitous ARP that follows an election: bytes to values and back.
//!
//! No clock, no I/O, and no heap on the way in. Any byte string decodes to a value or to an error that names the rule
//! it breaks; nothing here panics on input.
//!
//! | what arrives | read by | which checks |
//! |---|---|---|
//! | an IPv4 packet, as a raw socket or a capture has it | [`Datagram::decode`] | that it is whole and carries protocol 112 |
//! | its payload, an advert | [`Advert::decode`] | every rule of RFC 3768 section 7.1 that needs no context |
//! | an Ethernet frame | [`decode_arp`] | that it is ARP for IPv4 over Ethernet |
//!
//! What needs context (TTL, the authentication and interval that are configured, the list of addresses) is left to the
//! caller, who knows it. What leaves is built once by [`Outgoing`] and patched for each send, or by [`gratuitous`].
//!
//! Only VRRPv2 over IPv4 is spoken. VRRPv3 and IPv6 have room: a version that is not 2 is an error of its own, and
//! an advert's interval is a `Duration` and its addresses are `IpAddr` already.

#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod advert;
mod arp;
mod checksum;
mod error;
mod ids;
mod ipv4;
mod outgoing;

pub use advert::{Advert, GROUP, PROTOCOL};
pub use arp::{Arp, MacAddress, decode_arp, gratuitous};
pub use error::{DecodeError, EncodeError, IpError};
pub use ids::{Authentication, Password, Priority, Vrid, WirePriority};
pub use ipv4::Datagram;
pub use outgoing::{Contents, Outgoing};
