//! A file as such: reading it, and `include`.

use std::path::PathBuf;

use crate::{Elsewhere, Key, Severity};

/// Why a file could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadFailure {
    /// The system refused, with its reason.
    #[error("{0}")]
    System(String),
    /// A FIFO, a device or a directory: to read it may never end.
    #[error("it is no regular file")]
    NotRegular,
    /// It holds more than this many bytes.
    #[error("it is larger than {0} bytes")]
    TooLarge(u64),
    /// It does not fit beside the files that are read already: all of them hold more than this many bytes.
    #[error("with it, the configuration's files are larger than {0} bytes together")]
    TooMuch(u64),
}

impl From<std::io::Error> for ReadFailure {
    fn from(error: std::io::Error) -> Self {
        Self::System(error.to_string())
    }
}

/// What can be wrong with a file as such.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileFlaw {
    /// The main file.
    #[error("cannot be read: {0}")]
    Unreadable(ReadFailure),
    /// An included file.
    #[error("`{}` cannot be read: {reason}; name a file that can, or a pattern such as `conf.d/*.toml`, which may \
        match none", path.display())]
    IncludeUnreadable {
        /// Which, relative to where the daemon runs.
        path: PathBuf,
        /// Why.
        reason: ReadFailure,
    },
    /// A pattern that is none.
    #[error(
        "`{pattern}` is not a pattern: {reason}; `*` matches any characters of a file's name, as in \
        `conf.d/*.toml`"
    )]
    IncludePattern {
        /// As expanded.
        pattern: String,
        /// Why.
        reason: &'static str,
    },
    /// A file that includes itself, at once or through others.
    #[error("`{}` includes this file, so that reading would never end; remove one of the two includes",
        .0.display())]
    IncludeCycle(PathBuf),
    /// A file that two includes reach.
    #[error("`{}` is already included at {first}; include it once", path.display())]
    IncludedTwice {
        /// Which.
        path: PathBuf,
        /// By whom.
        first: Elsewhere,
    },
    /// A byte that is not UTF-8.
    #[error("the byte 0x{0:02x} is not UTF-8; save the file as UTF-8")]
    NotUtf8(u8),
    /// `name` in an included file.
    #[error(
        "`name` is the daemon's and stands only in the main file; remove it here, or write it into an [[instance]]"
    )]
    NameInInclude,
    /// Another setting of the daemon in an included file.
    #[error("`{}` counts for every file and stands only in the main file; move it there", .0.name())]
    OnlyInMain(&'static Key),
    /// Something else where the FIFO is to be.
    #[error("`{}` is there and is no FIFO; remove it, or name another path: the FIFO is made there", .0.display())]
    NotAFifo(PathBuf),
    /// A link where the FIFO is to be, which leads to nothing.
    #[error(
        "`{}` is a link that leads nowhere, and no FIFO is made through it; remove it, or make what it leads to",
        .0.display()
    )]
    FifoLink(PathBuf),
    /// Nowhere to make the FIFO.
    #[error("there is no directory `{}` to make the FIFO in; make it before vrrpd starts, or name another", .0.display())]
    FifoNowhere(PathBuf),
    /// There is more wrong than is listed, and the worst of it is this bad.
    #[error("there are more problems than can be listed; mend these first, and check again")]
    More(Severity),
    /// There is nothing to do.
    #[error(
        "no virtual router is configured; write an [[instance]] with name, interface, vrid and virtual_addresses"
    )]
    NoInstance,
}
