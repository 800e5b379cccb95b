//! Causes in words, with the kernel's error numbers explained.

use std::io;

use vrrp_core::{Cause, Fault, Refusal, Standing, Tracked};
use vrrp_linux::{Doing, errno_meaning};

/// The cause in words, with the kernel's error numbers explained.
pub(in crate::run) fn cause(cause: &Cause) -> String {
    match cause {
        Cause::Refused(refusal) => refused(refusal),
        Cause::Fault(reason) => fault(reason),
        other => other.to_string(),
    }
}

fn fault(fault: &Fault) -> String {
    match fault {
        Fault::NoSocket(interface, errno) => {
            let meaning = errno_meaning(Doing::Socket, *errno);
            format!(
                "no socket on interface {interface}: {}: {meaning}",
                errno_name(*errno)
            )
        }
        other => other.to_string(),
    }
}

pub(super) fn refused(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Kernel { address, errno } => {
            format!(
                "the kernel refused {address}: {}: {}",
                errno_name(*errno),
                errno_meaning(Doing::Address, *errno)
            )
        }
        other => other.to_string(),
    }
}

pub(super) fn errno_name(errno: i32) -> io::Error {
    io::Error::from_raw_os_error(errno)
}

/// What changed a priority, in words.
pub(in crate::run) fn because(by: Option<&(Tracked, Standing)>) -> String {
    by.map_or_else(
        || "by the configuration".to_owned(),
        |(what, standing)| format!("{what} {standing}"),
    )
}
