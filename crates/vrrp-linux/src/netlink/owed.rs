//! Somebody's addresses that the kernel may have taken away with one of ours, and that may not be back yet. No
//! sockets here.

use std::collections::HashSet;
use std::fmt::Display;
use std::io;

use vrrp_core::plan::Key;

use super::messages::Message;
use super::round::is_short;

#[cfg(test)]
mod tests;

/// What to put back. To try that once too often does no harm: what is there already stays as it is.
#[derive(Default)]
pub(super) struct Owed(Vec<(Key, Message)>);

impl Owed {
    /// From now until the answer is known.
    pub(super) fn note(&mut self, key: Key, restore: Message) {
        self.0.push((key, restore));
    }

    /// The answers are known, and these are the ones that another attempt may do better with.
    pub(super) fn only(&mut self, still: &HashSet<Key>) {
        self.0.retain(|(key, _)| still.contains(key));
    }

    /// What puts everything back that is still owed.
    pub(super) fn requests(&self) -> Vec<Message> {
        self.0.iter().map(|(_, message)| message.clone()).collect()
    }

    /// Takes note of the answers to those requests, in their order. After a shortage it stays owed.
    pub(super) fn settle(&mut self, answers: Vec<Result<(), i32>>) {
        let mut answers = answers.into_iter();
        self.0.retain(|(key, _)| match answers.next() {
            None | Some(Ok(()) | Err(libc::EEXIST)) => false,
            Some(Err(errno)) if is_short(errno) => true,
            Some(Err(errno)) => {
                lament(key, &io::Error::from_raw_os_error(errno));
                false
            }
        });
    }

    /// The last attempt has been made.
    pub(super) fn write_off(&mut self, reason: &dyn Display) {
        for (key, _) in self.0.drain(..) {
            lament(&key, reason);
        }
    }
}

/// Says that an address is lost.
pub(super) fn lament(key: &Key, reason: &dyn Display) {
    tracing::error!(
        event = "address_not_restored",
        address = %key.address, prefix = key.prefix, interface = key.index, %reason,
        "cannot put back an address that the kernel removed with its primary; put it back by hand"
    );
}
