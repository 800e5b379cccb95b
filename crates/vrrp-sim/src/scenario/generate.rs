//! A scenario from a seed.

mod tracking;

use core::net::Ipv4Addr;
use core::time::Duration;

use vrrp_core::{Authentication, Interval, Password, Preempt, Priority};

use super::{Disturbance, Flaw, Kind, Router, Scenario, VRIDS, Virtual, What};
use crate::clock::{Clock, Moment};
use crate::rng::Rng;

/// The longest that an undisturbed packet takes: [`Scenario::delay`] and [`Scenario::jitter`] together.
pub(crate) const LAN_SLOWEST: Duration = Duration::from_micros(1500);

impl Scenario {
    /// The scenario of a seed.
    pub fn generate(seed: u64) -> Self {
        let mut rng = Rng::new(seed);
        let count = rng.pick(&[2, 2, 2, 3, 3, 3, 3, 4, 4, 5]);
        let keepaliveds = if rng.per_mille(200) { rng.between(1, 2) } else { 0 };
        let interval = whole_seconds(rng.pick(&[1, 1, 1, 1, 1, 1, 2, 3]));
        let simple = Password::new(b"secret")
            .map(Authentication::Simple)
            .filter(|_| rng.per_mille(300));
        // Few values, so that ties are not rare.
        let crowded = rng.per_mille(300);
        let mut scenario = Self {
            seed,
            routers: (0..count)
                .map(|node| router(&mut rng, node, node < keepaliveds, crowded))
                .collect(),
            interval,
            unicast: rng.per_mille(250),
            grouped: keepaliveds == 0 && rng.per_mille(250),
            authentication: simple.unwrap_or(Authentication::None),
            delay: Duration::from_micros(rng.between(20, 500)),
            jitter: Duration::from_micros(rng.pick(&[0, 100, 1000])),
            disturbances: Vec::new(),
        };
        // keepalived up to 2.3.2 rejects another list for as long as it differs: that is no passing disturbance.
        if keepaliveds == 0 && rng.per_mille(300) {
            scenario
                .routers
                .iter_mut()
                .for_each(|router| router.lists = rng.pick(&[1, 2, 3]));
        }
        if scenario.grouped {
            scenario.part_priorities(&mut rng);
        }
        let number = rng.between(1, 9);
        for _ in 0..number {
            let next = disturbance(&mut rng, &scenario);
            scenario.disturbances.push(next);
        }
        if rng.per_mille(200) {
            scenario.disturbances.push(Disturbance {
                at: Moment::default(),
                lasts: Duration::from_mins(1),
                what: hostile(&mut rng, None),
            });
        }
        // Two of them at once would leave some routers with the one interval and some with the other.
        let mut intervals = 0;
        scenario.disturbances.retain(|disturbance| {
            intervals += u32::from(matches!(disturbance.what, What::Interval { .. }));
            intervals <= 1 || !matches!(disturbance.what, What::Interval { .. })
        });
        scenario.disturbances.sort_by_key(|disturbance| disturbance.at);
        scenario
    }
}

impl Scenario {
    /// Whether some router has this priority, or will get it.
    fn knows(&self, priority: Priority) -> bool {
        let gets = |what: &What| matches!(what, What::Priority { to, .. } if *to == priority);
        self.routers.iter().any(|router| router.priority == priority)
            || self
                .disturbances
                .iter()
                .any(|disturbance| gets(&disturbance.what))
    }

    /// Those of hosts with a sync group must differ.
    fn part_priorities(&mut self, rng: &mut Rng) {
        for node in 1..self.routers.len() {
            let (before, rest) = self.routers.split_at_mut(node);
            let Some(router) = rest.first_mut() else { continue };
            while before.iter().any(|other| other.priority == router.priority) {
                router.priority = priority(rng.between(1, 254));
            }
        }
    }
}

fn router(rng: &mut Rng, node: u64, keepalived: bool, crowded: bool) -> Router {
    let kind = if keepalived {
        Kind::Keepalived {
            strict_list: rng.per_mille(500),
        }
    } else {
        Kind::Vrrpd
    };
    let priority = if crowded {
        priority(rng.pick(&[100, 101]))
    } else {
        any_priority(rng, keepalived)
    };
    Router {
        kind,
        address: own_address(node, rng.below(6)),
        priority,
        preempt: any_preempt(rng, priority, keepalived),
        lists: 2,
        announces_often: rng.per_mille(300),
        clock: Clock {
            uptime: 1_000_000_000_000 + rng.below(1_000_000_000_000),
            drift: i64::try_from(rng.between(0, 2000)).unwrap_or_default() - 1000,
        },
        starts_at: Moment::from_nanos(if rng.per_mille(300) {
            0
        } else {
            rng.below(5_000_000_000)
        }),
        tracks: if !keepalived && rng.per_mille(400) {
            tracking::tracks(rng)
        } else {
            Vec::new()
        },
        results_after: Duration::from_millis(rng.pick(&[0, 0, 30, 700, 2500])),
    }
}

/// No two routers share one, and the order of the addresses is not the order of the routers.
fn own_address(node: u64, draw: u64) -> Ipv4Addr {
    let last = u8::try_from(10 + draw * 8 + node).unwrap_or(10);
    Ipv4Addr::new(10, 77, 0, last)
}

fn any_priority(rng: &mut Rng, keepalived: bool) -> Priority {
    let owner = !keepalived && rng.per_mille(40);
    let drawn = rng.between(1, 254);
    let usual = rng.pick(&[1, 50, 100, 100, 150, 200, 254, drawn]);
    if owner { Priority::OWNER } else { priority(usual) }
}

