use super::*;
use crate::run::service::metrics::tests::small;

#[test]
fn few_routers_are_named_and_many_are_counted() {
    let mut status = small::status();
    status.conditions.clear();
    assert_eq!(roles(&status), "web MASTER");
    let backup = crate::report::Router {
        state: State::Backup,
        ..status.routers[0].clone()
    };
    status.routers.extend(vec![backup; 9]);
    assert_eq!(roles(&status), "1 MASTER, 9 BACKUP");
}

#[test]
fn problems_are_mentioned() {
    assert_eq!(
        roles(&small::status()),
        "web MASTER (1 problem: see `vrrpd status`)"
    );
}
