use std::net::Ipv4Addr;

use vrrp_core::Priority;

use super::*;

fn host(number: u32) -> IpAddr {
    IpAddr::V4(Ipv4Addr::from(0x0a00_0000 + number))
}

fn at(seconds: u64) -> Time {
    Time::default() + Duration::from_secs(seconds)
}

fn priority(number: u8) -> WirePriority {
    Priority::new(number).unwrap().into()
}

fn heard(source: IpAddr) -> Heard {
    Heard {
        source,
        priority: priority(100),
        difference: None,
    }
}

fn known(sightings: &Sightings) -> Vec<IpAddr> {
    sightings.iter().map(|sighting| sighting.address).collect()
}

#[test]
fn those_that_count_and_those_that_do_not_have_rooms_of_their_own() {
    let mut sightings = Sightings::default();
    for number in 0..1000 {
        sightings.ignored(at(1), host(number), (Discard::Password, priority(100)), || None);
    }
    for number in 1000..2000 {
        sightings.heard(at(1), &heard(host(number)));
    }
    assert_eq!(sightings.iter().count(), MOST_HEARD + MOST_IGNORED);
    assert_eq!(sightings.unlisted(), 2000 - (MOST_HEARD + MOST_IGNORED) as u64);
}

#[test]
fn a_new_sender_takes_the_place_of_one_that_has_long_been_silent_and_of_no_other() {
    let mut sightings = Sightings::default();
    for (number, second) in (0..).zip(0..MOST_IGNORED as u64) {
        sightings.ignored(
            at(second),
            host(number),
            (Discard::Password, priority(100)),
            || None,
        );
    }
    sightings.ignored(at(59), host(100), (Discard::Password, priority(100)), || None);
    assert!(!known(&sightings).contains(&host(100)));
    sightings.ignored(at(60), host(100), (Discard::Password, priority(100)), || None);
    assert!(known(&sightings).contains(&host(100)));
    assert!(
        !known(&sightings).contains(&host(0)),
        "the one that was silent longest"
    );
    assert!(known(&sightings).contains(&host(1)));
}

#[test]
fn configured_peers_are_there_from_the_start_and_never_go() {
    let peers: Vec<IpAddr> = (0..200).map(host).collect();
    let mut sightings = Sightings::expecting(&peers);
    for number in 1000..3000 {
        sightings.heard(at(1000), &heard(host(number)));
    }
    assert!(peers.iter().all(|peer| known(&sightings).contains(peer)));
    sightings.heard(at(1001), &heard(host(7)));
    let seventh = sightings.iter().find(|sighting| sighting.address == host(7));
    assert_eq!(seventh.map(|sighting| sighting.adverts), Some(1));
}

#[test]
fn one_that_was_ignored_first_and_counts_later_is_one_sender() {
    let mut sightings = Sightings::default();
    sightings.ignored(at(1), host(1), (Discard::Password, priority(100)), || None);
    sightings.heard(at(2), &heard(host(1)));
    let all: Vec<_> = sightings
        .iter()
        .map(|one| (one.ignored_times, one.adverts))
        .collect();
    assert_eq!(all, [(1, 1)]);
}

#[test]
fn the_list_in_ignored_packets_is_looked_at_now_and_then() {
    let mut sightings = Sightings::default();
    let mut looks = 0;
    for millis in (0..1000).step_by(10) {
        let now = Time::default() + Duration::from_millis(millis);
        sightings.ignored(now, host(1), (Discard::Password, priority(100)), || {
            looks += 1;
            None
        });
    }
    assert_eq!(looks, 2);
}

#[test]
fn what_somebody_said_last_counts_and_a_resignation_ends_it_believed_or_not() {
    let mut sightings = Sightings::default();
    let word = |sightings: &Sightings| sightings.iter().next().and_then(Sighting::word);
    sightings.heard(at(1), &heard(host(1)));
    assert!(matches!(word(&sightings), Some(Word::Heard { .. })));
    sightings.ignored(at(2), host(1), (Discard::Password, priority(100)), || None);
    assert!(matches!(word(&sightings), Some(Word::Ignored(_))));
    sightings.ignored(at(3), host(1), (Discard::Password, WirePriority::RESIGN), || None);
    assert!(word(&sightings).is_none());
    sightings.heard(at(4), &heard(host(1)));
    assert!(matches!(word(&sightings), Some(Word::Heard { .. })));
    let resigns = Heard {
        priority: WirePriority::RESIGN,
        ..heard(host(1))
    };
    sightings.heard(at(5), &resigns);
    assert!(word(&sightings).is_none());
}
