//! The opposite of the conditions: where all is well, nothing is called a problem, at no moment, whatever goes on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use vrrp_lab::prelude::*;
use vrrp_lab::{Control, Host, Keepalived};

/// As much as can be told of.
const BESIDES: &str = "firewall = true\n[http]\nlisten = \"127.0.0.1:9650\"\n\
                       [[check]]\nname = \"fine\"\nscript = [\"/bin/true\"]\ninterval = \"500ms\"\n";
/// How often a daemon is asked. It judges itself anew at most every 100 ms.
const PERIOD: Duration = Duration::from_millis(50);

fn healthy(host: &Arc<Host>, priority: u8) -> Result<Vrrpd> {
    let instance = Instance::new(51, priority, VIP).with("checks = [\"fine\"]");
    Vrrpd::with(host, "vrrpd", BESIDES, &[instance])
}

/// Looks at a daemon whenever it runs, until told to stop: what it calls a problem, and how often it was looked at.
fn watch(control: &Control, stop: &AtomicBool, looks: &AtomicUsize) -> Result<()> {
    while !stop.load(Ordering::Relaxed) {
        // One that does not run cannot be asked.
        if let Ok(status) = control.status() {
            looks.fetch_add(1, Ordering::Relaxed);
            let problem = status
                .conditions
                .iter()
                .find(|condition| condition.severity == "problem");
            ensure!(problem.is_none(), "a false alarm: {problem:#?}");
        }
        thread::sleep(PERIOD);
    }
    Ok(())
}

/// Nothing that it has told since its start was a problem.
fn is_clean(router: &Vrrpd) -> Result<()> {
    let events = router.control().events(0)?;
    ensure!(!events.is_empty(), "something has happened");
    let alarm = events
        .iter()
        .find(|event| event.severity.as_deref() == Some("problem"));
    ensure!(
        alarm.is_none(),
        "{}: a false alarm: {alarm:#?}",
        router.host().name()
    );
    Ok(())
}

/// Runs `scenes` while each of these daemons is watched.
fn watched(lab: &Lab, daemons: &[Control], scenes: impl FnOnce() -> Result<()>) -> Result<()> {
    let stop = AtomicBool::new(false);
    let looks: Vec<AtomicUsize> = daemons.iter().map(|_| AtomicUsize::new(0)).collect();
    thread::scope(|scope| {
        let watching: Vec<_> = daemons
            .iter()
            .zip(&looks)
            .map(|(control, looks)| scope.spawn(|| watch(control, &stop, looks)))
            .collect();
        let played = scenes();
        stop.store(true, Ordering::Relaxed);
        for watching in watching {
            let watched = watching.join().map_err(|_| anyhow::anyhow!("a watch panicked"))?;
            watched.with_context(|| lab.diagnosis())?;
        }
        played
    })?;
    for looks in looks {
        let looks = looks.into_inner();
        ensure!(looks > 50, "{looks} looks are too few to have seen anything");
    }
    Ok(())
}

/// In peace for a while, so that whatever lags behind shows.
fn stay() {
    thread::sleep(Duration::from_secs(2));
}

fn are(lab: &Lab, states: &[(&dyn Router, State)]) -> Result<()> {
    lab.eventually(PATIENCE, "all find their places", || {
        for (router, state) in states {
            if router.state("V51")? != Some(*state) {
                return Ok(false);
            }
        }
        Ok(true)
    })?;
    stay();
    Ok(())
}

#[test]
fn three_of_ours() -> Result<()> {
    use State::{Backup, Master};
    let lab = Lab::on_one_lan(&["a", "b", "c"])?;
    let mut a = healthy(lab.host("a")?, 200)?;
    let mut b = healthy(lab.host("b")?, 100)?;
    // So close that both may take over at once.
    let mut c = healthy(lab.host("c")?, 99)?;
    let controls = [a.control(), b.control(), c.control()];
    watched(&lab, &controls, || {
        a.start()?;
        b.start()?;
        c.start()?;
        are(&lab, &[(&a, Master), (&b, Backup), (&c, Backup)])?;
        // A takeover.
        is_clean(&a)?;
        a.kill()?;
        are(&lab, &[(&b, Master), (&c, Backup)])?;
        // It comes back, and takes what is its own.
        a.start()?;
        are(&lab, &[(&a, Master), (&b, Backup), (&c, Backup)])?;
        // A polite handover, and back.
        is_clean(&a)?;
        a.terminate()?;
        are(&lab, &[(&b, Master), (&c, Backup)])?;
        a.start()?;
        are(&lab, &[(&a, Master), (&b, Backup), (&c, Backup)])?;
        [&a, &b, &c].into_iter().try_for_each(is_clean)
    })
}

/// Beside keepalived, whichever of both is the MASTER to be.
fn beside_keepalived(ours: u8, theirs: u8) -> Result<()> {
    let lab = Lab::on_one_lan(&["a", "b"])?;
    let mut a = healthy(lab.host("a")?, ours)?;
    let mut b = Keepalived::new(lab.host("b")?, "keepalived", &[Instance::new(51, theirs, VIP)])?;
    let (first, second) = if ours > theirs {
        (State::Master, State::Backup)
    } else {
        (State::Backup, State::Master)
    };
    watched(&lab, &[a.control()], || {
        a.start()?;
        b.start()?;
        are(&lab, &[(&a, first), (&b, second)])?;
        b.kill()?;
        are(&lab, &[(&a, State::Master)])?;
        b.start()?;
        are(&lab, &[(&a, first), (&b, second)])?;
        b.terminate()?;
        are(&lab, &[(&a, State::Master)])?;
        b.start()?;
        are(&lab, &[(&a, first), (&b, second)])?;
        is_clean(&a)?;
        a.terminate()?;
        are(&lab, &[(&b, State::Master)])?;
        a.start()?;
        are(&lab, &[(&a, first), (&b, second)])?;
        is_clean(&a)?;
        a.kill()?;
        are(&lab, &[(&b, State::Master)])?;
        a.start()?;
        are(&lab, &[(&a, first), (&b, second)])?;
        is_clean(&a)
    })
}

#[test]
fn as_the_backup_of_keepalived() -> Result<()> {
    beside_keepalived(100, 200)
}

#[test]
fn as_the_master_of_keepalived() -> Result<()> {
    beside_keepalived(200, 100)
}
