//! A password tells clusters apart: those that share one elect a MASTER, the others do not hear each other.

use std::thread;

use vrrp_lab::prelude::*;

fn agree(makes: (Make, Make)) -> Result<()> {
    let instance = |priority| Instance::new(51, priority, VIP).password("s3cret");
    let pair = Pair::elect(makes, (&instance(200), &instance(100)))?;
    thread::sleep(Duration::from_secs(4));
    ensure!(
        pair.second.transitions("V51")? == [State::Backup],
        "the BACKUP believes the MASTER"
    );
    let lines = pair.lab.capture()?.tcpdump(&[])?;
    let line = "10.77.0.1 > 224.0.0.18: VRRPv2, Advertisement, vrid 51, prio 200, authtype simple, intvl 1s, length 20";
    ensure!(lines.iter().any(|found| found.contains(line)), "{lines:#?}");
    Ok(())
}

#[test]
fn two_of_ours_agree() -> Result<()> {
    agree((Make::subject(), Make::subject()))
}

#[test]
fn ours_as_master_and_keepalived_agree() -> Result<()> {
    agree((Make::subject(), Make::Keepalived))
}

#[test]
fn keepalived_as_master_and_ours_agree() -> Result<()> {
    agree((Make::Keepalived, Make::subject()))
}

fn disagree(high: &Instance, low: &Instance) -> Result<()> {
    let pair = Pair::start((Make::subject(), Make::subject()), (high, low))?;
    pair.wait("both are MASTER", |pair| pair.is(State::Master, State::Master))?;
    never(Duration::from_secs(3), "one yielded to a stranger", || {
        Ok(!pair.is(State::Master, State::Master)?)
    })
}

#[test]
fn different_passwords_do_not_hear_each_other() -> Result<()> {
    let instance = |priority| Instance::new(51, priority, VIP);
    disagree(
        &instance(200).password("s3cret"),
        &instance(100).password("other"),
    )
}

#[test]
fn with_and_without_a_password_do_not_hear_each_other() -> Result<()> {
    let instance = |priority| Instance::new(51, priority, VIP);
    disagree(&instance(200), &instance(100).password("s3cret"))
}
