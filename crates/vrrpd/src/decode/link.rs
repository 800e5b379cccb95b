//! What a link puts before an IP packet, for the links on which VRRP is captured.

#[cfg(test)]
mod tests;

use pcap_parser::Linktype;
use vrrp_packet::MacAddress;

/// What a frame carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Network<'a> {
    Ipv4(&'a [u8]),
    Ipv6(&'a [u8]),
    /// Something else, or less than a whole link header.
    Other,
}

/// A frame without its link header, and what that said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Frame<'a> {
    pub(super) source: Option<MacAddress>,
    pub(super) destination: Option<MacAddress>,
    /// Cooked captures say which packets left the capturing host.
    pub(super) outgoing: bool,
    /// VLAN identifiers, the outermost first.
    pub(super) vlans: Vec<u16>,
    pub(super) network: Network<'a>,
}

/// Takes the link header off. `None` if this type of link is not known here.
pub(super) fn strip(link: Linktype, bytes: &[u8]) -> Option<Frame<'_>> {
    let bare = |network| Frame {
        source: None,
        destination: None,
        outgoing: false,
        vlans: Vec::new(),
        network,
    };
    let other = || bare(Network::Other);
    Some(match link {
        Linktype::ETHERNET => ethernet(bytes).unwrap_or_else(other),
        Linktype::LINUX_SLL => cooked(bytes).unwrap_or_else(other),
        Linktype::LINUX_SLL2 => cooked_v2(bytes).unwrap_or_else(other),
        Linktype::RAW | Linktype::IPV4 | Linktype::IPV6 => bare(raw(bytes)),
        Linktype::NULL | Linktype::LOOP => bare(loopback(bytes)),
        _ => return None,
    })
}

/// Destination, source, ethertype.
fn ethernet(bytes: &[u8]) -> Option<Frame<'_>> {
    let (destination, rest) = bytes.split_first_chunk::<6>()?;
    let (source, rest) = rest.split_first_chunk::<6>()?;
    let (vlans, network) = tagged(rest);
    Some(Frame {
        source: Some(MacAddress(*source)),
        destination: Some(MacAddress(*destination)),
        outgoing: false,
        vlans,
        network,
    })
}

/// `LINKTYPE_LINUX_SLL`, what `tcpdump -i any` wrote before libpcap 1.10: packet type, hardware type, length of the
/// address and the address in 8 bytes, ethertype.
fn cooked(bytes: &[u8]) -> Option<Frame<'_>> {
    let (header, rest) = bytes.split_first_chunk::<14>()?;
    let [_, packet_type, _, _, length_high, length, address @ ..] = *header;
    Some(cooked_frame(
        packet_type,
        [length_high, length],
        address,
        tagged(rest),
    ))
}

/// `LINKTYPE_LINUX_SLL2`: ethertype, 2 bytes of nothing, interface index, hardware type, packet type, length of the
/// address and the address in 8 bytes.
fn cooked_v2(bytes: &[u8]) -> Option<Frame<'_>> {
    let (header, packet) = bytes.split_first_chunk::<20>()?;
    let [
        type_high,
        type_low,
        _,
        _,
        _,
        _,
        _,
        _,
        _,
        _,
        packet_type,
        length,
        address @ ..,
    ] = *header;
    let contents = carried(u16::from_be_bytes([type_high, type_low]), packet);
    Some(cooked_frame(packet_type, [0, length], address, contents))
}

fn cooked_frame(
    packet_type: u8,
    address_length: [u8; 2],
    address: [u8; 8],
    (vlans, network): (Vec<u16>, Network<'_>),
) -> Frame<'_> {
    let source = address.first_chunk::<6>().filter(|_| address_length == [0, 6]);
    Frame {
        source: source.copied().map(MacAddress),
        destination: None,
        // PACKET_OUTGOING.
        outgoing: packet_type == 4,
        vlans,
        network,
    }
}

/// `bytes` begin with an ethertype.
fn tagged(bytes: &[u8]) -> (Vec<u16>, Network<'_>) {
    match bytes.split_first_chunk::<2>() {
        Some((ethertype, rest)) => carried(u16::from_be_bytes(*ethertype), rest),
        None => (Vec::new(), Network::Other),
    }
}

/// What `ethertype` announces, behind any number of VLAN tags.
fn carried(mut ethertype: u16, mut bytes: &[u8]) -> (Vec<u16>, Network<'_>) {
    let mut vlans = Vec::new();
    loop {
        let network = match ethertype {
            0x0800 => Network::Ipv4(bytes),
            0x86dd => Network::Ipv6(bytes),
            // 802.1Q, 802.1ad, and what was used for double tags before that.
            0x8100 | 0x88a8 | 0x9100 => match bytes.split_first_chunk::<4>() {
                Some(([tag_high, tag_low, type_high, type_low], rest)) => {
                    vlans.push(u16::from_be_bytes([tag_high & 0x0f, *tag_low]));
                    ethertype = u16::from_be_bytes([*type_high, *type_low]);
                    bytes = rest;
                    continue;
                }
                None => Network::Other,
            },
            _ => Network::Other,
        };
        return (vlans, network);
    }
}

/// No link header: the IP version tells.
fn raw(bytes: &[u8]) -> Network<'_> {
    match bytes.first().map(|first| first >> 4) {
        Some(4) => Network::Ipv4(bytes),
        Some(6) => Network::Ipv6(bytes),
        _ => Network::Other,
    }
}

/// BSD's loopback: an address family in four bytes, in the byte order of the capturing host (`NULL`) or of the network
/// (`LOOP`). It is small, so the order tells itself. IPv6 has another number on each system.
fn loopback(bytes: &[u8]) -> Network<'_> {
    match bytes.split_first_chunk::<4>() {
        Some(([2, 0, 0, 0] | [0, 0, 0, 2], packet)) => Network::Ipv4(packet),
        Some(([24 | 28 | 30, 0, 0, 0] | [0, 0, 0, 24 | 28 | 30], packet)) => Network::Ipv6(packet),
        _ => Network::Other,
    }
}
