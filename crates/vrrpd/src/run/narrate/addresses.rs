//! What became of addresses.

use std::io;

use tracing::{info, warn};
use vrrp_core::{Refusal, VirtualAddress};
use vrrp_linux::{ClaimNote, Doing, errno_meaning};

use super::words::refused;
use crate::run::engine::router::Router;

/// What was special about a claim that succeeded.
pub(in crate::run) fn claim_notes(router: &Router, notes: &[ClaimNote]) {
    let name = &router.config.name;
    for note in notes {
        match note {
            ClaimNote::Foreign(address) => warn!(
                event = "claim_foreign",
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
                event = "claim_narrowed",
                router = name,
                "({name}) {wanted} is held as /{prefix}: with its own length it would share the subnet of \
                 {shared_with}, and removing one could take the other with it"
            ),
            ClaimNote::TakenOver(address) => {
                info!(
                    event = "claim_taken_over",
                    router = name,
                    "({name}) took over {address}, which a keepalived that is gone had left"
                );
            }
        }
    }
}

/// What a release could not do.
pub(in crate::run) fn released(router: &Router, result: &Result<Vec<VirtualAddress>, Refusal>) {
    let name = &router.config.name;
    match result {
        Ok(foreign) => {
            for address in foreign {
                info!(
                    event = "release_foreign",
                    router = name,
                    "({name}) left {address} where it is: somebody else put it there"
                );
            }
        }
        Err(refusal) => warn!(
            event = "release_failed",
            router = name,
            "({name}) not all addresses were released: {}",
            refused(refusal)
        ),
    }
}

/// What an earlier run had left behind.
pub(in crate::run) fn swept(removed: &[VirtualAddress]) {
    for leftover in removed {
        info!(
            event = "leftover_removed",
            "removed {leftover}, which an earlier run had left behind"
        );
    }
}

/// An address that could not be announced.
pub(in crate::run) fn not_announced(address: &VirtualAddress, error: &io::Error) {
    let errno = error.raw_os_error().unwrap_or_default();
    warn!(
        event = "arp_not_sent",
        "gratuitous ARP for {address} was not sent: {error}: {}",
        errno_meaning(Doing::Send, errno)
    );
}

/// An interface that takes no frames.
pub(in crate::run) fn no_room_to_announce(router: &Router) {
    let name = &router.config.name;
    warn!(
        event = "arp_blocked",
        router = name,
        "({name}) gratuitous ARP cannot be sent: the queue of its interface stays full, or a filter refuses it (check \
         `tc -s qdisc` and nftables' egress hooks); clients may keep using the old MASTER until the next round"
    );
}
