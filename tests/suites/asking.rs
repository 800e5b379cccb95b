//! Whoever asks a daemon disturbs nobody: neither a thousand who are hostile, nor one who does not listen.

use std::fs;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::process::{Command, Output};
use std::sync::Arc;
use std::thread;

use serde_json::{Value, json};
use vrrp_lab::prelude::*;
use vrrp_lab::{Asker, Door, Flood, Host, Page, vrrpd_binary};

const PORT: u16 = 9650;
/// How many come to each door.
const HOSTILE: usize = 1000;
/// For how long.
const SPAN: Duration = Duration::from_secs(15);
/// How long a good client waits.
const AT_ONCE: Duration = Duration::from_secs(2);
/// Between two adverts there is an interval, and never as long as one and a half.
const TOO_LONG: Duration = Duration::from_millis(1500);

static FIGURES: Figures = Figures::new(
    "asking",
    "| flood | connections | worst distance of two adverts when idle | under the flood | the slowest good answer by \
     socket, by HTTP | descriptors before, after | memory before, most, after |",
);

fn vip(vrid: u8) -> Ipv4Addr {
    Ipv4Addr::new(10, 77, 0, 100 + vrid)
}

fn instances(count: u8, priority: u8) -> Vec<Instance> {
    (1..=count)
        .map(|vrid| Instance::new(vrid, priority, vip(vrid)))
        .collect()
}

fn http() -> String {
    format!("[http]\nlisten = \"127.0.0.1:{PORT}\"\n")
}

/// A MASTER of some virtual routers that can be asked both ways, and its BACKUP.
struct Scene {
    master: Vrrpd,
    backup: Vrrpd,
    asker: Asker,
    lab: Lab,
    routers: u8,
}

impl Scene {
    fn elect(routers: u8) -> Result<Self> {
        Self::told(routers, &http())
    }

    fn told(routers: u8, besides: &str) -> Result<Self> {
        let lab = Lab::on_one_lan(&["a", "b", "client"])?;
        let (a, b) = (lab.host("a")?, lab.host("b")?);
        let mut master = Vrrpd::with(a, "vrrpd", besides, &instances(routers, 200))?;
        let mut backup = Vrrpd::new(b, "vrrpd", &instances(routers, 100))?;
        master.start()?;
        backup.start()?;
        let asker = Asker::new(a, "vrrpd");
        let scene = Self {
            master,
            backup,
            asker,
            lab,
            routers,
        };
        scene.lab.eventually(PATIENCE, "the first is MASTER of all", || {
            for vrid in 1..=routers {
                let name = format!("V{vrid}");
                let elected = scene.master.state(&name)? == Some(State::Master)
                    && scene.backup.state(&name)? == Some(State::Backup);
                if !elected {
                    return Ok(false);
                }
            }
            scene.master.holds(vip(routers))
        })?;
        Ok(scene)
    }

    /// That every interval between two moments has its advert of every virtual router, and nobody else sends any. The
    /// longest time between two.
    fn adverts(&self, begun: Duration, ended: Duration) -> Result<Duration> {
        let (ours, theirs) = (self.master.host().address()?, self.backup.host().address()?);
        let adverts = self.lab.capture()?.adverts()?;
        let within = || adverts.iter().filter(|(at, _)| (begun..ended).contains(at));
        ensure!(
            within().all(|(_, advert)| advert.source != theirs),
            "the BACKUP sent an advert"
        );
        ensure!(
            within().all(|(_, advert)| advert.source != ours || advert.priority == 200),
            "the MASTER resigned"
        );
        let stall = longest_stall(begun);
        let mut worst = Duration::ZERO;
        for vrid in 1..=self.routers {
            let of_it = within().filter(|(_, advert)| advert.source == ours && advert.vrid == vrid);
            let times: Vec<Duration> = of_it.map(|(at, _)| *at).collect();
            // None is missing and none comes twice: as many as seconds, and at the edges one more or less.
            let span = ended.saturating_sub(begun);
            let due = span.as_secs();
            let sent = u64::try_from(times.len())?;
            ensure!(
                (due - 1..=due + 1).contains(&sent),
                "V{vrid}: {sent} adverts in {span:?} (the machine stood still for {stall:?})"
            );
            for pair in times.windows(2) {
                worst = worst.max(pair[1].saturating_sub(pair[0]));
            }
        }
        ensure!(
            worst < TOO_LONG + stall,
            "{worst:?} between two adverts (the machine stood still for {stall:?})"
        );
        Ok(worst)
    }

