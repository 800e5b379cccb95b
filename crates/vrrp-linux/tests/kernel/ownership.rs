//! Whose address is whose.

use vrrp_core::plan::{ClaimNote, KEEPALIVED_MARK, OUR_MARK};
use vrrp_linux::{KernelOptions, Presence, StartError};

use crate::lab::{Daemon, Host, set, vip};
use crate::presence::{Living, Stranger, crowd};

#[test]
fn a_foreign_address_is_held_as_it_is_and_stays_on_release() {
    let host = Host::with_eth0();
    let state = tempfile::tempdir().unwrap();
    let mut daemon = host.daemon("web", state.path());
    host.ip("addr add 10.0.0.100/32 dev eth0 valid_lft 3000 preferred_lft 2000");
    host.add_marked("eth0", "10.0.0.101", 32, 4);
    let addresses = [vip("10.0.0.100/32"), vip("10.0.0.101/32"), vip("10.0.0.102/32")];
    let foreign = addresses[..2].to_vec();
    let notes = foreign.iter().cloned().map(ClaimNote::Foreign).collect();
    assert_eq!(daemon.claim(&addresses), Ok(notes));
    let details = host.address_details("eth0");
    let there = details
        .iter()
        .find(|there| there["local"] == "10.0.0.100")
        .unwrap();
    assert!(
        there["valid_life_time"].as_u64().unwrap() <= 3000,
        "its lifetime was touched: {there}"
    );
    assert_eq!(daemon.release(&addresses), Ok(foreign));
    assert_eq!(
        host.addresses("eth0"),
        set(&["10.0.0.1/24", "10.0.0.100/32", "10.0.0.101/32"])
    );
}

#[test]
fn the_owner_of_an_address_keeps_it() {
    let host = Host::with_eth0();
    let state = tempfile::tempdir().unwrap();
    let mut daemon = host.daemon("web", state.path());
    let own = vip("10.0.0.1/32");
    assert_eq!(
        daemon.claim(std::slice::from_ref(&own)),
        Ok(vec![ClaimNote::Foreign(own.clone())])
    );
    assert_eq!(daemon.release(std::slice::from_ref(&own)), Ok(vec![own]));
    assert_eq!(host.addresses("eth0"), set(&["10.0.0.1/24"]));
}

#[test]
fn what_a_run_left_is_swept_by_the_next_one_and_nothing_else_is() {
    let host = Host::with_eth0();
    let state = tempfile::tempdir().unwrap();
    let mut first = host.daemon("web", state.path());
    assert_eq!(first.swept, Some(vec![]));
    let addresses = [vip("10.0.0.100/32"), vip("10.0.0.101/32")];
    assert_eq!(first.claim(&addresses), Ok(vec![]));
    // It ends without a word, like one that is killed. Meanwhile somebody puts one of the addresses there.
    assert!(first.kernel.finish());
    host.ip("addr del 10.0.0.101/32 dev eth0");
    host.ip("addr add 10.0.0.101/32 dev eth0");
    assert!(host.addresses("eth0").contains("10.0.0.100/32"));

    let mut second = host.daemon("web", state.path());
    assert_eq!(second.swept, Some(vec![addresses[0].clone()]));
    assert_eq!(host.addresses("eth0"), set(&["10.0.0.1/24", "10.0.0.101/32"]));
    second.until("the sweep's effect", |daemon| daemon.addresses("eth0").len() == 2);
    assert!(!state.path().join("web.json").exists());
}

#[test]
fn without_a_state_file_the_mark_tells_leftovers_that_are_still_configured() {
    let host = Host::with_eth0();
    let nowhere = std::path::Path::new("/proc/nowhere");
    let mut first = host.daemon("web", nowhere);
    let addresses = [vip("10.0.0.100/32"), vip("10.0.0.101/32")];
    assert_eq!(first.claim(&addresses), Ok(vec![]));
    assert!(first.kernel.finish());

    let mut options = KernelOptions::new("web", nowhere);
    options.configured = vec![addresses[0].clone(), vip("10.0.0.102/32")];
    let mut second = host.daemon_with(options);
    assert_eq!(second.swept, Some(vec![addresses[0].clone()]));
    assert_eq!(host.addresses("eth0"), set(&["10.0.0.1/24", "10.0.0.101/32"]));
    // What is wanted later is recognised later.
    assert_eq!(second.claim(&addresses[1..]), Ok(vec![]));
    assert_eq!(second.release(&addresses[1..]), Ok(vec![]));
    assert_eq!(host.addresses("eth0"), set(&["10.0.0.1/24"]));
}

