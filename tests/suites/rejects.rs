//! A packet that must be rejected changes nothing, whatever is wrong with it and however often it comes.

use std::thread;

use vrrp_lab::prelude::*;

const STRANGER: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 3);
/// Three packets a second, for ten seconds.
const PERIOD: Duration = Duration::from_millis(333);
const SPAN: Duration = Duration::from_secs(10);
const PASSWORD: &str = "s3cret";

/// What is wrong with an advert, the reason for which it must be rejected, and how a proper one is spoiled.
type Flaw = (&'static str, &'static str, fn(Forged) -> Forged);

/// Each is aimed at a virtual router of its own, so that all can be tried at once and each one's effect be seen.
const FLAWS: &[Flaw] = &[
    ("a wrong password", "password", |proper| proper.password("other")),
    ("no authentication", "authentication_type", |proper| Forged {
        auth_type: 0,
        tail: vec![0; 8],
        ..proper
    }),
    ("authentication type 2", "authentication_type", |proper| Forged {
        auth_type: 2,
        ..proper
    }),
    (
        "an unknown authentication type",
        "authentication_type",
        |proper| Forged {
            auth_type: 77,
            ..proper
        },
    ),
    ("a bad checksum", "checksum", |proper| Forged {
        bad_checksum: true,
        ..proper
    }),
    ("TTL 254", "ttl", |proper| Forged { ttl: 254, ..proper }),
    ("version 3", "version", |proper| Forged { version: 3, ..proper }),
    ("an unknown type", "type", |proper| Forged { kind: 2, ..proper }),
    ("another interval", "interval", |proper| Forged {
        interval: 2,
        ..proper
    }),
    ("no authentication data", "too_short", |proper| Forged {
        tail: Vec::new(),
        ..proper
    }),
    ("more bytes than padding explains", "too_long", |proper| Forged {
        tail: vec![0; 16],
        ..proper
    }),
    ("more addresses than there are", "too_short", |proper| Forged {
        count: Some(9),
        ..proper
    }),
];

fn vip(vrid: u8) -> Ipv4Addr {
    Ipv4Addr::new(10, 77, 0, 100 + vrid)
}

fn numbered() -> impl Iterator<Item = (u8, &'static Flaw)> {
    (1..).zip(FLAWS)
}

fn instances(priority: u8) -> Vec<Instance> {
    numbered()
        .map(|(vrid, _)| Instance::new(vrid, priority, vip(vrid)).password(PASSWORD))
        .collect()
}

/// What would depose every MASTER, if it were right.
fn proper(vrid: u8) -> Forged {
    Forged::new(STRANGER, vrid, 254, vip(vrid)).password(PASSWORD)
}

fn flawed() -> Vec<Forged> {
    numbered()
        .map(|(vrid, (_, _, spoil))| spoil(proper(vrid)))
        .collect()
}

/// Whether `condition` holds for every virtual router, given its number and its name.
fn all(mut condition: impl FnMut(u8, &str) -> Result<bool>) -> Result<bool> {
    for (vrid, _) in numbered() {
        if !condition(vrid, &format!("V{vrid}"))? {
            return Ok(false);
        }
    }
    Ok(true)
}

struct Scene {
    master: Box<dyn Router>,
    backup: Box<dyn Router>,
    stranger: Injector,
    lab: Lab,
}

impl Scene {
    fn new(make: Make) -> Result<Self> {
        let lab = Lab::on_one_lan(&["a", "b", "stranger"])?;
        let master = make.launch(lab.host("a")?, &instances(200))?;
        let backup = make.launch(lab.host("b")?, &instances(100))?;
        let stranger = Injector::open(lab.host("stranger")?, "eth0")?;
        let scene = Self {
            master,
            backup,
            stranger,
            lab,
        };
        scene.lab.eventually(PATIENCE, "the first is MASTER of all", || {
            all(|vrid, name| {
                Ok(scene.master.state(name)? == Some(State::Master)
                    && scene.master.holds(vip(vrid))?
                    && scene.backup.state(name)? == Some(State::Backup))
            })
        })?;
        Ok(scene)
    }

    /// The longest time between two adverts of the MASTER for a VRID since `from`.
    fn longest_silence(&self, vrid: u8, from: Duration) -> Result<Duration> {
        let mut adverts = self
            .lab
            .capture()?
            .adverts_from(self.master.host().address()?, vrid)?;
        adverts.retain(|(time, _)| *time + Duration::from_secs(1) >= from);
        let times: Vec<Duration> = adverts.iter().map(|(time, _)| *time).chain([wall()]).collect();
        Ok(times
            .windows(2)
            .map(|pair| pair[1].saturating_sub(pair[0]))
            .max()
            .unwrap_or(Duration::MAX))
    }
}