    /// Asks both ways, as a good client does; the time that each took.
    fn good_client(&self) -> Result<[Duration; 2]> {
        let begun = monotonic();
        ensure!(self.asker.is_well("live")?, "it says that it is not well");
        let asked = monotonic();
        let page = Page::get(self.master.host(), PORT, "/livez", "*/*")?;
        ensure!((page.status, page.body.as_str()) == (200, "ok\n"), "{page:?}");
        Ok([asked.saturating_sub(begun), monotonic().saturating_sub(asked)])
    }
}

/// How many descriptors a process has, and how much memory, now and at most, in KiB.
fn takes(pid: i32) -> Result<(usize, u64, u64)> {
    let descriptors = fs::read_dir(format!("/proc/{pid}/fd"))?.count();
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let field = |name: &str| -> Result<u64> {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let number = line.and_then(|line| line.split_whitespace().next());
        Ok(number.with_context(|| format!("no {name}"))?.parse()?)
    };
    Ok((descriptors, field("VmRSS:")?, field("VmHWM:")?))
}

/// A flood, and what it did.
fn endures(routers: u8, doors: &[Door], what: &str) -> Result<()> {
    let scene = Scene::elect(routers)?;
    let host = scene.master.host();
    let pid = scene.asker.pid()?;
    let doors: Vec<Door> = doors
        .iter()
        .map(|door| match door {
            Door::Control(_) => Door::Control(scene.asker.path().to_owned()),
            Door::Http(address) => Door::Http(*address),
        })
        .collect();
    // What it looks like when nobody disturbs it. A good client comes here too: what it costs is not the flood's.
    let begun = wall();
    thread::sleep(Duration::from_secs(5));
    scene.good_client()?;
    let idle = scene.adverts(begun, wall())?;
    let before = takes(pid)?;

    let begun = wall();
    let floods: Vec<Flood> = doors
        .iter()
        .map(|door| Flood::start(host, door.clone(), HOSTILE))
        .collect::<Result<_>>()?;
    let mut slowest = [Duration::ZERO; 2];
    while wall().saturating_sub(begun) < SPAN {
        let took = scene.good_client().context("a good client under the flood")?;
        slowest = [slowest[0].max(took[0]), slowest[1].max(took[1])];
        thread::sleep(Duration::from_millis(500));
    }
    let ended = wall();
    let connected: usize = floods.iter().map(Flood::connected).sum();
    let lost: usize = floods.iter().map(Flood::lost).sum();
    ensure!(
        connected >= HOSTILE * doors.len() && lost > 0,
        "a flood of {connected} connections, of which {lost} were thrown out, is none"
    );
    for flood in floods {
        flood.end()?;
    }
    let worst = scene.adverts(begun, ended)?;
    let stall = longest_stall(begun);
    ensure!(
        slowest.iter().all(|took| *took < AT_ONCE + stall),
        "a good client waited {slowest:?} (the machine stood still for {stall:?})"
    );
    ensure!(
        scene.master.transitions("V1")?.last() == Some(&State::Master)
            && scene.backup.transitions("V1")? == [State::Backup],
        "somebody took over"
    );

    // Afterwards nothing is left of it: a few descriptors and a few MiB are what any daemon varies by.
    let mut after = takes(pid)?;
    scene
        .lab
        .eventually(PATIENCE, "descriptors and memory are back", || {
            after = takes(pid)?;
            Ok(after.0 <= before.0 + 2 && after.1 <= before.1 + 8 * 1024)
        })
        .with_context(|| format!("descriptors, memory and its peak were {before:?} and are {after:?}"))?;
    // And while it lasted it took no more than its bounds allow.
    ensure!(
        after.2 <= before.1 + 48 * 1024,
        "memory was {before:?} and is {after:?}"
    );
    scene.good_client()?;
    FIGURES.record(&[
        what,
        &format!("{connected}"),
        &Figures::milliseconds(idle),
        &Figures::milliseconds(worst),
        &slowest.map(Figures::milliseconds).join(", "),
        &format!("{}, {}", before.0, after.0),
        &format!("{}, {}, {} KiB", before.1, after.2, after.1),
    ])
}

