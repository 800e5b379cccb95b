//! A router that comes late takes over from a MASTER of lower priority: at once, never, or after a time.

use std::thread;

use vrrp_lab::prelude::*;

const HIGH: u8 = 200;

/// A MASTER of priority 100, and one of 200 that comes later.
struct Scene {
    master: Box<dyn Router>,
    newcomer: Box<dyn Router>,
    lab: Lab,
}

fn come_late(preempt: Preempt) -> Result<Scene> {
    let lab = Lab::on_one_lan(&["a", "b"])?;
    let master = Make::subject().launch(lab.host("a")?, &[Instance::new(51, 100, VIP)])?;
    lab.eventually(PATIENCE, "the first is MASTER", || {
        Ok(master.state("V51")? == Some(State::Master))
    })?;
    let newcomer =
        Make::subject().launch(lab.host("b")?, &[Instance::new(51, HIGH, VIP).preempt(preempt)])?;
    lab.eventually(PATIENCE, "the other is there", || {
        Ok(newcomer.state("V51")? == Some(State::Backup))
    })?;
    Ok(Scene {
        master,
        newcomer,
        lab,
    })
}

/// How long after the first advert that it heard the newcomer sent its own first.
fn waited(scene: &Scene, listens: Duration) -> Result<Duration> {
    let own = scene.newcomer.host().address()?;
    let adverts = scene.lab.capture()?.adverts()?;
    let heard = adverts
        .iter()
        .find(|(time, advert)| advert.source != own && *time > listens);
    let spoke = adverts.iter().find(|(_, advert)| advert.source == own);
    Ok(spoke
        .context("it spoke")?
        .0
        .saturating_sub(heard.context("it heard")?.0))
}

#[test]
fn preempting_takes_over_when_the_masters_time_is_up() -> Result<()> {
    let scene = come_late(Preempt::Yes)?;
    scene
        .lab
        .eventually(PATIENCE, "the higher priority has taken over", || {
            Ok(scene.newcomer.state("V51")? == Some(State::Master)
                && scene.newcomer.holds(VIP)?
                && scene.master.state("V51")? == Some(State::Backup)
                && !scene.master.holds(VIP)?)
        })
}

#[test]
fn not_preempting_waits_until_the_master_is_gone() -> Result<()> {
    let mut scene = come_late(Preempt::No)?;
    never(
        Duration::from_secs(6),
        "the newcomer took over from a living MASTER",
        || Ok(scene.newcomer.state("V51")? != Some(State::Backup)),
    )?;
    scene.master.kill()?;
    scene
        .lab
        .eventually(PATIENCE, "the newcomer replaces a dead MASTER", || {
            Ok(scene.newcomer.state("V51")? == Some(State::Master))
        })
}

#[test]
fn a_delayed_preemption_comes_after_delay_and_skew() -> Result<()> {
    let delay = Duration::from_secs(3);
    let scene = come_late(Preempt::After(delay))?;
    let listens = wall();
    scene
        .lab
        .eventually(PATIENCE, "the higher priority has taken over", || {
            Ok(scene.newcomer.state("V51")? == Some(State::Master)
                && scene.master.state("V51")? == Some(State::Backup))
        })?;
    let (waited, due) = (
        waited(&scene, listens)?,
        delay + Instance::new(51, HIGH, VIP).skew(),
    );
    // It may have heard an advert more, before its log was seen to say that it listens.
    let tolerance = Duration::from_millis(1100);
    ensure!(
        waited.abs_diff(due) < tolerance,
        "it waited {waited:?} of {due:?}"
    );
    Ok(())
}

#[test]
fn a_delay_does_not_hold_up_the_replacement_of_a_dead_master() -> Result<()> {
    let mut scene = come_late(Preempt::After(Duration::from_mins(1)))?;
    thread::sleep(Duration::from_secs(1));
    scene.master.kill()?;
    scene
        .lab
        .eventually(PATIENCE, "the newcomer replaces a dead MASTER", || {
            Ok(scene.newcomer.state("V51")? == Some(State::Master))
        })
}

#[test]
fn a_delay_does_not_hold_up_the_replacement_of_one_that_resigns() -> Result<()> {
    let mut scene = come_late(Preempt::After(Duration::from_mins(1)))?;
    thread::sleep(Duration::from_secs(1));
    scene.master.terminate()?;
    let resigned = scene
        .lab
        .capture()?
        .wait_for(PATIENCE, "a resignation", |packet| {
            packet.advert().is_some_and(|advert| advert.priority == 0)
        })?;
    let took = scene
        .lab
        .capture()?
        .wait_for(PATIENCE, "a new MASTER", |packet| {
            packet.advert().is_some_and(|advert| advert.priority == HIGH)
        })?;
    let wait = took.time.saturating_sub(resigned.time);
    let bound = Duration::from_millis(500) + longest_stall(resigned.time);
    ensure!(wait < bound, "it took {wait:?}");
    Ok(())
}
