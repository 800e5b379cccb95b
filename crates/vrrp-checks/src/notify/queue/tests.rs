use proptest::prelude::*;

use super::Queue;
use crate::notify::notice::{Event, Kind, Notice, State};

use Event::Reasserted;

const MASTER: Event = Event::State(State::Master);
const BACKUP: Event = Event::State(State::Backup);
const FAULT: Event = Event::State(State::Fault);
const STOP: Event = Event::State(State::Stop);

fn notice(event: Event, sequence: u64) -> Notice {
    Notice {
        kind: Kind::Instance,
        name: "VI".to_owned(),
        event,
        priority: 100,
        from: "INIT",
        cause: String::new(),
        sequence,
        vrid: None,
        interface: None,
        addresses: Vec::new(),
    }
}

/// Pushes the events, the first of which is being told meanwhile, and returns what is told in the end.
fn told(events: &[Event]) -> Vec<Event> {
    let mut queue = Queue::default();
    let mut told = Vec::new();
    for (event, sequence) in events.iter().zip(0..) {
        queue.push(notice(*event, sequence));
        if sequence == 0 {
            told.extend(queue.next().map(|notice| notice.event));
        }
    }
    queue.told();
    while let Some(notice) = queue.next() {
        told.push(notice.event);
        queue.told();
    }
    told
}

#[test]
fn while_one_is_told_the_latest_state_waits() {
    let cases: [(&[Event], &[Event]); 14] = [
        (&[BACKUP], &[BACKUP]),
        (&[BACKUP, MASTER], &[BACKUP, MASTER]),
        (&[BACKUP, MASTER, FAULT], &[BACKUP, FAULT]),
        (&[BACKUP, MASTER, BACKUP], &[BACKUP, BACKUP]),
        (&[BACKUP, MASTER, Reasserted], &[BACKUP, MASTER, Reasserted]),
        (&[MASTER, Reasserted, Reasserted], &[MASTER, Reasserted]),
        (&[MASTER, Reasserted, BACKUP], &[MASTER, BACKUP]),
        (&[MASTER, BACKUP, Reasserted], &[MASTER, BACKUP]),
        (&[MASTER, Reasserted, BACKUP, MASTER], &[MASTER, MASTER]),
        (&[Reasserted, MASTER], &[Reasserted, MASTER]),
        (&[BACKUP, Reasserted], &[BACKUP]),
        (&[BACKUP, MASTER, Reasserted, STOP], &[BACKUP, STOP]),
        (&[BACKUP, STOP, MASTER, Reasserted], &[BACKUP, STOP]),
        (&[STOP, STOP, BACKUP], &[STOP]),
    ];
    for (events, expected) in cases {
        assert_eq!(told(events), expected, "{events:?}");
    }
}

#[test]
fn what_will_never_be_told_is_returned() {
    let mut queue = Queue::default();
    let sequences =
        |missed: Vec<Notice>| -> Vec<u64> { missed.iter().map(|notice| notice.sequence).collect() };
    assert_eq!(sequences(queue.push(notice(MASTER, 1))), [0; 0]);
    assert_eq!(sequences(queue.push(notice(Reasserted, 2))), [0; 0]);
    assert_eq!(sequences(queue.push(notice(Reasserted, 3))), [2]);
    assert_eq!(sequences(queue.push(notice(BACKUP, 4))), [1, 3]);
    assert_eq!(sequences(queue.push(notice(Reasserted, 5))), [5]);
    assert_eq!(sequences(queue.push(notice(STOP, 6))), [4]);
    assert_eq!(sequences(queue.push(notice(MASTER, 7))), [7]);
}

#[derive(Clone, Copy, Debug)]
enum Move {
    Push(Event),
    Next,
    Told,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let event = prop_oneof![
        8 => Just(MASTER),
        8 => Just(BACKUP),
        4 => Just(FAULT),
        8 => Just(Reasserted),
        1 => Just(STOP),
    ];
    let one = prop_oneof![
        4 => event.prop_map(Move::Push),
        2 => Just(Move::Next),
        2 => Just(Move::Told),
    ];
    prop::collection::vec(one, 0..60)
}

proptest! {
    #[test]
    fn one_at_a_time_in_order_and_the_latest_state_last(moves in moves()) {
        let mut queue = Queue::default();
        let mut pushed: Vec<Notice> = Vec::new();
        let mut told: Vec<Notice> = Vec::new();
        let mut missed = 0;
        let mut telling = false;
        // In the end there is time for everything.
        let rest = [Move::Told, Move::Next, Move::Told, Move::Next, Move::Told, Move::Next];
        for (step, sequence) in moves.into_iter().chain(rest).zip(0..) {
            match step {
                Move::Push(event) => {
                    pushed.push(notice(event, sequence));
                    missed += queue.push(notice(event, sequence)).len();
                }
                Move::Next => {
                    let next = queue.next();
                    prop_assert!(!(telling && next.is_some()), "two at once");
                    telling |= next.is_some();
                    told.extend(next);
                }
                Move::Told => {
                    queue.told();
                    telling = false;
                }
            }
        }
        prop_assert_eq!(told.len() + missed, pushed.len());
        prop_assert!(told.is_sorted_by(|one, other| one.sequence < other.sequence), "the order is another");

        let stop = pushed.iter().position(|notice| notice.event == STOP);
        let counts = &pushed[..stop.map_or(pushed.len(), |index| index + 1)];
        let is_state = |notice: &&Notice| matches!(notice.event, Event::State(_));
        prop_assert_eq!(told.iter().rev().find(is_state), counts.iter().rev().find(is_state));
        if stop.is_some() {
            prop_assert_eq!(told.last(), counts.last());
        }
        // A MASTER is reasserted after it was told, never after something else was.
        let mut state = MASTER;
        for notice in &told {
            match notice.event {
                Reasserted => prop_assert_eq!(state, MASTER),
                other @ Event::State(_) => state = other,
            }
        }
    }
}