fn control() -> Door {
    Door::Control("of the scene".into())
}

fn web() -> Door {
    Door::Http(std::net::SocketAddrV4::new(Ipv4Addr::LOCALHOST, PORT))
}

#[test]
fn a_thousand_hostile_askers_at_the_control_socket_are_not_felt() -> Result<()> {
    endures(1, &[control()], "control socket, 1 virtual router")
}

#[test]
fn a_thousand_at_each_door_of_twenty_routers_are_not_felt() -> Result<()> {
    endures(20, &[control(), web()], "both, 20 virtual routers")
}

#[test]
fn followers_that_never_read_cost_nothing() -> Result<()> {
    const DEAF: usize = 40;
    const ROUNDS: usize = 200;
    let scene = Scene::elect(1)?;
    let pid = scene.asker.pid()?;
    let before = takes(pid)?;
    let deaf = (0..DEAF)
        .map(|_| scene.asker.follow(0))
        .collect::<Result<Vec<_>>>()?;
    let begun = wall();
    // A file that is wrong and right in turns: each reload is news, and hundreds are more than a socket holds.
    let file = scene.master.host().file("vrrpd.toml");
    let right = fs::read_to_string(&file)?;
    for _ in 0..ROUNDS {
        fs::write(&file, format!("{right}\nwrong"))?;
        scene.asker.reload()?;
        fs::write(&file, &right)?;
        scene.asker.reload()?;
    }
    scene
        .lab
        .eventually(PATIENCE, "one who reads is told of all", || {
            let events = scene.asker.events(0)?;
            let reloads = events.iter().filter(|event| event["event"] == "reloaded");
            Ok(reloads.count() == ROUNDS * 2)
        })?;
    let during = takes(pid)?;
    ensure!(
        during.1 <= before.1 + 8 * 1024,
        "memory was {before:?} and is {during:?}"
    );
    thread::sleep(Duration::from_secs(3));
    scene.adverts(begun, wall())?;
    drop(deaf);
    scene.lab.eventually(PATIENCE, "their descriptors are back", || {
        Ok(takes(pid)?.0 <= before.0 + 1)
    })
}

