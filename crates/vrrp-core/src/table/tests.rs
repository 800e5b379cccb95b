use core::net::{IpAddr, Ipv4Addr};
use core::time::Duration;

use super::*;
use crate::{
    Announcing, Authentication, Epoch, Interval, Network, Params, Preempt, Priority, Transport, Vrid,
};

const START: Time = Time::from_nanos(1_000_000_000);

fn router(vrid: u8, priority: u8) -> Instance {
    let params = Params {
        vrid: Vrid::new(vrid).unwrap(),
        priority: Priority::new(priority).unwrap(),
        interval: Interval::DEFAULT,
        preempt: Preempt::Never,
        transport: Transport::Multicast,
        authentication: Authentication::None,
        advertised: vec![IpAddr::V4(Ipv4Addr::new(10, 0, 0, vrid))],
        announce: Announcing::default(),
        tracks: Vec::new(),
    };
    let source = Some(IpAddr::V4(Ipv4Addr::new(10, 0, 1, 1)));
    Instance::new(
        params,
        Network {
            source,
            faults: Vec::new(),
        },
    )
}

#[test]
fn deadlines_come_in_order() {
    let mut table = Table::default();
    let ids: Vec<RouterId> = [10, 200, 100]
        .iter()
        .zip(1..)
        .map(|(&p, v)| table.insert(router(v, p)))
        .collect();
    assert_eq!(table.deadline(), None, "nobody has started");
    for &id in &ids {
        let _ = table.handle(START, id, Event::Start);
    }
    // The higher the priority, the shorter the Skew_Time.
    let mut order = Vec::new();
    while order.len() < 3 {
        let deadline = table.deadline().unwrap();
        assert_eq!(table.due(deadline - Duration::from_nanos(1), Due::All), None);
        let id = table.due(deadline, Due::All).unwrap();
        let _ = table.handle(deadline, id, Event::Timeout);
        let _ = table.handle(deadline, id, Event::Stop);
        order.push(id);
    }
    assert_eq!(order, [ids[1], ids[2], ids[0]]);
    assert_eq!(table.deadline(), None);
}

#[test]
fn adverts_come_before_everything_else() {
    let mut table = Table::default();
    let master = table.insert(router(1, 255));
    let backup = table.insert(router(2, 100));
    let _ = table.handle(START, backup, Event::Start);
    let late = START + Duration::from_secs(10);
    let _ = table.handle(START + Duration::from_secs(8), master, Event::Start);
    let _ = table.handle(
        START + Duration::from_secs(8),
        master,
        Event::Claimed(Epoch(1), Ok(())),
    );
    // The backup's deadline is older, and still the advert goes first.
    assert_eq!(table.due(late, Due::All), Some(master));
    assert_eq!(table.due(late, Due::Adverts), Some(master));
    while let Some(id) = table.due(late, Due::Adverts) {
        let _ = table.handle(late, id, Event::Timeout);
    }
    assert_eq!(table.due(late, Due::Adverts), None);
    assert_eq!(table.due(late, Due::All), Some(backup));
}

#[test]
fn what_is_removed_is_gone_from_the_queue() {
    let mut table = Table::default();
    let first = table.insert(router(1, 100));
    let second = table.insert(router(2, 50));
    let _ = table.handle(START, first, Event::Start);
    let _ = table.handle(START, second, Event::Start);
    assert!(table.remove(first).is_some());
    assert!(table.remove(first).is_none());
    assert_eq!(table.id(first.get()), None);
    assert_eq!(table.id(second.get()), Some(second));
    assert_eq!(table.handle(START, first, Event::Stop), vec![]);
    let deadline = table.deadline().unwrap();
    assert_eq!(table.due(deadline, Due::All), Some(second));
    assert_eq!(table.iter().map(|(id, _)| id).collect::<Vec<_>>(), [second]);
    let third = table.insert(router(3, 1));
    assert_ne!(third, first, "a number is never used again");
}

mod groups {
    use super::*;
    use crate::{Action, Cause, Fault, Heard, InterfaceName, Note, State, WirePriority};

