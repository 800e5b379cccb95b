//! Adverts to named peers: each gets its copy, nobody else is heard.

use std::thread;

use vrrp_lab::prelude::*;

const A: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 1);
const B: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 2);
const STRANGER: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 3);

fn elect(makes: (Make, Make)) -> Result<Pair> {
    let high = Instance::new(51, 200, VIP).unicast(A, &[B]);
    let low = Instance::new(51, 100, VIP).unicast(B, &[A]);
    Pair::elect(makes, (&high, &low))
}

fn elects_and_hands_over(makes: (Make, Make)) -> Result<()> {
    let mut pair = elect(makes)?;
    let group = Ipv4Addr::new(224, 0, 0, 18);
    ensure!(
        pair.firsts()?.iter().all(|(_, advert)| advert.destination == B),
        "{:?}",
        pair.firsts()?
    );
    pair.first.terminate()?;
    pair.wait("the second took over", |pair| {
        Ok(pair.second.state("V51")? == Some(State::Master) && pair.second.holds(VIP)?)
    })?;
    pair.first.start()?;
    pair.wait("the first is MASTER again", |pair| {
        pair.is(State::Master, State::Backup)
    })?;
    let adverts = pair.lab.capture()?.adverts()?;
    ensure!(
        adverts.iter().all(|(_, advert)| advert.destination != group),
        "a group heard what was for a peer"
    );
    Ok(())
}

#[test]
fn two_of_ours_elect_and_hand_over() -> Result<()> {
    elects_and_hands_over((Make::subject(), Make::subject()))
}

#[test]
fn ours_as_master_and_keepalived_as_backup() -> Result<()> {
    elects_and_hands_over((Make::subject(), Make::Keepalived))
}

#[test]
fn keepalived_as_master_and_ours_as_backup() -> Result<()> {
    elects_and_hands_over((Make::Keepalived, Make::subject()))
}

#[test]
fn one_list_of_peers_serves_all_nodes() -> Result<()> {
    // Everybody's list names all three, the node itself too.
    let all = [A, B, STRANGER];
    let lab = Lab::on_one_lan(&["a", "b", "c"])?;
    let launch = |host: &str, priority, own| {
        Make::subject().launch(
            lab.host(host)?,
            &[Instance::new(51, priority, VIP).unicast(own, &all)],
        )
    };
    let routers = [
        launch("a", 200, A)?,
        launch("b", 150, B)?,
        launch("c", 100, STRANGER)?,
    ];
    lab.eventually(PATIENCE, "the highest priority is MASTER", || {
        Ok(routers[0].state("V51")? == Some(State::Master) && routers[0].holds(VIP)?)
    })?;
    thread::sleep(Duration::from_millis(2500));
    for backup in &routers[1..] {
        ensure!(
            backup.transitions("V51")? == [State::Backup],
            "{} stays BACKUP",
            backup.host().name()
        );
    }
    let adverts = lab.capture()?.adverts()?;
    let to = |peer: Ipv4Addr| {
        adverts
            .iter()
            .filter(|(_, advert)| advert.destination == peer)
            .count()
    };
    ensure!(to(A) == 0, "the MASTER sends nothing to itself");
    ensure!(
        to(B) >= 3 && to(B).abs_diff(to(STRANGER)) <= 1,
        "each peer has its copy: {} and {}",
        to(B),
        to(STRANGER)
    );
    Ok(())
}

#[test]
fn a_stranger_is_not_heard() -> Result<()> {
    // keepalived, which by default believes anybody, would yield.
    let pair = elect((Make::Vrrpd, Make::Vrrpd))?;
    let injector = Injector::open(pair.lab.host("client")?, "eth0")?;
    let to_peer = Forged {
        destination: A,
        ..Forged::new(STRANGER, 51, 254, VIP)
    };
    let to_group = Forged::new(STRANGER, 51, 254, VIP);
    injector.repeat(
        &[to_peer, to_group],
        Duration::from_millis(300),
        Duration::from_secs(5),
    )?;
    ensure!(
        pair.first.transitions("V51")? == [State::Backup, State::Master],
        "the MASTER stays"
    );
    ensure!(
        pair.second.transitions("V51")? == [State::Backup],
        "the BACKUP stays"
    );
    Ok(())
}
