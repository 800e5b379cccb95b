//! `unicast = { source, peers }`.

use core::net::{IpAddr, Ipv4Addr};
use std::collections::HashMap;

use crate::AddressFlaw;
use crate::address::read_host;
use crate::keys;
use crate::reader::{Field, Reader};
use crate::source::{Elsewhere, Located, Source};

/// Who else takes part, and from where we speak.
#[derive(Debug)]
pub(crate) struct UnicastDraft {
    pub(crate) source: Option<Located<Ipv4Addr>>,
    /// Without this host's own addresses.
    pub(crate) peers: Vec<Located<Ipv4Addr>>,
}

pub(crate) fn read(reader: &mut Reader<'_>, field: &Field<'_>, text: &Source) -> Option<UnicastDraft> {
    let table = reader.subtable(field, keys::UNICAST_KEYS)?;
    let source = table
        .get(keys::UNICAST_SOURCE)
        .and_then(|field| read_source(reader, &field));
    let peers = match reader.required(&table, keys::PEERS) {
        Some(field) => read_peers(reader, &field, source.as_ref(), text),
        None => Vec::new(),
    };
    Some(UnicastDraft { source, peers })
}

/// The source of adverts: ours, or the interface's when it gets it.
pub(crate) fn read_source(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Located<Ipv4Addr>> {
    let source = read_host(reader, field, "the source of adverts")?;
    let own = reader.surroundings.own_addresses();
    if !own.is_empty() && !own.contains(&IpAddr::V4(source.value)) {
        reader.report(
            field.at,
            AddressFlaw::SourceNotOurs {
                address: source.value,
            },
        );
    }
    Some(source)
}

/// One file serves every node: our own address may be in the list, and is left out of it.
fn read_peers(
    reader: &mut Reader<'_>,
    field: &Field<'_>,
    source: Option<&Located<Ipv4Addr>>,
    text: &Source,
) -> Vec<Located<Ipv4Addr>> {
    let Some(fields) = reader.list(field, keys::PEER) else {
        return Vec::new();
    };
    if fields.is_empty() {
        reader.report(field.at, AddressFlaw::NoPeers);
        return Vec::new();
    }
    let mut own = reader.surroundings.own_addresses();
    own.extend(source.map(|source| IpAddr::V4(source.value)));
    let mut first: HashMap<Ipv4Addr, usize> = HashMap::new();
    let mut peers = Vec::new();
    let mut all_sound = true;
    for field in fields {
        let Some(peer) = read_host(reader, &field, "a peer") else {
            all_sound = false;
            continue;
        };
        let address = peer.value;
        if let Some(&before) = first.get(&address) {
            let first = Elsewhere {
                file: None,
                line: text.line(before),
            };
            reader.report(field.at, AddressFlaw::PeerTwice { address, first });
            continue;
        }
        first.insert(address, field.at);
        if !own.contains(&IpAddr::V4(address)) {
            peers.push(peer);
        }
    }
    if peers.is_empty() && all_sound {
        reader.report(field.at, AddressFlaw::NobodyElse);
    }
    peers
}