    const STRANGER: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 1, 9));

    /// Two virtual routers in a group, started.
    fn pair(priority: u8) -> (Table, [RouterId; 2]) {
        let mut table = Table::default();
        let ids = [51, 52].map(|vrid| table.insert(router(vrid, priority)));
        table.group(vec![(ids[0], "inside".into()), (ids[1], "outside".into())]);
        for id in ids {
            let _ = table.handle(START, id, Event::Start);
        }
        (table, ids)
    }

    fn run_to(table: &mut Table, end: Time) -> Vec<(Time, Outcome)> {
        let mut trace = Vec::new();
        while let Some(at) = table.deadline().filter(|at| *at <= end) {
            let id = table.due(at, Due::All).unwrap();
            let outcomes = table.handle(at, id, Event::Timeout);
            trace.extend(outcomes.into_iter().map(|outcome| (at, outcome)));
        }
        trace
    }

    fn grant(table: &mut Table, now: Time, outcomes: &[Outcome]) -> Vec<Outcome> {
        let mut all = Vec::new();
        for outcome in outcomes {
            if let Outcome::Act(id, Action::Claim(epoch)) = outcome {
                all.extend(table.handle(now, *id, Event::Claimed(*epoch, Ok(()))));
            }
        }
        all
    }

    fn states(table: &Table, ids: [RouterId; 2]) -> [State; 2] {
        ids.map(|id| table.get(id).unwrap().state())
    }

    fn heard(priority: u8) -> Event {
        Event::Advert(Heard {
            source: STRANGER,
            priority: WirePriority::new(priority),
            difference: None,
        })
    }

    /// Both MASTER, since the moment that is returned.
    fn masters(priority: u8) -> (Table, [RouterId; 2], Time) {
        let (mut table, ids) = pair(priority);
        let end = START + Duration::from_secs(4);
        let outcomes: Vec<Outcome> = run_to(&mut table, end).into_iter().map(|(_, o)| o).collect();
        let _ = grant(&mut table, end, &outcomes);
        assert_eq!(states(&table, ids), [State::Master; 2]);
        (table, ids, end)
    }

    #[test]
    fn the_members_take_over_together_when_the_last_of_them_can() {
        let (mut table, ids) = pair(100);
        // A MASTER of the second is heard for a while, and then falls silent too.
        let last_heard = START + Duration::from_secs(2);
        let _ = table.handle(last_heard, ids[1], heard(150));
        let trace = run_to(&mut table, START + Duration::from_secs(10));
        let claims: Vec<_> = trace
            .iter()
            .filter(|(_, outcome)| matches!(outcome, Outcome::Act(_, Action::Claim(_))))
            .collect();
        assert_eq!(claims.len(), 2);
        let together = last_heard + Duration::from_micros(3_609_375);
        assert!(claims.iter().all(|(at, _)| *at == together), "{trace:?}");
    }

    #[test]
    fn one_that_hears_its_master_keeps_the_other_waiting() {
        let (mut table, ids) = pair(100);
        for second in 1..20 {
            let now = START + Duration::from_secs(second);
            let trace = run_to(&mut table, now);
            assert!(
                trace
                    .iter()
                    .all(|(_, outcome)| matches!(outcome, Outcome::Act(_, Action::Note(_))))
            );
            let _ = table.handle(now, ids[0], heard(150));
        }
        assert_eq!(states(&table, ids), [State::Backup; 2]);
    }

    #[test]
    fn when_one_yields_the_other_resigns() {
        let (mut table, ids, now) = masters(100);
        let outcomes = table.handle(now, ids[0], heard(150));
        assert_eq!(states(&table, ids), [State::Backup; 2]);
        let resigned = Outcome::Act(ids[1], Action::Send(WirePriority::RESIGN));
        assert!(outcomes.contains(&resigned), "{outcomes:?}");
        let causes: Vec<_> = outcomes
            .iter()
            .filter_map(|outcome| match outcome {
                Outcome::Act(id, Action::Moved(moved)) => Some((*id, moved.cause.clone())),
                _ => None,
            })
            .collect();
        assert_eq!(causes[1], (ids[1], Cause::Group("inside".into())));
        assert_eq!(
            outcomes.last(),
            Some(&Outcome::GroupMoved {
                group: GroupId(0),
                from: State::Master,
                to: State::Backup
            })
        );
    }

    #[test]
    fn a_fault_of_one_faults_all_and_its_end_ends_it_for_all() {
        let (mut table, ids, now) = masters(100);
        let eth0 = InterfaceName::new("eth0").unwrap();
        let source = Some(IpAddr::V4(Ipv4Addr::new(10, 0, 1, 1)));
        let broken = Network {
            source,
            faults: vec![Fault::InterfaceDown(eth0)],
        };
        let outcomes = table.handle(now, ids[1], Event::Network(broken));
        assert_eq!(states(&table, ids), [State::Fault; 2]);
        let resignations = outcomes
            .iter()
            .filter(|outcome| matches!(outcome, Outcome::Act(_, Action::Send(WirePriority::RESIGN))))
            .count();
        assert_eq!(resignations, 4);
        assert_eq!(
            table.get(ids[0]).unwrap().status().cause,
            Cause::Fault(Fault::Member("outside".into()))
        );
        let sound = Network {
            source,
            faults: Vec::new(),
        };
        let _ = table.handle(now, ids[1], Event::Network(sound));
        assert_eq!(states(&table, ids), [State::Backup; 2]);
    }

    #[test]
    fn a_refusal_of_both_ends() {
        let (mut table, ids) = pair(100);
        let end = START + Duration::from_secs(4);
        for (at, outcome) in run_to(&mut table, end) {
            if let Outcome::Act(id, Action::Claim(epoch)) = outcome {
                let refusal = Err(crate::Refusal::TimedOut);
                let _ = table.handle(at, id, Event::Claimed(epoch, refusal));
            }
        }
        assert_eq!(states(&table, ids), [State::Fault; 2]);
        let trace = run_to(&mut table, end + Duration::from_secs(15));
        let outcomes: Vec<Outcome> = trace.into_iter().map(|(_, outcome)| outcome).collect();
        let _ = grant(&mut table, end + Duration::from_secs(15), &outcomes);
        assert_eq!(states(&table, ids), [State::Master; 2]);
    }

    #[test]
    fn owners_wait_for_each_other() {
        let (table, ids) = pair(255);
        assert!(ids.iter().all(|&id| table.get(id).unwrap().is_advertising()));
    }

    #[test]
    fn the_group_is_master_when_all_are() {
        let (mut table, _) = pair(100);
        let end = START + Duration::from_secs(4);
        let outcomes: Vec<Outcome> = run_to(&mut table, end).into_iter().map(|(_, o)| o).collect();
        let moved = |outcome: &Outcome| matches!(outcome, Outcome::GroupMoved { .. });
        assert!(!outcomes.iter().any(moved), "the kernel has not answered yet");
        let answers = grant(&mut table, end, &outcomes);
        let found: Vec<_> = answers.iter().filter(|outcome| moved(outcome)).collect();
        assert_eq!(
            found,
            [&Outcome::GroupMoved {
                group: GroupId(0),
                from: State::Backup,
                to: State::Master
            }]
        );
    }

    #[test]
    fn a_member_that_is_taken_out_leaves_the_others_alone() {
        let (mut table, ids, now) = masters(100);
        let _ = table.handle(now, ids[0], Event::Stop);
        assert_eq!(
            table.get(ids[1]).unwrap().state(),
            State::Backup,
            "it resigned with it"
        );
        assert!(table.remove(ids[0]).is_some());
        assert_eq!(table.members(GroupId(0)).collect::<Vec<_>>(), [ids[1]]);
        let trace = run_to(&mut table, now + Duration::from_secs(5));
        let claims = |(_, outcome): &(Time, Outcome)| matches!(outcome, Outcome::Act(_, Action::Claim(_)));
        assert!(trace.iter().any(claims));
    }

    #[test]
    fn one_that_had_to_resign_listens_longer_by_its_place() {
        let (mut table, ids, now) = masters(100);
        let _ = table.handle(now, ids[0], heard(150));
        let deadlines = ids.map(|id| table.get(id).unwrap().deadline().unwrap());
        assert_eq!(deadlines[1] - Duration::from_millis(250), deadlines[0]);
        // The last word of another that yields at the same time does not take that away.
        let _ = table.handle(now, ids[1], heard(100));
        assert_eq!(table.get(ids[1]).unwrap().deadline(), Some(deadlines[1]));
        // Once there is a MASTER again, it listens as everybody does.
        let later = now + Duration::from_secs(4);
        let _ = table.handle(later, ids[0], heard(150));
        let _ = table.handle(later, ids[1], heard(150));
        let deadlines = ids.map(|id| table.get(id).unwrap().deadline().unwrap());
        assert_eq!(deadlines[0], deadlines[1]);
        let (mut table, ids, now) = masters(100);
        let _ = table.handle(now, ids[1], heard(150));
        let deadlines = ids.map(|id| table.get(id).unwrap().deadline().unwrap());
        assert_eq!(deadlines[0], deadlines[1], "the first does not wait longer");
    }

    #[test]
    fn members_that_stop_together_stop_as_what_they_were() {
        let (mut table, ids, now) = masters(100);
        let outcomes = table.handle_all(now, ids.map(|id| (id, Event::Stop)));
        let moves: Vec<_> = outcomes
            .iter()
            .filter_map(|outcome| match outcome {
                Outcome::Act(_, Action::Moved(moved)) => Some((moved.from, moved.to)),
                Outcome::GroupMoved { from, to, .. } => Some((*from, *to)),
                Outcome::Act(..) => None,
            })
            .collect();
        assert_eq!(
            moves,
            [(State::Master, State::Init); 3],
            "each member, and then the group"
        );
    }

    #[test]
    fn the_last_to_be_ready_does_not_say_that_it_waits() {
        let (mut table, ids) = pair(100);
        let trace = run_to(&mut table, START + Duration::from_secs(4));
        let waiting: Vec<_> = trace
            .iter()
            .filter(|(_, outcome)| matches!(outcome, Outcome::Act(_, Action::Note(Note::Waiting))))
            .collect();
        assert_eq!(waiting.len(), 1, "{waiting:?}");
        assert!(matches!(waiting[0].1, Outcome::Act(id, _) if id == ids[0]));
    }
}
