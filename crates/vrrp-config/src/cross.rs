//! What only shows when instances are compared with each other.

use core::net::Ipv4Addr;
use std::collections::HashMap;

use crate::instance::Draft;
use crate::reader::Finding;
use crate::source::{Elsewhere, Located, Place, Source, elsewhere};
use crate::{AddressFlaw, Flaw, InstanceFlaw};

/// Everything that two instances may not share, and addresses that are both virtual and somebody's own.
pub(crate) fn check(drafts: &[Draft], sources: &[Source], findings: &mut Vec<Finding>) {
    let mut report = |place: Place, other: Place, flaw: &dyn Fn(Elsewhere) -> Flaw| {
        findings.push(Finding {
            place,
            flaw: flaw(elsewhere(sources, other, place.file)),
        });
    };

    let mut names = HashMap::new();
    let mut vrids = HashMap::new();
    let mut virtual_addresses: HashMap<Ipv4Addr, Place> = HashMap::new();
    for draft in drafts {
        if let Some(Located { value: name, place }) = &draft.name {
            let first = *names.entry(name).or_insert(*place);
            if first != *place {
                report(*place, first, &|first| {
                    InstanceFlaw::NameTwice {
                        name: name.clone(),
                        first,
                    }
                    .into()
                });
            }
        }
        // Unicast and multicast adverts of one VRID arrive on one socket: they share the number.
        if let (Some(interface), Some(Located { value: vrid, place })) = (&draft.interface, &draft.vrid) {
            let first = *vrids.entry((interface, vrid)).or_insert(*place);
            if first != *place {
                report(*place, first, &|first| {
                    InstanceFlaw::VridTwice {
                        vrid: *vrid,
                        interface: interface.to_string(),
                        first,
                    }
                    .into()
                });
            }
        }
        for Located { value, place } in draft.advertised.iter().chain(&draft.excluded) {
            let address = value.net.addr();
            let first = *virtual_addresses.entry(address).or_insert(*place);
            if first != *place {
                report(*place, first, &|first| {
                    AddressFlaw::Twice { address, first }.into()
                });
            }
        }
    }

    for draft in drafts {
        for Located {
            value: address,
            place,
        } in draft.unicast.iter().flat_map(|unicast| &unicast.peers)
        {
            if let Some(virtual_place) = virtual_addresses.get(address) {
                report(*place, *virtual_place, &|place| {
                    AddressFlaw::PeerIsVirtual {
                        address: *address,
                        place,
                    }
                    .into()
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
            report(*place, *virtual_place, &|place| {
                AddressFlaw::SourceIsVirtual {
                    address: *address,
                    place,
                }
                .into()
            });
        }
    }
}
