//! What the simulator has found, as the least that showed it. Kept as data: what a seed draws may change when the
//! simulator learns more, these may not.

use core::net::Ipv4Addr;

use vrrp_core::{
    Authentication, InterfaceName, Interval, Preempt, Priority, Standing, Track, Tracked, Weight,
};

use super::*;
use crate::clock::Clock;
use crate::scenario::{Disturbance, Router};

const PREEMPTS: Preempt = Preempt::After(Duration::ZERO);

fn milliseconds(at: u64) -> Moment {
    Moment::default() + Duration::from_millis(at)
}

fn router(last: u8, priority: u8, preempt: Preempt, starts_at: u64) -> Router {
    Router {
        kind: Kind::Vrrpd,
        address: Ipv4Addr::new(10, 77, 0, last),
        priority: Priority::new(priority).unwrap(),
        preempt,
        lists: 2,
        announces_often: false,
        clock: Clock {
            uptime: 1_000_000_000_000,
            drift: 0,
        },
        starts_at: milliseconds(starts_at),
        tracks: Vec::new(),
        results_after: Duration::ZERO,
    }
}

fn scenario(routers: Vec<Router>, disturbances: Vec<Disturbance>) -> Scenario {
    Scenario {
        seed: 0,
        routers,
        interval: Interval::DEFAULT,
        unicast: false,
        grouped: false,
        authentication: Authentication::None,
        delay: Duration::from_micros(300),
        jitter: Duration::ZERO,
        disturbances,
    }
}

fn at(milliseconds_after: u64, what: What) -> Disturbance {
    Disturbance {
        at: milliseconds(milliseconds_after),
        lasts: Duration::ZERO,
        what,
    }
}

fn hundred() -> Priority {
    Priority::new(100).unwrap()
}

fn assert_kept(scenario: &Scenario) {
    let outcome = run(
        scenario,
        Options {
            traced: true,
            defect: None,
        },
    );
    assert!(outcome.failure.is_none(), "{scenario}\n{}", outcome.trace.text());
}

/// A BACKUP that was about to displace a lower MASTER gets a priority that no longer entitles it to: it displaced the
/// MASTER all the same, since the timer that ran for that ran on.
#[test]
fn a_reload_that_ends_the_right_to_preempt_ends_the_preemption() {
    let routers = || {
        vec![
            router(26, 100, Preempt::Never, 0),
            router(52, 101, PREEMPTS, 2000),
        ]
    };
    let lowered = What::Priority {
        node: 1,
        to: hundred(),
    };
    assert_kept(&scenario(routers(), vec![at(5500, lowered)]));
    let forbidden = What::Preempt {
        node: 1,
        to: Preempt::Never,
    };
    assert_kept(&scenario(routers(), vec![at(5500, forbidden)]));
}

/// And one that already waits for the kernel.
#[test]
fn a_reload_that_ends_the_right_to_preempt_ends_the_claim() {
    let routers = vec![
        router(26, 100, Preempt::Never, 0),
        router(52, 101, PREEMPTS, 2000),
    ];
    let slow = Disturbance {
        at: milliseconds(3000),
        lasts: Duration::from_secs(4),
        what: What::SlowKernel {
            node: 1,
            by: Duration::from_millis(300),
        },
    };
    let lowered = What::Priority {
        node: 1,
        to: hundred(),
    };
    // Its Master_Down_Timer fires at 2 s + 3.605 s.
    assert_kept(&scenario(routers, vec![slow, at(5700, lowered)]));
}

/// A lower MASTER speaks after another has resigned, before our `Skew_Time` is over. It lives: the addresses come
/// before the advert that silences it, and it is the one that we displace.
#[test]
fn a_master_that_speaks_after_a_resignation_lives() {
    let routers = vec![router(11, 101, PREEMPTS, 1500), router(12, 100, PREEMPTS, 0)];
    let resigns = What::Forged {
        as_node: None,
        priority: 0,
        every: Duration::from_secs(3),
        only: None,
    };
    assert_kept(&scenario(routers, vec![at(4000, resigns)]));
}

