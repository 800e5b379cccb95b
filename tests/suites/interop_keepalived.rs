//! keepalived is an equal peer: in either role, with either order of priorities, and within the RFC's times.
//!
//! The times are measured at the switch, from the last advert of the one to the first of the other, and written to
//! `target/lab/interop_keepalived.md`.

use vrrp_lab::Succession;
use vrrp_lab::prelude::*;

static FIGURES: Figures = Figures::new("interop_keepalived", Succession::HEADING);

fn multicast(makes: (Make, Make)) -> Result<Succession> {
    Succession::new(makes, |instance, _| instance.password("s3cret"))
}

fn unicast(makes: (Make, Make)) -> Result<Succession> {
    let (a, b) = (Ipv4Addr::new(10, 77, 0, 1), Ipv4Addr::new(10, 77, 0, 2));
    Succession::new(makes, |instance, first| {
        if first {
            instance.unicast(a, &[b])
        } else {
            instance.unicast(b, &[a])
        }
    })
}

#[test]
fn ours_dies_and_keepalived_takes_over() -> Result<()> {
    multicast((Make::subject(), Make::Keepalived))?.measure(false, "silent death", &FIGURES)
}

#[test]
fn ours_resigns_and_keepalived_takes_over() -> Result<()> {
    multicast((Make::subject(), Make::Keepalived))?.measure(true, "priority 0", &FIGURES)
}

#[test]
fn keepalived_dies_and_ours_takes_over() -> Result<()> {
    multicast((Make::Keepalived, Make::subject()))?.measure(false, "silent death", &FIGURES)
}

#[test]
fn keepalived_resigns_and_ours_takes_over() -> Result<()> {
    multicast((Make::Keepalived, Make::subject()))?.measure(true, "priority 0", &FIGURES)
}

#[test]
fn ours_dies_and_ours_takes_over() -> Result<()> {
    multicast((Make::subject(), Make::subject()))?.measure(false, "silent death", &FIGURES)
}

#[test]
fn ours_resigns_and_ours_takes_over() -> Result<()> {
    multicast((Make::subject(), Make::subject()))?.measure(true, "priority 0", &FIGURES)
}

#[test]
fn ours_dies_and_keepalived_takes_over_by_unicast() -> Result<()> {
    unicast((Make::subject(), Make::Keepalived))?.measure(false, "silent death, unicast", &FIGURES)
}

#[test]
fn keepalived_dies_and_ours_takes_over_by_unicast() -> Result<()> {
    unicast((Make::Keepalived, Make::subject()))?.measure(false, "silent death, unicast", &FIGURES)
}

#[test]
fn ours_as_a_late_comer_of_lower_priority_leaves_keepalived_alone() -> Result<()> {
    late_comer(Make::Keepalived, Make::subject())
}

#[test]
fn keepalived_as_a_late_comer_of_lower_priority_leaves_ours_alone() -> Result<()> {
    late_comer(Make::subject(), Make::Keepalived)
}

fn late_comer(master: Make, late: Make) -> Result<()> {
    let lab = Lab::on_one_lan(&["a", "b"])?;
    let master = master.launch(lab.host("a")?, &[Instance::new(51, 110, VIP)])?;
    lab.eventually(PATIENCE, "the first is MASTER", || {
        Ok(master.state("V51")? == Some(State::Master))
    })?;
    let late = late.launch(lab.host("b")?, &[Instance::new(51, 100, VIP)])?;
    lab.eventually(PATIENCE, "the other is there", || {
        Ok(late.state("V51")? == Some(State::Backup))
    })?;
    never(
        Duration::from_secs(6),
        "the lower priority disturbed the MASTER",
        || {
            Ok(late.transitions("V51")? != [State::Backup]
                || master.transitions("V51")? != [State::Backup, State::Master])
        },
    )
}
