//! Sentences.

use std::net::{IpAddr, Ipv4Addr};

use super::line;
use crate::report::{Event, Happened, Kind, ReloadResult, Severity, State, Wall};

fn told(what: Happened) -> String {
    let event = Event {
        sequence: 42,
        at: Wall("2026-11-24T13:05:10.123Z".into()),
        what,
    };
    let line = line(&event);
    let sentence = line.strip_prefix("2026-11-24 13:05:10.123     42  ");
    sentence.expect("time and number come first").into()
}

#[test]
fn everything_that_happens_is_one_sentence() {
    let router = || "web".to_owned();
    let about = Some("10.77.0.2".to_owned());
    let all = [
        (
            Happened::Transition {
                router: router(),
                from: State::Backup,
                to: State::Master,
                cause: "nobody_heard".into(),
                because: "no MASTER was heard".into(),
                priority: 110,
            },
            "web: BACKUP to MASTER, priority 110: no MASTER was heard",
        ),
        (
            Happened::GroupTransition {
                group: "gw".into(),
                from: State::Master,
                to: State::Fault,
            },
            "group gw: MASTER to FAULT",
        ),
        (
            Happened::Priority {
                router: router(),
                from: 110,
                to: 90,
                because: "check ready failing".into(),
            },
            "web: priority 110 to 90: check ready failing",
        ),
        (
            Happened::PreemptDelay {
                router: router(),
                seconds: 300.0,
                master: IpAddr::V4(Ipv4Addr::new(10, 77, 0, 2)),
            },
            "web: MASTER 10.77.0.2 has a lower priority: takes over from it in 5 m",
        ),
        (
            Happened::ConditionBegan {
                kind: Kind::TwoMasters,
                severity: Severity::Problem,
                router: Some(router()),
                about: about.clone(),
                cause: "10.77.0.2 is MASTER too".into(),
            },
            "PROBLEM two_masters (web, 10.77.0.2): 10.77.0.2 is MASTER too",
        ),
        (
            Happened::ConditionBegan {
                kind: Kind::RestartNeeded,
                severity: Severity::Notice,
                router: None,
                about: None,
                cause: "it has changed".into(),
            },
            "notice restart_needed: it has changed",
        ),
        (
            Happened::ConditionEnded {
                kind: Kind::TwoMasters,
                router: Some(router()),
                about,
                lasted: 124.0,
            },
            "over after 2 m 4 s: two_masters (web, 10.77.0.2)",
        ),
        (
            Happened::FirstReject {
                router: None,
                interface: "eth0".into(),
                source: IpAddr::V4(Ipv4Addr::new(10, 77, 0, 2)),
                reason: "ttl".into(),
                because: "invalid TTL 64\nforged line".into(),
            },
            r"eth0: a packet of 10.77.0.2 was ignored: invalid TTL 64\nforged line",
        ),
        (
            Happened::CheckChanged {
                check: "ready".into(),
                standing: "failing: exited with status 1".into(),
            },
            "check ready: failing: exited with status 1",
        ),
        (
            Happened::Reloaded {
                result: ReloadResult::RestartNeeded,
            },
            "the configuration is valid and has changed: it takes effect at a restart",
        ),
        (
            Happened::Missed { events: 1 },
            "1 event is missing here: too old to be kept",
        ),
    ];
    for (what, sentence) in all {
        assert_eq!(told(what), sentence);
    }
}
