//! The old iptables, whose rules the kernel keeps apart from nftables and asks as well.

use super::program::{LEGACY, Patience, run};
use super::{FirewallError, Remains};

#[cfg(test)]
mod tests;

/// Tables that can drop what comes in.
const TABLES: [&str; 4] = ["filter", "mangle", "raw", "security"];

/// What the old iptables may drop.
pub(super) fn remains(patience: &Patience) -> Result<Option<Remains>, FirewallError> {
    // Of this thread: another one may live in another network namespace.
    let there = std::fs::read_to_string("/proc/thread-self/net/ip_tables_names").unwrap_or_default();
    let mut tables = Vec::new();
    for table in there.lines().filter(|table| TABLES.contains(table)) {
        let drops = match run(patience, LEGACY, &["-w", "2", "-t", table, "-S"], None) {
            Ok(listing) => may_drop(&listing),
            Err(error @ FirewallError::TooSlow { .. }) => return Err(error),
            // There is a table, and nobody can tell what is in it.
            Err(_) => true,
        };
        if drops {
            tables.push(table.to_owned());
        }
    }
    Ok((!tables.is_empty()).then_some(Remains::Legacy { tables }))
}

/// Whether a table may drop VRRP on its way in, judged roughly by the listing of `iptables-legacy -S`: chains that were
/// made by hand may be jumped to from anywhere. Where VRRP is accepted first of all, nothing more is asked.
fn may_drop(listing: &str) -> bool {
    let first = listing.lines().find(|line| line.starts_with("-A INPUT "));
    let accepts = |line: &str| line.contains(" -p vrrp ") || line.contains(" -p 112 ");
    if first.is_some_and(|line| accepts(line) && line.ends_with(" -j ACCEPT")) {
        return false;
    }
    let passed = |line: &&str| {
        let chain = line.split(' ').nth(1);
        !matches!(chain, Some("FORWARD" | "OUTPUT" | "POSTROUTING"))
    };
    let drops = |line: &str| {
        let policy = line.starts_with("-P ") && line.ends_with(" DROP");
        let target = line
            .split_once(" -j ")
            .and_then(|(_, target)| target.split(' ').next());
        policy || matches!(target, Some("DROP" | "REJECT" | "NFQUEUE" | "QUEUE" | "TARPIT"))
    };
    listing.lines().filter(passed).any(drops)
}
