//! Which node is preferred for which virtual router.

use core::net::Ipv4Addr;

use vrrp_core::{Priority, Vrid};

#[cfg(test)]
mod tests;

/// The formula of OpenShift's image, so that a fleet that runs both behaves as before. Where that one draws a number
/// anew at each start, this takes one that is fixed for node and VRID: a restart moves nothing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Formula {
    node: Ipv4Addr,
    /// Every so many groups this node is preferred.
    index: usize,
    /// Whether every second of these gets a low priority, so that not all are on one node.
    alternates: bool,
    /// The preferred groups so far.
    preferred: usize,
}

impl Formula {
    /// Of a node, in a fleet of so many.
    pub(super) fn new(node: Ipv4Addr, replicas: usize, preempts: bool) -> Self {
        Self {
            node,
            index: usize::from(slot(node)) % replicas.max(1) + 1,
            alternates: preempts,
            preferred: 0,
        }
    }

    /// The priority of the next group, which is number `nth`, from 1.
    pub(super) fn next(&mut self, nth: usize, vrid: Vrid) -> Priority {
        let slot = slot(self.node);
        if !nth.is_multiple_of(self.index) {
            return clamped(slot % 64 + drawn(self.node, vrid));
        }
        self.preferred += 1;
        if self.alternates && self.preferred.is_multiple_of(2) {
            clamped(slot + 1)
        } else {
            clamped(255 - slot)
        }
    }
}

/// Nodes are told apart by this.
fn slot(node: Ipv4Addr) -> u8 {
    node.octets()[3] % 128
}

/// 0 to 31: FNV-1a over the node's address and the VRID, mixed once more (neighbours differ only in the last byte, which
/// FNV mixes least). Part of the contract: nodes of different versions must not change their order at an upgrade.
fn drawn(node: Ipv4Addr, vrid: Vrid) -> u8 {
    let bytes = node.octets().into_iter().chain([vrid.get()]);
    let mut hash = bytes.fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ (hash >> 13)).wrapping_mul(0xc2b2_ae35);
    (hash >> 27) as u8
}

/// Nobody is the owner of the addresses here.
pub(super) fn clamped(priority: u8) -> Priority {
    Priority::new(priority.clamp(1, 254)).unwrap_or(Priority::DEFAULT)
}