#[test]
fn events_are_numbered_without_a_gap_over_a_takeover_and_followers_hear_at_once() -> Result<()> {
    let scene = Scene::elect(1)?;
    let backup = Asker::new(scene.backup.host(), "vrrpd");
    // A reject, again and again: it is news once.
    let stranger = Injector::open(scene.lab.host("client")?, "eth0")?;
    let reject = Forged::new(Ipv4Addr::new(10, 77, 0, 3), 1, 254, vip(1)).password("other");
    stranger.repeat(&[reject], Duration::from_millis(100), Duration::from_secs(1))?;
    let known = backup.events(0)?;
    let last = known.last().context("it has started")?["sequence"].as_u64();
    let mut told = backup.follow(last.context("events are numbered")?)?;

    let Scene { mut master, lab, .. } = scene;
    let killed = wall();
    master.kill()?;
    let took_over = loop {
        let event = told.next(PATIENCE)?["event"].clone();
        if event["event"] == "transition" {
            break event;
        }
    };
    let heard = wall();
    ensure!(
        (&took_over["router"], &took_over["from"], &took_over["to"])
            == (&json!("V1"), &json!("BACKUP"), &json!("MASTER")),
        "{took_over}"
    );
    let source = lab.host("b")?.address()?;
    let first = lab
        .capture()?
        .wait_for(PATIENCE, "it sends an advert", |packet| {
            packet.time > killed && packet.advert().is_some_and(|advert| advert.source == source)
        })?;
    let late = heard.saturating_sub(first.time);
    ensure!(
        late < Duration::from_secs(1) + longest_stall(killed),
        "a follower heard of it {late:?} after the first advert"
    );

    master.start()?;
    lab.eventually(PATIENCE, "the first is MASTER again", || {
        Ok(master.state("V1")? == Some(State::Master))
    })?;
    lab.eventually(PATIENCE, "and the second has told so", || {
        let events = backup.events(0)?;
        let last = events.iter().rev().find(|event| event["event"] == "transition");
        Ok(last.is_some_and(|event| event["to"] == "BACKUP"))
    })?;
    let events = backup.events(0)?;
    let numbers: Vec<u64> = events
        .iter()
        .filter_map(|event| event["sequence"].as_u64())
        .collect();
    let expected: Vec<u64> = (1..).take(events.len()).collect();
    ensure!(numbers == expected, "{numbers:?}");
    let transitions: Vec<(&Value, &Value)> = events
        .iter()
        .filter(|event| event["event"] == "transition")
        .map(|event| (&event["from"], &event["to"]))
        .collect();
    let chain = ["INIT", "BACKUP", "MASTER", "BACKUP"].map(Value::from);
    ensure!(
        transitions
            == [
                (&chain[0], &chain[1]),
                (&chain[1], &chain[2]),
                (&chain[2], &chain[3])
            ],
        "{transitions:?}"
    );
    let rejects = events.iter().filter(|event| event["event"] == "first_reject");
    let rejects: Vec<&Value> = rejects.collect();
    ensure!(
        rejects.len() == 1 && rejects[0]["source"] == "10.77.0.3",
        "what is rejected again and again is news once: {rejects:?}"
    );
    Ok(())
}

/// Runs one of our commands as somebody.
fn as_somebody(host: &Host, who: &[&str], arguments: &[&str]) -> Result<Output> {
    // Where it was built others may not be let in.
    let program = host.file("program");
    if !program.exists() {
        fs::copy(vrrpd_binary()?, &program)?;
    }
    let directory = host.file("run/vrrpd");
    let output = Command::new("setpriv")
        .args(who)
        .arg("--")
        .arg(program)
        .args(arguments)
        .arg("--state-dir")
        .arg(directory)
        .output()?;
    Ok(output)
}

fn said(output: &Output) -> String {
    let (out, err) = (&output.stdout, &output.stderr);
    format!(
        "{}: {}{}",
        output.status,
        String::from_utf8_lossy(out),
        String::from_utf8_lossy(err)
    )
}

const NOBODY: &[&str] = &["--reuid=65534", "--regid=65534", "--clear-groups"];
/// In Debian's group `users` as their own group, and as one more.
const MEMBERS: [&[&str]; 2] = [
    &["--reuid=65534", "--regid=100", "--clear-groups"],
    &["--reuid=65534", "--regid=65534", "--groups=100"],
];

