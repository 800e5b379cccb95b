//! Frames as the switch saw them, decoded by the lab itself: it is the oracle of the daemon's codec, not its user.

use core::net::Ipv4Addr;
use core::time::Duration;

use pnet::packet::Packet as _;
use pnet::packet::arp::ArpPacket;
use pnet::packet::ethernet::{EtherTypes, EthernetPacket};
use pnet::packet::icmp::{IcmpPacket, IcmpTypes};
use pnet::packet::ip::{IpNextHeaderProtocol, IpNextHeaderProtocols};
use pnet::packet::ipv4::Ipv4Packet;
use pnet::util::{MacAddr, core_net};

use crate::advert::Advert;

/// A captured frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    /// When the kernel saw it: time since the epoch.
    pub time: Duration,
    /// Who sent the frame.
    pub source: MacAddr,
    /// To whom.
    pub destination: MacAddr,
    /// What is in it.
    pub kind: Kind,
}

/// What a frame holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// IP protocol 112, long enough for a VRRP header.
    Advert(Advert),
    /// An ARP packet for IPv4 on Ethernet.
    Arp(Arp),
    /// An ICMP echo, or the answer to one.
    Icmp(Icmp),
    /// Anything else.
    Other,
}

/// An ARP packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arp {
    /// 1 asks, 2 answers.
    pub operation: u16,
    /// The sender's hardware address, as the packet has it.
    pub sender_mac: MacAddr,
    /// The sender's address.
    pub sender: Ipv4Addr,
    /// The target's hardware address.
    pub target_mac: MacAddr,
    /// The target's address.
    pub target: Ipv4Addr,
}

/// An ICMP echo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Icmp {
    /// From whom.
    pub source: Ipv4Addr,
    /// To whom.
    pub destination: Ipv4Addr,
    /// Whether it is the answer.
    pub reply: bool,
}

impl Packet {
    /// `None` if it is too short for an Ethernet header.
    pub(crate) fn decode(time: Duration, frame: &[u8]) -> Option<Self> {
        let frame = EthernetPacket::new(frame)?;
        let kind = match frame.get_ethertype() {
            EtherTypes::Ipv4 => decode_ipv4(frame.payload()),
            EtherTypes::Arp => decode_arp(frame.payload()),
            _ => None,
        };
        let (source, destination) = (frame.get_source(), frame.get_destination());
        Some(Self {
            time,
            source,
            destination,
            kind: kind.unwrap_or(Kind::Other),
        })
    }

    /// The advert in it, if it is one.
    pub fn advert(&self) -> Option<&Advert> {
        match &self.kind {
            Kind::Advert(advert) => Some(advert),
            _ => None,
        }
    }

    /// The gratuitous ARP in it (sender and target are the same address), if it is one.
    pub fn gratuitous_arp(&self) -> Option<&Arp> {
        match &self.kind {
            Kind::Arp(arp) if arp.sender == arp.target => Some(arp),
            _ => None,
        }
    }
}

fn decode_ipv4(bytes: &[u8]) -> Option<Kind> {
    let packet = Ipv4Packet::new(bytes)?;
    match packet.get_next_level_protocol() {
        IpNextHeaderProtocol(112) => Advert::decode(bytes).map(Kind::Advert),
        IpNextHeaderProtocols::Icmp => {
            let reply = match IcmpPacket::new(packet.payload())?.get_icmp_type() {
                IcmpTypes::EchoRequest => false,
                IcmpTypes::EchoReply => true,
                _ => return None,
            };
            let (source, destination) = (
                std_address(packet.get_source()),
                std_address(packet.get_destination()),
            );
            Some(Kind::Icmp(Icmp {
                source,
                destination,
                reply,
            }))
        }
        _ => None,
    }
}

fn decode_arp(bytes: &[u8]) -> Option<Kind> {
    let packet = ArpPacket::new(bytes)?;
    Some(Kind::Arp(Arp {
        operation: packet.get_operation().0,
        sender_mac: packet.get_sender_hw_addr(),
        sender: std_address(packet.get_sender_proto_addr()),
        target_mac: packet.get_target_hw_addr(),
        target: std_address(packet.get_target_proto_addr()),
    }))
}

/// pnet without `std` has an address type of its own.
fn std_address(address: core_net::Ipv4Addr) -> Ipv4Addr {
    address.octets().into()
}
