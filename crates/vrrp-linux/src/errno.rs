//! What the kernel's error numbers mean here, and what mends them.

use std::io;

#[cfg(test)]
mod tests;

/// What the kernel was asked for when it refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// Opening a socket, or setting one of its options.
    Socket,
    /// Sending an advert or a gratuitous ARP.
    Send,
    /// Adding or removing an address.
    Address,
}

/// Whether something failed only because no file can be opened at the moment: this says nothing about the file.
pub(crate) fn no_descriptor_left(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::EMFILE | libc::ENFILE))
}

/// What is wrong and what would be right, in one clause. Numbers without a special meaning here get a general
/// hint.
pub const fn errno_meaning(doing: Doing, errno: i32) -> &'static str {
    use Doing::{Address, Send, Socket};
    match (doing, errno) {
        (Send, libc::EPERM) => {
            "a firewall or a full connection-tracking table refused it (let protocol 112 out), or \
             CAP_NET_RAW is missing (grant it)"
        }
        (Socket, libc::EPERM | libc::EACCES) => "CAP_NET_RAW is missing: grant it to the daemon",
        (Address, libc::EPERM | libc::EACCES) => "CAP_NET_ADMIN is missing: grant it to the daemon",
        (Send, libc::EACCES) => {
            "the route to the destination is prohibited or a broadcast: check `ip route get`"
        }
        (Send, libc::ENETUNREACH | libc::EHOSTUNREACH) => {
            "the link is down or no route leads there: check `ip link` and `ip route get`"
        }
        (_, libc::ENETDOWN) => "the interface is down: set it up",
        (_, libc::ENODEV | libc::ENXIO) => "there is no such interface any more: check `ip link`",
        (Send, libc::ENOBUFS) => "the interface's transmit queue is full: it is tried again",
        (Send, libc::EMSGSIZE) => {
            "the packet is longer than the interface's MTU: fewer addresses or a larger MTU"
        }
        (Send, libc::EINVAL) => "the kernel finds the packet or its destination invalid",
        (Socket, libc::ENOBUFS) => {
            "the host allows no more multicast memberships: raise net.ipv4.igmp_max_memberships"
        }
        (Address, libc::ENOBUFS) => {
            "the interface has no IPv4 (its MTU is below 68: check `ip link`) or the kernel has no memory left \
             for it"
        }
        (_, libc::ENOMEM) => "the kernel has no memory left for it",
        (Socket, libc::EADDRNOTAVAIL) => "the interface cannot take part in multicast",
        (_, libc::EADDRNOTAVAIL) => "the address is not on this host",
        (Address, libc::EEXIST) => "the address is there already",
        (Address, libc::EINVAL) => "the interface or the kernel does not take this address, prefix or label",
        (_, libc::EAFNOSUPPORT) => "this address family is not supported",
        (_, libc::EMFILE) => "no descriptor is left: raise LimitNOFILE= (ulimit -n)",
        (_, libc::ENFILE) => "no descriptor is left on the whole host: raise fs.file-max",
        (_, libc::EAGAIN) => "the socket's buffer is full: it is tried again",
        _ => "an unusual refusal: the kernel log may say more",
    }
}
