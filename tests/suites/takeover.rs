//! When the MASTER goes, in whatever way, the BACKUP takes over; when it comes back, it finds its place.

use std::thread;

use vrrp_lab::prelude::*;

const HIGH: u8 = 200;
const LOW: u8 = 100;

fn pair(preempt: Preempt) -> Result<Pair> {
    let high = Instance::new(51, HIGH, VIP).preempt(preempt);
    Pair::elect(
        (Make::subject(), Make::subject()),
        (&high, &Instance::new(51, LOW, VIP)),
    )
}

fn second_took_over(pair: &Pair) -> Result<bool> {
    Ok(pair.second.state("V51")? == Some(State::Master) && pair.second.holds(VIP)?)
}

#[test]
fn sigterm_hands_over_within_the_skew() -> Result<()> {
    let mut pair = pair(Preempt::Yes)?;
    let probe = Probe::start(pair.lab.host("client")?, VIP)?;
    thread::sleep(Duration::from_millis(500));
    let status = pair.first.terminate()?;
    ensure!(status.success(), "a stop is no failure: {status}");
    ensure!(!pair.first.holds(VIP)?, "a stopped router holds nothing");
    pair.wait("the second took over", second_took_over)?;
    thread::sleep(Duration::from_millis(500));
    let probed = probe.finish()?;

    let goodbye = pair.firsts()?.last().context("the first sent adverts")?.clone();
    ensure!(
        goodbye.1.priority == 0,
        "its last word is its resignation: {goodbye:?}"
    );
    let wait = pair
        .seconds()?
        .first()
        .context("the second sends adverts")?
        .0
        .saturating_sub(goodbye.0);
    ensure!(
        wait < Instance::new(51, LOW, VIP).skew() + Duration::from_millis(200) + longest_stall(goodbye.0),
        "it took {wait:?}"
    );
    ensure!(probed.outage < Duration::from_secs(1), "{probed:?}");
    Ok(())
}

#[test]
fn sigkill_is_noticed_by_the_silence() -> Result<()> {
    // Nobody is there to say goodbye or to take the address away.
    let mut pair = pair(Preempt::No)?;
    pair.first.kill()?;
    pair.wait("the second took over", second_took_over)?;
    ensure!(
        pair.firsts()?.iter().all(|(_, advert)| advert.priority == HIGH),
        "a killed router cannot resign"
    );
    ensure!(
        pair.first.holds(VIP)?,
        "the kernel keeps what a killed daemon had"
    );

    // The next start of the daemon knows the address for its own and removes it, since another is MASTER now.
    pair.first.start()?;
    pair.wait("the first is BACKUP and holds nothing", |pair| {
        Ok(pair.is(State::Backup, State::Master)? && !pair.first.holds(VIP)?)
    })
}

#[test]
fn a_link_that_goes_down_is_a_fault_until_it_is_up() -> Result<()> {
    let pair = pair(Preempt::Yes)?;
    let first = pair.first.host();
    let probe = Probe::start(pair.lab.host("client")?, VIP)?;
    thread::sleep(Duration::from_millis(500));
    first.link_down("eth0")?;
    pair.wait("the first is in FAULT, the second took over", |pair| {
        Ok(pair.is(State::Fault, State::Master)? && pair.second.holds(VIP)?)
    })?;
    ensure!(!pair.first.holds(VIP)?, "whoever is in FAULT holds nothing");
    thread::sleep(Duration::from_millis(500));
    let probed = probe.finish()?;
    let bound = Instance::new(51, LOW, VIP).master_down() + Duration::from_millis(500);
    ensure!(probed.outage < bound, "{probed:?}");

    first.link_up("eth0")?;
    pair.wait("the first is MASTER again", |pair| {
        Ok(pair.is(State::Master, State::Backup)? && pair.first.holds(VIP)? && !pair.second.holds(VIP)?)
    })
}

#[test]
fn a_cable_that_is_pulled_is_a_fault_until_it_is_back() -> Result<()> {
    let pair = pair(Preempt::Yes)?;
    let first = pair.first.host();
    first.unplug("eth0")?;
    pair.wait("the first is in FAULT, the second took over", |pair| {
        Ok(pair.is(State::Fault, State::Master)? && pair.second.holds(VIP)? && !pair.first.holds(VIP)?)
    })?;
    first.replug("eth0")?;
    pair.wait("the first is MASTER again", |pair| {
        Ok(pair.is(State::Master, State::Backup)? && pair.first.holds(VIP)? && !pair.second.holds(VIP)?)
    })
}
