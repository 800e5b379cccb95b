//! News of links and addresses.

use std::fmt::Write;

use vrrp_linux::{KernelOptions, Link};

use crate::lab::{Daemon, Host, name, set, texts, vips};

fn link<'a>(daemon: &'a Daemon, text: &str) -> Option<&'a Link> {
    daemon.network.link(&name(text))
}

#[test]
fn the_first_report_shows_what_there_is() {
    let host = Host::with_eth0();
    let state = tempfile::tempdir().unwrap();
    let daemon = host.daemon("web", state.path());
    assert_eq!(daemon.snapshots, 1);
    let eth0 = link(&daemon, "eth0").unwrap();
    assert_eq!(eth0.index, host.index("eth0"));
    assert!(eth0.up && eth0.running && eth0.arp && !eth0.loopback);
    assert!(
        host.ip("link show dev eth0")
            .contains(&eth0.mac.unwrap().to_string())
    );
    assert!(link(&daemon, "lo").unwrap().loopback);
    assert_eq!(
        daemon.network.source(eth0.index, &|_| false),
        Some("10.0.0.1".parse().unwrap())
    );
    let eth0 = daemon.addresses("eth0");
    assert_eq!(eth0, set(&["10.0.0.1/24"]));
}

#[test]
fn a_link_that_goes_down_by_itself_or_by_its_other_end_and_comes_up_again_is_told() {
    let host = Host::with_eth0();
    let state = tempfile::tempdir().unwrap();
    let mut daemon = host.daemon("web", state.path());
    host.ip("link set eth0 down");
    daemon.until("eth0 down", |daemon| {
        link(daemon, "eth0").is_some_and(|link| !link.up && !link.running)
    });
    host.ip("link set eth0 up");
    daemon.until("eth0 up", |daemon| {
        link(daemon, "eth0").is_some_and(|link| link.up && link.running)
    });
    host.ip("link set wire0 down");
    daemon.until("no carrier", |daemon| {
        link(daemon, "eth0").is_some_and(|link| link.up && !link.running)
    });
    host.ip("link set wire0 up");
    daemon.until("a carrier", |daemon| {
        link(daemon, "eth0").is_some_and(|link| link.up && link.running)
    });
    assert_eq!(daemon.snapshots, 1);
}

#[test]
fn a_link_that_is_renamed_deleted_and_made_again_is_followed() {
    let host = Host::with_eth0();
    let state = tempfile::tempdir().unwrap();
    let mut daemon = host.daemon("web", state.path());
    let first = host.index("eth0");
    host.ip("link set eth0 down");
    host.ip("link set eth0 name lan0");
    daemon.until("the new name", |daemon| {
        link(daemon, "lan0").is_some_and(|link| link.index == first)
    });
    assert_eq!(link(&daemon, "eth0"), None);
    host.ip("link del lan0");
    daemon.until("the end", |daemon| daemon.network.link_by_index(first).is_none());
    assert_eq!(daemon.network.addresses(first).count(), 0);
    host.cable("eth0", "wire0");
    daemon.until("another eth0", |daemon| {
        link(daemon, "eth0").is_some_and(|link| link.running)
    });
    assert_ne!(link(&daemon, "eth0").unwrap().index, first);
}

#[test]
fn a_link_that_joins_and_leaves_a_bridge_is_still_there() {
    let host = Host::with_eth0();
    let state = tempfile::tempdir().unwrap();
    let mut daemon = host.daemon("web", state.path());
    host.ip("link add br0 type bridge");
    host.ip("link set eth0 master br0");
    host.ip("link set eth0 nomaster");
    host.ip("addr add 10.0.0.9/32 dev eth0");
    daemon.until("the last change", |daemon| {
        daemon.addresses("eth0").contains("10.0.0.9/32")
    });
    assert!(link(&daemon, "eth0").is_some_and(|link| link.running));
    assert!(link(&daemon, "br0").is_some());
}

#[test]
fn addresses_of_others_are_told_as_they_come_and_go() {
    let host = Host::with_eth0();
    let state = tempfile::tempdir().unwrap();
    let mut daemon = host.daemon("web", state.path());
    host.ip("addr add 10.0.0.2/24 dev eth0");
    host.ip("addr add 10.7.0.1/16 dev eth0 valid_lft 3000 preferred_lft 3000");
    daemon.until("three addresses", |daemon| daemon.addresses("eth0").len() == 3);
    let index = host.index("eth0");
    let kinds: Vec<_> = daemon
        .network
        .addresses(index)
        .map(|there| (there.secondary, there.permanent))
        .collect();
    assert_eq!(kinds, [(false, true), (true, true), (false, false)]);
    // The primary goes and takes its secondary along.
    host.ip("addr del 10.0.0.1/24 dev eth0");
    daemon.until("what is left", |daemon| {
        daemon.addresses("eth0") == set(&["10.7.0.1/16"])
    });
    assert_eq!(host.addresses("eth0"), set(&["10.7.0.1/16"]));
}

#[test]
fn an_overrun_monitor_reads_everything_again() {
    let host = Host::with_eth0();
    let state = tempfile::tempdir().unwrap();
    let mut options = KernelOptions::new("web", state.path());
    // Room for a handful of changes: a claim of many keeps the thread busy for longer.
    options.monitor_buffer = 4096;
    let mut daemon = host.daemon_with(options);
    let addresses = vips(1000);
    assert_eq!(daemon.claim(&addresses), Ok(vec![]));
    let mut all = texts(&addresses);
    all.insert("10.0.0.1/24".into());
    daemon.until("all addresses", |daemon| daemon.addresses("eth0") == all);
    assert!(daemon.snapshots > 1, "nothing was lost: the test does not test");
    // And it goes on from there.
    assert_eq!(daemon.release(&addresses), Ok(vec![]));
    daemon.until("no address", |daemon| {
        daemon.addresses("eth0") == set(&["10.0.0.1/24"])
    });
    host.ip("addr add 10.0.0.9/32 dev eth0");
    daemon.until("one more", |daemon| {
        daemon.addresses("eth0").contains("10.0.0.9/32")
    });
}

#[test]
fn a_flood_by_others_fits_into_the_usual_buffer() {
    let host = Host::with_eth0();
    let state = tempfile::tempdir().unwrap();
    let mut daemon = host.daemon("web", state.path());
    let mut commands = String::new();
    for number in 0..2000 {
        let address = format!("10.{}.{}.1/32", 100 + number / 200, number % 200);
        writeln!(commands, "addr add {address} dev eth0").unwrap();
    }
    host.ip_batch(commands);
    daemon.until("all of them", |daemon| daemon.addresses("eth0").len() == 2001);
    assert_eq!(daemon.snapshots, 1);
    assert_eq!(daemon.addresses("eth0"), host.addresses("eth0"));
}
