//! News that somebody has changed the ruleset.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};

use netlink_sys::Socket;
use netlink_sys::protocols::NETLINK_NETFILTER;
use nix::errno::Errno;
use nix::sys::socket::{MsgFlags, recv};

#[cfg(test)]
mod tests;

/// `NFNLGRP_NFTABLES`: what nftables does.
const GROUP: u32 = 7;
/// `NFNL_SUBSYS_NFTABLES` and `NFT_MSG_NEWGEN`: a transaction is done.
const COMMIT: u16 = 10 << 8 | 15;
/// More than the kernel puts into one datagram.
const LARGEST: usize = 32 << 10;
/// Where a message has its length and its type.
const HEADER: usize = 16;

/// A subscription to the kernel's news of nftables: readable when there are some.
///
/// Rules of the old iptables are not among them.
#[derive(Debug)]
pub struct RulesetNews(Socket);

/// How often the ruleset was changed since somebody asked last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changes {
    /// So many transactions.
    Counted(usize),
    /// More than anybody could take note of.
    Countless,
}

impl RulesetNews {
    /// Subscribes, in the network namespace of the calling thread.
    ///
    /// # Errors
    /// Without `CAP_NET_ADMIN`, and where the kernel has no nftables.
    pub fn subscribe() -> io::Result<Self> {
        let mut socket = Socket::new(NETLINK_NETFILTER)?;
        socket.bind_auto()?;
        socket.set_non_blocking(true)?;
        socket.add_membership(GROUP)?;
        Ok(Self(socket))
    }

    /// Takes note of everything so far, without waiting.
    pub fn take(&self) -> Changes {
        let mut datagram = vec![0; LARGEST];
        let mut count = 0;
        let mut lost = false;
        loop {
            match recv(self.0.as_raw_fd(), &mut datagram, MsgFlags::empty()) {
                Ok(read) => count += commits(datagram.get(..read).unwrap_or(&datagram)),
                Err(Errno::EINTR) => {}
                Err(Errno::EAGAIN) => break,
                // There is more to read after this.
                Err(Errno::ENOBUFS) => lost = true,
                Err(_) => {
                    lost = true;
                    break;
                }
            }
        }
        if lost {
            Changes::Countless
        } else {
            Changes::Counted(count)
        }
    }
}

impl AsFd for RulesetNews {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// How many transactions end in a datagram.
fn commits(mut datagram: &[u8]) -> usize {
    let mut count = 0;
    while let Some((length, rest)) = datagram.split_first_chunk() {
        let length = usize::try_from(u32::from_ne_bytes(*length)).unwrap_or(usize::MAX);
        let kind = rest.first_chunk().copied().map(u16::from_ne_bytes);
        count += usize::from(kind == Some(COMMIT));
        // Messages begin at multiples of four.
        let next = length.max(HEADER).checked_next_multiple_of(4);
        datagram = next.and_then(|next| datagram.get(next..)).unwrap_or_default();
    }
    count
}
