//! Gratuitous ARP: how a new MASTER tells the LAN where its addresses are now.

#[cfg(test)]
mod tests;

use core::fmt;
use core::net::Ipv4Addr;

use pnet::packet::Packet;
use pnet::packet::arp::{ArpHardwareTypes, ArpOperations, ArpPacket, MutableArpPacket};
use pnet::packet::ethernet::{EtherTypes, EthernetPacket, MutableEthernetPacket};
use pnet::util::MacAddr;

/// Bytes of an Ethernet header.
const ETHERNET: usize = 14;
/// Bytes of ARP for IPv4 over Ethernet (RFC 826).
const ARP: usize = 28;

/// The address of a network card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MacAddress(pub [u8; 6]);

impl MacAddress {
    /// Every host on the LAN.
    pub const BROADCAST: Self = Self([0xff; 6]);
}

impl fmt::Display for MacAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        MacAddr::from(self.0).fmt(f)
    }
}

/// The frame that says "`address` is at `mac`" to the whole LAN (RFC 3768 section 6.4.1).
///
/// It has the form of a request (RFC 5227 section 3): sender and target are both `address`. The target's MAC address,
/// which a request leaves open, is the broadcast address, as keepalived has it. 42 bytes: the link pads it.
pub fn gratuitous(mac: MacAddress, address: Ipv4Addr) -> [u8; ETHERNET + ARP] {
    let mut frame = [0; ETHERNET + ARP];
    fill(&mut frame, mac, address);
    frame
}

/// Writes every byte of `frame`.
fn fill(frame: &mut [u8; ETHERNET + ARP], mac: MacAddress, address: Ipv4Addr) {
    let (ethernet, arp) = frame.split_at_mut(ETHERNET);
    // Both have just the length that is asked for, so both conditions hold.
    if let Some(mut ethernet) = MutableEthernetPacket::new(ethernet) {
        ethernet.set_destination(MacAddr::broadcast());
        ethernet.set_source(mac.0.into());
        ethernet.set_ethertype(EtherTypes::Arp);
    }
    if let Some(mut arp) = MutableArpPacket::new(arp) {
        arp.set_hardware_type(ArpHardwareTypes::Ethernet);
        arp.set_protocol_type(EtherTypes::Ipv4);
        arp.set_hw_addr_len(6);
        arp.set_proto_addr_len(4);
        arp.set_operation(ArpOperations::Request);
        arp.set_sender_hw_addr(mac.0.into());
        arp.set_sender_proto_addr(address.octets().into());
        arp.set_target_hw_addr(MacAddr::broadcast());
        arp.set_target_proto_addr(address.octets().into());
    }
}

/// What an ARP packet for IPv4 over Ethernet says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arp {
    /// 1 asks, 2 answers.
    pub operation: u16,
    /// Where the sender says that it is.
    pub sender_mac: MacAddress,
    /// Who the sender says that it is: 0.0.0.0 in a probe for an address that may be taken (RFC 5227).
    pub sender_ip: Ipv4Addr,
    /// Where the target is: of no meaning in a request.
    pub target_mac: MacAddress,
    /// Who is asked for.
    pub target_ip: Ipv4Addr,
}

impl Arp {
    /// Whether it announces an address: the sender speaks of itself, in the form of a request or of an answer.
    pub fn is_gratuitous(&self) -> bool {
        self.sender_ip == self.target_ip
    }
}

/// Reads an Ethernet frame without a VLAN tag, as a packet socket delivers it; what the link padded is ignored.
///
/// `None` if it is not a whole ARP packet for IPv4 over Ethernet.
pub fn decode_arp(frame: &[u8]) -> Option<Arp> {
    let ethernet =
        EthernetPacket::new(frame).filter(|ethernet| ethernet.get_ethertype() == EtherTypes::Arp)?;
    let arp = ArpPacket::new(ethernet.payload())?;
    let over_ethernet = arp.get_hardware_type() == ArpHardwareTypes::Ethernet && arp.get_hw_addr_len() == 6;
    let for_ipv4 = arp.get_protocol_type() == EtherTypes::Ipv4 && arp.get_proto_addr_len() == 4;
    (over_ethernet && for_ipv4).then(|| Arp {
        operation: arp.get_operation().0,
        sender_mac: MacAddress(arp.get_sender_hw_addr().octets()),
        sender_ip: arp.get_sender_proto_addr().octets().into(),
        target_mac: MacAddress(arp.get_target_hw_addr().octets()),
        target_ip: arp.get_target_proto_addr().octets().into(),
    })
}
