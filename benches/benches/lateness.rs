//! How late adverts are, with no checks and with a thousand scripts a second, beside keepalived under the same load.
//!
//! `cargo bench -p vrrp-benches --bench lateness`, as root.
//! Fifty virtual routers advertise once a second; the switch stamps every advert. Lateness is by how much the time from
//! one advert of a virtual router to its next is over a second.

use core::time::Duration;
use std::collections::BTreeMap;
use std::thread;

use anyhow::{Context, Result};
use vrrp_lab::prelude::*;
use vrrp_lab::{Host, Keepalived};

const ROUTERS: u8 = 50;
const CHECKS: usize = 1000;
/// What is measured: 50 adverts a second, so that the 99.9th percentile stands on three of them.
const SPAN: Duration = Duration::from_mins(1);
/// The elections are over, and the checks have found their rhythm.
const SETTLED: Duration = Duration::from_secs(10);
const INTERVAL: Duration = Duration::from_secs(1);

fn instances() -> Vec<Instance> {
    (1..=ROUTERS)
        .map(|vrid| Instance::new(vrid, 200, Ipv4Addr::new(10, 77, 1, vrid)))
        .collect()
}

/// So many checks, each of which starts `/bin/true` once a second.
fn vrrpd(host: &std::sync::Arc<Host>, checks: usize) -> Result<Box<dyn Router>> {
    let besides: Vec<String> = (0..checks)
        .map(|number| {
            format!("[[check]]\nname = \"c{number}\"\nscript = [\"/bin/true\"]\ninterval = \"1s\"\n")
        })
        .collect();
    let mut instances = instances();
    let names: Vec<String> = (0..checks).map(|number| format!("\"c{number}\"")).collect();
    if let Some(first) = instances.first_mut().filter(|_| checks > 0) {
        *first = first.clone().with(&format!("checks = [{}]", names.join(", ")));
    }
    Ok(Box::new(Vrrpd::with(
        host,
        "vrrpd",
        &besides.concat(),
        &instances,
    )?))
}

fn keepalived(host: &std::sync::Arc<Host>, checks: usize) -> Result<Box<dyn Router>> {
    let besides: Vec<String> = (0..checks)
        .map(|number| {
            format!("vrrp_script c{number} {{\n  script \"/bin/true\"\n  interval 1\n  user root\n}}\n")
        })
        .collect();
    let mut instances = instances();
    let names: Vec<String> = (0..checks).map(|number| format!("    c{number}")).collect();
    if let Some(first) = instances.first_mut().filter(|_| checks > 0) {
        *first = first
            .clone()
            .with(&format!("  track_script {{\n{}\n  }}", names.join("\n")));
    }
    Ok(Box::new(Keepalived::with(
        host,
        "keepalived",
        &besides.concat(),
        &instances,
    )?))
}

/// The lateness of every advert in the span, ascending.
fn measure(make: impl Fn(&std::sync::Arc<Host>) -> Result<Box<dyn Router>>) -> Result<Vec<Duration>> {
    let lab = Lab::on_one_lan(&["a"])?;
    let mut router = make(lab.host("a")?)?;
    router.start()?;
    lab.eventually(Duration::from_mins(1), "all are MASTER", || {
        let masters = (1..=ROUTERS)
            .map(|vrid| Ok(router.state(&format!("V{vrid}"))? == Some(State::Master)))
            .collect::<Result<Vec<bool>>>()?;
        Ok(masters.iter().all(|&master| master))
    })?;
    thread::sleep(SETTLED);
    let from = wall();
    thread::sleep(SPAN);
    let mut last: BTreeMap<u8, Duration> = BTreeMap::new();
    let mut lateness = Vec::new();
    for (at, advert) in lab.capture()?.adverts()? {
        if at >= from
            && let Some(before) = last.insert(advert.vrid, at)
        {
            lateness.push(at.saturating_sub(before).saturating_sub(INTERVAL));
        }
    }
    router.terminate()?;
    lateness.sort();
    Ok(lateness)
}

fn percentile(sorted: &[Duration], per_mille: usize) -> Result<Duration> {
    let place = (sorted.len() * per_mille).div_ceil(1000).saturating_sub(1);
    sorted.get(place).copied().context("there are adverts")
}

fn main() -> Result<()> {
    // `cargo test --benches` asks whether it starts, not for five minutes of its time.
    if std::env::args().any(|argument| argument == "--test") {
        return Ok(());
    }
    println!("| program | script checks a second | adverts | middle | 99.9th percentile | worst |");
    println!("|---|---|---|---|---|---|");
    for checks in [0, CHECKS] {
        report("vrrpd", checks, &measure(|host| vrrpd(host, checks))?)?;
        report("keepalived", checks, &measure(|host| keepalived(host, checks))?)?;
    }
    Ok(())
}

fn report(program: &str, checks: usize, lateness: &[Duration]) -> Result<()> {
    let expected = u64::from(ROUTERS) * SPAN.as_secs();
    println!(
        "| {program} | {checks} | {} of {expected} | {} | {} | {} |",
        lateness.len(),
        Figures::milliseconds(percentile(lateness, 500)?),
        Figures::milliseconds(percentile(lateness, 999)?),
        Figures::milliseconds(percentile(lateness, 1000)?)
    );
    Ok(())
}
