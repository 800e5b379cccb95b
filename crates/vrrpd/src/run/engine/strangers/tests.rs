use std::net::Ipv4Addr;

use super::*;

const ANYBODY: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 9));

#[test]
fn a_flood_costs_two_looks_a_second_for_each_vrid() {
    let mut strangers = Strangers::default();
    let mut looks = 0;
    for millis in 0..1000 {
        let at = Time::default() + Duration::from_millis(millis);
        for vrid in [7, 8] {
            strangers.heard(at, vrid, ANYBODY, || {
                looks += 1;
                None
            });
        }
    }
    assert_eq!(looks, 4);
    assert_eq!(strangers.iter().map(|(vrid, _)| vrid).collect::<Vec<_>>(), [7, 8]);
    let last = Time::default() + Duration::from_millis(999);
    assert!(strangers.iter().all(|(_, stranger)| stranger.heard_at == last));
}
