//! Daemons to be shown.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use vrrp_linux::{Doing, errno_meaning};

use crate::report::{
    Address, Ago, Check, Condition, Counters, Daemon, Deadline, DueTo, Firewall, Group, Http, Interface,
    Kind, Lateness, Master, Part, Peer, Priority, Reject, Router, Run, Scripts, SendError, Standing, State,
    Status, Transport, VERSION, Wall,
};

/// 2026-11-24 13:07:14 UTC.
const NOW: Duration = Duration::from_secs(1_795_525_634);

pub(super) fn ago(seconds: f64) -> Ago {
    Ago::before(NOW, Duration::from_secs_f64(seconds))
}

fn ip(text: &str) -> IpAddr {
    text.parse().expect("it is an address")
}

pub(super) fn address(address: &str, present: bool) -> Address {
    Address {
        address: address.into(),
        interface: "eth0".into(),
        present,
        advertised: true,
    }
}

pub(super) fn peer(address: &str) -> Peer {
    Peer {
        address: ip(address),
        configured: false,
        heard: Some(ago(0.42)),
        priority: Some(100),
        adverts: 3601,
        difference: None,
        reject: None,
        rejects: 0,
    }
}

pub(super) fn master(name: &str, vrid: u8) -> Router {
    Router {
        name: name.into(),
        interface: "eth0".into(),
        vrid,
        group: None,
        state: State::Master,
        since: ago(4034.0),
        because: "no MASTER was heard".into(),
        cause: "nobody_heard".into(),
        priority: Priority {
            base: 110,
            effective: 110,
            parts: vec![Part {
                what: "check web".into(),
                weight: 0,
                adjustment: 0,
                standing: "passing".into(),
            }],
        },
        preempt: "preempt".into(),
        transport: Transport::Multicast,
        advert_interval: 1.0,
        master_down_interval: 3.57,
        source: Some(ip("10.77.0.1")),
        master: Some(Master {
            address: ip("10.77.0.1"),
            us: true,
            priority: Some(110),
            heard: None,
        }),
        next: Some(Deadline {
            what: DueTo::Advertise,
            seconds: 0.58,
        }),
        addresses: vec![address("10.77.0.100/32", true), address("10.77.0.101/32", true)],
        peers: Vec::new(),
        more_peers: 0,
        send_error: None,
        counters: Counters {
            adverts_sent: 4034,
            became_master: 1,
            ..Counters::default()
        },
    }
}

pub(super) fn backup(name: &str, vrid: u8) -> Router {
    Router {
        state: State::Backup,
        because: "10.77.0.2 has the higher priority 120".into(),
        cause: "outranked".into(),
        master: Some(Master {
            address: ip("10.77.0.2"),
            us: false,
            priority: Some(120),
            heard: Some(ago(0.42)),
        }),
        next: Some(Deadline {
            what: DueTo::TakeOver,
            seconds: 2.91,
        }),
        addresses: vec![address("10.77.0.110/32", false)],
        peers: vec![Peer {
            priority: Some(120),
            ..peer("10.77.0.2")
        }],
        counters: Counters {
            adverts_received: 3601,
            ..Counters::default()
        },
        ..master(name, vrid)
    }
}

fn check(name: &str, what: &str) -> Check {
    Check {
        name: name.into(),
        what: what.into(),
        interval: 1.0,
        standing: Standing::Passing,
        since: Some(ago(4034.0)),
        last: Some(Run {
            when: ago(0.31),
            passed: true,
            says: "passed".into(),
            runnable: true,
            took: 0.0121,
        }),
        runs: 4035,
        failures: 0,
        seconds: 48.8,
        routers: vec!["web".into()],
    }
}

fn interface(name: &str) -> Interface {
    Interface {
        name: name.into(),
        present: true,
        listening: true,
        discards: BTreeMap::new(),
        foreign_vrids: Vec::new(),
    }
}

/// All is well.
pub(super) fn calm() -> Status {
    let mut inside = master("web", 51);
    inside.group = Some("gw".into());
    let mut outside = backup("db", 52);
    outside.preempt = "preempt_delay 300 s".into();
    Status {
        version: VERSION,
        taken_at: Wall::since_epoch(NOW),
        daemon: Daemon {
            name: "vrrpd".into(),
            version: "0.1.0".into(),
            pid: 812,
            started: ago(273_600.0),
            configuration: "/etc/vrrpd/vrrpd.toml".into(),
            reload: None,
            answering: true,
            turned: Some(ago(0.0)),
            real_time: true,
            memory_locked: true,
            lateness: Lateness {
                buckets: vec![(Some(0.001), 4034), (None, 0)],
                sum: 0.4034,
                worst: 0.000_812,
            },
            http: Some(Http {
                listen: "127.0.0.1:9650".into(),
                error: None,
            }),
            firewall: Some(Firewall {
                chains: vec!["inet filter input".into(), "ip filter INPUT".into()],
                obstacles: Vec::new(),
            }),
            scripts: Scripts::default(),
            log_lines_lost: 0,
        },
        conditions: Vec::new(),
        routers: vec![inside, outside],
        groups: vec![Group {
            name: "gw".into(),
            members: vec!["web".into()],
            state: State::Master,
        }],
        checks: vec![check("web", "http://127.0.0.1:8080/healthz")],
        interfaces: vec![interface("eth0")],
    }
}

