use alloc::string::ToString;

use super::*;

fn track(weight: i16) -> Track {
    Track {
        what: Tracked::Check("web".into()),
        weight: Weight::new(weight).unwrap(),
    }
}

#[test]
fn a_weight_is_at_most_254_either_way() {
    assert_eq!(Weight::new(255), None);
    assert_eq!(Weight::new(-255), None);
    assert_eq!(Weight::new(-254).map(Weight::get), Some(-254));
    assert_eq!(Weight::new(i16::MIN), None);
}

#[test]
fn every_standing_under_every_kind_of_weight() {
    let failing = Standing::Failing("timed out after 1 s".into());
    // (weight, standing, what it adds, whether it is a fault)
    let cases = [
        (0, Standing::Unknown, 0, true),
        (0, Standing::Passing, 0, false),
        (0, failing.clone(), 0, true),
        (0, Standing::Value(0), 0, false),
        (0, Standing::Value(-1), 0, true),
        (20, Standing::Unknown, 0, false),
        (20, Standing::Passing, 20, false),
        (20, failing.clone(), 0, false),
        (20, Standing::Value(3), 60, false),
        (20, Standing::Value(-13), -260, true),
        (-20, Standing::Unknown, 0, false),
        (-20, Standing::Passing, 0, false),
        (-20, failing, -20, false),
        (-20, Standing::Value(12), -240, false),
        (-20, Standing::Value(13), -260, true),
        (-1, Standing::Value(i64::MIN), i64::MAX, false),
    ];
    for (weight, standing, adds, faulty) in cases {
        let track = track(weight);
        assert_eq!(track.adjustment(&standing), adds, "{weight} {standing:?}");
        assert_eq!(track.fault(&standing).is_some(), faulty, "{weight} {standing:?}");
    }
}

#[test]
fn the_priority_stays_from_1_to_254() {
    let tracks = [track(200), track(-254)];
    let base = Priority::new(100).unwrap();
    let of = |standings: &[Standing]| effective(base, &tracks, standings).get();
    assert_eq!(of(&[Standing::Passing, Standing::Passing]), 254);
    let failing = || Standing::Failing("no".into());
    assert_eq!(of(&[failing(), failing()]), 1);
    assert_eq!(of(&[Standing::Passing, failing()]), 46);
    assert_eq!(of(&[Standing::Value(i64::MAX), failing()]), 254);
}

#[test]
fn a_fault_reads_like_a_sentence() {
    let tracked = track(0);
    let words = |standing| tracked.fault(&standing).unwrap().to_string();
    assert_eq!(words(Standing::Unknown), "check web has no result yet");
    assert_eq!(
        words(Standing::Failing("refused".into())),
        "check web failing: refused"
    );
    assert_eq!(words(Standing::Value(7)), "check web says 7");
}
