//! Who has made a Unix socket that has no room for another caller, and so does not say it itself.

use netlink_sys::protocols::NETLINK_SOCK_DIAG;
use netlink_sys::{Socket, SocketAddr};

#[cfg(test)]
mod tests;

/// `SOCK_DIAG_BY_FAMILY`, and the family: `AF_UNIX`.
const BY_FAMILY: u16 = 20;
const UNIX: u8 = 1;
/// `NLM_F_REQUEST`.
const REQUEST: u16 = 1;
/// `UDIAG_SHOW_UID`, since Linux 5.3, and the attribute that answers it.
const SHOW_UID: u32 = 0x40;
const UID: u16 = 7;
/// The length of a request, with its header.
const LENGTH: u32 = 40;
/// Where an answer's attributes begin.
const ATTRIBUTES: usize = 32;

/// The user; `None` if the kernel does not tell.
pub(super) fn uid(inode: u32) -> Option<u32> {
    let socket = Socket::new(NETLINK_SOCK_DIAG).ok()?;
    // The answer is there when the question is sent.
    socket.set_non_blocking(true).ok()?;
    socket.send_to(&request(inode), &SocketAddr::new(0, 0), 0).ok()?;
    let (answer, _) = socket.recv_from_full().ok()?;
    parse(&answer)
}

fn request(inode: u32) -> Vec<u8> {
    let mut message = Vec::new();
    message.extend(LENGTH.to_ne_bytes());
    message.extend(BY_FAMILY.to_ne_bytes());
    message.extend(REQUEST.to_ne_bytes());
    // No sequence number, and no port.
    message.extend([0; 8]);
    message.extend([UNIX, 0, 0, 0]);
    // In any state, and whatever its cookie.
    message.extend(u32::MAX.to_ne_bytes());
    message.extend(inode.to_ne_bytes());
    message.extend(SHOW_UID.to_ne_bytes());
    message.extend(u64::MAX.to_ne_bytes());
    message
}

fn parse(answer: &[u8]) -> Option<u32> {
    if short(answer.get(4..)?)? != BY_FAMILY {
        return None;
    }
    let mut rest = answer.get(ATTRIBUTES..)?;
    loop {
        let (length, kind) = (usize::from(short(rest)?), short(rest.get(2..)?)?);
        if kind == UID {
            let value = rest.get(4..length)?;
            return Some(u32::from_ne_bytes(value.try_into().ok()?));
        }
        rest = rest.get(length.max(4).next_multiple_of(4)..)?;
    }
}

fn short(bytes: &[u8]) -> Option<u16> {
    Some(u16::from_ne_bytes(*bytes.first_chunk()?))
}