pub(super) fn condition(
    kind: Kind,
    router: Option<&str>,
    about: Option<&str>,
    cause: &str,
    hint: &str,
) -> Condition {
    Condition {
        kind,
        severity: kind.severity(),
        router: router.map(Into::into),
        about: about.map(Into::into),
        since: ago(124.0),
        cause: cause.into(),
        hint: hint.into(),
    }
}

/// Much is wrong.
pub(super) fn troubled() -> Status {
    let mut status = calm();
    status.conditions = vec![
        condition(
            Kind::TwoMasters,
            Some("web"),
            Some("10.77.0.2"),
            "10.77.0.2 is MASTER too: it has advertised priority 100 for 2 m 4 s, and does not hear ours",
            "find out why our adverts do not reach it: a firewall there that drops protocol 112, or a switch that \
             does not forward 224.0.0.18",
        ),
        condition(
            Kind::CheckFailing,
            Some("db"),
            Some("check database"),
            "connection refused by 127.0.0.1:5432",
            "see to what the check looks at; until it passes, db stays in FAULT",
        ),
        condition(
            Kind::RestartNeeded,
            None,
            None,
            "the configuration on disk has changed since the start",
            "restart the daemon: systemctl restart vrrpd",
        ),
    ];
    if let [web, db] = status.routers.as_mut_slice() {
        trouble_web(web);
        trouble_db(db);
    }
    status.checks.extend(more_checks());
    let eth0 = &mut status.interfaces[0];
    eth0.foreign_vrids = vec![7, 9];
    eth0.discards = BTreeMap::from([("unknown_vrid".into(), 8068)]);
    status.daemon.real_time = false;
    status.daemon.firewall = Some(Firewall {
        chains: vec!["inet filter input".into()],
        obstacles: vec!["chain INPUT of table ip filter drops by policy".into()],
    });
    status.daemon.log_lines_lost = 3;
    status
}

fn trouble_web(web: &mut Router) {
    web.priority = Priority {
        base: 110,
        effective: 90,
        parts: vec![
            Part {
                what: "check ready".into(),
                weight: -20,
                adjustment: -20,
                standing: "failing: exited with status 1".into(),
            },
            Part {
                what: "interface eth1".into(),
                weight: 5,
                adjustment: 0,
                standing: "failing: the interface is down".into(),
            },
        ],
    };
    web.addresses = vec![address("10.77.0.100/32", true), address("10.77.0.101/32", false)];
    web.peers = vec![
        peer("10.77.0.2"),
        Peer {
            configured: true,
            heard: None,
            priority: None,
            adverts: 0,
            reject: Some(Reject {
                reason: "password".into(),
                because: "invalid password".into(),
                when: ago(0.7),
            }),
            rejects: 124,
            ..peer("10.77.0.13")
        },
    ];
    web.more_peers = 3;
    web.counters.discards = BTreeMap::from([("password".into(), 124)]);
    web.send_error = Some(SendError {
        errno: 1,
        name: std::io::Error::from_raw_os_error(1).to_string(),
        meaning: errno_meaning(Doing::Send, 1).into(),
    });
}

fn trouble_db(db: &mut Router) {
    db.state = State::Fault;
    db.because = "check database failing: connection refused by 127.0.0.1:5432".into();
    db.priority.parts = vec![Part {
        what: "check database".into(),
        weight: 0,
        adjustment: 0,
        standing: "failing: connection refused by 127.0.0.1:5432".into(),
    }];
    db.master = None;
    db.next = None;
}

fn more_checks() -> [Check; 2] {
    let mut database = check("database", "tcp 127.0.0.1:5432");
    database.standing = Standing::Failing;
    database.since = Some(ago(124.0));
    database.failures = 124;
    database.routers = vec!["db".into()];
    database.last = Some(Run {
        when: ago(0.31),
        passed: false,
        says: "connection refused by 127.0.0.1:5432".into(),
        runnable: true,
        took: 0.000_2,
    });
    let mut load = check(
        "load",
        "the number that /usr/local/bin/how-busy-is-this-host prints",
    );
    load.standing = Standing::Unknown;
    load.since = None;
    load.last = None;
    load.runs = 0;
    [database, load]
}
