//! Many packets from a socket with one system call.

#![expect(
    unsafe_code,
    reason = "nix's recvmmsg allocates at every call and its headers cannot move to a thread"
)]

use std::io;
use std::mem;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::ptr;
use std::time::Duration;

use vrrp_core::Time;

use crate::clock::Moment;

/// Packets per system call.
const SLOTS: usize = 32;
/// The longest advert has 255 addresses: 60 bytes of IP header and 1,036 of VRRP.
const SLOT: usize = 2048;
/// Room for the one control message that is asked for, in 8-byte words: a header (16) and a `timespec` (16).
const CONTROL: usize = 8;

/// A packet as it arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received<'a> {
    /// The packet, from its IPv4 header on.
    pub packet: &'a [u8],
    /// When the kernel took it from the wire. The wall clock tells, so it is a hint: the moment of reading if the
    /// kernel did not say, or if the clock was set back meanwhile.
    pub at: Time,
    /// It was longer than any advert, and the end is missing.
    pub truncated: bool,
}

/// How a socket stands after it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drained {
    /// Packets handed over.
    pub count: usize,
    /// Nothing is left. If not, the limit was reached, and more may be there.
    pub empty: bool,
}

/// Where packets land.
#[derive(Debug)]
pub(crate) struct Batch(Box<[[u8; SLOT]]>);

impl Batch {
    pub(crate) fn new() -> Self {
        Self(vec![[0; SLOT]; SLOTS].into_boxed_slice())
    }

    pub(crate) fn drain(
        &mut self,
        socket: BorrowedFd<'_>,
        now: Moment,
        limit: usize,
        each: &mut dyn FnMut(Received<'_>),
    ) -> io::Result<Drained> {
        let mut count = 0;
        while count < limit {
            let room = SLOTS.min(limit - count);
            match self.receive(socket, now, room, each) {
                Ok(received) => {
                    count += received;
                    if received < room {
                        return Ok(Drained { count, empty: true });
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    return Ok(Drained { count, empty: true });
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Drained { count, empty: false })
    }

    fn receive(
        &mut self,
        socket: BorrowedFd<'_>,
        now: Moment,
        room: usize,
        each: &mut dyn FnMut(Received<'_>),
    ) -> io::Result<usize> {
        let mut controls = [[0_u64; CONTROL]; SLOTS];
        let mut vectors = [libc::iovec {
            iov_base: ptr::null_mut(),
            iov_len: 0,
        }; SLOTS];
        // SAFETY: both structures are integers and pointers, for which all zero is a value.
        let mut headers: [libc::mmsghdr; SLOTS] = unsafe { mem::zeroed() };
        let parts = self
            .0
            .iter_mut()
            .zip(&mut vectors)
            .zip(&mut controls)
            .zip(&mut headers);
        for (((slot, vector), control), header) in parts {
            vector.iov_base = slot.as_mut_ptr().cast();
            vector.iov_len = SLOT;
            header.msg_hdr.msg_iov = vector;
            header.msg_hdr.msg_iovlen = 1;
            header.msg_hdr.msg_control = control.as_mut_ptr().cast();
            header.msg_hdr.msg_controllen = size_of_val(control) as _;
        }
        let length = libc::c_uint::try_from(room.min(SLOTS)).unwrap_or(0);
        // SAFETY: the first `length` headers are valid, and each points to a vector, a slot and a control
        // buffer of the stated sizes, all of which outlive the call. The time-out may be null.
        let answer = unsafe {
            libc::recvmmsg(
                socket.as_raw_fd(),
                headers.as_mut_ptr(),
                length,
                libc::MSG_DONTWAIT,
                ptr::null_mut(),
            )
        };
        let Ok(received) = usize::try_from(answer) else {
            return Err(io::Error::last_os_error());
        };
        for (slot, header) in self.0.iter().zip(&headers).take(received) {
            let length = usize::try_from(header.msg_len).unwrap_or(usize::MAX).min(SLOT);
            each(Received {
                packet: slot.get(..length).unwrap_or_default(),
                at: stamp(&header.msg_hdr).map_or(now.time, |stamp| now.of(stamp)),
                truncated: header.msg_hdr.msg_flags & libc::MSG_TRUNC != 0,
            });
        }
        Ok(received)
    }
}

/// When the kernel took the packet from the wire, by the wall clock.
fn stamp(header: &libc::msghdr) -> Option<Duration> {
    // SAFETY: the kernel filled in the header, whose control buffer is still there and aligned to 8 bytes.
    let first = unsafe { libc::CMSG_FIRSTHDR(header).as_ref() }?;
    if first.cmsg_level != libc::SOL_SOCKET || first.cmsg_type != libc::SCM_TIMESTAMPNS {
        return None;
    }
    // SAFETY: a message of this type holds one `timespec`, wherever it is aligned.
    let time: libc::timespec = unsafe { ptr::read_unaligned(libc::CMSG_DATA(first).cast()) };
    Some(Duration::new(
        u64::try_from(time.tv_sec).ok()?,
        u32::try_from(time.tv_nsec).ok()?,
    ))
}