#[test]
fn nobody_else_may_ask() -> Result<()> {
    let scene = Scene::elect(1)?;
    let host = scene.master.host();
    for command in ["status", "events", "health", "reload"] {
        let output = as_somebody(host, NOBODY, &[command])?;
        ensure!(
            output.status.code().is_some_and(|code| code > 0)
                && output.stdout.is_empty()
                && said(&output).contains("permission denied"),
            "{command}: {}",
            said(&output)
        );
        // It is the rights that fail.
        let output = as_somebody(host, &["--reuid=0"], &[command])?;
        ensure!(output.status.success(), "{command}: {}", said(&output));
    }
    // Also where the socket itself lets everybody in, which somebody did by hand.
    fs::set_permissions(scene.asker.path(), fs::Permissions::from_mode(0o666))?;
    let output = as_somebody(host, NOBODY, &["status"])?;
    ensure!(
        !output.status.success() && said(&output).contains("not_permitted"),
        "{}",
        said(&output)
    );
    Ok(())
}

#[test]
fn members_of_the_group_may_look_and_change_things_only_if_told_so() -> Result<()> {
    for may_change in [false, true] {
        let control = format!("[control]\ngroup = \"users\"\ngroup_may_change = {may_change}\n");
        let scene = Scene::told(1, &control)?;
        let host = scene.master.host();
        for member in MEMBERS {
            for command in ["status", "events", "health"] {
                let output = as_somebody(host, member, &[command])?;
                ensure!(output.status.success(), "{member:?} {command}: {}", said(&output));
            }
            let output = as_somebody(host, member, &["reload"])?;
            ensure!(
                output.status.success() == may_change
                    && said(&output).contains("not_permitted") != may_change,
                "{member:?} reload: {}",
                said(&output)
            );
        }
        let output = as_somebody(host, NOBODY, &["status"])?;
        ensure!(
            !output.status.success() && said(&output).contains("permission denied"),
            "{}",
            said(&output)
        );
    }
    Ok(())
}

#[test]
fn one_that_hangs_is_not_alive() -> Result<()> {
    let scene = Scene::elect(1)?;
    let host = scene.master.host();
    let live = || as_somebody(host, &["--reuid=0"], &["health", "--live"]);
    let output = live()?;
    ensure!(output.status.success(), "{}", said(&output));
    let pid = scene.asker.pid()?;
    host.signal(pid, Signal::SIGSTOP)?;
    let begun = wall();
    let output = live();
    let took = wall().saturating_sub(begun);
    host.signal(pid, Signal::SIGCONT)?;
    let output = output?;
    ensure!(
        !output.status.success() && said(&output).contains("hangs"),
        "{}",
        said(&output)
    );
    ensure!(
        took < Duration::from_secs(6) + longest_stall(begun),
        "it took {took:?}"
    );
    scene
        .lab
        .eventually(PATIENCE, "it is alive again", || Ok(live()?.status.success()))
}

#[test]
fn two_in_one_directory_answer_each_for_itself() -> Result<()> {
    let lab = Lab::on_one_lan(&["a"])?;
    let host = lab.host("a")?;
    let mut web = Vrrpd::new(host, "web", &[Instance::new(51, 200, vip(1))])?;
    let mut mail = Vrrpd::new(host, "mail", &[Instance::new(52, 200, vip(2))])?;
    web.start()?;
    mail.start()?;
    let askers = [Asker::new(host, "web"), Asker::new(host, "mail")];
    let answers = |asker: &Asker| -> Result<(Value, Value)> {
        let status = asker.status()?;
        Ok((
            status["daemon"]["name"].clone(),
            status["routers"][0]["name"].clone(),
        ))
    };
    lab.eventually(PATIENCE, "both listen", || {
        Ok(askers.iter().all(|asker| asker.status().is_ok()))
    })?;
    ensure!(answers(&askers[0])? == (json!("web"), json!("V51")));
    ensure!(answers(&askers[1])? == (json!("mail"), json!("V52")));
    ensure!(askers[0].pid()? != askers[1].pid()?);
    let output = as_somebody(host, &["--reuid=0"], &["status"])?;
    ensure!(
        !output.status.success() && said(&output).contains("mail, web"),
        "without a name both are named: {}",
        said(&output)
    );
    // One that goes takes its own socket along, and no other.
    web.terminate()?;
    ensure!(!askers[0].path().exists(), "its socket is removed");
    ensure!(answers(&askers[1])?.0 == json!("mail"));
    let output = as_somebody(host, &["--reuid=0"], &["status", "--json"])?;
    let status: Value = serde_json::from_slice(&output.stdout).with_context(|| said(&output))?;
    ensure!(status["daemon"]["name"] == "mail", "{status}");
    Ok(())
}

