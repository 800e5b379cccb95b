//! Daemons that share a host leave each other alone.

use vrrp_lab::prelude::*;
use vrrp_lab::{Keepalived, Vrrpd};

const WEB: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 101);
const MAIL: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 102);

fn started(mut router: impl Router + 'static) -> Result<Box<dyn Router>> {
    router.start()?;
    Ok(Box::new(router))
}

fn is_master(router: &dyn Router, instance: &str, vip: Ipv4Addr) -> Result<bool> {
    Ok(router.state(instance)? == Some(State::Master) && router.holds(vip)?)
}

fn undisturbed(
    lab: &Lab,
    mut goes: Box<dyn Router>,
    stays: &dyn Router,
    instances: (&str, &str),
) -> Result<()> {
    lab.eventually(PATIENCE, "both are MASTER", || {
        Ok(is_master(&*goes, instances.0, WEB)? && is_master(stays, instances.1, MAIL)?)
    })?;
    let before = stays.transitions(instances.1)?;

    goes.terminate()?;
    ensure!(!stays.holds(WEB)?, "what stopped has taken its address away");
    ensure!(stays.holds(MAIL)?, "and not the other's");
    goes.start()?;
    lab.eventually(PATIENCE, "it is back", || is_master(&*goes, instances.0, WEB))?;
    goes.kill()?;
    goes.start()?;
    lab.eventually(PATIENCE, "it is back after a crash", || {
        is_master(&*goes, instances.0, WEB)
    })?;

    ensure!(is_master(stays, instances.1, MAIL)?, "the other still is MASTER");
    ensure!(
        stays.transitions(instances.1)? == before,
        "{:?}",
        stays.transitions(instances.1)?
    );
    Ok(())
}

#[test]
fn two_of_ours() -> Result<()> {
    let lab = Lab::on_one_lan(&["a", "b"])?;
    let host = lab.host("a")?;
    let web = started(Vrrpd::new(host, "web", &[Instance::new(51, 200, WEB)])?)?;
    let mail = started(Vrrpd::new(host, "mail", &[Instance::new(52, 200, MAIL)])?)?;
    undisturbed(&lab, web, &*mail, ("V51", "V52"))
}

#[test]
fn ours_comes_and_goes_beside_keepalived() -> Result<()> {
    let lab = Lab::on_one_lan(&["a", "b"])?;
    let host = lab.host("a")?;
    let web = started(Vrrpd::new(host, "web", &[Instance::new(51, 200, WEB)])?)?;
    let mail = started(Keepalived::new(host, "mail", &[Instance::new(52, 200, MAIL)])?)?;
    undisturbed(&lab, web, &*mail, ("V51", "V52"))
}

#[test]
fn keepalived_comes_and_goes_beside_ours() -> Result<()> {
    let lab = Lab::on_one_lan(&["a", "b"])?;
    let host = lab.host("a")?;
    let web = started(Keepalived::new(host, "web", &[Instance::new(51, 200, WEB)])?)?;
    let mail = started(Vrrpd::new(host, "mail", &[Instance::new(52, 200, MAIL)])?)?;
    undisturbed(&lab, web, &*mail, ("V51", "V52"))
}

#[test]
fn a_second_daemon_of_the_same_name_is_refused() -> Result<()> {
    let lab = Lab::on_one_lan(&["a", "b"])?;
    let host = lab.host("a")?;
    let first = started(Vrrpd::new(host, "web", &[Instance::new(51, 200, WEB)])?)?;
    lab.eventually(PATIENCE, "the first is MASTER", || is_master(&*first, "V51", WEB))?;
    let second = started(Vrrpd::new(host, "web", &[Instance::new(51, 200, WEB)])?)?;
    lab.eventually(PATIENCE, "the second gives up", || Ok(!second.is_running()))?;
    ensure!(is_master(&*first, "V51", WEB)?, "and the first does not care");
    Ok(())
}

#[test]
fn an_address_that_was_there_before_is_left_there() -> Result<()> {
    let lab = Lab::on_one_lan(&["a", "b"])?;
    let host = lab.host("a")?;
    host.ip(&format!("address add {WEB}/32 dev eth0"))?;
    let mut router = started(Vrrpd::new(host, "web", &[Instance::new(51, 200, WEB)])?)?;
    lab.eventually(PATIENCE, "it is MASTER", || is_master(&*router, "V51", WEB))?;
    router.terminate()?;
    ensure!(host.holds(WEB)?, "it was not the daemon's to take away");
    Ok(())
}
