//! What the simulator has found, as the least that showed it. Kept as data: what a seed draws may change when the
//! simulator learns more, these may not.

use core::net::Ipv4Addr;

use vrrp_core::{Authentication, Interval, Preempt, Priority};

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
    }
}

fn scenario(routers: Vec<Router>, disturbances: Vec<Disturbance>) -> Scenario {
    Scenario {
        seed: 0,
        routers,
        interval: Interval::DEFAULT,
        unicast: false,
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
    };
    assert_kept(&scenario(routers, vec![at(4000, resigns)]));
}
