use super::*;
use crate::report::Severity;
use crate::run::service::metrics::tests::small;

fn obstacles(health: &Health) -> Vec<&str> {
    health
        .obstacles
        .iter()
        .map(|obstacle| obstacle.about.as_str())
        .collect()
}

#[test]
fn a_backup_is_as_ready_as_a_master() {
    let mut status = small::status();
    assert_eq!(obstacles(&ready(&status)), [""; 0]);
    status.routers[0].state = State::Backup;
    assert!(ready(&status).well);
}

#[test]
fn a_loop_that_does_not_turn_is_neither_live_nor_ready() {
    let mut status = small::status();
    status.daemon.answering = false;
    assert_eq!(obstacles(&live(&status)), ["protocol"]);
    assert_eq!(obstacles(&ready(&status)), ["protocol"]);
    assert_eq!(
        live(&status).obstacles[0].what,
        "the protocol loop has not turned for 0.5 s"
    );
}

#[test]
fn everything_that_is_not_ready_is_named_at_once() {
    let mut status = small::status();
    status.routers[0].state = State::Init;
    status.interfaces[0].listening = false;
    status.checks[1].standing = Standing::Unknown;
    let mut refused = status.conditions[0].clone();
    refused.kind = Kind::ClaimRefused;
    refused.severity = Severity::Problem;
    refused.router = Some("web".into());
    status.conditions.push(refused);
    assert_eq!(obstacles(&ready(&status)), ["protocol", "eth0", "load", "web"]);
    assert!(live(&status).well);
}