#[test]
fn two_daemons_leave_each_others_addresses_alone() {
    let host = Host::with_eth0();
    let state = tempfile::tempdir().unwrap();
    let mut web = host.daemon("web", state.path());
    let mut db = host.daemon("db", state.path());
    let (first, second, both) = (vip("10.0.0.100/32"), vip("10.0.0.101/32"), vip("10.0.0.102/32"));
    assert_eq!(web.claim(&[first.clone(), both.clone()]), Ok(vec![]));
    assert_eq!(
        db.claim(&[second.clone(), both.clone()]),
        Ok(vec![ClaimNote::Foreign(both.clone())])
    );
    assert_eq!(db.release(&[second, both.clone()]), Ok(vec![both.clone()]));
    assert_eq!(
        host.addresses("eth0"),
        set(&["10.0.0.1/24", "10.0.0.100/32", "10.0.0.102/32"])
    );

    // The other one dies; this one starts anew, sweeps only what is its own, and can then take over what is
    // left.
    assert!(web.kernel.finish());
    assert!(db.kernel.finish());
    let mut db = host.daemon("db", state.path());
    assert_eq!(db.swept, Some(vec![]));
    assert_eq!(
        host.addresses("eth0"),
        set(&["10.0.0.1/24", "10.0.0.100/32", "10.0.0.102/32"])
    );
    assert_eq!(db.claim(std::slice::from_ref(&both)), Ok(vec![]));
    assert_eq!(db.release(&[both]), Ok(vec![]));
    assert_eq!(host.addresses("eth0"), set(&["10.0.0.1/24", "10.0.0.100/32"]));
}