fn track(name: &str, weight: i16) -> Track {
    Track {
        what: Tracked::Interface(InterfaceName::new(name).unwrap()),
        weight: Weight::new(weight).unwrap(),
    }
}

/// A MASTER whose check of a weight fails so badly that it cannot take part told its peers priority 1 first, and then
/// that it resigns.
#[test]
fn a_master_that_fails_by_a_number_only_resigns() {
    let mut master = router(26, 100, PREEMPTS, 0);
    master.tracks = vec![track("eth2", -20)];
    let lost = What::Verdict {
        node: 0,
        what: master.tracks[0].what.clone(),
        to: Standing::Value(13),
        flaps: None,
    };
    let routers = vec![master, router(52, 50, PREEMPTS, 0)];
    assert_kept(&scenario(routers, vec![at(5500, lost)]));
}

/// And so did one that is told to track something that has no result yet.
#[test]
fn a_master_that_fails_by_a_reload_only_resigns() {
    let mut master = router(26, 100, PREEMPTS, 0);
    master.results_after = Duration::from_millis(30);
    let tracked = What::Tracks {
        node: 0,
        to: vec![track("eth2", 0)],
    };
    let routers = vec![master, router(52, 50, PREEMPTS, 0)];
    assert_kept(&scenario(routers, vec![at(5500, tracked)]));
}

/// A reload shortens a `preempt_delay` that runs: it ran on as it had begun.
#[test]
fn a_reload_moves_a_delay_that_runs() {
    let patient = |milliseconds| Preempt::After(Duration::from_millis(milliseconds));
    let shorter = What::Preempt {
        node: 1,
        to: patient(500),
    };
    let routers = vec![router(26, 66, PREEMPTS, 0), router(52, 100, patient(8000), 4000)];
    let later = Disturbance {
        at: milliseconds(20_000),
        lasts: Duration::ZERO,
        what: What::Pause(0),
    };
    assert_kept(&scenario(routers, vec![at(6000, shorter), later]));
}

/// Three sync groups: the second displaces the first, whose member 52 resigns, and the resignation reaches the third
/// after the second has spoken. It took the second for dead there, silenced it before the kernel had given the
/// addresses, and member 51, which knew better, had not spoken yet: nobody did.
#[test]
fn a_resignation_does_not_bury_another_master() {
    let patient = |milliseconds| Preempt::After(Duration::from_millis(milliseconds));
    let mut third = router(44, 116, patient(6700), 0);
    third.starts_at = Moment::from_nanos(4_356_447_000);
    third.tracks = vec![track("eth2", -20)];
    let routers = vec![
        router(50, 100, patient(1400), 0),
        router(43, 101, patient(6500), 0),
        third,
    ];
    let killed = at(4500, What::Crash(1));
    assert_kept(&Scenario {
        seed: 195_776,
        grouped: true,
        delay: Duration::from_micros(173),
        jitter: Duration::from_millis(1),
        ..scenario(routers, vec![killed])
    });
}

/// What a sync group goes through: a fault of one member, a refusal of the other, and hosts that come and go.
#[test]
fn members_of_a_sync_group_stay_together() {
    let routers = || {
        vec![
            router(26, 100, PREEMPTS, 0),
            router(52, 101, PREEMPTS, 2000),
            router(11, 50, Preempt::Never, 500),
        ]
    };
    let lasting = |at, what| Disturbance {
        at: milliseconds(at),
        lasts: Duration::from_secs(6),
        what,
    };
    let [fault, refusal, loss] = [0, 1, 1].map(Some);
    let disturbances = vec![
        lasting(
            8000,
            What::Fault {
                node: 1,
                link: false,
                only: fault,
            },
        ),
        lasting(
            13_000,
            What::Refusing {
                node: 1,
                only: refusal,
            },
        ),
        lasting(
            30_000,
            What::Loss {
                per_mille: 900,
                only: loss,
            },
        ),
        at(31_000, What::Crash(1)),
    ];
    assert_kept(&Scenario {
        grouped: true,
        ..scenario(routers(), disturbances)
    });
}