#[test]
fn a_socket_that_a_killed_daemon_left_is_replaced() -> Result<()> {
    let lab = Lab::on_one_lan(&["a"])?;
    let host = lab.host("a")?;
    let mut router = Vrrpd::new(host, "vrrpd", &instances(1, 200))?;
    let asker = Asker::new(host, "vrrpd");
    router.start()?;
    lab.eventually(PATIENCE, "it answers", || Ok(asker.status().is_ok()))?;
    let first = asker.pid()?;
    router.kill()?;
    ensure!(
        fs::symlink_metadata(asker.path())?.file_type().is_socket(),
        "what is killed leaves its socket"
    );
    let output = as_somebody(host, &["--reuid=0"], &["health"])?;
    ensure!(
        !output.status.success() && said(&output).contains("gone"),
        "{}",
        said(&output)
    );
    router.start()?;
    lab.eventually(PATIENCE, "its successor answers", || Ok(asker.status().is_ok()))?;
    ensure!(asker.pid()? != first);
    let mode = fs::symlink_metadata(asker.path())?.permissions().mode() & 0o777;
    ensure!(mode == 0o660, "{mode:o}");
    router.terminate()?;
    let left: Vec<_> = fs::read_dir(host.file("run/vrrpd"))?
        .filter_map(|entry| Some(entry.ok()?.file_name()))
        .filter(|name| name.to_string_lossy().contains("sock") || name.to_string_lossy().starts_with('.'))
        .collect();
    ensure!(left.is_empty(), "{left:?}");
    Ok(())
}

#[test]
fn without_a_directory_to_write_to_it_does_its_work_and_says_so() -> Result<()> {
    // One that cannot be made, and one that nobody can write to.
    let mounts = [
        ("/proc/vrrpd", "true"),
        (
            "/run/closed",
            "mkdir -p /run/closed && mount -t tmpfs -o ro none /run/closed",
        ),
    ];
    for (directory, prepare) in mounts {
        let lab = Lab::on_one_lan(&["a"])?;
        let host: &Arc<Host> = lab.host("a")?;
        let _written = Vrrpd::with(host, "vrrpd", &http(), &instances(1, 200))?;
        let config = host.file("vrrpd.toml");
        let [config, program] = [config.as_path(), vrrpd_binary()?].map(|path| path.display().to_string());
        let inside = format!(
            "{prepare} && exec {program} run --config {config} --state-dir {directory} --log-format human"
        );
        let process = host.run("sh", &["-c", &inside])?;
        lab.eventually(PATIENCE, "it serves", || host.holds(vip(1)))?;
        let source = host.address()?;
        lab.capture()?.wait_for(PATIENCE, "it sends adverts", |packet| {
            packet.advert().is_some_and(|advert| advert.source == source)
        })?;
        let log = process.output()?;
        ensure!(
            log.lines().any(
                |line| line.contains("`vrrpd status` and the like cannot ask this daemon")
                    && line.contains(directory)
            ),
            "{log}"
        );
        // It can be asked the other way.
        let page = Page::get(host, PORT, "/livez", "*/*")?;
        ensure!(page.status == 200, "{page:?}");
        process.signal(Signal::SIGTERM)?;
        ensure!(process.wait(PATIENCE)?.success(), "{}", process.output()?);
        ensure!(!host.holds(vip(1))?, "it has released the address");
    }
    Ok(())
}
