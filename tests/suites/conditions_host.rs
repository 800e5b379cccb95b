//! Each condition of the host and of the daemon itself is staged: it is not there before its cause, it is told within
//! 5 s by `vrrpd status` and by its metric, and it goes when its cause does.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use vrrp_lab::prelude::*;
use vrrp_lab::{Control, Expected, Frozen, Host, Stage};

const METRICS: &str = "[http]\nlisten = \"127.0.0.1:9650\"\n";

fn lab() -> Result<Lab> {
    Lab::on_one_lan(&["a"])
}

/// One daemon on host `a`, MASTER of V51.
fn master(lab: &Lab, besides: &str, instances: &[Instance]) -> Result<Vrrpd> {
    let mut a = Vrrpd::with(lab.host("a")?, "vrrpd", besides, instances)?;
    a.start()?;
    becomes(lab, &a, State::Master)?;
    Ok(a)
}

/// The same, with nothing special about it.
fn plain(lab: &Lab) -> Result<Vrrpd> {
    master(lab, METRICS, &[Instance::new(51, 200, VIP)])
}

fn becomes(lab: &Lab, router: &dyn Router, state: State) -> Result<()> {
    let what = format!("it is {state:?}");
    lab.eventually(PATIENCE, &what, || Ok(router.state("V51")? == Some(state)))
}

fn problem(of: &Control, kind: &'static str) -> Expected {
    Expected::problem(of, kind)
}

fn shell(host: &Host, script: &str) -> Result<()> {
    host.exec(&["sh", "-ec", script]).map(drop)
}

#[test]
fn a_protocol_thread_that_does_not_answer() -> Result<()> {
    let lab = lab()?;
    let a = plain(&lab)?;
    // HTTP is served by another thread, and goes on.
    let stage = Stage::set(&lab, [problem(&a.control(), "not_answering").about("protocol")])?;
    let before = a.status()?;
    let before = before.condition("never_heard_anybody", Some("V51"));
    ensure!(before.is_some(), "there is something else to say");
    let frozen = Frozen::thread(a.pid()?)?;
    let stage = stage.told()?;
    frozen.thaw()?;
    stage.over()?;
    // What was true before is neither over meanwhile nor new afterwards.
    let events = a.control().events(0)?;
    let others = events
        .iter()
        .filter(|event| event.kind.as_deref() == Some("never_heard_anybody"));
    ensure!(others.count() == 1, "{events:?}");
    Ok(())
}

#[test]
fn adverts_that_cannot_be_sent() -> Result<()> {
    let lab = lab()?;
    let a = plain(&lab)?;
    let cannot = problem(&a.control(), "cannot_send").of("V51");
    let stage = Stage::set(&lab, [cannot.naming("Operation not permitted")])?;
    shell(
        a.host(),
        "nft 'table ip f { chain out { type filter hook output priority 0; ip protocol 112 drop; }; }'",
    )?;
    let stage = stage.told()?;
    shell(a.host(), "nft delete table ip f")?;
    stage.over()
}

#[test]
fn addresses_that_the_kernel_refuses() -> Result<()> {
    let lab = lab()?;
    let host = lab.host("a")?;
    // Of the interfaces that every kernel has or loads, the kind whose MTU has no lower bound.
    host.ip("link add d0 type ifb\nlink set d0 up")?;
    let elsewhere = Vip {
        interface: Some("d0".to_owned()),
        ..VIP.into()
    };
    let instance = Instance {
        vips: vec![elsewhere],
        ..Instance::new(51, 200, VIP)
    };
    let a = master(&lab, METRICS, &[instance])?;
    let refused = problem(&a.control(), "claim_refused").of("V51").naming(&VIP);
    let stage = Stage::set(&lab, [refused])?;
    // Too small for IPv4, so that the interface can have no address.
    host.ip("link set d0 mtu 60")?;
    let stage = stage.told()?;
    // It is tried again after 10 s, and is no better for that.
    becomes(&lab, &a, State::Backup)?;
    std::thread::sleep(Duration::from_millis(1500));
    ensure!(a.status()?.condition("claim_refused", Some("V51")).is_some());
    host.ip("link set d0 mtu 1500")?;
    stage.over()
}

