//! Each promise about all routers can be broken, and is not broken too soon.

use vrrp_core::Interval;

use super::*;

fn seconds(seconds: u64) -> Moment {
    Moment::default() + Duration::from_secs(seconds)
}

fn member(last: u8, priority: u8, advertising: bool) -> Member {
    let view = View {
        takes_part: true,
        advertising,
        serving: advertising,
        priority: Priority::new(priority).unwrap(),
        preempt: Preempt::After(Duration::ZERO),
        interval: Interval::DEFAULT,
    };
    Member {
        view,
        address: Ipv4Addr::new(10, 77, 0, last),
        keepalived: false,
        sound: true,
    }
}

/// What is broken when this goes on for so many seconds, looked at every 100 ms.
fn broken(members: &[Member], lasts: u64) -> Option<(u128, Rule)> {
    let mut cluster = Cluster::new(members.len(), false);
    (0..lasts * 10).find_map(|tenth| {
        let at = Duration::from_millis(tenth * 100);
        let breach = cluster.check(Moment::default() + at, members).err()?;
        Some((at.as_millis(), breach.rule))
    })
}

#[test]
fn one_right_master_is_what_is_promised() {
    assert_eq!(broken(&[member(1, 100, true), member(2, 50, false)], 60), None);
    let mut alone = member(2, 200, true);
    alone.sound = false;
    assert_eq!(
        broken(&[member(1, 100, true), alone], 60),
        None,
        "nobody hears the other"
    );
}

#[test]
fn nobody_for_longer_than_three_intervals_and_the_skew_time_is_broken() {
    // 3 s + 156/256 s + slack.
    assert_eq!(
        broken(&[member(1, 100, false), member(2, 200, false)], 60),
        Some((3800, Rule::NoMaster))
    );
    let mut out = member(1, 100, false);
    out.view.takes_part = false;
    assert_eq!(broken(&[out, out], 60), None, "nobody takes part");
}

#[test]
fn two_for_longer_than_an_exchange_is_broken() {
    assert_eq!(
        broken(&[member(1, 100, true), member(2, 100, true)], 60),
        Some((1200, Rule::TwoMasters))
    );
    let mut other = member(2, 100, true);
    other.view.interval = Interval::new(Duration::from_secs(2)).unwrap();
    assert_eq!(
        broken(&[member(1, 100, true), other], 5),
        None,
        "they must reject each other"
    );
}

#[test]
fn two_that_cannot_hear_each_other_are_not_blamed_until_they_can() {
    let members = [member(1, 100, true), member(2, 100, true)];
    let mut cluster = Cluster::new(2, false);
    cluster.begin(Moment::default());
    for second in 0..10 {
        // The better one's adverts get lost.
        cluster.harm(1, 0, seconds(second));
        assert_eq!(cluster.check(seconds(second), &members), Ok(()));
    }
    let breach = cluster.check(seconds(11), &members).unwrap_err();
    assert_eq!(breach.rule, Rule::TwoMasters);
}

#[test]
fn one_that_does_not_serve_or_should_not_is_broken() {
    let mut claiming = member(1, 100, true);
    claiming.view.serving = false;
    assert_eq!(
        broken(&[claiming, member(2, 50, false)], 60).unwrap().1,
        Rule::NotOneMaster
    );
    let (low, high) = (member(1, 100, true), member(2, 101, false));
    assert_eq!(broken(&[low, high], 60).unwrap().1, Rule::WrongMaster);
    let mut modest = high;
    modest.view.preempt = Preempt::Never;
    assert_eq!(broken(&[low, modest], 60), None);
    modest.view.preempt = Preempt::Below(low.view.priority);
    assert_eq!(broken(&[low, modest], 60), None, "it is not below the threshold");
    modest.view.preempt = Preempt::Below(high.view.priority);
    assert_eq!(broken(&[low, modest], 60).unwrap().1, Rule::WrongMaster);
    let mut patient = high;
    patient.view.preempt = Preempt::After(Duration::from_secs(20));
    let (after, rule) = broken(&[low, patient], 60).unwrap();
    assert_eq!(rule, Rule::WrongMaster);
    assert!((24_000..26_000).contains(&after), "{after} ms");
}

#[test]
fn a_disturbance_starts_the_waiting_anew() {
    let members = [member(1, 100, false)];
    let mut cluster = Cluster::new(1, false);
    for second in 0..60 {
        cluster.disturb(seconds(second));
        assert_eq!(
            cluster.check(seconds(second) + Duration::from_millis(900), &members),
            Ok(())
        );
    }
    assert_eq!(
        cluster.check(seconds(70), &members).unwrap_err().rule,
        Rule::NoMaster
    );
}

#[test]
fn another_priority_starts_the_waiting_anew() {
    let mut members = [member(1, 100, false)];
    let mut cluster = Cluster::new(1, false);
    for second in 0..60 {
        members[0].view.priority = Priority::new(100 + u8::try_from(second % 2).unwrap()).unwrap();
        assert_eq!(cluster.check(seconds(second), &members), Ok(()));
    }
    assert_eq!(
        cluster.check(seconds(70), &members).unwrap_err().rule,
        Rule::NoMaster
    );
}

#[test]
fn in_a_sync_group_one_delay_may_begin_after_the_other() {
    let (low, mut high) = (member(1, 100, true), member(2, 101, false));
    let delay = Duration::from_secs(20);
    high.view.preempt = Preempt::After(delay);
    let mut other = member(3, 50, false);
    other.view.preempt = Preempt::After(delay);
    let when = |grouped| {
        let mut cluster = Cluster::new(3, grouped);
        (0..60).find(|&second| cluster.check(seconds(second), &[low, high, other]).is_err())
    };
    assert_eq!(when(false), Some(26));
    assert_eq!(when(true), Some(48));
}
