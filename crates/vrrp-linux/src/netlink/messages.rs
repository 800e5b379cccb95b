//! Between netlink's messages and our values. No sockets here.

use std::net::IpAddr;

use netlink_packet_core::{
    NLM_F_ACK, NLM_F_CREATE, NLM_F_DUMP, NLM_F_EXCL, NLM_F_REQUEST, NetlinkHeader, NetlinkMessage,
    NetlinkPayload,
};
use netlink_packet_route::address::{
    AddressAttribute, AddressFlags, AddressHeader, AddressHeaderFlags, AddressMessage, AddressProtocol,
    AddressScope,
};
use netlink_packet_route::link::{LinkAttribute, LinkFlags, LinkMessage};
use netlink_packet_route::{AddressFamily, RouteNetlinkMessage};
use vrrp_core::InterfaceName;
use vrrp_core::plan::{Key, OUR_MARK, Present};
use vrrp_packet::MacAddress;

use crate::network::{Assigned, Link, NetworkChange};

#[cfg(test)]
mod tests;

pub(super) type Message = NetlinkMessage<RouteNetlinkMessage>;

/// What a notification says, if it is about a link or an IPv4 address.
pub(super) fn change(message: &RouteNetlinkMessage) -> Option<NetworkChange> {
    match message {
        RouteNetlinkMessage::NewLink(message) => link(message).map(NetworkChange::Link),
        RouteNetlinkMessage::DelLink(message) => {
            link(message).map(|link| NetworkChange::LinkGone { index: link.index })
        }
        RouteNetlinkMessage::NewAddress(message) => assigned(message).map(NetworkChange::Address),
        RouteNetlinkMessage::DelAddress(message) => assigned(message).map(NetworkChange::AddressGone),
        _ => None,
    }
}

/// A link. `None` for a bridge's view of its port: when that goes, the interface has left the bridge, and is
/// still there.
pub(super) fn link(message: &LinkMessage) -> Option<Link> {
    if message.header.interface_family != AddressFamily::Unspec {
        return None;
    }
    let mut name = None;
    let mut mac = None;
    for attribute in &message.attributes {
        match attribute {
            LinkAttribute::IfName(text) => name = InterfaceName::new(text),
            LinkAttribute::Address(bytes) => mac = bytes.as_slice().try_into().ok().map(MacAddress),
            _ => {}
        }
    }
    let flags = message.header.flags;
    Some(Link {
        index: message.header.index,
        name: name?,
        mac,
        up: flags.contains(LinkFlags::Up),
        // The kernel sets Running while the operational state is "up" or "unknown", LowerUp while there is a
        // carrier.
        running: flags.contains(LinkFlags::Up | LinkFlags::Running | LinkFlags::LowerUp),
        loopback: flags.contains(LinkFlags::Loopback),
        arp: !flags.contains(LinkFlags::Noarp),
    })
}

/// An address.
pub(super) fn assigned(message: &AddressMessage) -> Option<Assigned> {
    let header = &message.header;
    let mut flags = AddressFlags::from_bits_retain(u32::from(header.flags.bits()));
    let (mut local, mut address, mut mark, mut label) = (None, None, None, None);
    for attribute in &message.attributes {
        match attribute {
            AddressAttribute::Local(ip) => local = Some(*ip),
            AddressAttribute::Address(ip) => address = Some(*ip),
            // The header has room for the first eight flags only.
            AddressAttribute::Flags(all) => flags = *all,
            AddressAttribute::Protocol(protocol) => {
                mark = Some(u8::from(*protocol)).filter(|mark| *mark != 0);
            }
            AddressAttribute::Label(text) => label = Some(text.clone()),
            _ => {}
        }
    }
    Some(Assigned {
        index: header.index,
        // On a point-to-point link IFA_ADDRESS is the other end.
        address: local.or(address)?,
        prefix: header.prefix_len,
        secondary: flags.contains(AddressFlags::Secondary),
        mark,
        label,
        permanent: flags.contains(AddressFlags::Permanent),
    })
}

/// An address as the planner sees it.
pub(super) fn present(message: &AddressMessage) -> Option<Present> {
    let Assigned {
        index,
        address,
        prefix,
        secondary,
        mark,
        label,
        ..
    } = assigned(message)?;
    let label = label.map(String::into_boxed_str);
    Some(Present {
        key: Key {
            index,
            address,
            prefix,
        },
        secondary,
        mark,
        label,
    })
}

/// Asks for all links.
pub(super) fn dump_links() -> Message {
    request(RouteNetlinkMessage::GetLink(LinkMessage::default()), NLM_F_DUMP)
}

/// Asks for the link of this name, or alternative name.
pub(super) fn get_link(name: &InterfaceName) -> Message {
    let mut message = LinkMessage::default();
    message.attributes = vec![LinkAttribute::IfName(name.as_str().to_owned())];
    request(RouteNetlinkMessage::GetLink(message), NLM_F_ACK)
}

/// Asks for all IPv4 addresses.
pub(super) fn dump_addresses() -> Message {
    let mut message = AddressMessage::default();
    message.header.family = AddressFamily::Inet;
    request(RouteNetlinkMessage::GetAddress(message), NLM_F_DUMP)
}

/// Adds an address with our mark. Fails where the same one is already there: to replace it would change the
/// lifetime of an address that is not ours.
pub(super) fn add(key: Key, label: Option<&str>) -> Message {
    let mut message = address(key);
    message
        .attributes
        .push(AddressAttribute::Protocol(AddressProtocol::Other(OUR_MARK)));
    message
        .attributes
        .extend(label.map(|label| AddressAttribute::Label(label.to_owned())));
    request(
        RouteNetlinkMessage::NewAddress(message),
        NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL,
    )
}

/// Removes an address.
pub(super) fn remove(key: Key) -> Message {
    request(RouteNetlinkMessage::DelAddress(address(key)), NLM_F_ACK)
}

/// Puts an address back as a dump showed it, lifetime and all. `None` if it is not in there.
pub(super) fn restore(key: Key, dumped: &[AddressMessage]) -> Option<Message> {
    let was = dumped
        .iter()
        .find(|message| present(message).is_some_and(|present| present.key == key));
    let mut message = was?.clone();
    message.header.flags.remove(AddressHeaderFlags::Secondary);
    for attribute in &mut message.attributes {
        if let AddressAttribute::Flags(flags) = attribute {
            flags.remove(AddressFlags::Secondary);
        }
    }
    let flags = NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
    Some(request(RouteNetlinkMessage::NewAddress(message), flags))
}

fn address(key: Key) -> AddressMessage {
    let family = match key.address {
        IpAddr::V4(_) => AddressFamily::Inet,
        IpAddr::V6(_) => AddressFamily::Inet6,
    };
    let mut message = AddressMessage::default();
    message.header = AddressHeader {
        family,
        prefix_len: key.prefix,
        scope: AddressScope::Universe,
        index: key.index,
        ..AddressHeader::default()
    };
    message.attributes = vec![
        AddressAttribute::Local(key.address),
        AddressAttribute::Address(key.address),
    ];
    message
}

fn request(message: RouteNetlinkMessage, flags: u16) -> Message {
    let mut header = NetlinkHeader::default();
    header.flags = NLM_F_REQUEST | flags;
    NetlinkMessage::new(header, NetlinkPayload::InnerMessage(message))
}
