//! A small status in which everything is there at least once.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use crate::report::{
    Address, Ago, Check, Condition, Counters, Daemon, Firewall, Group, Http, Interface, Kind, Lateness,
    Master, Peer, Priority, Reload, ReloadResult, Router, Run, Scripts, Standing, State, Status, Transition,
    Transport, VERSION, Wall,
};

const NOW: Duration = Duration::from_secs(1_767_323_045);

fn ago(seconds: f64) -> Ago {
    Ago::before(NOW, Duration::from_secs_f64(seconds))
}

/// MASTER of `web` on eth0, with one peer that was heard and one that never was.
pub(in crate::run) fn status() -> Status {
    Status {
        version: VERSION,
        taken_at: Wall::since_epoch(NOW),
        daemon: daemon(),
        conditions: vec![
            condition(Kind::PasswordDiffers, Some("web"), Some("10.77.0.9")),
            condition(Kind::RestartNeeded, None, None),
        ],
        routers: vec![router()],
        groups: vec![Group {
            name: "all".into(),
            members: vec!["web".into()],
            state: State::Master,
        }],
        checks: vec![
            check("web", Standing::Passing),
            check("load", Standing::Value(-7)),
        ],
        interfaces: vec![Interface {
            name: "eth0".into(),
            present: true,
            listening: true,
            discards: BTreeMap::from([("unknown_vrid".into(), 12)]),
            foreign_vrids: vec![7],
        }],
    }
}

fn daemon() -> Daemon {
    Daemon {
        name: "vrrpd".into(),
        version: "1.2.3".into(),
        pid: 42,
        started: ago(3600.25),
        configuration: "/etc/vrrpd/vrrpd.toml".into(),
        reload: Some(Reload {
            when: ago(60.0),
            result: ReloadResult::RestartNeeded,
            problems: vec!["7:1: warning: something".into()],
        }),
        answering: true,
        turned: Some(ago(0.5)),
        real_time: true,
        memory_locked: false,
        lateness: Lateness {
            buckets: vec![(Some(0.001), 3590), (Some(0.01), 9), (None, 1)],
            sum: 0.75,
            worst: 0.25,
        },
        http: Some(Http {
            listen: "127.0.0.1:9112".into(),
            error: None,
        }),
        firewall: Some(Firewall {
            chains: vec!["ip filter INPUT".into()],
            obstacles: Vec::new(),
        }),
        scripts: Scripts { waiting: 1, lost: 2 },
        log_lines_lost: 3,
    }
}

fn condition(kind: Kind, router: Option<&str>, about: Option<&str>) -> Condition {
    Condition {
        kind,
        severity: kind.severity(),
        router: router.map(str::to_owned),
        about: about.map(str::to_owned),
        since: ago(30.0),
        cause: "something was seen".into(),
        hint: "do something".into(),
    }
}

fn router() -> Router {
    Router {
        name: "web".into(),
        interface: "eth0".into(),
        vrid: 51,
        group: Some("all".into()),
        state: State::Master,
        since: ago(3596.5),
        because: "no MASTER was heard".into(),
        cause: "silence".into(),
        priority: Priority {
            base: 110,
            effective: 90,
            parts: Vec::new(),
        },
        preempt: "preempt".into(),
        transport: Transport::Multicast,
        advert_interval: 1.0,
        master_down_interval: 3.5,
        source: Some(IpAddr::V4(Ipv4Addr::new(10, 77, 0, 1))),
        master: Some(Master {
            address: IpAddr::V4(Ipv4Addr::new(10, 77, 0, 1)),
            us: true,
            priority: Some(90),
            heard: None,
        }),
        next: None,
        addresses: vec![
            address("10.77.0.100/32", true, true),
            address("10.77.0.101/32", false, true),
            address("10.77.1.1/24", true, false),
        ],
        peers: vec![
            peer(2, false, Some((1.5, 80))),
            peer(3, true, None),
            peer(4, false, None),
        ],
        more_peers: 0,
        send_error: None,
        counters: counters(),
    }
}

fn address(address: &str, present: bool, advertised: bool) -> Address {
    Address {
        address: address.into(),
        interface: "eth0".into(),
        present,
        advertised,
    }
}

fn peer(last: u8, configured: bool, heard: Option<(f64, u8)>) -> Peer {
    Peer {
        address: IpAddr::V4(Ipv4Addr::new(10, 77, 0, last)),
        configured,
        heard: heard.map(|(seconds, _)| ago(seconds)),
        priority: heard.map(|(_, priority)| priority),
        adverts: u64::from(heard.is_some()),
        difference: None,
        reject: None,
        rejects: 0,
    }
}

fn counters() -> Counters {
    let reasons = [
        ("authentication_type", 1),
        ("password", 2),
        ("interval", 3),
        ("ttl", 4),
        ("too_short", 5),
        ("ip_truncated", 6),
        ("type", 7),
        ("checksum", 8),
    ];
    Counters {
        adverts_sent: 3597,
        resignations_sent: 21,
        send_errors: 22,
        adverts_received: 23,
        resignations_received: 24,
        address_lists_differing: 25,
        became_master: 26,
        left_master: 27,
        transitions: vec![
            transition(State::Backup, "started"),
            transition(State::Master, "silence"),
        ],
        discards: reasons.map(|(reason, count)| (reason.to_owned(), count)).into(),
        gratuitous_arps: 28,
        gratuitous_arps_failed: 29,
        claims_refused: 30,
        repairs: 31,
    }
}

fn transition(to: State, cause: &str) -> Transition {
    Transition {
        to,
        cause: cause.into(),
        times: 1,
    }
}

fn check(name: &str, standing: Standing) -> Check {
    Check {
        name: name.into(),
        what: "http://127.0.0.1:8080/healthz".into(),
        interval: 1.0,
        standing,
        since: Some(ago(3599.0)),
        last: Some(Run {
            when: ago(0.25),
            passed: true,
            says: "passed".into(),
            runnable: true,
            took: 0.125,
        }),
        runs: 3600,
        failures: 4,
        seconds: 450.5,
        routers: vec!["web".into()],
    }
}
