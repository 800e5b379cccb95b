//! Where the status is served, among the virtual addresses.

use core::net::IpAddr;

use super::Comparison;
use crate::HttpFlaw;
use crate::source::Located;

pub(super) fn compare(comparison: &mut Comparison<'_>) {
    let drafts = comparison.drafts;
    let Some(Located { value: listen, place }) = &drafts.listen else {
        return;
    };
    let address = listen.ip();
    // The owner's virtual addresses are its own (RFC 3768 section 1.6): it keeps them.
    let moving = drafts
        .instances
        .iter()
        .filter(|draft| !draft.priority.is_owner())
        .flat_map(|draft| draft.advertised.iter().chain(&draft.excluded))
        .find(|held| IpAddr::V4(held.value.net.addr()) == address);
    if let Some(held) = moving {
        comparison.report(*place, held.place, |place| HttpFlaw::IsVirtual { address, place });
    }
}
