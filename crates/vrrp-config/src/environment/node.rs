//! This node: its interface, its address there, its peers.

use core::net::{IpAddr, Ipv4Addr};

use ipnet::Ipv4Net;
use vrrp_core::{InterfaceName, Transport};

use super::names;
use super::reader::Reader;
use super::spread::read_addresses;
use crate::{AddressFlaw, EnvironmentFlaw, address};

/// Where this node is, as far as that is sound.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) interface: Option<InterfaceName>,
    /// Its own address on that interface.
    pub(super) address: Option<Ipv4Addr>,
    /// The source of adverts, if it is another.
    pub(super) source: Option<Ipv4Addr>,
    /// How adverts travel; `None` if anything is wrong.
    pub(super) transport: Option<Transport>,
    /// The peers, without ourselves.
    pub(super) peers: Vec<Ipv4Addr>,
}

/// Reads all of it. `pool` are the virtual addresses: none of them is anybody's own.
pub(super) fn read(reader: &mut Reader<'_>, pool: &[Ipv4Net]) -> Node {
    let is_virtual = |address: &Ipv4Addr| pool.iter().any(|net| net.addr() == *address);
    let interface = read_interface(reader);
    let address = interface.as_ref().and_then(|interface| {
        let present = reader.surroundings.addresses(interface.as_str());
        // One that this daemon has put there has the length that the list says, or is a /32: in the node's own subnet.
        let is_left = |there: &Ipv4Net| {
            let held = Ipv4Net::from(there.addr());
            pool.contains(there) || *there == held && is_virtual(&there.addr())
        };
        let mine: Vec<Ipv4Net> = present.into_iter().filter(|there| !is_left(there)).collect();
        for &net in mine.iter().filter(|net| is_virtual(&net.addr())) {
            let interface = interface.to_string();
            reader.report(names::VIRTUAL_IPS, EnvironmentFlaw::NodesOwn { net, interface });
        }
        report_ends(reader, pool, &mine);
        if mine.is_empty() {
            let flaw = EnvironmentFlaw::NoOwnAddress(interface.to_string());
            reader.report(names::INTERFACE, flaw);
        }
        mine.iter()
            .map(Ipv4Net::addr)
            .find(|address| !is_virtual(address))
    });
    let (peers, mut all_sound) = read_addresses(reader, names::PEERS, "a peer");
    for &peer in peers.iter().filter(|peer| is_virtual(peer)) {
        all_sound = false;
        reader.report(names::PEERS, EnvironmentFlaw::IsVirtual(peer));
    }
    let wishes_unicast = reader.text(names::USE_UNICAST);
    let wishes_unicast = wishes_unicast.is_some_and(|wish| wish.eq_ignore_ascii_case("true"));
    if wishes_unicast && peers.is_empty() && all_sound {
        reader.report(names::USE_UNICAST, EnvironmentFlaw::UnicastWithoutPeers);
    }
    let unicast = !peers.is_empty() || !all_sound;
    let source = [
        (names::UNICAST_SOURCE, unicast),
        (names::MULTICAST_SOURCE, !unicast),
    ]
    .map(|(name, counts)| read_source(reader, name, counts, is_virtual).filter(|_| counts));
    let source = source.into_iter().flatten().next();

    let mut own = reader.surroundings.own_addresses();
    own.extend(source.iter().chain(&address).map(|&own| IpAddr::V4(own)));
    let mut others: Vec<Ipv4Addr> = Vec::new();
    for &peer in &peers {
        if !own.contains(&IpAddr::V4(peer)) && !others.contains(&peer) {
            others.push(peer);
        }
    }
    if others.is_empty() && !peers.is_empty() && all_sound {
        reader.report(names::PEERS, EnvironmentFlaw::from(AddressFlaw::NobodyElse));
    }
    let transport = match (unicast, all_sound) {
        (false, _) => Some(Transport::Multicast),
        (true, true) => Some(Transport::Unicast {
            peers: others.iter().map(|&peer| IpAddr::V4(peer)).collect(),
        }),
        (true, false) => None,
    };
    Node {
        interface,
        address,
        source,
        transport,
        peers: others,
    }
}

/// Says which virtual addresses are the first or the last of the node's own subnet: nobody can use them.
fn report_ends(reader: &mut Reader<'_>, pool: &[Ipv4Net], mine: &[Ipv4Net]) {
    // RFC 3021: the two addresses of a /31 are both hosts.
    for &subnet in mine.iter().filter(|subnet| subnet.prefix_len() < 31) {
        for end in [subnet.network(), subnet.broadcast()] {
            if pool.iter().any(|net| net.addr() == end) {
                reader.report(names::VIRTUAL_IPS, EnvironmentFlaw::SubnetsEnd { end, subnet });
            }
        }
    }
}

fn read_interface(reader: &mut Reader<'_>) -> Option<InterfaceName> {
    let existing = reader.surroundings.interfaces();
    let named = reader.text(names::INTERFACE);
    let found = named.clone().or_else(|| reader.surroundings.default_interface());
    let name = found.as_deref().and_then(InterfaceName::new);
    let flaw = match (named, name) {
        (None, Some(name)) => return Some(name),
        (Some(found), Some(name)) if existing.contains(&found) => return Some(name),
        (Some(found), _) => EnvironmentFlaw::NoInterface { found, existing },
        (None, None) => EnvironmentFlaw::NoDefaultInterface { existing },
    };
    reader.report(names::INTERFACE, flaw);
    None
}

fn read_source(
    reader: &mut Reader<'_>,
    name: &'static str,
    counts: bool,
    is_virtual: impl Fn(&Ipv4Addr) -> bool,
) -> Option<Ipv4Addr> {
    let source = reader.parsed(name, |text| Ok(address::host(text, "the source of adverts")?))?;
    if is_virtual(&source) {
        reader.report(name, EnvironmentFlaw::IsVirtual(source));
    }
    let own = reader.surroundings.own_addresses();
    if counts && !own.is_empty() && !own.contains(&IpAddr::V4(source)) {
        let flaw = AddressFlaw::SourceNotOurs { address: source };
        reader.report(name, EnvironmentFlaw::from(flaw));
    }
    Some(source)
}