#[test]
fn addresses_that_somebody_keeps_removing() -> Result<()> {
    let lab = lab()?;
    let a = plain(&lab)?;
    let removed = problem(&a.control(), "addresses_removed").of("V51");
    // It is told for as long as the last few repairs lie within 10 s.
    let stage = Stage::set(&lab, [removed.over_within(Duration::from_secs(15))])?;
    for _ in 0..3 {
        lab.eventually(PATIENCE, "the address is there", || a.holds(VIP))?;
        a.host().ip(&format!("address del {VIP}/32 dev eth0"))?;
    }
    let stage = stage.told()?;
    stage.over()
}

#[test]
fn an_interface_that_is_missing_or_of_no_use() -> Result<()> {
    let lab = lab()?;
    let a = plain(&lab)?;
    let (of, host) = (a.control(), a.host());
    let fault = |kind| [problem(&of, kind).of("V51").about("eth0").naming("eth0")];

    let stage = Stage::set(&lab, fault("interface_missing"))?;
    host.delete_interface("eth0")?;
    let stage = stage.told()?;
    host.plug_again("eth0")?;
    stage.over()?;

    let stage = Stage::set(&lab, fault("interface_unusable"))?;
    host.link_down("eth0")?;
    let stage = stage.told()?;
    host.link_up("eth0")?;
    stage.over()?;

    let stage = Stage::set(&lab, fault("interface_unusable"))?;
    host.unplug("eth0")?;
    let stage = stage.told()?;
    host.replug("eth0")?;
    stage.over()?;

    let own = host.address()?;
    let stage = Stage::set(&lab, fault("interface_unusable"))?;
    host.ip(&format!("address del {own}/24 dev eth0"))?;
    let stage = stage.told()?;
    host.ip(&format!("address add {own}/24 dev eth0"))?;
    stage.over()
}

#[test]
fn a_source_that_the_host_does_not_have() -> Result<()> {
    let lab = lab()?;
    let source = Ipv4Addr::new(10, 77, 0, 50);
    let host = lab.host("a")?;
    host.ip(&format!("address add {source}/24 dev eth0"))?;
    let peers = [Ipv4Addr::new(10, 77, 0, 2)];
    let a = master(
        &lab,
        METRICS,
        &[Instance::new(51, 200, VIP).unicast(source, &peers)],
    )?;
    let missing = problem(&a.control(), "interface_unusable")
        .of("V51")
        .about(&source);
    let stage = Stage::set(&lab, [missing.naming(&source)])?;
    host.ip(&format!("address del {source}/24 dev eth0"))?;
    let stage = stage.told()?;
    host.ip(&format!("address add {source}/24 dev eth0"))?;
    stage.over()
}

/// Writes a script that may or may not be run.
fn write_script(path: &Path, text: &str, mode: u32) -> Result<()> {
    // In one step, since a program that is being written cannot be run.
    let new = path.with_extension("new");
    fs::write(&new, text)?;
    fs::set_permissions(&new, fs::Permissions::from_mode(mode))?;
    Ok(fs::rename(&new, path)?)
}

