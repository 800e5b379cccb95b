//! Packets between the socket that gave them and the state machines that may want to answer on it.

use std::ops::Range;

use vrrp_core::Time;

/// A batch of packets in one buffer, which is used again for the next.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    bytes: Vec<u8>,
    packets: Vec<(Time, Range<usize>)>,
}

impl Inbox {
    /// Adds a packet and when it arrived.
    pub(super) fn push(&mut self, at: Time, packet: &[u8]) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(packet);
        self.packets.push((at, start..self.bytes.len()));
    }

    /// All packets, in the order of their arrival.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Time, &[u8])> {
        self.packets
            .iter()
            .map(|(at, range)| (*at, self.bytes.get(range.clone()).unwrap_or_default()))
    }

    /// Forgets the packets and keeps the room.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.packets.clear();
    }
}