#[test]
fn a_second_daemon_of_the_same_name_is_refused_and_told_what_to_do() {
    let host = Host::with_eth0();
    let state = tempfile::tempdir().unwrap();
    let _first = host.daemon("web", state.path());
    match host
        .try_daemon(KernelOptions::new("web", state.path()))
        .map(|_| ())
    {
        Err(error @ StartError::AlreadyRunning { .. }) => {
            let text = error.to_string();
            let pid = format!("process {}", std::process::id());
            assert!(
                text.contains("`web` is already running") && text.contains(&pid),
                "{text}"
            );
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_a_dead_keepalived_left_is_taken_over_when_it_is_ours_to_hold() {
    let host = Host::with_eth0();
    let state = tempfile::tempdir().unwrap();
    host.add_marked("eth0", "10.0.0.100", 32, KEEPALIVED_MARK);
    host.add_marked("eth0", "10.0.0.101", 32, KEEPALIVED_MARK);
    let mut daemon = host.daemon("web", state.path());
    let wanted = vip("10.0.0.100/32");
    assert_eq!(daemon.mark("10.0.0.100"), Some(KEEPALIVED_MARK));
    let notes = vec![ClaimNote::TakenOver(wanted.clone())];
    assert_eq!(daemon.claim(std::slice::from_ref(&wanted)), Ok(notes));
    daemon.until("our mark", |daemon| daemon.mark("10.0.0.100") == Some(OUR_MARK));
    assert_eq!(daemon.mark("10.0.0.101"), Some(KEEPALIVED_MARK));
    assert_eq!(daemon.release(&[wanted]), Ok(vec![]));
    assert_eq!(host.addresses("eth0"), set(&["10.0.0.1/24", "10.0.0.101/32"]));
}

#[test]
fn what_a_living_keepalived_holds_is_foreign() {
    let host = Host::with_eth0();
    let state = tempfile::tempdir().unwrap();
    host.add_marked("eth0", "10.0.0.100", 32, KEEPALIVED_MARK);
    // Any process of that name will do, in the same network namespace.
    let program = state.path().join("keepalived");
    std::fs::copy("/bin/sleep", &program).unwrap();
    let mut child = host.run(move || std::process::Command::new(program).arg("60").spawn().unwrap());
    let mut daemon = host.daemon("web", state.path());
    let wanted = vip("10.0.0.100/32");
    let claimed = daemon.claim(std::slice::from_ref(&wanted));
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(claimed, Ok(vec![ClaimNote::Foreign(wanted.clone())]));
    assert_eq!(daemon.mark("10.0.0.100"), Some(KEEPALIVED_MARK));
}

/// What was left by a daemon whose files nobody sees: a container of its own had them.
const LEFT: [&str; 2] = ["10.0.0.100", "10.0.0.101"];

/// A host with these addresses.
fn host_with_leftovers() -> Host {
    let host = Host::with_eth0();
    for address in LEFT {
        host.add_marked("eth0", address, 32, OUR_MARK);
    }
    host
}

/// A daemon in a container of its own, with what is left in its configuration, and what it has swept.
fn newcomer(host: &Host, state: &tempfile::TempDir) -> Daemon {
    let mut options = KernelOptions::new("mail", state.path());
    options.configured = LEFT.map(|address| vip(&format!("{address}/32"))).to_vec();
    host.daemon_with(options)
}

#[test]
fn what_a_daemon_in_another_container_has_is_left_alone_as_long_as_it_lives() {
    let host = host_with_leftovers();
    let (theirs, left) = (vip("10.0.0.100/32"), vip("10.0.0.101/32"));
    let state = tempfile::tempdir().unwrap();
    let web = Living::with(&host, "web", &["10.0.0.100"]);
    let mut mail = newcomer(&host, &state);
    assert_eq!(mail.swept, Some(vec![left]));
    assert_eq!(host.addresses("eth0"), set(&["10.0.0.1/24", "10.0.0.100/32"]));
    let claimed = mail.claim(std::slice::from_ref(&theirs));
    assert_eq!(claimed, Ok(vec![ClaimNote::Foreign(theirs.clone())]));
    let released = mail.release(std::slice::from_ref(&theirs));
    assert_eq!(released, Ok(vec![theirs.clone()]));
    assert_eq!(host.addresses("eth0"), set(&["10.0.0.1/24", "10.0.0.100/32"]));

    drop(web);
    assert_eq!(mail.claim(std::slice::from_ref(&theirs)), Ok(vec![]));
    assert_eq!(mail.release(&[theirs]), Ok(vec![]));
    assert_eq!(host.addresses("eth0"), set(&["10.0.0.1/24"]));
}

#[test]
fn what_is_claimed_is_ours_whoever_comes_later() {
    let host = Host::with_eth0();
    let mut mail = host.daemon("mail", std::path::Path::new("/proc/nowhere"));
    let (left, new) = (vip("10.0.0.100/32"), vip("10.0.0.101/32"));
    host.add_marked("eth0", "10.0.0.100", 32, OUR_MARK);
    assert_eq!(mail.claim(&[left.clone(), new.clone()]), Ok(vec![]));
    let _web = Living::with(&host, "web", &["10.0.0.100", "10.0.0.101"]);
    assert_eq!(mail.release(&[left, new]), Ok(vec![]));
    assert_eq!(host.addresses("eth0"), set(&["10.0.0.1/24"]));
}

#[test]
fn every_marked_address_may_belong_to_one_that_does_not_answer() {
    let all = set(&["10.0.0.1/24", "10.0.0.100/32", "10.0.0.101/32"]);
    for is_crowded in [false, true] {
        let host = host_with_leftovers();
        let state = tempfile::tempdir().unwrap();
        let hanging = host.run(|| Presence::claim("web").unwrap().unwrap());
        if is_crowded {
            crowd(&host, "web");
        }
        let mut mail = newcomer(&host, &state);
        assert_eq!(mail.swept, Some(vec![]));
        let first = vip("10.0.0.100/32");
        assert_eq!(
            mail.release(std::slice::from_ref(&first)),
            Ok(vec![first.clone()])
        );
        assert_eq!(host.addresses("eth0"), all);
        // What is not there it need not be asked about.
        assert_eq!(mail.claim(&[vip("10.0.0.102/32")]), Ok(vec![]));
        assert_eq!(mail.release(&[vip("10.0.0.102/32")]), Ok(vec![]));

        drop(hanging);
        assert_eq!(mail.release(&[first]), Ok(vec![]));
        assert_eq!(host.addresses("eth0"), set(&["10.0.0.1/24", "10.0.0.101/32"]));
    }
}

#[test]
fn a_stranger_cannot_keep_leftovers_there() {
    for is_crowded in [false, true] {
        let host = host_with_leftovers();
        let state = tempfile::tempdir().unwrap();
        let _stranger = Stranger::with(&host, "web");
        if is_crowded {
            crowd(&host, "web");
        }
        let mail = newcomer(&host, &state);
        assert_eq!(mail.swept.map(|swept| swept.len()), Some(2));
        assert_eq!(host.addresses("eth0"), set(&["10.0.0.1/24"]));
    }
}

#[test]
fn what_our_own_name_has_is_ours() {
    let host = host_with_leftovers();
    let state = tempfile::tempdir().unwrap();
    let _ourselves = Living::with(&host, "mail", &LEFT);
    let mail = newcomer(&host, &state);
    assert_eq!(mail.swept.map(|swept| swept.len()), Some(2));
    assert_eq!(host.addresses("eth0"), set(&["10.0.0.1/24"]));
}
