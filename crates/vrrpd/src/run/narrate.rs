//! What is told in the log: one place for every line about an election.
//!
//! The human sentence keeps keepalived's wording where people and test suites look for it. Fields carry the same facts
//! for machines. A transition is one `info`; what needs somebody's attention is a `warn`; what repeats is `debug`.

use std::io;
use std::net::IpAddr;

use tracing::{debug, info, warn};
use vrrp_core::{
    AddressDifference, Cause, Discard, Fault, InterfaceName, Moved, Note, Refusal, State, VirtualAddress,
    WirePriority,
};
use vrrp_linux::{ClaimNote, Doing, errno_meaning};
use vrrp_packet::DecodeError;

use super::notices::awaits;
use super::rejects::Told;
use super::router::{Router, Sent};

/// A transition.
pub(super) fn moved(router: &Router, moved: &Moved) {
    let name = &router.config.name;
    let (from, to) = (moved.from, moved.to);
    let cause = cause(&moved.cause);
    let note = if (from, to) == (State::Init, State::Backup) {
        " (init)"
    } else {
        ""
    };
    let (vrid, interface) = (router.config.params.vrid, &router.config.interface);
    // One that has just started and has no result yet is not broken.
    if to == State::Fault && !awaits(&moved.cause) {
        warn!(router = name, %interface, %vrid, %from, %to, cause, "({name}) Entering {to} STATE");
    } else {
        info!(router = name, %interface, %vrid, %from, %to, cause, "({name}) Entering {to} STATE{note}");
    }
}

/// The cause in words, with the kernel's error numbers explained.
pub(super) fn cause(cause: &Cause) -> String {
    match cause {
        Cause::Refused(refusal) => refused(refusal),
        Cause::Fault(reason) => fault(reason),
        other => other.to_string(),
    }
}

fn fault(fault: &Fault) -> String {
    match fault {
        Fault::NoSocket(interface, errno) => {
            let meaning = errno_meaning(Doing::Socket, *errno);
            format!(
                "no socket on interface {interface}: {}: {meaning}",
                errno_name(*errno)
            )
        }
        other => other.to_string(),
    }
}

fn refused(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Kernel { address, errno } => {
            format!(
                "the kernel refused {address}: {}: {}",
                errno_name(*errno),
                errno_meaning(Doing::Address, *errno)
            )
        }
        other => other.to_string(),
    }
}

fn errno_name(errno: i32) -> io::Error {
    io::Error::from_raw_os_error(errno)
}

/// So many lines about peers were kept back before the next one.
pub(super) fn untold(router: &Router, untold: u64) {
    let name = &router.config.name;
    if untold > 0 {
        warn!(
            router = name,
            untold, "({name}) {untold} lines about its peers were not written: too many at a time"
        );
    }
}

/// What happened without a transition.
pub(super) fn note(router: &Router, note: &Note) {
    let name = &router.config.name;
    match note {
        Note::MasterIs {
            before: None,
            now,
            priority,
        } => {
            info!(router = name, master = %now, %priority, "({name}) master set to {now}");
        }
        Note::MasterIs {
            before: Some(before),
            now,
            priority,
        } => {
            info!(router = name, master = %now, %priority, "({name}) master changed from {before} to {now}");
        }
        Note::LowerIgnored { from, theirs } => {
            debug!(
                router = name,
                "({name}) received lower priority ({theirs}) advert from {from} - discarding"
            );
        }
        Note::ResignationHeard {
            from,
            as_master: false,
        } => {
            info!(router = name, peer = %from, "({name}) Backup received priority 0 advertisement");
        }
        Note::ResignationHeard {
            from,
            as_master: true,
        } => {
            info!(router = name, peer = %from, "({name}) Master received priority 0 message");
        }
        Note::DelayStarted { delay, master } => {
            info!(router = name, %master, "({name}) start preempt delay ({})", delay.as_secs_f64());
        }
        Note::DelayEnded => info!(router = name, "({name}) stop preempt delay"),
        Note::Contested { from, theirs, ours } if theirs.get() == ours.get() => {
            info!(
                router = name, peer = %from, priority = %theirs,
                "({name}) Received advert from {from} with same priority {theirs} but lower IP address than ours, \
                 forcing new election"
            );
        }
        Note::Contested { from, theirs, ours } => {
            info!(
                router = name, peer = %from, priority = %theirs,
                "({name}) Received advert from {from} with lower priority {theirs}, ours {ours}, forcing new election"
            );
        }
        Note::Repairing { times } => {
            warn!(
                router = name,
                times,
                "({name}) somebody removed an address that this MASTER holds: putting it back (keep network managers \
                 off it)"
            );
        }
        Note::FaultIs(reason) if awaits(reason) => {
            info!(router = name, "({name}) still in FAULT: {}", cause(reason));
        }
        Note::FaultIs(reason) => warn!(router = name, "({name}) still in FAULT: {}", cause(reason)),
        Note::NextTry(wait) => {
            info!(
                router = name,
                "({name}) next try in {} s, or when the network changes",
                wait.as_secs()
            );
        }
        Note::PriorityChanged { from, to, by } => {
            let because = by.as_ref().map_or_else(
                || "by the configuration".to_owned(),
                |(what, standing)| format!("{what} {standing}"),
            );
            info!(
                router = name, %from, %to, because,
                "({name}) Changing effective priority from {from} to {to} ({because})"
            );
        }
        Note::Waiting => info!(
            router = name,
            "({name}) ready to be MASTER, and waiting for the other members of its sync group"
        ),
    }
}

/// Notices that hooks will never see.
pub(super) fn notice_lost(lost: u64) {
    if lost.is_power_of_two() {
        warn!(
            lost,
            "{lost} notices for hooks were lost: the thread that tells them does not keep up"
        );
    }
}

