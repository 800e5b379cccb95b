//! Each condition that is heard on the wire is staged: it is not there before its cause, it is told within 5 s by
//! `vrrpd status` and by its metric, and it goes when its cause does.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use vrrp_lab::prelude::*;
use vrrp_lab::{Expected, Host, Keepalived, Stage};

const METRICS: &str = "[http]\nlisten = \"127.0.0.1:9650\"\n";
/// The hosts in the order of their names: the one whose conditions are looked at, its peer, and another.
const A: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 1);
const B: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 2);
const C: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 3);
/// An address of somebody else.
const OTHER: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 200);

fn lab() -> Result<Lab> {
    Lab::on_one_lan(&["a", "b", "c"])
}

fn made(host: &Arc<Host>, instances: &[Instance]) -> Result<Vrrpd> {
    Vrrpd::with(host, "vrrpd", METRICS, instances)
}

fn launch(host: &Arc<Host>, instances: &[Instance]) -> Result<Vrrpd> {
    let mut router = made(host, instances)?;
    router.start()?;
    Ok(router)
}

fn becomes(lab: &Lab, router: &dyn Router, state: State) -> Result<()> {
    becomes_in(lab, router, "V51", state)
}

fn becomes_in(lab: &Lab, router: &dyn Router, name: &str, state: State) -> Result<()> {
    let what = format!("{name} on {} is {state:?}", router.host().name());
    lab.eventually(PATIENCE, &what, || Ok(router.state(name)? == Some(state)))
}

/// On host `a`, alone, and MASTER of V51.
fn master(lab: &Lab, instances: &[Instance]) -> Result<Vrrpd> {
    let router = launch(lab.host("a")?, instances)?;
    becomes(lab, &router, State::Master)?;
    Ok(router)
}

/// Somebody who sends forged adverts, again and again, until this ends; then it resigns.
struct Noise {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<Result<()>>>,
}

impl Noise {
    fn from(host: &Host, forged: Vec<Forged>) -> Result<Self> {
        Self::every(Duration::from_secs(1), host, forged)
    }

    fn every(period: Duration, host: &Host, forged: Vec<Forged>) -> Result<Self> {
        let injector = Injector::open(host, "eth0")?;
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                injector.repeat(&forged, period, period)?;
            }
            // As one that is stopped does: a MASTER that only falls silent may be one for a while yet.
            for forged in forged {
                injector.send(&Forged {
                    priority: 0,
                    ..forged
                })?;
            }
            Ok(())
        });
        Ok(Self {
            stop,
            thread: Some(thread),
        })
    }

    fn end(mut self) -> Result<()> {
        self.stop.store(true, Ordering::Relaxed);
        let ended = self.thread.take().map(JoinHandle::join);
        ended
            .transpose()
            .map_err(|_| anyhow::anyhow!("the noise panicked"))?
            .unwrap_or(Ok(()))
    }
}

