//! The interface of the default route, as `/proc/net/route` lists it.

#[cfg(test)]
mod tests;

/// The flags of a route that is up (`RTF_UP`) and of one that refuses (`RTF_REJECT`).
const UP: u32 = 0x0001;
const REJECT: u32 = 0x0200;

/// Of several the one with the lowest metric, which is the one that the kernel takes; of equals the first.
pub(super) fn interface(table: &str) -> Option<String> {
    let routes = table.lines().skip(1).filter_map(default_route);
    routes
        .min_by_key(|&(metric, _)| metric)
        .map(|(_, interface)| interface.to_owned())
}

/// The metric and the interface of a line, if it is that of a default route: `eth0 00000000 0102000A 0003 0 0 100 00000000 ...`.
fn default_route(line: &str) -> Option<(u32, &str)> {
    let mut fields = line.split_whitespace();
    let interface = fields.next()?;
    let destination = fields.next()?;
    let flags = u32::from_str_radix(fields.nth(1)?, 16).ok()?;
    let metric = fields.nth(2)?.parse().ok()?;
    let mask = fields.next()?;
    let leads = destination == "00000000" && mask == "00000000" && flags & (UP | REJECT) == UP;
    (leads && interface != "*").then_some((metric, interface))
}
