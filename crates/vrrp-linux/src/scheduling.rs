//! Keeping adverts on time on a busy host: locked memory and real-time scheduling.

#![expect(unsafe_code, reason = "nix has no sched_setscheduler")]

use std::io;

use nix::sys::mman::{MlockAllFlags, mlockall};
use nix::sys::resource::{RLIM_INFINITY, Resource, getrlimit};

use crate::capabilities::{Capability, missing};

/// Above everything that is not real-time, below the kernel's own interrupt threads (50), which bring the
/// packets.
const PRIORITY: libc::c_int = 20;

/// Locks every page that the process touches from now on, and all that it has touched, into memory.
///
/// Pages that are never touched (most of every stack) take no memory.
///
/// # Errors
/// Without `CAP_IPC_LOCK` and with a limit on locked memory: it would hold now, and end the process when it
/// grows past the limit. Otherwise the kernel's answer.
pub fn lock_memory() -> io::Result<()> {
    let unlimited = getrlimit(Resource::RLIMIT_MEMLOCK).is_ok_and(|(soft, _)| soft == RLIM_INFINITY);
    if !unlimited && !missing(&[Capability::IpcLock]).is_empty() {
        return Err(io::Error::from_raw_os_error(libc::EPERM));
    }
    let on_fault = MlockAllFlags::from_bits_retain(libc::MCL_ONFAULT);
    Ok(mlockall(
        MlockAllFlags::MCL_CURRENT | MlockAllFlags::MCL_FUTURE | on_fault,
    )?)
}

/// Gives the calling thread real-time scheduling (`SCHED_FIFO`). Threads and processes started from it do not
/// inherit it.
///
/// # Errors
/// Without `CAP_SYS_NICE` (or `RLIMIT_RTPRIO`), and where a control group has no real-time budget.
pub fn real_time() -> io::Result<()> {
    let parameters = libc::sched_param {
        sched_priority: PRIORITY,
    };
    let policy = libc::SCHED_FIFO | libc::SCHED_RESET_ON_FORK;
    // SAFETY: the kernel reads one `sched_param` from the pointer, which lives until the call returns.
    let answer = unsafe { libc::sched_setscheduler(0, policy, &raw const parameters) };
    if answer == -1 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}