impl Drop for Noise {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// No condition of this kind ever began.
fn never_began(router: &Vrrpd, kind: &str) -> Result<()> {
    let events = router.control().events(0)?;
    let began = events.iter().find(|event| event.kind.as_deref() == Some(kind));
    ensure!(began.is_none(), "{began:?}");
    Ok(())
}

#[test]
fn two_masters_of_which_one_does_not_hear() -> Result<()> {
    let lab = lab()?;
    let a = launch(lab.host("a")?, &[Instance::new(51, 200, VIP)])?;
    let b = launch(lab.host("b")?, &[Instance::new(51, 100, VIP)])?;
    // One that is BACKUP throughout hears both.
    let c = launch(lab.host("c")?, &[Instance::new(51, 50, VIP)])?;
    becomes(&lab, &a, State::Master)?;
    becomes(&lab, &b, State::Backup)?;
    becomes(&lab, &c, State::Backup)?;
    let two = |router: &Vrrpd| {
        Expected::problem(&router.control(), "two_masters")
            .of("V51")
            .naming(&B)
    };
    let stage = Stage::set(&lab, [two(&a).naming("this host"), two(&c).naming(&A)])?;
    b.host().lose_received("eth0", "ip protocol 112")?;
    becomes(&lab, &b, State::Master)?;
    let stage = stage.told()?;
    b.host().lose_nothing("eth0")?;
    stage.over()?;
    ensure!(
        c.transitions("V51")? == [State::Backup],
        "{:?}",
        c.transitions("V51")?
    );
    // It did not hear the other one, and could not know.
    never_began(&b, "two_masters")
}

#[test]
fn two_masters_with_two_passwords() -> Result<()> {
    let lab = lab()?;
    let a = master(&lab, &[Instance::new(51, 200, VIP).password("one")])?;
    let b = |name, instance: Instance| Vrrpd::with(lab.host("b")?, name, METRICS, &[instance]);
    let others = [
        b("other", Instance::new(51, 100, VIP).password("two"))?,
        // No password at all is another one, too.
        b("none", Instance::new(51, 100, VIP))?,
    ];
    for mut b in others {
        let differs = Expected::problem(&a.control(), "password_differs")
            .about(&B)
            .naming(&B);
        let two = Expected::problem(&a.control(), "two_masters")
            .naming(&B)
            .naming("this host");
        let stage = Stage::set(&lab, [differs.of("V51"), two.of("V51")])?;
        b.start()?;
        becomes(&lab, &b, State::Master)?;
        let stage = stage.told()?;
        // The other one says the same of us.
        let status = b.status()?;
        let told = status.condition("password_differs", Some("V51"));
        ensure!(
            told.is_some_and(|told| told.about == Some(A.to_string())),
            "{status:?}"
        );
        b.terminate()?;
        stage.over()?;
    }
    Ok(())
}

/// keepalived sends one advert, and then none as long as it hears ours, which it ignores: both hold the address.
#[test]
fn a_keepalived_that_ignores_ours_and_falls_silent() -> Result<()> {
    let lab = lab()?;
    let a = master(&lab, &[Instance::new(51, 200, VIP)])?;
    let its = Instance::new(51, 100, VIP).password("another");
    let mut b = Keepalived::new(lab.host("b")?, "keepalived", &[its])?;
    let differs = Expected::problem(&a.control(), "password_differs").of("V51");
    let two = Expected::problem(&a.control(), "two_masters")
        .of("V51")
        .naming(&B);
    let stage = Stage::set(&lab, [differs.about(&B), two])?;
    b.start()?;
    becomes(&lab, &b, State::Master)?;
    let stage = stage.told()?;
    thread::sleep(Duration::from_secs(8));
    ensure!(
        a.host().holds(VIP)? && b.host().holds(VIP)?,
        "both hold it all the while"
    );
    let status = a.status()?;
    for kind in ["password_differs", "two_masters"] {
        let told = status.condition(kind, Some("V51"));
        ensure!(
            told.is_some_and(|told| told.cause.contains("silent for")),
            "{status:?}"
        );
    }
    b.terminate()?;
    stage.over()
}

#[test]
fn a_vrid_that_a_stranger_uses() -> Result<()> {
    let lab = lab()?;
    let ours = [
        Instance::new(51, 100, VIP),
        Instance::new(52, 100, Ipv4Addr::new(10, 77, 0, 101)).password("secret"),
    ];
    let a = master(&lab, &ours)?;
    becomes_in(&lab, &a, "V52", State::Master)?;
    let taken = |router, vrid| {
        let taken = Expected::problem(&a.control(), "vrid_taken").of(router);
        taken.about(&C).naming(&C).naming(vrid)
    };
    let stage = Stage::set(&lab, [taken("V51", "VRID 51"), taken("V52", "VRID 52")])?;
    let forged = [51, 52].map(|vrid| Forged::new(C, vrid, 50, OTHER));
    let noise = Noise::from(lab.host("c")?, forged.to_vec())?;
    let stage = stage.told()?;
    noise.end()?;
    stage.over()?;
    // It is named for what it is, and for nothing else.
    for kind in ["two_masters", "password_differs", "addresses_differ"] {
        never_began(&a, kind)?;
    }
    Ok(())
}

#[test]
fn addresses_that_are_elsewhere_too() -> Result<()> {
    let lab = lab()?;
    let a = master(&lab, &[Instance::new(51, 100, VIP)])?;
    let elsewhere = Expected::problem(&a.control(), "addresses_elsewhere")
        .of("V51")
        .about(&C);
    let stage = Stage::set(&lab, [elsewhere.naming(&VIP).naming("VRID 77")])?;
    let noise = Noise::from(lab.host("c")?, vec![Forged::new(C, 77, 50, VIP)])?;
    let stage = stage.told()?;
    noise.end()?;
    stage.over()
}

#[test]
fn an_address_beside_that_of_the_master() -> Result<()> {
    let lab = lab()?;
    let a = launch(lab.host("a")?, &[Instance::new(51, 200, VIP)])?;
    let b = launch(lab.host("b")?, &[Instance::new(51, 100, VIP)])?;
    becomes(&lab, &a, State::Master)?;
    becomes(&lab, &b, State::Backup)?;
    let stray = Expected::problem(&b.control(), "address_stray").of("V51");
    let stage = Stage::set(&lab, [stray.naming(&VIP).naming("eth0")])?;
    b.host().ip(&format!("address add {VIP}/32 dev eth0"))?;
    let stage = stage.told()?;
    b.host().ip(&format!("address del {VIP}/32 dev eth0"))?;
    stage.over()
}

/// The peer does not hear us for what we are, and becomes MASTER too.
fn beside(lab: &Lab, b: &mut dyn Router, stage: Stage<'_>) -> Result<()> {
    b.start()?;
    becomes(lab, b, State::Master)?;
    let stage = stage.told()?;
    b.terminate()?;
    stage.over()
}

#[test]
fn a_peer_with_another_interval() -> Result<()> {
    let lab = lab()?;
    let a = master(&lab, &[Instance::new(51, 200, VIP)])?;
    let its = Instance {
        interval: 2,
        ..Instance::new(51, 100, VIP)
    };
    let mut b = made(lab.host("b")?, &[its])?;
    let differs = Expected::problem(&a.control(), "interval_differs")
        .of("V51")
        .about(&B);
    let two = Expected::problem(&a.control(), "two_masters")
        .of("V51")
        .naming(&B);
    // It counts for as long as it would take to miss such a peer.
    let differs = differs.naming(&B).naming("interval 2 s, expected 1 s");
    let expected = [differs, two].map(|expected| expected.over_within(Duration::from_secs(12)));
    beside(&lab, &mut b, Stage::set(&lab, expected)?)
}

#[test]
fn a_peer_with_a_much_longer_interval() -> Result<()> {
    let lab = lab()?;
    let a = master(&lab, &[Instance::new(51, 200, VIP)])?;
    let differs = Expected::problem(&a.control(), "interval_differs")
        .of("V51")
        .about(&C);
    let stage = Stage::set(&lab, [differs.over_within(Duration::from_secs(20))])?;
    let forged = Forged {
        interval: 4,
        ..Forged::new(C, 51, 50, VIP)
    };
    let noise = Noise::every(Duration::from_secs(4), lab.host("c")?, vec![forged])?;
    let stage = stage.told()?;
    // It lasts from one of its adverts to the next, as the end of this stage shows.
    thread::sleep(Duration::from_secs(9));
    noise.end()?;
    stage.over()
}

#[test]
fn a_peer_with_another_version() -> Result<()> {
    let lab = lab()?;
    let a = master(&lab, &[Instance::new(51, 200, VIP)])?;
    let its = Instance::new(51, 100, VIP).with("  version 3");
    let mut b = Keepalived::new(lab.host("b")?, "keepalived", &[its])?;
    let differs = Expected::problem(&a.control(), "version_differs")
        .of("V51")
        .about(&B);
    beside(
        &lab,
        &mut b,
        Stage::set(&lab, [differs.naming(&B).naming("version 3")])?,
    )
}

#[test]
fn a_peer_with_other_addresses() -> Result<()> {
    let lab = lab()?;
    let a = master(&lab, &[Instance::new(51, 100, VIP)])?;
    let mut b = made(lab.host("b")?, &[Instance::new(51, 200, VIP).and(OTHER.into())])?;
    let differ = Expected::problem(&a.control(), "addresses_differ")
        .of("V51")
        .about(&B);
    let stage = Stage::set(&lab, [differ.naming(&B)])?;
    b.start()?;
    becomes(&lab, &a, State::Backup)?;
    let stage = stage.told()?;
    b.terminate()?;
    stage.over()
}

#[test]
fn one_that_has_never_heard_anybody_and_one_that_cannot_win() -> Result<()> {
    let lab = lab()?;
    let a = launch(lab.host("a")?, &[Instance::new(51, 100, VIP)])?;
    let mut b = made(lab.host("b")?, &[Instance::new(51, 200, VIP)])?;
    becomes(&lab, &a, State::Backup)?;
    let stage = Stage::set(
        &lab,
        [Expected::notice(&a.control(), "never_heard_anybody").of("V51")],
    )?;
    becomes(&lab, &a, State::Master)?;
    let alone = stage.told()?;
    let cannot_win = Expected::notice(&a.control(), "cannot_win").of("V51").naming(&B);
    let stage = Stage::set(&lab, [cannot_win.naming("priority 200")])?;
    b.start()?;
    becomes(&lab, &a, State::Backup)?;
    alone.over()?;
    let stage = stage.told()?;
    b.terminate()?;
    becomes(&lab, &a, State::Master)?;
    stage.over()
}

#[test]
fn one_that_must_not_displace_a_lower_master() -> Result<()> {
    let lab = lab()?;
    let a = master(&lab, &[Instance::new(51, 200, VIP).preempt(Preempt::No)])?;
    let mut b = launch(lab.host("b")?, &[Instance::new(51, 100, VIP)])?;
    becomes(&lab, &b, State::Backup)?;
    let cannot_win = Expected::notice(&a.control(), "cannot_win").of("V51").naming(&B);
    let stage = Stage::set(&lab, [cannot_win.naming("lower priority 100")])?;
    a.host().unplug("eth0")?;
    becomes(&lab, &b, State::Master)?;
    a.host().replug("eth0")?;
    becomes(&lab, &a, State::Backup)?;
    let stage = stage.told()?;
    b.terminate()?;
    becomes(&lab, &a, State::Master)?;
    stage.over()
}
