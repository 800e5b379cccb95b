//! The names of daemons among the sockets that `/proc/net/unix` lists.

use std::fs;
use std::io;

#[cfg(test)]
mod tests;

/// What every daemon's name in the abstract space begins with.
pub(super) const PREFIX: &str = "vrrpd/";
/// The thread's network namespace, which is the process's in the daemon.
const FILE: &str = "/proc/thread-self/net/unix";
/// As `listen` leaves it in the column of flags.
const ACCEPTS: u32 = 1 << 16;
/// A socket of the stream type.
const STREAM: u32 = 1;

/// A socket with the name of a daemon. Who has made it is not known yet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Listed {
    pub(super) name: String,
    /// Tells it from one that had the name before.
    pub(super) inode: u32,
}

/// Those of our network namespace.
pub(super) fn read() -> io::Result<Vec<Listed>> {
    Ok(parse(&fs::read(FILE)?))
}

/// Names may have any bytes in them, line breaks too: what is read here can be a stranger's invention, and is put to
/// the test by connecting to it.
fn parse(text: &[u8]) -> Vec<Listed> {
    text.split(|&byte| byte == b'\n').filter_map(parse_line).collect()
}

/// Number, references, protocol, flags, type, state, inode, and then the name, of which `@` is the zero that it begins
/// with.
fn parse_line(line: &[u8]) -> Option<Listed> {
    let mut rest = line;
    let mut column = || -> Option<&str> {
        let from = rest.iter().position(|&byte| byte != b' ')?;
        let (_, text) = rest.split_at_checked(from)?;
        let until = text.iter().position(|&byte| byte == b' ')?;
        let (text, after) = text.split_at_checked(until)?;
        rest = after;
        std::str::from_utf8(text).ok()
    };
    let (_number, _references, _protocol) = (column()?, column()?, column()?);
    let flags = u32::from_str_radix(column()?, 16).ok()?;
    let kind = u32::from_str_radix(column()?, 16).ok()?;
    let _state = column()?;
    let inode = column()?.parse().ok()?;
    let name = rest.strip_prefix(b" @")?.strip_prefix(PREFIX.as_bytes())?;
    let name = std::str::from_utf8(name).ok()?;
    (flags & ACCEPTS != 0 && kind == STREAM && can_name_a_daemon(name)).then(|| Listed {
        name: name.to_owned(),
        inode,
    })
}

/// As a configuration may call itself.
fn can_name_a_daemon(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
}
