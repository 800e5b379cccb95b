//! Whether a run that failed has looked at anything.

#[cfg(test)]
mod tests;

use std::io;

use nix::errno::Errno;
use tokio::task::JoinError;
use tokio_rustls::rustls;

use super::{Content, Failure};
use crate::runner::{End, Ended};

impl Failure {
    /// Whether the run looked at something and found it wanting. If not, the check itself could not be run, which says
    /// nothing of what it looks at.
    pub(crate) fn runnable(&self) -> bool {
        match self {
            Self::NoRoom(_)
            | Self::NoRoots(_)
            | Self::ServerName(_)
            | Self::Request { .. }
            // A file that is missing fails no run; of one that is there, nothing could be read.
            | Self::File { .. }
            | Self::Content {
                content: Content::NotRegular,
                ..
            }
            | Self::Script(Ended {
                end: End::NotStarted(_) | End::Lost,
                ..
            })
            | Self::Proc(_) => false,
            Self::Resolve { error, .. } | Self::Connect { error, .. } => !is_ours(error),
            // Everything else that TLS complains of is what the server said.
            Self::Tls(error) => !matches!(
                error,
                rustls::Error::General(_)
                    | rustls::Error::FailedToGetRandomBytes
                    | rustls::Error::FailedToGetCurrentTime
            ),
            Self::TimedOut(_)
            | Self::NoAddress { .. }
            | Self::Refused(_)
            // With a connection there was somebody to look at, whatever became of it.
            | Self::Closed
            | Self::Connection(_)
            | Self::Certificate(_)
            | Self::NotTls
            | Self::NotHttp(_)
            | Self::Http(_)
            | Self::Status { .. }
            | Self::Body { .. }
            // Also with 126 or 127: a shell says that of a command in the script, but the script itself was there.
            | Self::Script(Ended {
                end: End::Exited(_) | End::Killed(_) | End::TimedOut(_),
                ..
            })
            | Self::Content {
                content: Content::TooLong(_) | Content::NotANumber(_) | Content::OutOfRange(_),
                ..
            }
            | Self::Processes { .. } => true,
        }
    }
}

/// Whether this host lacks what it takes to ask anybody, or forbids it. That a name is not known and that there is no
/// way to an address is said of them, and not of us.
fn is_ours(error: &io::Error) -> bool {
    // The work that was done aside has come to grief.
    if matches!(error.get_ref(), Some(inner) if inner.is::<JoinError>()) {
        return true;
    }
    error.raw_os_error().is_some_and(|number| {
        matches!(
            Errno::from_raw(number),
            // No descriptors, no memory.
            Errno::EMFILE | Errno::ENFILE | Errno::ENOMEM | Errno::ENOBUFS
                // No port of our own is free, or no address of the family, or the kernel does not speak it.
                | Errno::EADDRNOTAVAIL | Errno::EAFNOSUPPORT
                // A link-local address without its interface.
                | Errno::EINVAL
                // A packet filter of this host; EACCES may come from a router on the way.
                | Errno::EPERM
        )
    })
}
