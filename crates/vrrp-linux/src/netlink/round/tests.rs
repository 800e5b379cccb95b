use std::sync::Arc;

use vrrp_core::plan::{OUR_MARK, Ownership, Present};

use super::super::Owner;
use super::*;

fn address(text: &str, interface: &str) -> VirtualAddress {
    VirtualAddress {
        address: text.parse().unwrap(),
        prefix: 32,
        interface: InterfaceName::new(interface).unwrap(),
        label: None,
    }
}

fn claim(owner: u32, addresses: &[VirtualAddress]) -> Job {
    Job::Claim {
        owner: Owner(owner),
        epoch: 1,
        addresses: addresses.into(),
    }
}

fn release(owner: u32, addresses: &[VirtualAddress]) -> Job {
    Job::Release {
        owner: Owner(owner),
        epoch: 1,
        addresses: addresses.into(),
    }
}

fn key(index: u32, text: &str) -> Key {
    Key {
        index,
        address: text.parse().unwrap(),
        prefix: 32,
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "what a kernel says that tells everything"
)]
fn eth0_only(name: &InterfaceName) -> Result<Option<u32>, i32> {
    Ok((name.as_str() == "eth0").then_some(2))
}

fn planned(jobs: Vec<Job>) -> (Round, Vec<Change>) {
    let mut round = Round::new(jobs);
    let changes = round.plan(&mut Observed::default(), eth0_only, |_| None);
    (round, changes)
}

/// Of claims.
fn results(round: Round) -> Vec<Result<Vec<ClaimNote>, Refusal>> {
    let result = |report| match report {
        Report::Claimed { result, .. } => result,
        other => panic!("{other:?}"),
    };
    round.reports().map(result).collect()
}

fn outcome(round: Round) -> Vec<Report> {
    round.reports().collect()
}

#[test]
fn jobs_that_may_depend_on_each_other_are_not_done_together() {
    let (one, two) = ([address("10.0.0.1", "eth0")], [address("10.0.0.2", "eth0")]);
    let mut queue = VecDeque::from([
        claim(1, &one),
        claim(2, &two),
        release(1, &one),
        claim(3, &one),
        claim(3, &two),
    ]);
    let rounds: Vec<usize> =
        std::iter::from_fn(|| Some(take(&mut queue).len()).filter(|length| *length > 0)).collect();
    assert_eq!(rounds, [2, 1, 1, 1]);
}

#[test]
fn a_claim_on_a_missing_interface_changes_nothing() {
    let addresses = [address("10.0.0.1", "eth0"), address("10.0.0.2", "eth9")];
    let (mut round, changes) = planned(vec![claim(1, &addresses)]);
    assert_eq!(changes, []);
    assert_eq!(round.undo(), []);
    let result = Err(Refusal::NoInterface(InterfaceName::new("eth9").unwrap()));
    assert_eq!(
        outcome(round),
        [Report::Claimed {
            owner: Owner(1),
            epoch: 1,
            result
        }]
    );
}

#[test]
fn a_refused_claim_is_taken_back_and_reports_the_first_refusal() {
    let addresses = ["10.0.0.1", "10.0.0.2", "10.0.0.3"].map(|text| address(text, "eth0"));
    let (mut round, changes) = planned(vec![
        claim(1, &addresses),
        claim(2, &[address("10.0.0.4", "eth0")]),
    ]);
    let answers = [Ok(()), Err(libc::EINVAL), Err(libc::EPERM), Ok(())];
    let settled: Vec<Settled> = changes
        .iter()
        .zip(answers)
        .map(|(change, answer)| round.settle(change, answer))
        .collect();
    assert_eq!(settled[0], Settled::Added(key(2, "10.0.0.1")));
    assert_eq!(settled[1], Settled::Gone(key(2, "10.0.0.2")));
    assert_eq!(
        round.undo(),
        ["10.0.0.1", "10.0.0.2", "10.0.0.3"].map(|text| key(2, text))
    );
    let refusal = Refusal::Kernel {
        address: addresses[1].clone(),
        errno: libc::EINVAL,
    };
    assert_eq!(
        outcome(round),
        [
            Report::Claimed {
                owner: Owner(1),
                epoch: 1,
                result: Err(refusal)
            },
            Report::Claimed {
                owner: Owner(2),
                epoch: 1,
                result: Ok(vec![])
            },
        ]
    );
}

#[test]
fn an_interface_that_vanishes_meanwhile_is_called_missing() {
    let (mut round, changes) = planned(vec![claim(1, &[address("10.0.0.1", "eth0")])]);
    round.settle(&changes[0], Err(libc::ENODEV));
    let result = Err(Refusal::NoInterface(InterfaceName::new("eth0").unwrap()));
    assert_eq!(
        outcome(round),
        [Report::Claimed {
            owner: Owner(1),
            epoch: 1,
            result
        }]
    );
}

