//! Whole runs.

mod regressions;

use super::*;

/// Debug builds are slow: enough to notice, few enough to wait for. `make test` runs 20,000 more.
const SEEDS: u64 = 300;

fn traced(seed: u64) -> Outcome {
    run(
        &Scenario::generate(seed),
        Options {
            traced: true,
            defect: None,
        },
    )
}

#[test]
fn every_promise_is_kept() {
    for seed in 0..SEEDS {
        let outcome = run(&Scenario::generate(seed), Options::default());
        assert!(
            outcome.failure.is_none(),
            "seed {seed}: {}",
            outcome.failure.unwrap()
        );
    }
}

#[test]
fn the_same_seed_gives_the_same_trace_byte_for_byte() {
    for seed in 0..50 {
        let (first, second) = (traced(seed), traced(seed));
        assert!(!first.trace.text().is_empty());
        assert!(first.trace.text() == second.trace.text(), "seed {seed}");
        assert_eq!(
            (first.events, first.lasted),
            (second.events, second.lasted),
            "seed {seed}"
        );
    }
}

#[test]
fn a_trace_changes_nothing() {
    for seed in 0..50 {
        let (told, silent) = (traced(seed), run(&Scenario::generate(seed), Options::default()));
        assert_eq!(
            (told.events, told.lasted),
            (silent.events, silent.lasted),
            "seed {seed}"
        );
        assert_eq!(silent.trace.text(), "");
    }
}

/// A simulator that never comes to a place proves nothing about it.
#[test]
fn seeds_reach_every_corner() {
    // What the core does, and why.
    let mut rest = vec![
        "cause: Started",
        "cause: Stopped",
        "cause: Owner",
        "cause: Silence",
        "cause: Resigned(",
        "cause: Preempted",
        "cause: HigherPriority",
        "cause: HigherAddress",
        "cause: Fault(InterfaceDown",
        "cause: Fault(InterfaceMissing",
        "cause: Fault(Awaited",
        "cause: Fault(Tracked",
        "cause: Fault(Member",
        "cause: Group",
        "cause: Refused",
        "cause: Recovered",
        "Note(MasterIs",
        "Note(LowerIgnored",
        "as_master: false",
        "as_master: true",
        "Note(DelayStarted",
        "Note(DelayEnded",
        "Note(Contested",
        "Note(Repairing",
        "Note(PriorityChanged",
        "Note(FaultIs",
        "Note(Waiting",
        "Note(NextTry",
        "SendingAgain",
        "Repair(",
    ];
    // Why packets are rejected.
    rest.extend([
        "rejects a packet: it carries our own address",
        "rejects a packet: it was sent to",
        "rejects a packet: invalid TTL",
        "rejects a packet: its source is not among",
        "rejects a packet: authentication type",
        "rejects a packet: advert interval",
        "rejects a packet: virtual router",
        "rejects a packet: checksum",
        "rejects a packet: VRRP version",
        "rejects a packet: IPv4 total length",
    ]);
    // What happens to routers.
    rest.extend([
        "the LAN loses it",
        "does not run",
        "is killed",
        "is stopped",
        "is taken out, and put back",
        "has its link down",
        "misses an interface",
        "gets priority",
        "from now on preempts below",
        "from now on, tracks",
        "'s check web is failing",
        ", and back, every",
        "(only 52)",
        "gets the interval",
        "gets the own address",
        "kernel takes",
        "kernel refuses",
        "somebody removes",
        "cannot send",
        "are not heard by",
        "are cut off from",
        "as itself",
        "keepalived enters MASTER",
        "keepalived rejects",
        "keepalived misses",
    ]);
    for seed in 0..2000 {
        let outcome = traced(seed);
        rest.retain(|word| !outcome.trace.text().contains(word));
        if rest.is_empty() {
            return;
        }
    }
    panic!("never seen: {rest:?}");
}
