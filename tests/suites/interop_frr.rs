//! FRR's vrrpd is an equal peer as well, where it speaks the same: VRRPv2, multicast, no password.
//!
//! The times are measured at the switch and written to `target/lab/interop_frr.md`.

use vrrp_lab::Succession;
use vrrp_lab::prelude::*;

static FIGURES: Figures = Figures::new("interop_frr", Succession::HEADING);

fn plain(makes: (Make, Make)) -> Result<Succession> {
    Succession::new(makes, |instance, _| instance)
}

#[test]
fn ours_dies_and_frr_takes_over() -> Result<()> {
    plain((Make::subject(), Make::Frr))?.measure(false, "silent death", &FIGURES)
}

#[test]
fn ours_resigns_and_frr_takes_over() -> Result<()> {
    plain((Make::subject(), Make::Frr))?.measure(true, "priority 0", &FIGURES)
}

#[test]
fn frr_dies_and_ours_takes_over() -> Result<()> {
    plain((Make::Frr, Make::subject()))?.measure(false, "silent death", &FIGURES)
}

#[test]
fn frr_resigns_and_ours_takes_over() -> Result<()> {
    plain((Make::Frr, Make::subject()))?.measure(true, "priority 0", &FIGURES)
}
