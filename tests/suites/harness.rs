//! The lab itself tells the truth: checked with a pair of keepalived, whose behaviour is known.

use std::thread;

use vrrp_lab::prelude::*;

fn pair() -> Result<Pair> {
    let instances = (&Instance::new(51, 200, VIP), &Instance::new(51, 100, VIP));
    Pair::elect((Make::Keepalived, Make::Keepalived), instances)
}

#[test]
fn an_outage_is_the_same_for_client_and_capture() -> Result<()> {
    let pair = pair()?;
    let (first, second, client) = (pair.first.host(), pair.second.host(), pair.lab.host("client")?);
    let probe = Probe::start(client, VIP)?;
    thread::sleep(Duration::from_secs(1));
    ensure!(
        client.neighbour(VIP)? == Some(first.mac()?),
        "the MASTER answers the client"
    );

    first.partition("eth0")?;
    pair.wait("the BACKUP has taken over", |pair| {
        Ok(pair.second.state("V51")? == Some(State::Master))
    })?;
    pair.wait("the client knows", |_| {
        Ok(client.neighbour(VIP)? == Some(second.mac()?))
    })?;
    thread::sleep(Duration::from_millis(200));
    let probed = probe.finish()?;

    let last = pair.firsts()?.last().context("the first sent adverts")?.0;
    let next = pair.seconds()?.first().context("the second sent adverts")?.0;
    let (silence, bound) = (
        next.saturating_sub(last),
        Instance::new(51, 100, VIP).master_down(),
    );
    ensure!(silence >= bound, "nobody takes over early: {silence:?}");
    ensure!(
        silence < bound + Duration::from_millis(500),
        "nor late: {silence:?}"
    );
    // The cable was cut within the second after the last advert.
    ensure!(probed.outage < bound + Duration::from_millis(500), "{probed:?}");
    ensure!(probed.outage + Duration::from_millis(1100) > bound, "{probed:?}");
    ensure!(probed.lost() > 1000, "{probed:?}");
    Ok(())
}

#[test]
fn a_killed_family_says_nothing_and_a_terminated_one_resigns() -> Result<()> {
    let mut pair = pair()?;
    pair.first.kill()?;
    pair.wait("the second is MASTER", |pair| {
        Ok(pair.second.state("V51")? == Some(State::Master))
    })?;
    let resigned = |adverts: &[(Duration, Advert)]| adverts.iter().any(|(_, advert)| advert.priority == 0);
    ensure!(!resigned(&pair.firsts()?), "a killed router cannot resign");
    ensure!(pair.first.holds(VIP)?, "nor give up its address");

    pair.second.terminate()?;
    pair.wait("the resignation is captured", |pair| {
        Ok(resigned(&pair.seconds()?))
    })?;
    ensure!(!pair.second.holds(VIP)?, "a stopped router holds nothing");
    ensure!(
        !pair.first.is_running() && !pair.second.is_running(),
        "both were reaped"
    );
    Ok(())
}

#[test]
fn the_switch_shows_unicast_between_hosts_as_tcpdump_reads_it() -> Result<()> {
    let lab = Lab::on_one_lan(&["a", "b"])?;
    let (a, b) = (lab.host("a")?, lab.host("b")?);
    let forged = Forged {
        destination: b.address()?,
        ..Forged::new(a.address()?, 7, 33, VIP).password("secret")
    };
    Injector::open(a, "eth0")?.send(&forged)?;
    let packet = lab
        .capture()?
        .wait_for(PATIENCE, "the advert passes", |packet| packet.advert().is_some())?;
    ensure!(
        (packet.source, packet.destination) == (a.mac()?, b.mac()?),
        "{packet:?}"
    );
    let lines = lab.capture()?.tcpdump(&[])?;
    let line = "IP 10.77.0.1 > 10.77.0.2: VRRPv2, Advertisement, vrid 7, prio 33, authtype simple, intvl 1s, length 20";
    ensure!(lines.iter().any(|found| found.contains(line)), "{lines:#?}");
    Ok(())
}

#[test]
fn what_is_lost_is_lost_one_way_only() -> Result<()> {
    let pair = pair()?;
    let (first, second) = (pair.first.host(), pair.second.host());
    // The second does not hear the first, but the first hears the second, and stays.
    second.lose_received("eth0", "ip protocol 112")?;
    pair.wait("both are MASTER", |pair| pair.is(State::Master, State::Master))?;
    second.lose_nothing("eth0")?;
    pair.wait("the second yields", |pair| pair.is(State::Master, State::Backup))?;
    // What the first sends is lost before the switch: the capture has no more of it.
    first.lose_sent("eth0", "ip protocol 112")?;
    let sent = pair.firsts()?.len();
    pair.wait("both are MASTER again", |pair| {
        pair.is(State::Master, State::Master)
    })?;
    ensure!(pair.firsts()?.len() == sent, "adverts came through");
    Ok(())
}

#[test]
fn an_interface_comes_back_with_its_addresses() -> Result<()> {
    let lab = Lab::new(&[("a", &[0, 1]), ("b", &[0])])?;
    let host = lab.host("a")?;
    let before = host.addresses()?;
    ensure!(before.len() == 2, "{before:?}");
    host.delete_interface("eth0")?;
    ensure!(host.addresses()?.len() == 1, "eth0 is gone");
    host.plug_again("eth0")?;
    let mut after = host.addresses()?;
    after.sort_by(|one, other| one.interface.cmp(&other.interface));
    ensure!(after == before, "{after:?}");
    Ok(())
}