#[test]
fn an_address_that_somebody_adds_first_is_foreign_and_not_taken_back() {
    let addresses = [address("10.0.0.1", "eth0"), address("10.0.0.2", "eth0")];
    let (mut round, changes) = planned(vec![claim(1, &addresses)]);
    assert_eq!(
        round.settle(&changes[0], Err(libc::EEXIST)),
        Settled::Exists(key(2, "10.0.0.1"))
    );
    round.is_foreign(&changes[0], key(2, "10.0.0.1"));
    round.settle(&changes[1], Err(libc::EINVAL));
    assert_eq!(round.undo(), [key(2, "10.0.0.2")]);
}

#[test]
fn a_shortage_is_about_one_change_and_refuses_the_job_of_that_change() {
    let addresses = ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"].map(|text| address(text, "eth0"));
    for errno in [libc::ENOBUFS, libc::ENOMEM] {
        let (mut round, changes) = planned(vec![
            claim(1, &addresses[..1]),
            claim(2, &addresses[1..3]),
            claim(3, &addresses[3..]),
        ]);
        assert_eq!(
            round.settle(&changes[0], Ok(())),
            Settled::Added(key(2, "10.0.0.1"))
        );
        assert_eq!(
            round.settle(&changes[1], Ok(())),
            Settled::Added(key(2, "10.0.0.2"))
        );
        assert_eq!(round.settle(&changes[2], Err(errno)), Settled::Short(errno));
        assert_eq!(
            round.settle(&changes[3], Ok(())),
            Settled::Added(key(2, "10.0.0.4"))
        );
        round.refuse(&changes[2], errno);
        assert_eq!(
            round.undo(),
            ["10.0.0.2", "10.0.0.3"].map(|text| key(2, text)),
            "the refused job's, and nobody else's"
        );
        let refusal = Refusal::Kernel {
            address: addresses[2].clone(),
            errno,
        };
        assert_eq!(results(round), [Ok(vec![]), Err(refusal), Ok(vec![])]);
    }
}

#[test]
fn a_shortage_leaves_open_what_is_removed_and_what_is_put_back() {
    let step = |step| Change { task: 0, step };
    let key = key(2, "10.0.0.1");
    let one = address("10.0.0.1", "eth0");
    let mut round = Round::new(vec![release(1, std::slice::from_ref(&one))]);
    for step in [step(Step::Remove { key }), step(Step::Restore { key })] {
        assert_eq!(
            round.settle(&step, Err(libc::ENOBUFS)),
            Settled::Short(libc::ENOBUFS)
        );
    }
    assert_eq!(
        outcome(round),
        [Report::Released {
            owner: Owner(1),
            epoch: 1,
            result: Ok(vec![])
        }]
    );
}

#[test]
fn a_lost_outcome_refuses_every_job_and_blames_no_address() {
    let (one, two) = ([address("10.0.0.1", "eth0")], [address("10.0.0.2", "eth0")]);
    let (mut round, _) = planned(vec![claim(1, &one), claim(2, &two)]);
    round.give_up();
    assert_eq!(round.undo(), ["10.0.0.1", "10.0.0.2"].map(|text| key(2, text)));
    assert_eq!(results(round), [Err(Refusal::TimedOut), Err(Refusal::TimedOut)]);
}

#[test]
fn another_attempt_leaves_out_the_claim_that_is_refused_for_good() {
    let (one, two) = ([address("10.0.0.1", "eth0")], [address("10.0.0.2", "eth0")]);
    let (mut round, changes) = planned(vec![claim(1, &one), claim(2, &two)]);
    round.settle(&changes[0], Err(libc::EINVAL));
    round.settle(&changes[1], Err(libc::ENOBUFS));
    let again = round.plan(&mut Observed::default(), eth0_only, |_| None);
    assert_eq!(again, [changes[1]]);
    round.settle(&again[0], Ok(()));
    let refusal = Refusal::Kernel {
        address: one[0].clone(),
        errno: libc::EINVAL,
    };
    assert_eq!(results(round), [Err(refusal), Ok(vec![])]);
}

#[test]
fn what_somebody_else_added_between_two_attempts_is_not_taken_back() {
    let addresses = [address("10.0.0.1", "eth0"), address("10.0.0.2", "eth0")];
    let (mut round, _) = planned(vec![claim(1, &addresses)]);
    // The first attempt is lost; the second finds somebody else's.
    let there = Present {
        key: key(2, "10.0.0.1"),
        secondary: false,
        mark: Some(7),
        label: None,
    };
    let mut observed = Observed::new([there], Ownership::default());
    let changes = round.plan(&mut observed, eth0_only, |_| None);
    round.settle(&changes[0], Err(libc::EINVAL));
    let undone = round.undo();
    assert!(!undone.contains(&key(2, "10.0.0.1")), "{undone:?}");
    assert!(undone.contains(&key(2, "10.0.0.2")), "{undone:?}");
}

