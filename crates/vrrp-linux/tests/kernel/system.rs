//! Rights and scheduling.

#![expect(unsafe_code, reason = "neither std nor nix can drop a thread's capabilities")]

use vrrp_linux::{Capability, VrrpSocket, lock_memory, missing, real_time};

use crate::lab::{Host, name};

const ALL: [Capability; 4] = [
    Capability::NetAdmin,
    Capability::NetRaw,
    Capability::IpcLock,
    Capability::SysNice,
];

/// Takes capabilities from a host's thread, and from the threads that it starts later.
pub(crate) fn drop_capabilities(host: &Host, dropped: &[Capability]) {
    let dropped = dropped.to_vec();
    host.run(move || {
        let bits = dropped.iter().map(|capability| match capability {
            Capability::NetAdmin => 1_u32 << 12,
            Capability::NetRaw => 1 << 13,
            Capability::IpcLock => 1 << 14,
            Capability::SysNice => 1 << 23,
        });
        let keep = !bits.fold(0, |all, bit| all | bit);
        // linux/capability.h: version 3, this thread; then effective, permitted and inheritable, low word and
        // high.
        let mut header = [0x2008_0522_u32, 0];
        let mut sets = [0_u32; 6];
        // SAFETY: the kernel reads the header and fills the two structures of three words that version 3 has.
        let got = unsafe { libc::syscall(libc::SYS_capget, header.as_mut_ptr(), sets.as_mut_ptr()) };
        assert_eq!(got, 0, "{}", std::io::Error::last_os_error());
        sets[0] &= keep;
        sets[1] &= keep;
        // SAFETY: the kernel only reads what was just filled in.
        let set = unsafe { libc::syscall(libc::SYS_capset, header.as_mut_ptr(), sets.as_ptr()) };
        assert_eq!(set, 0, "{}", std::io::Error::last_os_error());
    });
}

#[test]
fn missing_capabilities_are_named() {
    let host = Host::new();
    assert_eq!(host.run(|| missing(&ALL)), []);
    drop_capabilities(&host, &[Capability::NetRaw, Capability::SysNice]);
    assert_eq!(
        host.run(|| missing(&ALL)),
        [Capability::NetRaw, Capability::SysNice]
    );
    assert_eq!(
        host.run(|| missing(&[Capability::SysNice, Capability::NetAdmin])),
        [Capability::SysNice]
    );
}

#[test]
fn without_the_right_to_raw_sockets_there_is_none() {
    let host = Host::with_eth0();
    let index = host.index("eth0");
    drop_capabilities(&host, &[Capability::NetRaw]);
    let error = host
        .run(move || VrrpSocket::open(&name("eth0"), index, true).map(drop))
        .unwrap_err();
    assert_eq!(error.errno(), Some(libc::EPERM));
    assert!(error.to_string().contains("CAP_NET_RAW"), "{error}");
}

#[test]
fn a_receive_buffer_without_the_right_to_enlarge_it_is_as_large_as_allowed() {
    let host = Host::with_eth0();
    let index = host.index("eth0");
    // The queue priority of adverts needs one of the two; raw sockets need this one.
    drop_capabilities(&host, &[Capability::NetAdmin]);
    host.run(move || VrrpSocket::open(&name("eth0"), index, true).map(drop))
        .unwrap();
}

/// A thread's scheduling policy, as the kernel's status file has it (proc(5), field 41).
fn policy() -> String {
    let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
    let (_, fields) = stat.rsplit_once(") ").unwrap();
    fields.split(' ').nth(38).unwrap().to_owned()
}

#[test]
fn real_time_is_for_the_calling_thread_and_nobody_inherits_it() {
    let host = Host::new();
    host.run(|| {
        real_time().unwrap();
        assert_eq!(policy(), libc::SCHED_FIFO.to_string());
        let inherited = std::thread::spawn(policy).join().unwrap();
        assert_eq!(inherited, libc::SCHED_OTHER.to_string());
    });
    assert_eq!(policy(), libc::SCHED_OTHER.to_string());

    let host = Host::new();
    drop_capabilities(&host, &[Capability::SysNice]);
    let error = host.run(real_time).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::EPERM));
}

#[test]
fn memory_is_locked_or_the_missing_right_is_an_error() {
    let host = Host::new();
    drop_capabilities(&host, &[Capability::IpcLock]);
    let limited = host.run(|| {
        let (_, hard) = nix::sys::resource::getrlimit(nix::sys::resource::Resource::RLIMIT_MEMLOCK).unwrap();
        nix::sys::resource::setrlimit(nix::sys::resource::Resource::RLIMIT_MEMLOCK, 1 << 16, hard).unwrap();
        lock_memory()
    });
    assert_eq!(limited.unwrap_err().raw_os_error(), Some(libc::EPERM));

    lock_memory().unwrap();
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let locked = status
        .lines()
        .find_map(|line| line.strip_prefix("VmLck:"))
        .unwrap();
    let kilobytes: u64 = locked.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(kilobytes > 0);
    nix::sys::mman::munlockall().unwrap();
}
