use std::net::Ipv4Addr;

use super::*;

const A: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
const B: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 2));
const WINDOW: Duration = Duration::from_millis(3600);

fn at(seconds: u64) -> Time {
    Time::default() + Duration::from_secs(seconds)
}

#[test]
fn the_exchange_of_adverts_at_a_takeover_is_no_contest() {
    let mut contest = Contest::default();
    contest.against_us(at(1), A, WINDOW);
    contest.against_us(at(1), A, WINDOW);
    assert_eq!(contest.rival(at(1), WINDOW, true), None);
}

#[test]
fn one_that_goes_on_is_a_rival_until_it_is_silent() {
    let mut contest = Contest::default();
    for second in 1..10 {
        contest.against_us(at(second), A, WINDOW);
    }
    assert_eq!(
        contest
            .rival(at(10), WINDOW, true)
            .map(|rival| (rival.address, rival.beside)),
        Some((A, None))
    );
    assert_eq!(contest.rival(at(13), WINDOW, true), None);
    contest.against_us(at(20), A, WINDOW);
    assert_eq!(contest.rival(at(20), WINDOW, true), None, "it has to begin anew");
}

#[test]
fn a_backup_sees_two_masters_in_turns() {
    let mut contest = Contest::default();
    for second in 1..6 {
        let half = Duration::from_millis(500);
        contest.between_others(at(second), A, WINDOW);
        contest.between_others(at(second) + half, B, WINDOW);
    }
    let rival = contest.rival(at(6), WINDOW, false).expect("a contest");
    assert_eq!([Some(rival.address), rival.beside], [Some(B), Some(A)]);
}

#[test]
fn a_backup_sees_three_masters_in_turns() {
    let mut contest = Contest::default();
    let c = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 3));
    for second in 1..6 {
        for (from, millis) in [(A, 0), (B, 300), (c, 600)] {
            contest.between_others(at(second) + Duration::from_millis(millis), from, WINDOW);
        }
    }
    assert!(contest.rival(at(6), WINDOW, false).is_some());
}

#[test]
fn a_backup_sees_a_handover_without_alarm() {
    let mut contest = Contest::default();
    for second in 1..5 {
        contest.between_others(at(second), A, WINDOW);
    }
    // The winner, the last word of the loser, the winner.
    for from in [B, A, B] {
        contest.between_others(at(5), from, WINDOW);
    }
    for second in 6..9 {
        contest.between_others(at(second), B, WINDOW);
        assert_eq!(contest.rival(at(second), WINDOW, false), None);
    }
}

#[test]
fn a_backup_sees_one_that_takes_over_and_soon_leaves_again_without_alarm() {
    let mut contest = Contest::default();
    let at = |milliseconds| Time::default() + Duration::from_millis(milliseconds);
    for (milliseconds, from) in [
        (44_316, B),
        (45_316, B),
        // The takeover: the winner, the last word of the loser, the winner.
        (45_578, A),
        (45_579, B),
        (45_580, A),
        (46_578, A),
        (47_578, A),
        // It resigns.
        (48_196, B),
        (49_196, B),
    ] {
        contest.between_others(at(milliseconds), from, WINDOW);
        assert_eq!(contest.rival(at(milliseconds), WINDOW, false), None);
    }
}

#[test]
fn one_that_is_ignored_is_a_rival_at_once_and_for_long_unless_it_resigns() {
    let mut contest = Contest::default();
    contest.refused(at(1), A);
    assert_eq!(
        contest.rival(at(100), WINDOW, true).map(|rival| rival.address),
        Some(A)
    );
    assert_eq!(
        contest.rival(at(100), WINDOW, false),
        None,
        "we are not MASTER any more"
    );
    assert_eq!(contest.rival(at(301), WINDOW, true), None, "it may well be gone");
    contest.resigned(B);
    assert!(contest.rival(at(2), WINDOW, true).is_some());
    contest.resigned(A);
    assert_eq!(contest.rival(at(2), WINDOW, true), None);
}

#[test]
fn one_that_is_ignored_no_longer_begins_anew() {
    let mut contest = Contest::default();
    contest.refused(at(1), A);
    contest.against_us(at(2), A, WINDOW);
    assert_eq!(contest.rival(at(2), WINDOW, true), None);
    contest.refused(at(3), A);
    assert!(contest.rival(at(3), WINDOW, true).is_some());
}
