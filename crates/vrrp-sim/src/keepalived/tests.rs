//! The model does what keepalived was measured to do.

use core::net::Ipv4Addr;
use core::time::Duration;
use std::collections::VecDeque;

use vrrp_core::{Announcing, Interval, Priority};

use super::*;
use crate::daemon::Arrival;
use crate::rng::Rng;
use crate::scenario::{Flaw, VRID, Virtual};
use crate::trace::Trace;

const OURS: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 5);
const OTHER: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 6);
const LOWER: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 4);

fn ms(milliseconds: u64) -> Time {
    Time::from_nanos(1_000_000_000_000) + Duration::from_millis(milliseconds)
}

fn params(preempt: Preempt) -> Params {
    Params {
        vrid: VRID,
        priority: Priority::DEFAULT,
        interval: Interval::DEFAULT,
        preempt,
        transport: Transport::Multicast,
        authentication: Authentication::None,
        advertised: packets::listed(VRID, 2).map(IpAddr::V4).collect(),
        announce: Announcing::default(),
        tracks: Vec::new(),
    }
}

/// The model, and what surrounds it.
struct Bench {
    keepalived: Keepalived,
    inbox: VecDeque<Arrival>,
    reports: VecDeque<(Virtual, Report)>,
    effects: Vec<Effect>,
    trace: Trace,
}

impl Bench {
    fn new(preempt: Preempt, strict_list: bool) -> Self {
        let network = Network {
            source: Some(IpAddr::V4(OURS)),
            faults: Vec::new(),
        };
        let mut bench = Self {
            keepalived: Keepalived::new(params(preempt), network, 2, strict_list),
            inbox: VecDeque::new(),
            reports: VecDeque::new(),
            effects: Vec::new(),
            trace: Trace::default(),
        };
        bench.with(0, |keepalived, turn| keepalived.order(turn, Order::Start));
        bench
    }

    /// The priorities that it sends.
    fn with(&mut self, at: u64, act: impl FnOnce(&mut Keepalived, &mut Turn<'_>)) -> Vec<u8> {
        let mut turn = Turn {
            node: 0,
            now: ms(at),
            inbox: &mut self.inbox,
            reports: &mut self.reports,
            mute: false,
            holds_all: [false; 2],
            effects: &mut self.effects,
            trace: &mut self.trace,
            rng: Rng::new(0),
        };
        act(&mut self.keepalived, &mut turn);
        let sent = self.effects.drain(..).filter_map(|effect| match effect {
            Effect::Packet { bytes, .. } => Some(bytes[22]),
            Effect::Job(..) => None,
        });
        sent.collect()
    }

    fn turn(&mut self, at: u64) -> Vec<u8> {
        self.with(at, Keepalived::turn)
    }

    fn packet(&mut self, at: u64, bytes: Vec<u8>) -> Vec<u8> {
        self.inbox.push_back(Arrival {
            at: ms(at),
            bytes: bytes.into(),
            hostile: false,
        });
        self.turn(at)
    }

    fn hears(&mut self, at: u64, priority: u8, source: Ipv4Addr) -> Vec<u8> {
        let bytes = packets::forged(&self.keepalived.params, OURS, source, priority, 2).unwrap();
        self.packet(at, bytes)
    }

    fn deadline(&self) -> Option<Time> {
        self.keepalived.deadline()
    }

    /// MASTER since 3,609.375 ms.
    fn master() -> Self {
        let mut bench = Self::new(Preempt::After(Duration::ZERO), false);
        assert_eq!(bench.turn(3610), [100]);
        bench
    }
}

#[test]
fn silence_makes_it_master_and_a_resignation_sooner() {
    let mut bench = Bench::new(Preempt::After(Duration::ZERO), false);
    assert_eq!(bench.deadline(), Some(ms(0) + Duration::from_micros(3_609_375)));
    assert_eq!(bench.hears(1000, 0, OTHER), []);
    assert_eq!(bench.deadline(), Some(ms(1000) + Duration::from_micros(609_375)));
    assert_eq!(bench.turn(1610), [100]);
}

#[test]
fn a_lower_master_is_ignored_spared_or_spared_for_a_while() {
    let first = Duration::from_micros(3_609_375);
    let deadline = |preempt, heard: &[u64]| {
        let mut bench = Bench::new(preempt, false);
        for &at in heard {
            assert_eq!(bench.hears(at, 50, OTHER), []);
        }
        bench.deadline().unwrap()
    };
    assert_eq!(
        deadline(Preempt::After(Duration::ZERO), &[1000, 2000, 3000]),
        ms(0) + first
    );
    assert_eq!(deadline(Preempt::Never, &[1000, 2000, 3000]), ms(3000) + first);
    // Until 3 s after the first one; what is left of the Master_Down_Interval then runs out.
    assert_eq!(
        deadline(
            Preempt::After(Duration::from_secs(3)),
            &[1000, 2000, 3000, 4000, 5000]
        ),
        ms(3000) + first
    );
}

#[test]
fn whatever_reaches_a_master_silences_it() {
    let mut bench = Bench::master();
    let wrong = params(Preempt::Never);
    for step in 1..=20 {
        let at = 3610 + step * 600;
        let bytes = packets::hostile(&wrong, OURS, OTHER, Flaw::Password, &mut Rng::new(step)).unwrap();
        assert_eq!(bench.packet(at, bytes), [], "no advert for {} ms", step * 600);
    }
    assert_eq!(bench.keepalived.rejected, 20);
}

#[test]
fn a_master_answers_a_lower_one_and_a_resignation_and_yields_to_a_higher_one() {
    let mut bench = Bench::master();
    assert_eq!(bench.hears(3700, 50, OTHER), [100]);
    assert_eq!(bench.hears(3800, 0, OTHER), [100]);
    assert_eq!(bench.hears(3900, 100, LOWER), [100]);
    assert_eq!(bench.hears(4000, 100, OTHER), [], "no last advert");
    assert!(!bench.keepalived.view().advertising);
    assert_eq!(
        bench.deadline(),
        Some(ms(4000) + Duration::from_micros(3_609_375))
    );
}

#[test]
fn it_resigns_once_when_it_stops_and_twice_when_it_fails() {
    assert_eq!(
        Bench::master().with(4000, |keepalived, turn| keepalived.order(turn, Order::Stop)),
        [0]
    );
    let fault = vrrp_core::Fault::NoSource(vrrp_core::InterfaceName::new("eth0").unwrap());
    let network = Network {
        source: Some(IpAddr::V4(OURS)),
        faults: vec![fault],
    };
    let order = Order::Network(vec![network]);
    assert_eq!(
        Bench::master().with(4000, |keepalived, turn| keepalived.order(turn, order)),
        [0, 0]
    );
}

#[test]
fn an_address_that_is_removed_costs_it_the_mastership_for_a_moment() {
    let mut bench = Bench::master();
    bench.reports.push_back((0, Report::AddressGone));
    assert_eq!(bench.turn(4000), [0]);
    assert_eq!(bench.deadline(), Some(ms(4000) + Duration::from_micros(609_375)));
}

#[test]
fn up_to_2_3_2_another_list_is_rejected() {
    for (strict_list, expected) in [(true, 1), (false, 0)] {
        let mut bench = Bench::new(Preempt::Never, strict_list);
        let bytes = packets::forged(&params(Preempt::Never), OURS, OTHER, 200, 1).unwrap();
        assert_eq!(bench.packet(1000, bytes), []);
        assert_eq!(bench.keepalived.rejected, expected, "{strict_list}");
    }
}
