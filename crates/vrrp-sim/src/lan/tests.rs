//! What a LAN does to packets.

use super::*;

fn lan(wrong: &[What]) -> Lan {
    let mut lan = Lan::new(1, Duration::from_micros(100), Duration::from_micros(50));
    for what in wrong {
        lan.begin(what);
    }
    lan
}

fn loss(only: Option<Virtual>) -> What {
    What::Loss { per_mille: 200, only }
}

fn lost(lan: &Lan, from: Node, to: Node) -> usize {
    (0..1000)
        .filter(|&number| lan.fate(Some(from), to, number, 0).arrives.is_none())
        .count()
}

#[test]
fn a_good_lan_delivers_everything_in_time_and_once() {
    let lan = lan(&[]);
    for number in 0..1000 {
        let fate = lan.fate(Some(0), 1, number, 0);
        let arrives = fate.arrives.unwrap();
        assert!((100..150).contains(&arrives.as_micros()), "{arrives:?}");
        assert!(fate.again.is_none() && fate.undisturbed);
        assert_eq!(
            fate,
            lan.fate(Some(0), 1, number, 0),
            "the fate of a packet is its own"
        );
    }
}

#[test]
fn a_bad_one_loses_delays_and_repeats() {
    assert!((150..250).contains(&lost(&lan(&[loss(None)]), 0, 1)));
    assert_eq!(
        lost(&lan(&[loss(Some(1))]), 0, 1),
        0,
        "it is the other virtual router's"
    );
    let up_to = Duration::from_secs(1);
    let late = lan(&[What::Late {
        per_mille: 500,
        up_to,
    }]);
    let slow = |number: &u64| late.fate(Some(0), 1, *number, 0).arrives > Some(Duration::from_millis(1));
    assert!((400..600).contains(&(0..1000).filter(slow).count()));
    let twice = lan(&[What::Twice {
        per_mille: 500,
        up_to,
    }]);
    let again = |number: &u64| twice.fate(Some(0), 1, *number, 0).again.is_some();
    assert!((400..600).contains(&(0..1000).filter(again).count()));
}

#[test]
fn a_cut_separates_one_side_from_the_other_in_one_direction_or_both() {
    let cut = |one_way| What::Cut {
        side: vec![0, 1],
        one_way,
    };
    let (both, single) = (lan(&[cut(false)]), lan(&[cut(true)]));
    assert_eq!(
        [
            lost(&both, 0, 2),
            lost(&both, 2, 0),
            lost(&both, 0, 1),
            lost(&both, 2, 3)
        ],
        [1000, 1000, 0, 0]
    );
    assert_eq!([lost(&single, 0, 2), lost(&single, 2, 0)], [1000, 0]);
    let mut healed = both;
    healed.end(&cut(false));
    assert_eq!(lost(&healed, 0, 2), 0);
}
