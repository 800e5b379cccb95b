//! FAULT: why, how it ends, and what a refusal costs.

use super::*;

#[test]
fn started_without_an_interface_it_waits_in_fault_and_then_listens() {
    let mut instance = Instance::new(params(100), down());
    let fault = Cause::Fault(Fault::InterfaceDown(interface()));
    assert_eq!(
        instance.handle(START, Event::Start),
        [moved(State::Init, State::Fault, fault)]
    );
    assert_eq!(instance.deadline(), None);
    let actions = instance.handle(ms(5000), Event::Network(network()));
    assert_eq!(actions, [moved(State::Fault, State::Backup, Cause::Recovered)]);
    assert_eq!(
        instance.deadline(),
        Some(ms(5000) + instance.master_down_interval())
    );
}

#[test]
fn the_shown_reason_follows_the_network() {
    let mut instance = Instance::new(params(100), down());
    let _ = instance.handle(START, Event::Start);
    let missing = Fault::InterfaceMissing(interface());
    let network = Network {
        source: None,
        faults: vec![missing.clone()],
    };
    let note = Action::Note(Note::FaultIs(Cause::Fault(missing.clone())));
    assert_eq!(instance.handle(ms(1), Event::Network(network.clone())), [note]);
    assert_eq!(instance.status().cause, Cause::Fault(missing));
    let another_source = Network {
        source: Some(LOWER),
        ..network
    };
    assert_eq!(
        instance.handle(ms(2), Event::Network(another_source)),
        [],
        "the same reason is not told twice"
    );
}

#[test]
fn a_refused_claim_is_tried_again_after_ten_seconds_doubling_to_five_minutes() {
    let mut instance = backup(params(100));
    let mut waits = Vec::new();
    for _ in 0..8 {
        let (at, actions) = wait(&mut instance);
        let epoch = claimed(&actions);
        let actions = instance.handle(at, Event::Claimed(epoch, Err(refusal())));
        assert_eq!(instance.state(), State::Fault);
        let (retry, _) = wait(&mut instance);
        waits.push(retry.since(at).as_secs());
        assert!(actions.contains(&Action::Note(Note::NextTry(retry.since(at)))));
        assert_eq!(
            instance.state(),
            State::Backup,
            "back into the election, not straight to MASTER"
        );
    }
    assert_eq!(waits, [10, 20, 40, 80, 160, 300, 300, 300]);
    let (at, actions) = wait(&mut instance);
    let _ = instance.handle(at, Event::Claimed(claimed(&actions), Ok(())));
    let _ = instance.handle(at, Event::Claimed(claimed(&actions), Err(refusal())));
    assert_eq!(
        instance.deadline(),
        Some(at + Duration::from_secs(10)),
        "a claim that holds earns a short wait"
    );
}

#[test]
fn another_network_ends_the_wait_after_a_refusal() {
    let mut instance = backup(params(100));
    let (at, actions) = wait(&mut instance);
    let _ = instance.handle(at, Event::Claimed(claimed(&actions), Err(refusal())));
    let mut other = network();
    other.source = Some(HIGHER);
    let actions = instance.handle(at, Event::Network(other));
    assert_eq!(actions, [moved(State::Fault, State::Backup, Cause::Recovered)]);
}

#[test]
fn a_refusal_does_not_end_while_the_interface_is_down() {
    let mut instance = backup(params(100));
    let (at, actions) = wait(&mut instance);
    let _ = instance.handle(at, Event::Claimed(claimed(&actions), Err(refusal())));
    let _ = instance.handle(at, Event::Network(down()));
    assert_eq!(instance.deadline(), None);
    assert_eq!(instance.handle(at + Duration::from_mins(1), Event::Timeout), []);
    assert_eq!(instance.state(), State::Fault);
}

#[test]
fn a_new_own_address_changes_the_tie_and_nothing_else() {
    let (mut instance, at) = master(params(100));
    let mut other = network();
    other.source = Some(LOWER);
    assert_eq!(instance.handle(at, Event::Network(other)), []);
    assert_eq!(instance.source(), Some(LOWER));
    let _ = instance.handle(at, advert(100, OURS));
    assert_eq!(instance.state(), State::Backup);
}

#[test]
fn adverts_mean_nothing_in_fault() {
    let mut instance = Instance::new(params(100), down());
    let _ = instance.handle(START, Event::Start);
    for priority in [0, 50, 100, 255] {
        assert_eq!(instance.handle(ms(10), advert(priority, LOWER)), []);
    }
    assert_eq!(instance.deadline(), None);
}
