use core::num::NonZeroU32;
use std::time::Duration;

use super::*;
use crate::{Capabilities, Endpoint, Script, StateFile};

fn check(probe: Probe) -> Check {
    Check {
        name: "web".to_owned(),
        probe,
        interval: Duration::from_secs(1),
        timeout: Duration::from_secs(1),
        rise: NonZeroU32::MIN,
        fall: NonZeroU32::MIN,
    }
}

fn script() -> Check {
    check(Probe::Script(Script {
        argv: vec!["/bin/true".to_owned()],
        user: None,
        capabilities: Capabilities::default(),
    }))
}

fn tcp() -> Check {
    check(Probe::Tcp(Endpoint {
        host: "a".to_owned(),
        port: 1,
    }))
}

fn file() -> Check {
    check(Probe::File(StateFile {
        path: "/run/drain".into(),
        presence: false,
    }))
}

fn failed(end: End) -> Result<Answer, Failure> {
    Err(Failure::Script(Ended {
        end,
        last_line: Some("no such thing".to_owned()),
    }))
}

#[test]
fn scripts_are_spoken_of_as_people_search_for_them() {
    let cases = [
        (Ok(Answer::Passes), "VRRP_Script(web) succeeded"),
        (
            failed(End::Exited(1)),
            "VRRP_Script(web) failed (exited with status 1)",
        ),
        (
            failed(End::Killed(9)),
            "VRRP_Script(web) failed (was killed by signal 9)",
        ),
        (
            failed(End::NotStarted("it is not there".to_owned())),
            "VRRP_Script(web) failed (could not be started: it is not there)",
        ),
        (
            failed(End::TimedOut(Duration::from_secs(1))),
            "VRRP_Script(web) timed_out",
        ),
    ];
    for (result, expected) in cases {
        assert_eq!(phrase(&script(), &result), expected);
    }
}

/// Of which keepalived's users think as a script, since there it is one.
#[test]
fn a_port_is_spoken_of_as_a_script() {
    let timed_out = Failure::TimedOut(Duration::from_secs(1));
    assert_eq!(phrase(&tcp(), &Ok(Answer::Passes)), "VRRP_Script(web) succeeded");
    assert_eq!(
        phrase(&tcp(), &Err(timed_out)),
        "VRRP_Script(web) failed (timed out after 1 s)"
    );
}

#[test]
fn what_a_script_wrote_stands_beside_it() {
    assert_eq!(output(&failed(End::Exited(1))), Some("no such thing"));
    assert_eq!(output(&Ok(Answer::Passes)), None);
    assert_eq!(output(&Err(Failure::Closed)), None);
}

#[test]
fn other_checks_have_words_of_their_own() {
    let timed_out = Failure::TimedOut(Duration::from_secs(1));
    let cases = [
        (Ok(Answer::Passes), "check web passes"),
        (Ok(Answer::Runs(None)), "check web passes"),
        (Ok(Answer::Number(5)), "check web says 5"),
        (Err(timed_out), "check web fails: timed out after 1 s"),
    ];
    for (result, expected) in cases {
        assert_eq!(phrase(&file(), &result), expected);
    }
}
