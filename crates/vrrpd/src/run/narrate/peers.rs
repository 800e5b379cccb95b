//! What peers do, and what is wrong with their packets.

use std::net::IpAddr;

use tracing::{debug, info, warn};
use vrrp_core::{AddressDifference, Discard, InterfaceName, Note};
use vrrp_packet::DecodeError;

use crate::run::engine::rejects::Told;
use crate::run::engine::router::Router;

/// What a peer did that changed no state.
pub(in crate::run) fn note(router: &Router, note: &Note) {
    let name = &router.config.name;
    match note {
        Note::MasterIs {
            before: None,
            now,
            priority,
        } => {
            info!(
                event = "master_set", router = name, master = %now, %priority,
                "({name}) master set to {now}"
            );
        }
        Note::MasterIs {
            before: Some(before),
            now,
            priority,
        } => {
            info!(
                event = "master_changed", router = name, master = %now, %priority,
                "({name}) master changed from {before} to {now}"
            );
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
            info!(
                event = "resignation_heard", router = name, peer = %from,
                "({name}) Backup received priority 0 advertisement"
            );
        }
        Note::ResignationHeard {
            from,
            as_master: true,
        } => {
            info!(
                event = "resignation_heard", router = name, peer = %from,
                "({name}) Master received priority 0 message"
            );
        }
        Note::DelayStarted { delay, master } => {
            info!(
                event = "preempt_delay_started", router = name, %master,
                "({name}) start preempt delay ({})", delay.as_secs_f64()
            );
        }
        Note::DelayEnded => info!(
            event = "preempt_delay_ended",
            router = name,
            "({name}) stop preempt delay"
        ),
        Note::Contested { from, theirs, ours } if theirs.get() == ours.get() => {
            info!(
                event = "election_forced",
                router = name, peer = %from, priority = %theirs,
                "({name}) Received advert from {from} with same priority {theirs} but lower IP address than ours, \
                 forcing new election"
            );
        }
        Note::Contested { from, theirs, ours } => {
            info!(
                event = "election_forced",
                router = name, peer = %from, priority = %theirs,
                "({name}) Received advert from {from} with lower priority {theirs}, ours {ours}, forcing new election"
            );
        }
        Note::Repairing { .. }
        | Note::FaultIs(_)
        | Note::NextTry(_)
        | Note::PriorityChanged { .. }
        | Note::Waiting => {}
    }
}

/// So many lines about peers were kept back before the next one.
pub(in crate::run) fn untold(router: &Router, untold: u64) {
    let name = &router.config.name;
    if untold > 0 {
        warn!(
            event = "peer_lines_withheld",
            router = name,
            untold,
            "({name}) {untold} lines about its peers were not written: too many at a time"
        );
    }
}

/// A packet that was ignored; `router` is whose it would have been.
pub(in crate::run) fn rejected(
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
    warn!(event = "rejected", router = name, %interface, %source, reason, total, untold, "({name}) {phrase}");
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
pub(in crate::run) fn address_difference(
    router: &Router,
    source: IpAddr,
    difference: AddressDifference,
    told: Option<Told>,
) {
    if told.is_some() {
        let name = &router.config.name;
        warn!(
            event = "address_difference",
            router = name, %source, missing = difference.missing, unknown = difference.unknown,
            "({name}) {source} lists other addresses than this router does ({difference}); it counts all the same, but \
             keepalived up to 2.3.2 ignores such adverts: give all nodes the same addresses"
        );
    }
}