/// A transition of a sync group.
pub(super) fn group_moved(group: &str, from: State, to: State) {
    info!(group, %from, %to, "VRRP_Group({group}) Syncing instances to {to} state");
}

/// A send that changed whether sending works.
pub(super) fn sent(router: &Router, priority: WirePriority, sent: Sent) {
    let name = &router.config.name;
    if priority.is_resignation() {
        debug!(router = name, "({name}) sent 0 priority");
    }
    match sent {
        Sent::AsBefore => {}
        Sent::Failing(errno) => {
            let meaning = errno_meaning(Doing::Send, errno);
            warn!(
                router = name,
                errno,
                "({name}) send advert error {errno} ({}): {meaning}",
                errno_name(errno)
            );
        }
        Sent::Recovered => info!(router = name, "({name}) adverts can be sent again"),
    }
}

/// A packet that was ignored; `router` is whose it would have been.
pub(super) fn rejected(
    router: Option<&Router>,
    interface: &InterfaceName,
    source: IpAddr,
    discard: &Discard,
    told: Told,
) {
    let reason = discard.name();
    let Told { total, untold } = told;
    let Some(router) = router else {
        // Other people's virtual routers on our LAN are nobody's fault.
        debug!(%interface, %source, reason, total, untold, "{}", stranger(interface, source, discard));
        return;
    };
    let name = &router.config.name;
    let phrase = match discard {
        Discard::Password => format!("received an invalid passwd from {source}!"),
        Discard::AuthenticationType { ours, theirs } => {
            format!("received a {theirs} auth from {source}, expecting {ours}!")
        }
        Discard::Interval { ours, theirs } => format!(
            "advertisement interval mismatch with {source} mine={} sec rcv'd={} sec: give both the same interval, or \
             both become MASTER",
            ours.as_secs(),
            theirs.as_secs()
        ),
        Discard::Ttl { found } => format!("invalid TTL/HL from {source}. Received {found} and expect 255"),
        Discard::NotAPeer => format!("unicast source address {source} not a unicast peer"),
        Discard::Malformed(DecodeError::Version { found }) => {
            format!("wrong VRRP version from {source}: {found}, expected 2")
        }
        Discard::Malformed(DecodeError::Checksum { .. }) => {
            format!("Invalid VRRPv2 checksum from {source}: {discard}")
        }
        other => format!("ignored an advert from {source}: {other}"),
    };
    warn!(router = name, %interface, %source, reason, total, untold, "({name}) {phrase}");
}

fn stranger(interface: &InterfaceName, source: IpAddr, discard: &Discard) -> String {
    match discard {
        Discard::UnknownVrid(vrid) => {
            format!("Unknown VRID({vrid}) received on interface({interface}). ignoring... (from {source})")
        }
        other => format!("ignored a packet from {source} on {interface}: {other}"),
    }
}

/// A peer that lists other addresses than we do.
pub(super) fn address_difference(
    router: &Router,
    source: IpAddr,
    difference: AddressDifference,
    told: Option<Told>,
) {
    if told.is_some() {
        let name = &router.config.name;
        warn!(
            router = name, %source, missing = difference.missing, unknown = difference.unknown,
            "({name}) {source} lists other addresses than this router does ({difference}); it counts all the same, but \
             keepalived up to 2.3.2 ignores such adverts: give all nodes the same addresses"
        );
    }
}

/// What was special about a claim that succeeded.
pub(super) fn claim_notes(router: &Router, notes: &[ClaimNote]) {
    let name = &router.config.name;
    for note in notes {
        match note {
            ClaimNote::Foreign(address) => warn!(
                router = name,
                "({name}) {} was on {} already, put there by somebody else: it is held as it is and will stay when \
                 this router leaves",
                address.address,
                address.interface
            ),
            ClaimNote::Narrowed {
                wanted,
                prefix,
                shared_with,
            } => warn!(
                router = name,
                "({name}) {wanted} is held as /{prefix}: with its own length it would share the subnet of \
                 {shared_with}, and removing one could take the other with it"
            ),
            ClaimNote::TakenOver(address) => {
                info!(
                    router = name,
                    "({name}) took over {address}, which a keepalived that is gone had left"
                );
            }
        }
    }
}

/// What a release could not do.
pub(super) fn released(router: &Router, result: &Result<Vec<VirtualAddress>, Refusal>) {
    let name = &router.config.name;
    match result {
        Ok(foreign) => {
            for address in foreign {
                info!(
                    router = name,
                    "({name}) left {address} where it is: somebody else put it there"
                );
            }
        }
        Err(refusal) => warn!(
            router = name,
            "({name}) not all addresses were released: {}",
            refused(refusal)
        ),
    }
}

/// What an earlier run had left behind.
pub(super) fn swept(removed: &[VirtualAddress]) {
    for leftover in removed {
        info!("removed {leftover}, which an earlier run had left behind");
    }
}

/// An address that could not be announced.
pub(super) fn not_announced(address: &VirtualAddress, error: &io::Error) {
    let errno = error.raw_os_error().unwrap_or_default();
    warn!(
        "gratuitous ARP for {address} was not sent: {error}: {}",
        errno_meaning(Doing::Send, errno)
    );
}

/// An interface that takes no frames.
pub(super) fn no_room_to_announce(router: &Router) {
    let name = &router.config.name;
    warn!(
        router = name,
        "({name}) gratuitous ARP cannot be sent: the queue of its interface stays full, or a filter refuses it (check \
         `tc -s qdisc` and nftables' egress hooks); clients may keep using the old MASTER until the next round"
    );
}
