//! The `OPENSHIFT_HA_*` variables.

use core::net::Ipv4Addr;

use ipnet::Ipv4Net;

use super::{AddressFlaw, HttpFlaw, InstanceFlaw, ScriptFlaw};

/// What can be wrong with an environment variable that is a setting.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvironmentFlaw {
    /// Something that is wrong in a file too.
    #[error(transparent)]
    Address(#[from] AddressFlaw),
    /// Something that is wrong in a file too.
    #[error(transparent)]
    Instance(#[from] InstanceFlaw),
    /// Something that is wrong in a file too.
    #[error(transparent)]
    Script(#[from] ScriptFlaw),
    /// Something that is wrong in a file too.
    #[error(transparent)]
    Http(#[from] HttpFlaw),
    /// It has bytes that no text has.
    #[error("it is not UTF-8; write plain text")]
    NotUtf8,
    /// A variable that nobody reads.
    #[error("nobody reads this variable{}", near.map_or_else(String::new, |near| format!("; did you mean {near}?")))]
    Unknown {
        /// What may have been meant.
        near: Option<&'static str>,
    },
    /// There is nothing to do.
    #[error("it is not set, and names the addresses to hold; for example 10.77.0.100-102,10.77.0.110")]
    NoAddresses,
    /// Something in a list that is none of what may be in it.
    #[error(
        "item {position}, `{item}`, is not an address or a range; write 10.77.0.100, 10.77.0.100-102 or \
        10.77.0.100-10.77.0.102, with commas or spaces between"
    )]
    Item {
        /// From 1.
        position: usize,
        /// As written.
        item: String,
    },
    /// An item of a list with something wrong in it.
    #[error("item {position}, `{item}`: {flaw}")]
    InItem {
        /// From 1.
        position: usize,
        /// As written.
        item: String,
        /// What is wrong.
        flaw: AddressFlaw,
    },
    /// A range with its end before its beginning.
    #[error("item {position}, `{item}`, ends before it begins; write the lower address first")]
    Reversed {
        /// From 1.
        position: usize,
        /// As written.
        item: String,
    },
    /// A range over more than the last number.
    #[error(
        "item {position}, `{item}`, differs in more than the last number; write a range for each of them"
    )]
    Wide {
        /// From 1.
        position: usize,
        /// As written.
        item: String,
    },
    /// An item that names what another one has named.
    #[error("item {position}, `{item}`: {} in the list before, and kept once", repeated(*.first, *.count))]
    Again {
        /// From 1.
        position: usize,
        /// As written.
        item: String,
        /// The first that was there.
        first: Ipv4Addr,
        /// How many were there.
        count: usize,
    },
    /// Nothing of it can be in a name.
    #[error(
        "`{0}` has none of A-Z, a-z, 0-9, `_` and `-`, of which the names of virtual routers are made; write some"
    )]
    Nameless(String),
    /// Too long for the names that are made of it.
    #[error(
        "it has {0} characters, and the names of virtual routers are made of it, which have 64: write 56 at most"
    )]
    LongName(usize),
    /// Not a whole number in its range.
    #[error("`{found}` is not {wanted}")]
    Number {
        /// As written.
        found: String,
        /// What it should be, in words.
        wanted: &'static str,
    },
    /// Not a port.
    #[error("`{0}` is not a port: 1 to 65535, or 0 for no check")]
    Port(String),
    /// Not only a port.
    #[error("`{found}` is taken as the port {port}; write {port}")]
    PortAmongOthers {
        /// As written.
        found: String,
        /// What is left of it.
        port: u16,
    },
    /// More groups than addresses.
    #[error("{groups} groups for {addresses}: that many groups of one are made", addresses = counted(*.addresses))]
    EmptyGroups {
        /// As written.
        groups: usize,
        /// How many there are.
        addresses: usize,
    },
    /// More virtual routers than VRIDs.
    #[error("{routers} virtual routers, and above the offset {offset} only {vrids} of the VRIDs 1 to 255 are left: {first} \
        is the first address without one; {}", mend(*.fits))]
    NoVridLeft {
        /// How many there are to be.
        routers: usize,
        /// `OPENSHIFT_HA_VRRP_ID_OFFSET`.
        offset: u8,
        /// How many are not excluded.
        vrids: usize,
        /// The first address of the first group without one.
        first: Ipv4Addr,
        /// How many groups would fit; `None` if no number would.
        fits: Option<usize>,
    },
    /// More addresses in a group than an advert can list (RFC 3768 section 5.3.5).
    #[error(
        "{largest} addresses in one virtual router, and an advert lists at most 255; {}", fewer(*.least)
    )]
    LargeGroups {
        /// How many the largest has.
        largest: usize,
        /// How many groups it takes; `None` if there are not so many VRIDs.
        least: Option<usize>,
    },
    /// An interface that is not there.
    #[error("this host has no interface `{found}`; {}", one_of(.existing))]
    NoInterface {
        /// As written.
        found: String,
        /// Those that are there.
        existing: Vec<String>,
    },
    /// No interface is named and none is obvious.
    #[error("it is not set, and this host has no default route that says which interface is meant; {}", one_of(.existing))]
    NoDefaultInterface {
        /// Those that are there.
        existing: Vec<String>,
    },
    /// An interface that nothing can be sent from.
    #[error(
        "the interface {0} has no IPv4 address but virtual ones, and priority and check need the node's own; give it \
        one, or name another interface"
    )]
    NoOwnAddress(String),
    /// A virtual address that is a node's own.
    #[error("{} is this node's own address ({net} on {interface}), which cannot move; take it out of the list", net.addr())]
    NodesOwn {
        /// As the node has it.
        net: Ipv4Net,
        /// Where.
        interface: String,
    },
    /// The first or the last address of a subnet.
    #[error("{end} is the first or the last address of {}, which no host can have; take it out of the list", subnet.trunc())]
    SubnetsEnd {
        /// Which.
        end: Ipv4Addr,
        /// The node's own address there.
        subnet: Ipv4Net,
    },
    /// A list that is not used.
    #[error("it has no effect without VRRPD_SPREAD=fair; set that, or remove this")]
    NodesUnused,
    /// Something that nobody can see.
    #[error("it has control characters; write plain text")]
    Control,
    /// A password that is half a character at its end.
    #[error(
        "its first 8 bytes are the password, and end within a character; let the first 8 be of A-Z, a-z, 0-9, `_` and `-`"
    )]
    HalfCharacter,
    /// A path that depends on where the daemon was started.
    #[error("`{0}` is not an absolute path; write it from /")]
    Relative(String),
    /// Not one of the strategies.
    #[error(
        "`{0}` is not a strategy; write `nopreempt`, `preempt`, or `preempt_delay N` with 0 to 1000 seconds"
    )]
    Preemption(String),
    /// `preempt N`.
    #[error("`preempt {seconds}` is taken as `preempt_delay {seconds}`; write that")]
    PreemptNumber {
        /// As written.
        seconds: u16,
    },
    /// Unicast without peers.
    #[error(
        "it is `true` and OPENSHIFT_HA_UNICAST_PEERS is not set, which alone decides; set that to the nodes' \
        addresses, or remove this for multicast"
    )]
    UnicastWithoutPeers,
    /// A peer or a source that moves from host to host.
    #[error(
        "{0} is one of OPENSHIFT_HA_VIRTUAL_IPS, which move from host to host; write the address that the node keeps"
    )]
    IsVirtual(Ipv4Addr),
    /// Not a spread.
    #[error("`{0}` is not a way to spread the addresses; write `fair`, or remove it")]
    Spread(String),
    /// A spread among nobody knows whom.
    #[error(
        "`fair` needs to know all nodes; set VRRPD_NODES or OPENSHIFT_HA_UNICAST_PEERS to their addresses"
    )]
    SpreadAmongWhom,
    /// A list of nodes without this one.
    #[error(
        "this node's address {0} is not in the list; write the addresses of all nodes, the same list on each"
    )]
    NotAmongNodes(Ipv4Addr),
    /// Neither a port nor an address and a port.
    #[error(
        "`{0}` is neither a port nor an address and a port; write 9650 for that port of this node's own address, or an \
        address of this node, as 127.0.0.1:9650 or [fd00::1]:9650"
    )]
    Listen(String),
    /// The daemon where the check looks for somebody else.
    #[error(
        "the check connects to port {0} of this node, and would find vrrpd itself; write another port, or another \
        OPENSHIFT_HA_MONITOR_PORT"
    )]
    ChecksItself(u16),
}

