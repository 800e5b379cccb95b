//! All processes that live, from /proc.

#[cfg(test)]
mod tests;

use std::fs;
use std::io;

use rustix::process::Pid;

/// The kernel's own threads have this flag (`PF_KTHREAD`).
const KERNEL_THREAD: u32 = 0x0020_0000;

/// A process that lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Process {
    pub(super) pid: Pid,
    /// Its name, of which the kernel keeps 15 bytes.
    pub(super) comm: Vec<u8>,
    /// The last part of the path that it was started with.
    pub(super) program: Vec<u8>,
}

/// Every process that we can see, without zombies and the kernel's threads.
pub(super) fn living() -> io::Result<Vec<Process>> {
    let mut processes = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(pid) = name
            .to_str()
            .and_then(|name| name.parse().ok())
            .and_then(Pid::from_raw)
        else {
            continue;
        };
        // One that ends while we look is not there.
        let Ok(stat) = fs::read(format!("/proc/{pid}/stat")) else {
            continue;
        };
        let Some(comm) = living_name(&stat) else {
            continue;
        };
        let Ok(line) = fs::read(format!("/proc/{pid}/cmdline")) else {
            continue;
        };
        processes.push(Process {
            pid,
            comm: comm.to_vec(),
            program: program(&line).to_vec(),
        });
    }
    Ok(processes)
}

/// The name in `/proc/PID/stat`, unless it is a zombie or a thread of the kernel.
fn living_name(stat: &[u8]) -> Option<&[u8]> {
    // A name may contain anything, brackets too; nothing behind it does.
    let open = stat.iter().position(|&byte| byte == b'(')?;
    let close = stat.iter().rposition(|&byte| byte == b')')?;
    let name = stat.get(open + 1..close)?;
    let mut fields = str::from_utf8(stat.get(close + 1..)?)
        .ok()?
        .split_ascii_whitespace();
    let state = fields.next()?;
    // Parent, group, session, terminal and its foreground group lie between.
    let flags: u32 = fields.nth(5)?.parse().ok()?;
    let lives = !matches!(state, "Z" | "X" | "x") && flags & KERNEL_THREAD == 0;
    lives.then_some(name)
}

fn program(line: &[u8]) -> &[u8] {
    let first = line.split(|&byte| byte == 0).next().unwrap_or_default();
    first.rsplit(|&byte| byte == b'/').next().unwrap_or_default()
}