#[test]
fn a_check_that_cannot_run_or_fails() -> Result<()> {
    const PASSES: &str = "#!/bin/sh\nexit 0\n";
    let lab = lab()?;
    let script = lab.host("a")?.file("check.sh");
    write_script(&script, PASSES, 0o755)?;
    let check = format!(
        "{METRICS}[[check]]\nname = \"ready\"\nscript = [\"{}\"]\ninterval = \"200ms\"\n",
        script.display()
    );
    let instance = Instance::new(51, 200, VIP).with("checks = [\"ready\"]");
    let a = master(&lab, &check, &[instance])?;
    let of = a.control();
    let broken = || problem(&of, "check_not_runnable").about("ready");
    let failing = || {
        problem(&of, "check_failing")
            .of("V51")
            .about("check ready")
            .naming("ready")
    };

    let stage = Stage::set(&lab, [broken(), failing()])?;
    fs::remove_file(&script)?;
    let stage = stage.told()?;
    write_script(&script, PASSES, 0o755)?;
    stage.over()?;

    let stage = Stage::set(&lab, [broken(), failing()])?;
    write_script(&script, PASSES, 0o644)?;
    let stage = stage.told()?;
    write_script(&script, PASSES, 0o755)?;
    stage.over()?;

    let before = of.events(0)?.len();
    let stage = Stage::set(&lab, [failing().naming("exited with status 3")])?;
    write_script(&script, "#!/bin/sh\nexit 3\n", 0o755)?;
    let stage = stage.told()?;
    write_script(&script, PASSES, 0o755)?;
    stage.over()?;
    let since = of.events(before as u64)?;
    let wrong = since
        .iter()
        .find(|event| event.kind.as_deref() == Some("check_not_runnable"));
    ensure!(wrong.is_none(), "one that fails is not broken: {wrong:?}");
    Ok(())
}

#[test]
fn a_check_or_an_interface_that_only_counts() -> Result<()> {
    let lab = Lab::new(&[("a", &[0, 1])])?;
    let host = lab.host("a")?;
    let flag = host.file("healthy");
    fs::write(&flag, "")?;
    let check = format!(
        "{METRICS}[[check]]\nname = \"ready\"\nscript = [\"/usr/bin/test\", \"-e\", \"{}\"]\n\
         interval = \"200ms\"\nweight = -20\n",
        flag.display()
    );
    let instance = Instance::new(51, 200, VIP)
        .with("checks = [\"ready\"]")
        .with("track_interfaces = [{ interface = \"eth1\", weight = -30 }]");
    let a = master(&lab, &check, &[instance])?;
    let of = a.control();

    let failing = problem(&of, "check_failing").of("V51").about("check ready");
    let stage = Stage::set(&lab, [failing.naming("exited with status 1")])?;
    fs::remove_file(&flag)?;
    let stage = stage.told()?;
    fs::write(&flag, "")?;
    stage.over()?;

    let unusable = problem(&of, "interface_unusable").of("V51").about("eth1");
    let stage = Stage::set(&lab, [unusable.naming("eth1")])?;
    host.unplug("eth1")?;
    let stage = stage.told()?;
    host.replug("eth1")?;
    stage.over()?;
    ensure!(
        a.transitions("V51")? == [State::Backup, State::Master],
        "it stays MASTER"
    );
    Ok(())
}

/// A chain in which no rule is placed. As it happens it lets adverts through, which nobody can know.
fn in_the_way(family: &str, hook: &str) -> Result<()> {
    let lab = lab()?;
    let a = master(
        &lab,
        &format!("firewall = true\n{METRICS}"),
        &[Instance::new(51, 200, VIP)],
    )?;
    let in_the_way = problem(&a.control(), "firewall_in_the_way").about("firewall");
    let stage = Stage::set(&lab, [in_the_way.naming(&format!("{family} f way"))])?;
    let chain = format!("chain way {{ type filter {hook} priority 0; meta mark 7 drop; }}");
    shell(a.host(), &format!("nft 'table {family} f {{ {chain}; }}'"))?;
    let stage = stage.told()?;
    shell(a.host(), &format!("nft delete table {family} f"))?;
    stage.over()
}

#[test]
fn a_firewall_that_may_drop_what_the_host_sends() -> Result<()> {
    in_the_way("ip", "hook output")
}

#[test]
fn a_firewall_before_the_hosts_own() -> Result<()> {
    in_the_way("netdev", "hook ingress device \"eth0\"")
}

