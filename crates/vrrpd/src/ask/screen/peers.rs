//! Whom a virtual router hears, or should.

use super::WIDTH;
use super::router::{INDENT, LABEL};
use super::table::{Cell, Style, lines};
use crate::ask::paint::Paint;
use crate::ask::words::{ago, clean, count, reason, wrap};
use crate::report::{Difference, Peer, Router};

/// So many are shown.
const PEERS: usize = 8;

/// A line for each of them, and what is wrong with it below.
pub(super) fn draw(router: &Router, paint: Paint) -> Vec<String> {
    let (shown, left_out) = router
        .peers
        .split_at_checked(PEERS)
        .unwrap_or((&router.peers, &[]));
    let rows: Vec<Vec<Cell>> = shown.iter().map(peer).collect();
    let mut text = Vec::new();
    for (peer, line) in shown.iter().zip(lines(&rows, paint)) {
        text.push(line);
        if let Some(difference) = peer.difference {
            text.push(paint.bad(&format!("  lists other addresses: {}", differing(difference))));
        }
        if let Some(reject) = &peer.reject {
            let why = reason(&reject.reason, &reject.because);
            let (rejects, last) = (peer.rejects, ago(&reject.when));
            let told = format!("ignored {rejects} of its packets, the last {last}: {why}");
            let told = wrap(&clean(&told), WIDTH - INDENT - LABEL - INDENT);
            text.extend(
                told.iter()
                    .map(|line| paint.bad(&format!("{:INDENT$}{line}", ""))),
            );
        }
    }
    if !left_out.is_empty() {
        let more = count(left_out.len() as u64, "more sender", "more senders");
        text.push(format!("and {more} (all of them with --json)"));
    }
    if router.more_peers > 0 {
        let packets = count(router.more_peers, "packet", "packets");
        text.push(format!("{packets} of others for whom there was no room"));
    }
    text
}

/// `2 of ours are missing there, and 1 is not ours`.
fn differing(difference: Difference) -> String {
    let Difference { missing, unknown } = difference;
    let parts = [
        (missing, "of ours is missing there", "of ours are missing there"),
        (unknown, "is not ours", "are not ours"),
    ];
    let parts = parts.iter().filter(|(number, ..)| *number > 0);
    let parts: Vec<String> = parts
        .map(|(number, one, many)| count((*number).into(), one, many))
        .collect();
    parts.join(", and ")
}

fn peer(peer: &Peer) -> Vec<Cell> {
    let heard = match &peer.heard {
        Some(heard) => Cell::plain(format!("heard {}", ago(heard))),
        None => Cell::new("never heard", Style::Notice),
    };
    let priority = match peer.priority {
        Some(0) => "resigned".into(),
        Some(priority) => format!("priority {priority}"),
        None => String::new(),
    };
    vec![
        Cell::plain(peer.address.to_string()),
        heard,
        Cell::plain(priority),
        Cell::plain(count(peer.adverts, "advert", "adverts")),
        Cell::plain(if peer.configured { "configured" } else { "" }),
    ]
}
