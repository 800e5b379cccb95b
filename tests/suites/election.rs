//! Routers on a LAN agree on one MASTER: the highest priority, or the highest address among equals.

use std::thread;

use vrrp_lab::prelude::*;

#[test]
fn of_three_routers_the_highest_priority_is_master() -> Result<()> {
    let lab = Lab::on_one_lan(&["a", "b", "c"])?;
    let make = Make::subject();
    let low = make.launch(lab.host("a")?, &[Instance::new(51, 100, VIP)])?;
    let high = make.launch(lab.host("b")?, &[Instance::new(51, 200, VIP)])?;
    let middle = make.launch(lab.host("c")?, &[Instance::new(51, 150, VIP)])?;
    lab.eventually(PATIENCE, "the highest priority is MASTER", || {
        Ok(high.state("V51")? == Some(State::Master) && high.holds(VIP)?)
    })?;
    thread::sleep(Duration::from_secs(4));

    ensure!(
        high.transitions("V51")? == [State::Backup, State::Master],
        "{:?}",
        high.transitions("V51")?
    );
    for other in [&low, &middle] {
        ensure!(
            other.transitions("V51")? == [State::Backup],
            "{:?}",
            other.transitions("V51")?
        );
        ensure!(
            !other.holds(VIP)?,
            "{} holds the address too",
            other.host().name()
        );
    }
    let adverts = lab.capture()?.adverts()?;
    let master = high.host().address()?;
    ensure!(
        adverts.iter().all(|(_, advert)| advert.source == master),
        "only the MASTER speaks: {adverts:?}"
    );
    ensure!(adverts.len() >= 4, "once a second: {}", adverts.len());
    for pair in adverts.windows(2) {
        let gap = pair[1].0.saturating_sub(pair[0].0);
        ensure!(
            gap.abs_diff(Duration::from_secs(1)) < Duration::from_millis(50) + longest_stall(adverts[0].0),
            "adverts {gap:?} apart"
        );
    }
    Ok(())
}

#[test]
fn among_equals_the_higher_address_is_master() -> Result<()> {
    let equal = Instance::new(51, 100, VIP);
    let pair = Pair::start((Make::subject(), Make::subject()), (&equal, &equal))?;
    // Whoever is MASTER first stays, unless both are: that needs two that do not hear each other at first.
    pair.first.host().partition("eth0")?;
    pair.wait("each is MASTER on its own", |pair| {
        pair.is(State::Master, State::Master)
    })?;
    pair.first.host().heal("eth0")?;
    pair.wait("the higher address is MASTER", |pair| {
        Ok(pair.is(State::Backup, State::Master)? && pair.second.holds(VIP)? && !pair.first.holds(VIP)?)
    })?;
    thread::sleep(Duration::from_secs(2));
    ensure!(pair.is(State::Backup, State::Master)?, "and so it stays");
    Ok(())
}

#[test]
fn among_equals_who_is_master_stays() -> Result<()> {
    let lab = Lab::on_one_lan(&["a", "b"])?;
    let equal = [Instance::new(51, 100, VIP)];
    let first = Make::subject().launch(lab.host("a")?, &equal)?;
    lab.eventually(PATIENCE, "the first is MASTER", || {
        Ok(first.state("V51")? == Some(State::Master))
    })?;
    let late = Make::subject().launch(lab.host("b")?, &equal)?;
    thread::sleep(equal[0].master_down() + Duration::from_secs(1));
    ensure!(
        late.transitions("V51")? == [State::Backup],
        "{:?}",
        late.transitions("V51")?
    );
    ensure!(first.state("V51")? == Some(State::Master), "the first stays");
    Ok(())
}

#[test]
fn a_lower_priority_does_not_disturb_a_master() -> Result<()> {
    let lab = Lab::on_one_lan(&["a", "b"])?;
    let master = Make::subject().launch(lab.host("a")?, &[Instance::new(51, 110, VIP)])?;
    lab.eventually(PATIENCE, "the first is MASTER", || {
        Ok(master.state("V51")? == Some(State::Master))
    })?;
    let late = Make::subject().launch(lab.host("b")?, &[Instance::new(51, 100, VIP)])?;
    thread::sleep(Instance::new(51, 100, VIP).master_down() + Duration::from_secs(1));
    ensure!(
        late.transitions("V51")? == [State::Backup],
        "{:?}",
        late.transitions("V51")?
    );
    ensure!(
        master.transitions("V51")? == [State::Backup, State::Master],
        "{:?}",
        master.transitions("V51")?
    );
    Ok(())
}

#[test]
fn the_owner_of_the_addresses_is_master_at_once() -> Result<()> {
    let lab = Lab::on_one_lan(&["a", "b"])?;
    let started = wall();
    let owner = Make::subject().launch(lab.host("a")?, &[Instance::new(51, 255, VIP)])?;
    let first = lab
        .capture()?
        .wait_for(PATIENCE, "the owner's advert", |packet| packet.advert().is_some())?;
    let wait = first.time.saturating_sub(started);
    ensure!(
        wait < Duration::from_secs(1),
        "it waited {wait:?}, as if it were a BACKUP"
    );
    lab.eventually(PATIENCE, "it holds the address", || owner.holds(VIP))
}

#[test]
fn the_owner_serves_its_own_address_and_gets_it_back() -> Result<()> {
    let lab = Lab::on_one_lan(&["a", "b"])?;
    let own = lab.host("a")?.address()?;
    let before = lab.host("a")?.addresses()?;
    let b = Make::subject().launch(lab.host("b")?, &[Instance::new(51, 100, own)])?;
    let mut a = Make::subject().launch(lab.host("a")?, &[Instance::new(51, 255, own)])?;
    lab.eventually(PATIENCE, "the owner is MASTER at once", || {
        Ok(a.state("V51")? == Some(State::Master) && b.state("V51")? == Some(State::Backup))
    })?;
    ensure!(
        lab.host("a")?.addresses()? == before,
        "what it owns stays as it is"
    );
    ensure!(!a.log()?.contains("somebody removed"), "nobody took anything");
    let first = lab
        .capture()?
        .wait_for(PATIENCE, "the owner's advert", |packet| {
            packet.advert().is_some_and(|advert| advert.priority == 255)
        })?;
    ensure!(
        first.advert().is_some_and(|advert| advert.source == own),
        "it comes from the address it owns"
    );
    a.terminate()?;
    ensure!(lab.host("a")?.addresses()? == before, "and after it has gone");
    Ok(())
}