#[test]
fn no_flaw_moves_anything() -> Result<()> {
    let scene = Scene::new(Make::Vrrpd)?;
    let begun = wall();
    scene.stranger.repeat(&flawed(), PERIOD, SPAN)?;
    let log = scene.master.log()?;
    for (vrid, (flaw, reason, _)) in numbered() {
        let name = format!("V{vrid}");
        // Told once, not thirty times.
        let (router, reason) = (
            format!("router=\"{name}\""),
            format!("source={STRANGER} reason=\"{reason}\""),
        );
        let told = log
            .lines()
            .filter(|line| line.contains(&router) && line.contains("reason="))
            .collect::<Vec<_>>();
        ensure!(
            told.len() == 1 && told[0].contains(&reason),
            "{flaw}: the log must say {reason}: {told:#?}"
        );
        let silence = scene.longest_silence(vrid, begun)?;
        let stall = longest_stall(begun);
        ensure!(
            silence < Duration::from_millis(1150) + stall,
            "{flaw}: the MASTER was silent for {silence:?} (the machine stood still for {stall:?})"
        );
        let (master, backup) = (scene.master.transitions(&name)?, scene.backup.transitions(&name)?);
        ensure!(
            master == [State::Backup, State::Master],
            "{flaw}: the MASTER went through {master:?}"
        );
        ensure!(
            backup == [State::Backup],
            "{flaw}: the BACKUP went through {backup:?}"
        );
        let others = scene
            .lab
            .capture()?
            .adverts_from(scene.backup.host().address()?, vrid)?;
        ensure!(others.is_empty(), "{flaw}: the BACKUP spoke");
    }
    Ok(())
}

#[test]
fn without_its_flaw_each_would() -> Result<()> {
    // The control: it is the flaw that makes the difference, not the stranger.
    let scene = Scene::new(Make::Vrrpd)?;
    let proper: Vec<Forged> = numbered().map(|(vrid, _)| proper(vrid)).collect();
    scene.stranger.repeat(&proper, PERIOD, Duration::from_secs(2))?;
    scene.lab.eventually(PATIENCE, "every MASTER has yielded", || {
        all(|_, name| Ok(scene.master.transitions(name)?.get(2) == Some(&State::Backup)))
    })
}

#[test]
fn no_flaw_keeps_a_backup_from_replacing_a_dead_master() -> Result<()> {
    let mut scene = Scene::new(Make::Vrrpd)?;
    let (stranger, flawed) = (&scene.stranger, flawed());
    thread::scope(|scope| {
        let attack = scope.spawn(|| stranger.repeat(&flawed, PERIOD, Duration::from_secs(7)));
        thread::sleep(Duration::from_secs(1));
        scene.master.kill()?;
        attack
            .join()
            .map_err(|_| anyhow::anyhow!("the attack panicked"))?
    })?;
    let (dead, alive) = (scene.master.host().address()?, scene.backup.host().address()?);
    for (vrid, (flaw, _, _)) in numbered() {
        let last = scene
            .lab
            .capture()?
            .adverts_from(dead, vrid)?
            .last()
            .context("the MASTER spoke")?
            .0;
        let taken = scene.lab.capture()?.adverts_from(alive, vrid)?;
        let next = taken
            .first()
            .with_context(|| format!("{flaw}: nobody took over"))?
            .0;
        let (wait, due) = (
            next.saturating_sub(last),
            Instance::new(vrid, 100, VIP).master_down(),
        );
        ensure!(
            wait < due + Duration::from_millis(150) + longest_stall(last),
            "{flaw}: the BACKUP took {wait:?} of {due:?}"
        );
    }
    Ok(())
}

#[test]
fn keepalived_falls_silent() -> Result<()> {
    // Why this suite exists: the same packets, and what they do to the program that vrrpd replaces.
    static FIGURES: Figures = Figures::new(
        "rejects",
        "| flaw, 3 a second for 10 s | keepalived's MASTER was silent for |",
    );
    let scene = Scene::new(Make::Keepalived)?;
    let begun = wall();
    scene.stranger.repeat(&flawed(), PERIOD, SPAN)?;
    let mut silenced = 0;
    for (vrid, (flaw, _, _)) in numbered() {
        let silence = scene.longest_silence(vrid, begun)?;
        FIGURES.record(&[flaw, &Figures::milliseconds(silence)])?;
        silenced += usize::from(silence > Duration::from_secs(3));
    }
    ensure!(
        silenced > 0,
        "a rejected packet did nothing to keepalived: is the attack what it seems?"
    );
    Ok(())
}
