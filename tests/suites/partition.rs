//! A LAN that falls apart has two MASTERs; when it is whole again, one advert each decides, and the winner says so.

use std::thread;

use vrrp_lab::prelude::*;

fn heals(makes: (Make, Make)) -> Result<()> {
    let instances = (&Instance::new(51, 200, VIP), &Instance::new(51, 100, VIP));
    let pair = Pair::elect(makes, instances)?;
    let (first, second) = (pair.first.host(), pair.second.host());
    second.partition("eth0")?;
    pair.wait("both are MASTER while apart", |pair| {
        Ok(pair.is(State::Master, State::Master)? && pair.first.holds(VIP)? && pair.second.holds(VIP)?)
    })?;
    thread::sleep(Duration::from_millis(1500));

    let healed = wall();
    second.heal("eth0")?;
    pair.wait("one is left", |pair| {
        Ok(pair.is(State::Master, State::Backup)? && pair.first.holds(VIP)? && !pair.second.holds(VIP)?)
    })?;
    let rounds = (wall().saturating_sub(healed)).as_secs();
    ensure!(rounds <= 2, "one exchange of adverts decides, it took {rounds} s");
    ensure!(
        pair.first.transitions("V51")? == [State::Backup, State::Master],
        "the winner never wavered"
    );

    // Whoever believed the loser must hear of it: an announcement that comes after the loser's last advert.
    let winner = first.mac()?;
    pair.lab
        .capture()?
        .wait_for(PATIENCE, "the winner announces itself again", |packet| {
            packet.time > healed
                && packet.source == winner
                && packet
                    .gratuitous_arp()
                    .is_some_and(|arp| arp.sender == VIP && arp.sender_mac == winner)
        })?;
    thread::sleep(Duration::from_secs(4));
    let late: Vec<_> = pair
        .seconds()?
        .into_iter()
        .filter(|(time, _)| *time > healed + Duration::from_secs(2))
        .collect();
    ensure!(late.is_empty(), "the loser still speaks: {late:?}");
    ensure!(pair.is(State::Master, State::Backup)?, "and so it stays");
    Ok(())
}

#[test]
fn between_two_of_ours() -> Result<()> {
    heals((Make::subject(), Make::subject()))
}

#[test]
fn between_ours_and_a_weaker_keepalived() -> Result<()> {
    heals((Make::subject(), Make::Keepalived))
}

#[test]
fn between_keepalived_and_a_weaker_one_of_ours() -> Result<()> {
    heals((Make::Keepalived, Make::subject()))
}

#[test]
fn a_client_is_served_by_the_winner_afterwards() -> Result<()> {
    let instances = (&Instance::new(51, 200, VIP), &Instance::new(51, 100, VIP));
    let pair = Pair::elect((Make::subject(), Make::subject()), instances)?;
    let client = pair.lab.host("client")?;
    // The client is on the loser's side: it learns the wrong router, and must unlearn it.
    let first = pair.first.host();
    let probe = Probe::start(client, VIP)?;
    first.partition("eth0")?;
    pair.wait("both are MASTER while apart", |pair| {
        pair.is(State::Master, State::Master)
    })?;
    pair.wait("the client believes the loser", |pair| {
        Ok(client.neighbour(VIP)? == Some(pair.second.host().mac()?))
    })?;
    first.heal("eth0")?;
    pair.wait("the client believes the winner", |pair| {
        Ok(pair.is(State::Master, State::Backup)? && client.neighbour(VIP)? == Some(first.mac()?))
    })?;
    thread::sleep(Duration::from_millis(300));
    let probed = probe.finish()?;
    ensure!(probed.answered > 0, "{probed:?}");
    Ok(())
}

#[test]
fn a_master_that_was_stopped_for_a_while_does_not_stay_beside_the_new_one() -> Result<()> {
    let instances = (&Instance::new(51, 200, VIP), &Instance::new(51, 100, VIP));
    let pair = Pair::elect((Make::subject(), Make::subject()), instances)?;
    pair.first.signal(Signal::SIGSTOP)?;
    pair.wait("the second took over", |pair| {
        Ok(pair.second.state("V51")? == Some(State::Master))
    })?;
    pair.first.signal(Signal::SIGCONT)?;
    pair.wait("one is left", |pair| {
        Ok(pair.is(State::Master, State::Backup)? && pair.first.holds(VIP)? && !pair.second.holds(VIP)?)
    })
}
