//! What two instances may not share, and addresses that are both virtual and somebody's own.

use core::net::Ipv4Addr;
use std::collections::HashMap;

use super::Comparison;
use crate::source::{Located, Place};
use crate::{AddressFlaw, InstanceFlaw};

pub(super) fn compare(comparison: &mut Comparison<'_>) {
    let mut vrids = HashMap::new();
    let mut virtual_addresses: HashMap<Ipv4Addr, Place> = HashMap::new();
    for draft in &comparison.drafts.instances {
        // Unicast and multicast adverts of one VRID arrive on one socket: they share the number.
        if let (Some(interface), Some(Located { value: vrid, place })) = (&draft.interface, &draft.vrid) {
            let first = *vrids.entry((interface, vrid)).or_insert(*place);
            if first != *place {
                comparison.report(*place, first, |first| InstanceFlaw::VridTwice {
                    vrid: *vrid,
                    interface: interface.to_string(),
                    first,
                });
            }
        }
        for Located { value, place } in draft.advertised.iter().chain(&draft.excluded) {
            let address = value.net.addr();
            let first = *virtual_addresses.entry(address).or_insert(*place);
            if first != *place {
                comparison.report(*place, first, |first| AddressFlaw::Twice { address, first });
            }
        }
    }

    for draft in &comparison.drafts.instances {
        for Located {
            value: address,
            place,
        } in draft.unicast.iter().flat_map(|unicast| &unicast.peers)
        {
            if let Some(virtual_place) = virtual_addresses.get(address) {
                comparison.report(*place, *virtual_place, |place| AddressFlaw::PeerIsVirtual {
                    address: *address,
                    place,
                });
            }
        }
        // The owner's virtual addresses are its own (RFC 3768 section 1.6): it keeps them, and may speak from them.
        let source = draft
            .unicast
            .as_ref()
            .map_or(&draft.source, |unicast| &unicast.source);
        if let Some(Located {
            value: address,
            place,
        }) = source.as_ref().filter(|_| !draft.priority.is_owner())
            && let Some(virtual_place) = virtual_addresses.get(address)
        {
            comparison.report(*place, *virtual_place, |place| AddressFlaw::SourceIsVirtual {
                address: *address,
                place,
            });
        }
    }
}
