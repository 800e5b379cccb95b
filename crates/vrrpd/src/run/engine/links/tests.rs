use vrrp_linux::{Link, NetworkChange};

use super::*;

fn name(text: &str) -> InterfaceName {
    InterfaceName::new(text).unwrap()
}

fn eth0() -> InterfaceName {
    name("eth0")
}

fn at(milliseconds: u64) -> Time {
    Time::default() + Duration::from_millis(milliseconds)
}

fn network(running: bool) -> Network {
    let mut network = Network::default();
    network.apply(&NetworkChange::Link(Link {
        index: 2,
        name: eth0(),
        mac: None,
        up: true,
        running,
        loopback: false,
        arp: true,
    }));
    network
}

/// The condition after each of these: the moment, and whether the kernel says that it is running.
fn conditions(debounce: u64, seen: &[(u64, bool)]) -> Vec<Condition> {
    let mut links = Links::new(Duration::from_millis(debounce), [eth0()]);
    seen.iter()
        .map(|&(moment, running)| {
            links.follow(at(moment), &network(running));
            links.condition(&eth0())
        })
        .collect()
}

#[test]
fn without_a_debounce_everything_counts_at_once() {
    use Condition::{Down, Up};
    assert_eq!(conditions(0, &[(0, true), (1, false), (2, true)]), [Up, Down, Up]);
}

#[test]
fn a_change_counts_once_it_has_lasted() {
    use Condition::{Down, Up};
    let seen = [
        (0, true),
        (100, false),
        (599, false),
        (600, false),
        (700, true),
        (1199, true),
        (1200, true),
    ];
    assert_eq!(conditions(500, &seen), [Up, Up, Up, Down, Down, Down, Up]);
}

#[test]
fn one_that_changes_back_in_time_has_not_changed() {
    let seen: Vec<(u64, bool)> = (0..100).map(|step| (step * 300, step % 2 == 0)).collect();
    assert!(
        conditions(500, &seen)
            .iter()
            .all(|&condition| condition == Condition::Up)
    );
}

#[test]
fn it_wants_to_be_asked_when_the_time_has_come() {
    let mut links = Links::new(Duration::from_millis(500), [eth0()]);
    links.follow(at(0), &network(true));
    assert_eq!(links.deadline(), None);
    links.follow(at(100), &network(false));
    links.follow(at(300), &network(false));
    assert_eq!(links.deadline(), Some(at(600)));
    links.follow(at(600), &network(false));
    assert_eq!(links.deadline(), None);
    assert_eq!(links.condition(&eth0()), Condition::Down);
}

#[test]
fn one_that_vanishes_or_comes_is_what_it_is_at_once() {
    let mut links = Links::new(Duration::from_mins(1), [eth0()]);
    assert_eq!(links.condition(&eth0()), Condition::Missing);
    links.follow(at(0), &network(false));
    assert_eq!(links.condition(&eth0()), Condition::Down);
    links.follow(at(1), &Network::default());
    assert_eq!(links.condition(&eth0()), Condition::Missing);
    links.follow(at(2), &network(true));
    assert_eq!(links.condition(&eth0()), Condition::Up);
}
