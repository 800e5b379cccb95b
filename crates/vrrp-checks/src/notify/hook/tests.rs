use std::time::Duration;

use super::jobs;
use crate::notify::notice::{Event, Kind, Notice, State};
use crate::{Capabilities, Hook, Hooks, Script};

fn hook(name: &str) -> Hook {
    Hook {
        script: Script {
            argv: vec![name.to_owned(), "own".to_owned()],
            user: None,
            capabilities: Capabilities(1),
        },
        timeout: Duration::from_secs(7),
    }
}

fn all() -> Hooks {
    Hooks {
        notify: Some(hook("/notify")),
        master: Some(hook("/master")),
        backup: Some(hook("/backup")),
        fault: Some(hook("/fault")),
        stop: Some(hook("/stop")),
        reasserted: Some(hook("/reasserted")),
    }
}

fn notice(event: Event) -> Notice {
    Notice {
        kind: Kind::Instance,
        name: "VI\0 1".to_owned(),
        event,
        priority: 110,
        from: "BACKUP",
        cause: "nobody\0 was heard".to_owned(),
        sequence: 42,
        vrid: Some(51),
        interface: Some("eth0".to_owned()),
        addresses: vec!["192.0.2.1/24".to_owned(), "192.0.2.2/32".to_owned()],
    }
}

fn commands(hooks: &Hooks, event: Event) -> Vec<String> {
    jobs(hooks, &notice(event))
        .iter()
        .map(|job| {
            [job.script.argv.clone(), job.arguments.clone()]
                .concat()
                .join(" ")
        })
        .collect()
}

#[test]
fn first_the_hook_of_the_state_then_the_one_of_every_state() {
    let cases = [
        (
            State::Master,
            ["/master own", "/notify own INSTANCE VI 1 MASTER 110"],
        ),
        (
            State::Backup,
            ["/backup own", "/notify own INSTANCE VI 1 BACKUP 110"],
        ),
        (
            State::Fault,
            ["/fault own", "/notify own INSTANCE VI 1 FAULT 110"],
        ),
        (State::Stop, ["/stop own", "/notify own INSTANCE VI 1 STOP 110"]),
    ];
    for (state, expected) in cases {
        assert_eq!(commands(&all(), Event::State(state)), expected);
    }
    let reasserted = commands(&all(), Event::Reasserted);
    assert_eq!(reasserted, ["/reasserted own INSTANCE VI 1 MASTER 110"]);
}

#[test]
fn what_is_not_configured_is_not_run() {
    let only = |hooks: Hooks| commands(&hooks, Event::State(State::Master));
    assert!(only(Hooks::default()).is_empty());
    let general = Hooks {
        master: None,
        ..all()
    };
    assert_eq!(only(general), ["/notify own INSTANCE VI 1 MASTER 110"]);
    let specific = Hooks {
        notify: None,
        ..all()
    };
    assert_eq!(only(specific), ["/master own"]);
}

#[test]
fn every_variable_is_there_without_nul() {
    for job in jobs(&all(), &notice(Event::State(State::Master))) {
        let environment: Vec<String> = job
            .environment
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        assert_eq!(
            environment,
            [
                "VRRPD_KIND=INSTANCE",
                "VRRPD_NAME=VI 1",
                "VRRPD_STATE=MASTER",
                "VRRPD_FROM=BACKUP",
                "VRRPD_CAUSE=nobody was heard",
                "VRRPD_PRIORITY=110",
                "VRRPD_SEQUENCE=42",
                "VRRPD_EVENT=state",
                "VRRPD_VRID=51",
                "VRRPD_INTERFACE=eth0",
                "VRRPD_ADDRESSES=192.0.2.1/24 192.0.2.2/32",
            ]
        );
    }
}

#[test]
fn a_group_has_no_number_and_no_interface() {
    let notice = Notice {
        kind: Kind::Group,
        priority: 0,
        vrid: None,
        interface: None,
        addresses: Vec::new(),
        ..notice(Event::Reasserted)
    };
    let jobs = jobs(&all(), &notice);
    let value = |name: &str| {
        let variable = jobs[0].environment.iter().find(|(variable, _)| variable == name);
        variable.map(|(_, value)| value.clone())
    };
    assert_eq!(value("VRRPD_KIND").as_deref(), Some("GROUP"));
    assert_eq!(value("VRRPD_STATE").as_deref(), Some("MASTER"));
    assert_eq!(value("VRRPD_EVENT").as_deref(), Some("reasserted"));
    for name in ["VRRPD_VRID", "VRRPD_INTERFACE", "VRRPD_ADDRESSES"] {
        assert_eq!(value(name).as_deref(), Some(""), "{name}");
    }
}

#[test]
fn a_hook_has_its_own_time_and_rights_and_outlives_the_daemon() {
    for job in jobs(&all(), &notice(Event::State(State::Stop))) {
        assert_eq!(job.timeout, Duration::from_secs(7));
        assert_eq!(job.script.capabilities, Capabilities(1));
        assert!(!job.ends_with_daemon);
    }
}