#[test]
fn what_the_first_attempt_took_over_is_told_once() {
    let one = [address("10.0.0.1", "eth0")];
    let mut round = Round::new(vec![claim(1, &one)]);
    for mark in [plan::KEEPALIVED_MARK, plan::KEEPALIVED_MARK, OUR_MARK] {
        let there = Present {
            key: key(2, "10.0.0.1"),
            secondary: false,
            mark: Some(mark),
            label: None,
        };
        round.plan(
            &mut Observed::new([there], Ownership::default()),
            eth0_only,
            |_| None,
        );
    }
    let taken = ClaimNote::TakenOver(one[0].clone());
    assert_eq!(results(round), [Ok(vec![taken])]);
}

#[test]
fn an_interface_that_cannot_be_looked_for_is_not_called_missing() {
    let one = address("10.0.0.1", "eth0");
    let unknown = |_: &InterfaceName| Err(libc::ENOBUFS);
    let refusal = Refusal::Kernel {
        address: one.clone(),
        errno: libc::ENOBUFS,
    };
    let mut round = Round::new(vec![claim(1, std::slice::from_ref(&one))]);
    assert_eq!(round.plan(&mut Observed::default(), unknown, |_| None), []);
    assert_eq!(results(round), [Err(refusal.clone())]);

    // What is known to be there is released all the same.
    let there = Present {
        key: key(7, "10.0.0.1"),
        secondary: false,
        mark: Some(OUR_MARK),
        label: None,
    };
    let mut round = Round::new(vec![release(1, std::slice::from_ref(&one))]);
    let mut observed = Observed::new([there.clone()], Ownership::default());
    let changes = round.plan(&mut observed, unknown, |_| Some(7));
    let steps: Vec<Step> = changes.iter().map(|change| change.step).collect();
    assert_eq!(steps, [Step::Remove { key: there.key }]);
    assert_eq!(
        outcome(round),
        [Report::Released {
            owner: Owner(1),
            epoch: 1,
            result: Err(refusal)
        }]
    );
}

#[test]
fn what_the_first_attempt_added_is_still_taken_back_after_the_second() {
    let addresses = [address("10.0.0.1", "eth0"), address("10.0.0.2", "eth0")];
    let (mut round, _) = planned(vec![claim(1, &addresses)]);
    // The first attempt is lost; the second finds one of the two there, and is refused the other.
    let there = Present {
        key: key(2, "10.0.0.1"),
        secondary: false,
        mark: Some(OUR_MARK),
        label: None,
    };
    let mut observed = Observed::new([there], Ownership::default());
    let changes = round.plan(&mut observed, eth0_only, |_| None);
    assert_eq!(changes.len(), 1);
    round.settle(&changes[0], Err(libc::EINVAL));
    assert!(round.undo().contains(&key(2, "10.0.0.1")));
}

#[test]
fn a_release_looks_where_the_address_was_put_and_where_the_name_is_now() {
    let there = |index| Present {
        key: key(index, "10.0.0.1"),
        secondary: false,
        mark: Some(OUR_MARK),
        label: None,
    };
    let addresses = Arc::from([address("10.0.0.1", "eth0")]);
    let mut round = Round::new(vec![Job::Release {
        owner: Owner(1),
        epoch: 1,
        addresses,
    }]);
    let mut observed = Observed::new([there(2), there(7)], Ownership::default());
    let changes = round.plan(&mut observed, eth0_only, |_| Some(7));
    let steps: Vec<Step> = changes.iter().map(|change| change.step).collect();
    let remove = |index| Step::Remove {
        key: key(index, "10.0.0.1"),
    };
    assert_eq!(steps, [remove(2), remove(7)]);
}

#[test]
fn an_address_that_is_gone_already_is_released() {
    let there = Present {
        key: key(2, "10.0.0.1"),
        secondary: false,
        mark: Some(OUR_MARK),
        label: None,
    };
    for (errno, gone) in [
        (libc::EADDRNOTAVAIL, true),
        (libc::ENODEV, true),
        (libc::EPERM, false),
    ] {
        let mut round = Round::new(vec![release(1, &[address("10.0.0.1", "eth0")])]);
        let mut observed = Observed::new([there.clone()], Ownership::default());
        let changes = round.plan(&mut observed, eth0_only, |_| None);
        let settled = round.settle(&changes[0], Err(errno));
        assert_eq!(settled == Settled::Gone(there.key), gone);
        let reports = outcome(round);
        let [Report::Released { result, .. }] = reports.as_slice() else {
            panic!("{reports:?}")
        };
        assert_eq!(result.is_ok(), gone);
    }
}

#[test]
fn ipv6_is_refused_until_the_kernel_side_knows_it() {
    let address = VirtualAddress {
        prefix: 128,
        ..address("2001:db8::1", "eth0")
    };
    let (round, changes) = planned(vec![claim(1, std::slice::from_ref(&address))]);
    assert_eq!(changes, []);
    let result = Err(Refusal::Kernel {
        address,
        errno: libc::EAFNOSUPPORT,
    });
    assert_eq!(
        outcome(round),
        [Report::Claimed {
            owner: Owner(1),
            epoch: 1,
            result
        }]
    );
}