fn priority(value: u64) -> Priority {
    u8::try_from(value)
        .ok()
        .and_then(Priority::new)
        .unwrap_or(Priority::DEFAULT)
}

/// The owner of the addresses always preempts at once (RFC 3768 section 6.1): the configuration sees to it.
fn any_preempt(rng: &mut Rng, whose: Priority, keepalived: bool) -> Preempt {
    let delay = Preempt::After(Duration::from_millis(rng.between(1, 80) * 100));
    let any = rng.between(1, 254);
    let threshold = Preempt::Below(priority(rng.pick(&[50, 100, 101, 150, 254, any])));
    let drawn = rng.pick(&[
        Preempt::After(Duration::ZERO),
        Preempt::After(Duration::ZERO),
        Preempt::Never,
        delay,
        threshold,
    ]);
    if whose.is_owner() {
        Preempt::After(Duration::ZERO)
    } else if keepalived && matches!(drawn, Preempt::Below(_)) {
        // It knows no threshold.
        Preempt::Never
    } else {
        drawn
    }
}

fn whole_seconds(seconds: u64) -> Interval {
    Interval::new(Duration::from_secs(seconds)).unwrap_or(Interval::DEFAULT)
}

fn disturbance(rng: &mut Rng, scenario: &Scenario) -> Disturbance {
    // Steps of a quarter of a second make coincidences likely; the rest makes them rare.
    let moment = rng.below(40_000_000_000);
    let mut at = Moment::from_nanos(if rng.per_mille(500) {
        moment / 250_000_000 * 250_000_000
    } else {
        moment
    });
    // What comes right after something else finds everybody still busy with that.
    if let Some(last) = scenario.disturbances.last().filter(|_| rng.per_mille(300)) {
        let other = if rng.per_mille(500) { last.at } else { last.ends() };
        let closely = rng.pick(&[1, 1_000, 10_000, 150_000]);
        at = other + Duration::from_micros(rng.below(closely));
    }
    let lasts = rng.pick(&[5, 100, 700, 1000, 2500, 4000, 9000, 16_000]);
    let lasts = Duration::from_millis(rng.between(1, lasts));
    Disturbance {
        at,
        lasts,
        what: what(rng, scenario),
    }
}

fn what(rng: &mut Rng, scenario: &Scenario) -> What {
    let count = scenario.routers.len();
    let node = usize::try_from(rng.below(count as u64)).unwrap_or_default();
    let target = &scenario.routers[node];
    let per_mille = rng.pick(&[50, 200, 500, 900]);
    let only = Some(usize::try_from(rng.below(VRIDS.len() as u64)).unwrap_or_default());
    let only = only.filter(|_| scenario.grouped && rng.per_mille(500));
    match rng.below(26) {
        0 => What::Loss { per_mille, only },
        20..=24 => tracking::verdict(rng, node, target),
        25 => What::Tracks {
            node,
            to: tracking::tracks(rng),
        },
        1 => What::Late {
            per_mille,
            up_to: Duration::from_millis(rng.pick(&[20, 300, 1500, 5000])),
        },
        2 => What::Twice {
            per_mille,
            up_to: Duration::from_millis(rng.pick(&[1, 50, 1500, 5000])),
        },
        3 | 4 => {
            let side = (0..count)
                .filter(|&other| other == node || rng.per_mille(300))
                .collect();
            What::Cut {
                side,
                one_way: rng.per_mille(400),
            }
        }
        5 | 6 => What::Pause(node),
        7 => What::Crash(node),
        8 | 9 => What::Stop {
            node,
            same: rng.per_mille(500),
        },
        10 => What::Fault {
            node,
            link: rng.per_mille(500),
            only,
        },
        11 => {
            let mut to = any_priority(rng, target.kind != Kind::Vrrpd);
            while scenario.grouped && scenario.knows(to) {
                to = priority(rng.between(1, 254));
            }
            What::Priority { node, to }
        }
        12 => What::Preempt {
            node,
            to: any_preempt(rng, target.priority, target.kind != Kind::Vrrpd),
        },
        13 if rng.per_mille(400) => What::Interval {
            to: whole_seconds(rng.between(1, 3)),
        },
        // Peers of a unicast router know each other by their addresses.
        13 if !scenario.unicast => What::Address {
            node,
            to: Ipv4Addr::new(
                10,
                77,
                1,
                u8::try_from(10 + rng.below(20) * 8).unwrap_or(10) + small(node),
            ),
        },
        13 | 14 => What::SlowKernel {
            node,
            by: Duration::from_millis(rng.pick(&[5, 60, 700, 4500])),
        },
        15 => What::Refusing { node, only },
        16 => What::Undone {
            node,
            every: Duration::from_millis(rng.pick(&[20, 300, 1500])),
        },
        17 => What::Mute(node),
        18 => hostile(rng, only),
        _ => What::Forged {
            as_node: Some(node).filter(|_| scenario.unicast || rng.per_mille(500)),
            priority: forged_priority(rng),
            every: Duration::from_millis(rng.pick(&[7, 90, 600, 3000])),
            only,
        },
    }
}

fn hostile(rng: &mut Rng, only: Option<Virtual>) -> What {
    What::Hostile {
        flaw: rng.pick(&Flaw::ALL),
        every: Duration::from_millis(rng.pick(&[30, 330, 900])),
        only,
    }
}

fn small(node: usize) -> u8 {
    u8::try_from(node).unwrap_or_default()
}

fn forged_priority(rng: &mut Rng) -> u8 {
    let any = rng.between(0, 255);
    u8::try_from(rng.pick(&[0, 0, 1, 99, 100, 101, 255, any])).unwrap_or_default()
}
