//! Who is told of a transition is told in order, once, and of the end.

use std::fs;
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;

use nix::fcntl::OFlag;
use vrrp_lab::Host;
use vrrp_lab::prelude::*;

/// A hook that writes down its arguments and some of its environment.
fn hook(host: &Host, name: &str, more: &str) -> Result<String> {
    let script = host.file(&format!("{name}.sh"));
    let told = host.file(&format!("{name}.told"));
    fs::write(
        &script,
        format!(
            "{more}\necho \"$* | $VRRPD_EVENT $VRRPD_STATE from $VRRPD_FROM $VRRPD_SEQUENCE | $VRRPD_ADDRESSES | $VRRPD_CAUSE\" \
             >> {}\n",
            told.display()
        ),
    )?;
    Ok(format!("[\"/bin/sh\", \"{}\"]", script.display()))
}

fn told(host: &Host, name: &str) -> Result<Vec<String>> {
    let text = match fs::read_to_string(host.file(&format!("{name}.told"))) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error.into()),
    };
    Ok(text.lines().map(str::to_owned).collect())
}

/// What comes before the environment.
fn arguments(lines: &[String]) -> Vec<&str> {
    lines
        .iter()
        .filter_map(|line| Some(line.split(" | ").next()?.trim()))
        .collect()
}

#[test]
fn hooks_are_told_of_every_state_in_order_and_of_the_stop() -> Result<()> {
    let lab = Lab::on_one_lan(&["a"])?;
    let host = lab.host("a")?;
    let more = format!(
        "notify = {}\nnotify_master = {}\nnotify_stop = {}",
        hook(host, "any", "")?,
        hook(host, "master", "")?,
        hook(host, "stop", "sleep 1")?
    );
    let mut router = Vrrpd::with(host, "vrrpd", "", &[Instance::new(51, 110, VIP).with(&more)])?;
    router.start()?;
    lab.eventually(PATIENCE, "it serves", || router.holds(VIP))?;
    host.link_down("eth0")?;
    lab.eventually(PATIENCE, "it is in FAULT", || {
        Ok(router.state("V51")? == Some(State::Fault))
    })?;
    host.link_up("eth0")?;
    lab.eventually(PATIENCE, "it serves again", || router.holds(VIP))?;
    lab.eventually(
        PATIENCE,
        "the hook was told",
        || Ok(told(host, "any")?.len() >= 5),
    )?;
    ensure!(router.terminate()?.success(), "a stop is no failure");

    let any = told(host, "any")?;
    ensure!(
        arguments(&any)
            == [
                "INSTANCE V51 BACKUP 110",
                "INSTANCE V51 MASTER 110",
                "INSTANCE V51 FAULT 110",
                "INSTANCE V51 BACKUP 110",
                "INSTANCE V51 MASTER 110",
                "INSTANCE V51 STOP 110",
            ],
        "{any:#?}"
    );
    ensure!(
        any[1].ends_with("| state MASTER from BACKUP 2 | 10.77.0.100/32 | no MASTER was heard"),
        "{any:#?}"
    );
    ensure!(any[2].ends_with("| interface eth0 is down"), "{any:#?}");
    ensure!(
        arguments(&told(host, "master")?) == ["", ""],
        "the others get their own arguments only"
    );
    ensure!(
        told(host, "stop")?.len() == 1,
        "STOP was waited for, although it takes a second"
    );
    Ok(())
}

#[test]
fn a_hook_that_lags_is_told_the_latest_state() -> Result<()> {
    let lab = Lab::on_one_lan(&["a"])?;
    let host = lab.host("a")?;
    let more = format!("notify = {}", hook(host, "slow", "sleep 3")?);
    let router = {
        let mut router = Vrrpd::with(host, "vrrpd", "", &[Instance::new(51, 254, VIP).with(&more)])?;
        router.start()?;
        router
    };
    lab.eventually(PATIENCE, "it is BACKUP", || {
        Ok(router.state("V51")? == Some(State::Backup))
    })?;
    for _ in 0..3 {
        host.link_down("eth0")?;
        lab.eventually(PATIENCE, "FAULT", || {
            Ok(router.state("V51")? == Some(State::Fault))
        })?;
        host.link_up("eth0")?;
        lab.eventually(PATIENCE, "BACKUP", || {
            Ok(router.state("V51")? == Some(State::Backup))
        })?;
    }
    lab.eventually(PATIENCE * 2, "the last state was told", || {
        let lines = told(host, "slow")?;
        Ok(arguments(&lines).last() == Some(&"INSTANCE V51 MASTER 254"))
    })?;
    let lines = told(host, "slow")?;
    ensure!(lines.len() < 8, "not every one of 8 states: {lines:#?}");
    ensure!(arguments(&lines)[0] == "INSTANCE V51 BACKUP 254", "{lines:#?}");
    Ok(())
}

#[test]
fn a_contested_master_runs_its_hook_again_and_a_fifo_has_keepalived_s_lines() -> Result<()> {
    let lab = Lab::on_one_lan(&["a", "b"])?;
    let (a, b) = (lab.host("a")?, lab.host("b")?);
    let fifo = a.file("fifo");
    let besides = format!(
        "notify_fifo = \"{}\"\n[[group]]\nname = \"all\"\ninstances = [\"V51\"]\nnotify = {}\n",
        fifo.display(),
        hook(a, "group", "")?
    );
    let more = format!("notify_reasserted = {}", hook(a, "again", "")?);
    let mut router = Vrrpd::with(a, "vrrpd", &besides, &[Instance::new(51, 200, VIP).with(&more)])?;
    router.start()?;
    lab.eventually(PATIENCE, "it serves", || router.holds(VIP))?;
    // One that will not hear of it. In its first second a MASTER has only just told its hooks.
    std::thread::sleep(Duration::from_millis(1200));
    let forged = Forged::new(b.address()?, 51, 90, VIP);
    // What is in a FIFO goes when nobody has it open any more.
    let mut reader = fs::File::options()
        .read(true)
        .write(true)
        .custom_flags(OFlag::O_NONBLOCK.bits())
        .open(&fifo)?;
    Injector::open(b, "eth0")?.send(&forged)?;
    lab.eventually(PATIENCE, "the hook ran again", || {
        Ok(arguments(&told(a, "again")?).first() == Some(&"INSTANCE V51 MASTER 200"))
    })?;
    ensure!(
        told(a, "again")?[0].contains("| reasserted MASTER from MASTER"),
        "{:#?}",
        told(a, "again")?
    );
    router.terminate()?;
    ensure!(
        arguments(&told(a, "group")?) == ["GROUP all BACKUP 0", "GROUP all MASTER 0", "GROUP all STOP 0"],
        "{:#?}",
        told(a, "group")?
    );
    let mut lines = vec![0; 4096];
    let length = reader.read(&mut lines)?;
    let lines = String::from_utf8_lossy(&lines[..length]).into_owned();
    ensure!(
        lines
            == "INSTANCE \"V51\" BACKUP 200\nGROUP \"all\" BACKUP 0\nINSTANCE \"V51\" MASTER 200\nGROUP \"all\" MASTER 0\n\
                INSTANCE \"V51\" MASTER_RX_LOWER_PRI 200\nINSTANCE \"V51\" STOP 200\nGROUP \"all\" STOP 0\n",
        "{lines}"
    );
    Ok(())
}
