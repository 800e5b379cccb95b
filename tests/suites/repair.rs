//! What somebody else does to the host is put right where it can be, and is a FAULT where it cannot.

use vrrp_lab::prelude::*;

fn elect() -> Result<Pair> {
    let instances = (&Instance::new(51, 200, VIP), &Instance::new(51, 100, VIP));
    Pair::elect((Make::subject(), Make::subject()), instances)
}

fn back_in_office(pair: &Pair) -> Result<bool> {
    Ok(pair.is(State::Master, State::Backup)? && pair.first.holds(VIP)? && !pair.second.holds(VIP)?)
}

fn faulty(pair: &Pair) -> Result<bool> {
    Ok(pair.is(State::Fault, State::Master)? && pair.second.holds(VIP)?)
}

#[test]
fn an_address_that_somebody_deletes_is_put_back_at_once() -> Result<()> {
    let pair = elect()?;
    let host = pair.first.host();
    for _ in 0..3 {
        let deleted = monotonic();
        host.ip(&format!("address del {VIP}/32 dev eth0"))?;
        pair.wait("the address is back", |pair| pair.first.holds(VIP))?;
        let gone = monotonic().saturating_sub(deleted);
        ensure!(gone < Duration::from_secs(1), "it was gone for {gone:?}");
        std::thread::sleep(Duration::from_millis(1200));
    }
    ensure!(
        pair.first.transitions("V51")? == [State::Backup, State::Master],
        "it stays MASTER"
    );
    ensure!(
        pair.second.transitions("V51")? == [State::Backup],
        "nobody takes over"
    );
    ensure!(
        pair.firsts()?.iter().all(|(_, advert)| advert.priority == 200),
        "nobody resigns"
    );
    Ok(())
}

#[test]
fn an_interface_without_an_address_is_a_fault_until_it_has_one() -> Result<()> {
    let pair = elect()?;
    let host = pair.first.host();
    let own = host.address()?;
    host.ip(&format!("address del {own}/24 dev eth0"))?;
    pair.wait("the first is in FAULT, the second took over", faulty)?;
    pair.wait("the first has let go", |pair| Ok(!pair.first.holds(VIP)?))?;
    let resignations = pair
        .firsts()?
        .iter()
        .filter(|(_, advert)| advert.priority == 0)
        .count();
    ensure!(
        resignations == 2,
        "it resigns twice with the address that it had: {resignations}"
    );
    host.ip(&format!("address add {own}/24 dev eth0"))?;
    pair.wait("the first is MASTER again", back_in_office)
}

#[test]
fn an_interface_that_gets_another_name_is_a_fault_until_it_has_its_own_again() -> Result<()> {
    let pair = elect()?;
    let host = pair.first.host();
    // The kernel renames an interface that is up since Linux 6.2; the address stays.
    host.ip("link set eth0 name wan0")?;
    pair.wait("the first is in FAULT, the second took over", faulty)?;
    let resignations = pair
        .firsts()?
        .iter()
        .filter(|(_, advert)| advert.priority == 0)
        .count();
    ensure!(
        resignations == 2,
        "it resigns twice on the interface that it knew: {resignations}"
    );
    host.ip("link set wan0 name eth0")?;
    pair.wait("the first is MASTER again", back_in_office)
}

#[test]
fn an_interface_that_is_deleted_is_a_fault_until_it_is_back() -> Result<()> {
    let pair = elect()?;
    let host = pair.first.host();
    host.delete_interface("eth0")?;
    pair.wait("the first is in FAULT, the second took over", faulty)?;
    host.plug_again("eth0")?;
    pair.wait("the first is MASTER again", back_in_office)
}

#[test]
fn an_interface_may_come_after_the_daemon() -> Result<()> {
    let lab = Lab::on_one_lan(&["a", "b"])?;
    let host = lab.host("a")?;
    host.delete_interface("eth0")?;
    let router = Make::subject().launch(host, &[Instance::new(51, 200, VIP)])?;
    lab.eventually(PATIENCE, "it waits in FAULT", || {
        Ok(router.state("V51")? == Some(State::Fault))
    })?;
    ensure!(router.is_running(), "a missing interface never ends the daemon");
    host.plug_again("eth0")?;
    lab.eventually(PATIENCE, "it is MASTER", || {
        Ok(router.state("V51")? == Some(State::Master) && router.holds(VIP)?)
    })
}

#[test]
fn one_missing_interface_does_not_disturb_the_others() -> Result<()> {
    let lab = Lab::new(&[("a", &[0, 1]), ("b", &[0, 1])])?;
    let host = lab.host("a")?;
    let other = Ipv4Addr::new(10, 78, 0, 100);
    let instances = [
        Instance::new(51, 200, VIP),
        Instance::new(52, 200, other).on("eth1"),
    ];
    let router = Make::subject().launch(host, &instances)?;
    lab.eventually(PATIENCE, "it is MASTER of both", || {
        Ok(router.holds(VIP)? && router.holds(other)?)
    })?;
    host.delete_interface("eth1")?;
    lab.eventually(PATIENCE, "the second is in FAULT", || {
        Ok(router.state("V52")? == Some(State::Fault))
    })?;
    let heard = wall();
    lab.capture()?.wait_for(PATIENCE, "the first goes on", |packet| {
        packet.time > heard
            && packet
                .advert()
                .is_some_and(|advert| advert.vrid == 51 && advert.priority == 200)
    })?;
    ensure!(
        router.transitions("V51")? == [State::Backup, State::Master],
        "{:?}",
        router.transitions("V51")?
    );
    Ok(())
}