impl EnvironmentFlaw {
    /// Whether the configuration runs all the same.
    pub(super) fn is_warning(&self) -> bool {
        match self {
            Self::Address(flaw) => super::Flaw::from(flaw.clone()).severity() == crate::Severity::Warning,
            Self::Script(flaw) => super::Flaw::from(flaw.clone()).severity() == crate::Severity::Warning,
            Self::Http(flaw) => super::Flaw::from(flaw.clone()).severity() == crate::Severity::Warning,
            _ => matches!(
                self,
                Self::Unknown { .. }
                    | Self::Again { .. }
                    | Self::PortAmongOthers { .. }
                    | Self::EmptyGroups { .. }
                    | Self::PreemptNumber { .. }
                    | Self::SubnetsEnd { .. }
                    | Self::NodesUnused
            ),
        }
    }
}

fn counted(addresses: usize) -> String {
    match addresses {
        1 => "1 address".to_owned(),
        _ => format!("{addresses} addresses"),
    }
}

fn repeated(first: Ipv4Addr, count: usize) -> String {
    match count {
        1 => format!("{first} is"),
        2 => format!("{first} and another one are"),
        _ => format!("{first} and {} others are", count - 1),
    }
}

fn mend(fits: Option<usize>) -> String {
    match fits {
        Some(fits) => format!("OPENSHIFT_HA_VIP_GROUPS={fits} would fit"),
        None => "lower OPENSHIFT_HA_VRRP_ID_OFFSET, exclude fewer VRIDs, or name fewer addresses".to_owned(),
    }
}

fn fewer(least: Option<usize>) -> String {
    match least {
        Some(least) => format!("write {least} or more"),
        None => "there are not enough VRIDs for so many addresses: name fewer, lower OPENSHIFT_HA_VRRP_ID_OFFSET, or exclude \
                 fewer VRIDs"
            .to_owned(),
    }
}

fn one_of(existing: &[String]) -> String {
    match existing {
        [] => "it has none at all (a pod that is not on the host's network sees none: set hostNetwork: true)"
            .to_owned(),
        _ => format!("set it to one of: {}", existing.join(", ")),
    }
}
