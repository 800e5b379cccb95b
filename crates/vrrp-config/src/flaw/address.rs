//! Virtual addresses, peers and sources.

use core::net::Ipv4Addr;

use crate::Elsewhere;

/// What can be wrong with a virtual address, a peer or a source.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressFlaw {
    /// Not an address.
    #[error("`{0}` is not an IPv4 address; write four numbers from 0 to 255, as 10.77.0.100")]
    NotAnAddress(String),
    /// An address of IPv6.
    #[error(
        "`{0}` is an IPv6 address, which needs VRRPv3: VRRPv3 is not supported yet; write an IPv4 address"
    )]
    Ipv6(String),
    /// An address that no single host has.
    #[error("{address} is {kind}; {role} is the address of one host, as 10.77.0.100")]
    Unusable {
        /// As written.
        address: Ipv4Addr,
        /// What it is instead.
        kind: &'static str,
        /// What it should have been.
        role: &'static str,
    },
    /// A peer or source with a prefix length.
    #[error("`{text}` has a prefix length, which {role} has not; write {address}")]
    PrefixNotWanted {
        /// As written.
        text: String,
        /// The address in it.
        address: Ipv4Addr,
        /// What it is.
        role: &'static str,
    },
    /// A prefix length that is none.
    #[error("`/{0}` is not a prefix length of IPv4; write /1 to /32, or none for /32")]
    Prefix(String),
    /// The first address of its own network.
    #[error(
        "{address}/{prefix} is the network's own address, not a host's; write a host's address, or \
        {address}/32 if you mean this one address"
    )]
    NetworkAddress {
        /// As written.
        address: Ipv4Addr,
        /// Its prefix length.
        prefix: u8,
    },
    /// The last address of its own network.
    #[error(
        "{address}/{prefix} is the network's broadcast address; write a host's address, or {address}/32 if you \
        mean this one address"
    )]
    BroadcastAddress {
        /// As written.
        address: Ipv4Addr,
        /// Its prefix length.
        prefix: u8,
    },
    /// A virtual address twice in the configuration.
    #[error("{address} is already a virtual address at {first}; keep one of the two")]
    Twice {
        /// Which.
        address: Ipv4Addr,
        /// Its first place.
        first: Elsewhere,
    },
    /// A virtual router without addresses.
    #[error(
        "no virtual address: an advert lists 1 to 255; for example: virtual_addresses = [\"10.77.0.100\"]"
    )]
    None,
    /// More than an advert can list (RFC 3768 section 5.3.5).
    #[error(
        "{count} addresses, and an advert lists at most 255: {first} is the first that does not fit; move it \
        and the rest to excluded_addresses, or to a second [[instance]] with another vrid"
    )]
    TooMany {
        /// How many are given.
        count: usize,
        /// The 256th.
        first: Ipv4Addr,
    },
    /// A label longer than the kernel's field.
    #[error("the label `{label}` has {} bytes, and the kernel takes 15; shorten it", label.len())]
    LongLabel {
        /// As written.
        label: String,
    },
    /// A label that no tool can show.
    #[error(
        "the label `{0}` is empty or holds white space or control characters; write one as \"eth0:web\", or \
        leave it out"
    )]
    BadLabel(String),
    /// A label that belongs to no interface.
    #[error(
        "the label `{label}` does not begin with the interface, and tools that look for it there will not find \
        it; write \"{interface}:...\""
    )]
    ForeignLabel {
        /// As written.
        label: String,
        /// Where the address is held.
        interface: String,
    },
    /// A list of peers with nothing in it.
    #[error(
        "the list of peers is empty, and that is never a fall-back to multicast; name the other nodes, or remove \
        `unicast` for multicast"
    )]
    NoPeers,
    /// A list of peers that names only this host.
    #[error(
        "every peer is this host itself: no advert is sent or heard, so this virtual router becomes MASTER \
        whatever others do; name the other nodes too"
    )]
    NobodyElse,
    /// A peer named again.
    #[error("the peer {address} is already named at {first}; one of the two is enough")]
    PeerTwice {
        /// Which.
        address: Ipv4Addr,
        /// Its first place.
        first: Elsewhere,
    },
    /// A peer that moves from host to host.
    #[error(
        "the peer {address} is a virtual address ({place}), which moves from host to host; write the address that \
        the peer keeps"
    )]
    PeerIsVirtual {
        /// Which.
        address: Ipv4Addr,
        /// Where it is virtual.
        place: Elsewhere,
    },
    /// A source that moves from host to host.
    #[error(
        "the source {address} is a virtual address ({place}), which moves from host to host; write the address \
        that this host keeps"
    )]
    SourceIsVirtual {
        /// Which.
        address: Ipv4Addr,
        /// Where it is virtual.
        place: Elsewhere,
    },
    /// A source that this host does not have now.
    #[error("no interface of this host has the source {address}; adverts leave only once it is there")]
    SourceNotOurs {
        /// Which.
        address: Ipv4Addr,
    },
    /// `source` beside `unicast`.
    #[error("`source` beside `unicast`; write it in there: unicast = {{ source = \"...\", peers = [...] }}")]
    SourceBesideUnicast,
}
