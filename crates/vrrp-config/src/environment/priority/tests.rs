use super::{Formula, drawn};
use vrrp_core::Vrid;

fn priorities(node: [u8; 4], replicas: usize, preempts: bool, groups: usize) -> Vec<u8> {
    let mut formula = Formula::new(node.into(), replicas, preempts);
    let vrid = |nth: usize| Vrid::new(u8::try_from(nth).unwrap()).unwrap();
    (1..=groups)
        .map(|nth| formula.next(nth, vrid(nth)).get())
        .collect()
}

#[test]
fn every_second_preferred_group_is_left_to_others() {
    assert_eq!(priorities([192, 168, 50, 23], 1, true, 4), [232, 24, 232, 24]);
    assert_eq!(priorities([192, 168, 50, 23], 1, false, 4), [232; 4]);
}

/// Slot 23 of 2 replicas: index 2, so the groups 2 and 4 are preferred.
#[test]
fn a_node_is_preferred_for_the_groups_of_its_index() {
    let priorities = priorities([192, 168, 50, 23], 2, true, 4);
    assert_eq!((priorities[1], priorities[3]), (232, 24));
    for other in [priorities[0], priorities[2]] {
        assert!((23..=54).contains(&other), "{other}");
    }
}

#[test]
fn nobody_is_the_owner_and_nobody_has_zero() {
    assert_eq!(priorities([10, 0, 0, 128], 1, true, 2), [254, 1]);
    assert_eq!(priorities([10, 0, 0, 127], 1, true, 2), [128, 128]);
}

/// These numbers are a promise: nodes of different versions agree on them.
#[test]
fn the_draw_is_fixed() {
    let drawn = |node: [u8; 4], vrid| drawn(node.into(), Vrid::new(vrid).unwrap());
    let first: Vec<u8> = (1..=8).map(|vrid| drawn([192, 168, 50, 23], vrid)).collect();
    assert_eq!(first, [18, 4, 17, 31, 12, 17, 6, 31]);
    let mut counts = [0; 32];
    for node in 1..=255 {
        counts[usize::from(drawn([10, 0, 0, node], 1))] += 1;
        counts[usize::from(drawn([10, 0, 0, 1], node))] += 1;
    }
    // 16 each, give or take.
    assert!(counts.iter().all(|count| (5..=30).contains(count)), "{counts:?}");
}