#[test]
fn a_firewall_that_is_opened_is_not_in_the_way() -> Result<()> {
    let lab = lab()?;
    let a = master(
        &lab,
        &format!("firewall = true\n{METRICS}"),
        &[Instance::new(51, 200, VIP)],
    )?;
    shell(
        a.host(),
        "nft 'table ip f { chain in { type filter hook input priority 0; policy drop; }; }'",
    )?;
    lab.eventually(PATIENCE, "it is opened", || {
        Ok(a.host().exec(&["nft", "list", "ruleset"])?.contains("vrrpd"))
    })?;
    std::thread::sleep(Duration::from_secs(2));
    let events = a.control().events(0)?;
    let told = events
        .iter()
        .find(|event| event.kind.as_deref() == Some("firewall_in_the_way"));
    ensure!(told.is_none(), "{told:?}");
    Ok(())
}

#[test]
fn a_port_that_another_program_uses() -> Result<()> {
    let lab = lab()?;
    let host = lab.host("a")?;
    let mut a = plain(&lab)?;
    let not_listening = problem(&a.control(), "http_not_listening").about("127.0.0.1:9650");
    let not_listening = not_listening.naming("another program listens there");
    let before = a.control().events(0)?;
    let told = before
        .iter()
        .find(|event| event.kind.as_deref() == Some("http_not_listening"));
    ensure!(told.is_none(), "{told:?}");
    a.terminate()?;
    let other = Server::start(host, 9650)?;
    a.start()?;
    lab.eventually(PATIENCE, "it can be asked", || Ok(a.status().is_ok()))?;
    let stage = Stage::from_the_start(&lab, [not_listening.without_metrics()]).told()?;
    // It is tried again every 5 s, and then there are metrics.
    other.stop()?;
    stage.over()?;
    ensure!(
        a.control()
            .metric(9650, "vrrpd_conditions{severity=\"problem\"}")?
            == Some(0.0)
    );
    Ok(())
}

#[test]
fn a_configuration_that_cannot_run_or_waits_for_a_restart() -> Result<()> {
    let lab = lab()?;
    let instance = Instance::new(51, 200, VIP);
    let a = master(&lab, METRICS, core::slice::from_ref(&instance))?;
    let file = a.host().file("vrrpd.toml").display().to_string();
    let of = a.control();

    let stage = Stage::set(
        &lab,
        [problem(&of, "configuration_invalid").about(&file).naming("VRID")],
    )?;
    a.write(
        METRICS,
        &[Instance {
            vrid: 0,
            ..instance.clone()
        }],
    )?;
    ensure!(of.reload()? == "invalid");
    let stage = stage.told()?;
    a.write(METRICS, core::slice::from_ref(&instance))?;
    ensure!(of.reload()? == "unchanged");
    stage.over()?;

    // A signal does it too.
    let stage = Stage::set(&lab, [Expected::notice(&of, "restart_needed").about(&file)])?;
    a.write(
        METRICS,
        &[Instance {
            priority: 201,
            ..instance.clone()
        }],
    )?;
    a.host().signal(a.pid()?, Signal::SIGHUP)?;
    let stage = stage.told()?;
    a.write(METRICS, core::slice::from_ref(&instance))?;
    a.host().signal(a.pid()?, Signal::SIGHUP)?;
    stage.over()?;
    ensure!(
        a.transitions("V51")? == [State::Backup, State::Master],
        "nothing has moved"
    );
    Ok(())
}

#[test]
fn another_daemon_of_the_host_that_has_the_same_address() -> Result<()> {
    let lab = lab()?;
    let a = plain(&lab)?;
    let shared = problem(&a.control(), "shared_on_host").about("other");
    let stage = Stage::set(
        &lab,
        [shared
            .naming("other")
            .naming(&VIP)
            .over_within(Duration::from_secs(10))],
    )?;
    let mut other = Vrrpd::new(lab.host("a")?, "other", &[Instance::new(52, 100, VIP)])?;
    other.start()?;
    let stage = stage.told()?;
    other.terminate()?;
    stage.over()
}
