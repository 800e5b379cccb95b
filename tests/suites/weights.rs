//! Weights: who is MASTER follows from what is left of each router's priority.

use std::fs;
use std::sync::Arc;

use vrrp_lab::Host;
use vrrp_lab::prelude::*;

/// A check that fails while the host has a file `failing`.
fn check(host: &Host, weight: &str) -> String {
    format!(
        "[[check]]\nname = \"ready\"\nscript = [\"/usr/bin/test\", \"!\", \"-e\", \"{}\"]\ninterval = \"200ms\"\n\
         weight = {weight}\n",
        host.file("failing").display()
    )
}

fn fail(host: &Host, failing: bool) -> Result<()> {
    if failing {
        fs::write(host.file("failing"), "")?;
    } else {
        fs::remove_file(host.file("failing"))?;
    }
    Ok(())
}

fn launch(host: &Arc<Host>, besides: &str, instance: Instance) -> Result<Vrrpd> {
    let mut router = Vrrpd::with(host, "vrrpd", besides, &[instance])?;
    router.start()?;
    Ok(router)
}

/// Routers with the check, each on a host of its own, of these priorities.
fn cluster(
    priorities: &[u8],
    weight: &str,
    adapt: impl Fn(Instance) -> Instance,
) -> Result<(Vec<Vrrpd>, Lab)> {
    let names: Vec<String> = (0..priorities.len()).map(|number| format!("h{number}")).collect();
    let lab = Lab::on_one_lan(&names.iter().map(String::as_str).collect::<Vec<_>>())?;
    let mut routers = Vec::new();
    for (name, &priority) in names.iter().zip(priorities) {
        let host = lab.host(name)?;
        let instance = adapt(Instance::new(51, priority, VIP).with("checks = [\"ready\"]"));
        routers.push(launch(host, &check(host, weight), instance)?);
    }
    Ok((routers, lab))
}

fn only_holder(lab: &Lab, routers: &[Vrrpd], wanted: usize) -> Result<()> {
    lab.eventually(
        PATIENCE,
        &format!("router {wanted} alone has the address"),
        || {
            for (number, router) in routers.iter().enumerate() {
                if router.holds(VIP)? != (number == wanted) {
                    return Ok(false);
                }
            }
            Ok(true)
        },
    )
}

/// Nobody moves for longer than any takeover takes.
fn stays(routers: &[Vrrpd], wanted: usize) -> Result<()> {
    never(Duration::from_secs(6), "the address moves", || {
        for (number, router) in routers.iter().enumerate() {
            if router.holds(VIP)? != (number == wanted) {
                return Ok(true);
            }
        }
        Ok(false)
    })
}

#[test]
fn weights_reorder_three_hosts() -> Result<()> {
    let (routers, lab) = cluster(&[110, 105, 100], "-20", |instance| instance)?;
    only_holder(&lab, &routers, 0)?;
    fail(routers[0].host(), true)?;
    only_holder(&lab, &routers, 1)?;
    let line = "(V51) Changing effective priority from 110 to 90 (check ready failing: exited with status 1)";
    ensure!(routers[0].log()?.contains(line), "{}", routers[0].log()?);
    let adverts = lab.capture()?.adverts()?;
    let source = routers[0].host().address()?;
    ensure!(
        adverts
            .iter()
            .any(|(_, advert)| advert.source == source && advert.priority == 90),
        "the new priority is on the wire"
    );
    fail(routers[1].host(), true)?;
    only_holder(&lab, &routers, 2)?;
    fail(routers[0].host(), false)?;
    only_holder(&lab, &routers, 0)?;
    let line = "(V51) Changing effective priority from 90 to 110 (check ready passing)";
    ensure!(routers[0].log()?.contains(line), "{}", routers[0].log()?);
    Ok(())
}

#[test]
fn nothing_moves_when_both_sides_fail_alike() -> Result<()> {
    let (routers, lab) = cluster(&[110, 105], "-20", |instance| instance)?;
    only_holder(&lab, &routers, 0)?;
    let before = routers[0].transitions("V51")?;
    // The better one first: at once, so that the other has no time to take over.
    fail(routers[0].host(), true)?;
    fail(routers[1].host(), true)?;
    stays(&routers, 0)?;
    ensure!(routers[0].transitions("V51")? == before, "it never left");
    Ok(())
}

