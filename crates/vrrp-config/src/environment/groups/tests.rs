use super::super::tests::Pod;
use super::{divide, read};
use crate::environment::reader::Reader;

fn sizes(addresses: usize, groups: usize) -> Vec<usize> {
    let pool: Vec<_> = (0..addresses)
        .map(|nth| format!("10.0.0.{nth}/32").parse().unwrap())
        .collect();
    divide(&pool, groups).iter().map(|part| part.len()).collect()
}

#[test]
fn the_first_groups_hold_one_more() {
    assert_eq!(sizes(7, 3), [3, 2, 2]);
    assert_eq!(sizes(8, 3), [3, 3, 2]);
    assert_eq!(sizes(9, 3), [3, 3, 3]);
    assert_eq!(sizes(3, 3), [1, 1, 1]);
    assert_eq!(sizes(0, 0), [0; 0]);
}

fn vrids(addresses: u8, variables: &[(&str, &str)]) -> Vec<u8> {
    let pod = Pod::on("10.0.0.1", variables);
    let mut reader = Reader::new(&pod);
    let pool: Vec<_> = (1..=addresses)
        .map(|nth| format!("10.1.0.{nth}/32").parse().unwrap())
        .collect();
    let groups = read(&mut reader, &pool);
    assert!(!reader.refuses(), "{:?}", reader.problems());
    groups.iter().map(|group| group.vrid.get()).collect()
}

#[test]
fn an_excluded_vrid_shifts_all_later_ones() {
    assert_eq!(vrids(5, &[("HA_EXCLUDED_VRRP_IDS", "2 3 5")]), [1, 4, 6, 7, 8]);
    assert_eq!(
        vrids(
            3,
            &[
                ("HA_EXCLUDED_VRRP_IDS", "2,3"),
                ("OPENSHIFT_HA_EXCLUDED_VRRP_IDS", "5 3")
            ]
        ),
        [1, 4, 6]
    );
    assert_eq!(vrids(2, &[("OPENSHIFT_HA_VRRP_ID_OFFSET", "253")]), [254, 255]);
    assert_eq!(vrids(4, &[("OPENSHIFT_HA_VIP_GROUPS", "-1")]), [1, 2, 3, 4]);
}

#[test]
fn two_hundred_and_fifty_five_addresses_in_238_groups() {
    let vrids = vrids(
        255,
        &[
            ("OPENSHIFT_HA_VIP_GROUPS", "238"),
            ("OPENSHIFT_HA_VRRP_ID_OFFSET", "10"),
        ],
    );
    assert_eq!(vrids, (11..=248).collect::<Vec<u8>>());
}