#[test]
fn a_threshold_moves_the_address_from_the_sick_and_leaves_it_with_the_well() -> Result<()> {
    let (routers, lab) = cluster(&[110, 105], "-20", |instance| {
        instance.with("preempt = { below = 100 }")
    })?;
    // Whoever was first, as the higher one here, stays until it is below 100.
    lab.eventually(PATIENCE, "somebody serves", || {
        Ok(routers[0].holds(VIP)? || routers[1].holds(VIP)?)
    })?;
    let first = usize::from(routers[1].holds(VIP)?);
    fail(routers[first].host(), true)?;
    only_holder(&lab, &routers, 1 - first)?;
    fail(routers[first].host(), false)?;
    stays(&routers, 1 - first)
}

#[test]
fn without_preemption_a_weight_moves_nothing_and_check_says_so() -> Result<()> {
    let (routers, lab) = cluster(&[110, 105], "-20", |instance| instance.preempt(Preempt::No))?;
    lab.eventually(PATIENCE, "somebody serves", || {
        Ok(routers[0].holds(VIP)? || routers[1].holds(VIP)?)
    })?;
    let first = usize::from(routers[1].holds(VIP)?);
    fail(routers[first].host(), true)?;
    stays(&routers, first)?;
    ensure!(
        routers[first].log()?.contains("warning:"),
        "it was warned: {}",
        routers[first].log()?
    );
    Ok(())
}

#[test]
fn a_tracked_interface_weighs_or_is_a_fault() -> Result<()> {
    const TOPOLOGY: &[(&str, &[usize])] = &[("a", &[0, 1, 2]), ("b", &[0])];
    let lab = Lab::new(TOPOLOGY)?;
    let (a, b) = (lab.host("a")?, lab.host("b")?);
    let tracked = "track_interfaces = [\"eth1\", { interface = \"eth2\", weight = -30 }]";
    let first = launch(a, "", Instance::new(51, 120, VIP).with(tracked))?;
    let second = launch(b, "", Instance::new(51, 100, VIP))?;
    let serves = |wanted: usize| {
        lab.eventually(PATIENCE, &format!("router {wanted} serves"), || {
            Ok(first.holds(VIP)? == (wanted == 0) && second.holds(VIP)? == (wanted == 1))
        })
    };
    serves(0)?;
    a.link_down("eth2")?;
    serves(1)?;
    ensure!(first.state("V51")? == Some(State::Backup), "a weight is no fault");
    ensure!(
        first
            .log()?
            .contains("from 120 to 90 (interface eth2 failing: it is down)"),
        "{}",
        first.log()?
    );
    a.link_up("eth2")?;
    serves(0)?;
    a.unplug("eth1")?;
    serves(1)?;
    ensure!(
        first.state("V51")? == Some(State::Fault),
        "without a weight it is"
    );
    a.replug("eth1")?;
    serves(0)?;
    a.delete_interface("eth1")?;
    serves(1)?;
    a.plug_again("eth1")?;
    serves(0)
}

#[test]
fn a_link_that_flaps_is_debounced() -> Result<()> {
    const TOPOLOGY: &[(&str, &[usize])] = &[("a", &[0, 1]), ("b", &[0])];
    let lab = Lab::new(TOPOLOGY)?;
    let a = lab.host("a")?;
    let more = "track_interfaces = [\"eth1\"]\nlink_debounce = \"1500ms\"";
    let first = launch(a, "", Instance::new(51, 120, VIP).with(more))?;
    lab.eventually(PATIENCE, "it serves", || {
        Ok(first.state("V51")? == Some(State::Master))
    })?;
    // At its start the link may not have been up yet.
    let before = first.transitions("V51")?;
    for _ in 0..3 {
        a.link_down("eth1")?;
        std::thread::sleep(Duration::from_millis(300));
        a.link_up("eth1")?;
        std::thread::sleep(Duration::from_millis(300));
    }
    ensure!(
        first.transitions("V51")? == before,
        "what flaps does not count: {}",
        first.log()?
    );
    a.link_down("eth1")?;
    lab.eventually(PATIENCE, "what stays down counts", || Ok(!first.holds(VIP)?))
}
