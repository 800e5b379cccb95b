//! What keepalived writes when it is sent SIGUSR1 and SIGUSR2 is written here too, for those that look there: all of it
//! or nothing of it, and never over what is somebody else's.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use vrrp_lab::prelude::*;
use vrrp_lab::{Asker, Host, Pod, vrrpd_binary};

fn vip(vrid: u8) -> Ipv4Addr {
    Ipv4Addr::new(10, 77, 0, 100 + vrid)
}

/// Many, so that a file is long.
const ROUTERS: u8 = 40;

fn instances() -> Vec<Instance> {
    (1..=ROUTERS)
        .map(|vrid| Instance::new(vrid, 200, vip(vrid)))
        .collect()
}

/// A daemon that is MASTER of all.
fn serving() -> Result<(Lab, Vrrpd)> {
    let lab = Lab::on_one_lan(&["a"])?;
    let mut router = Vrrpd::new(lab.host("a")?, "vrrpd", &instances())?;
    router.start()?;
    lab.eventually(PATIENCE, "it is MASTER of all", || {
        let log = router.log()?;
        let entered = log.lines().filter(|line| line.contains("Entering MASTER STATE"));
        Ok(entered.count() == usize::from(ROUTERS))
    })?;
    Ok((lab, router))
}

fn read(path: &Path) -> Option<String> {
    fs::read_to_string(path).ok()
}

/// What stands in the block of each virtual router under this word.
fn under_each<'a>(text: &'a str, heading: &str, word: &str) -> Vec<&'a str> {
    let blocks = text.split(heading).skip(1);
    blocks
        .map(|block| {
            let line = block.lines().find_map(|line| line.trim().strip_prefix(word));
            line.unwrap_or("nothing").trim()
        })
        .collect()
}

#[test]
fn the_states_and_the_counters_of_all_are_written() -> Result<()> {
    let (lab, router) = serving()?;
    let host = router.host();
    let pid = Asker::new(host, "vrrpd").pid()?;
    let (states, counters) = (
        host.file("run/vrrpd/vrrpd.data"),
        host.file("run/vrrpd/vrrpd.stats"),
    );
    ensure!(!states.exists() && !counters.exists(), "nobody has asked yet");
    host.signal(pid, Signal::SIGUSR1)?;
    lab.eventually(PATIENCE, "the states are written", || Ok(states.exists()))?;
    ensure!(!counters.exists(), "only what was asked for");
    let text = read(&states).context("it can be read")?;
    let each = under_each(&text, "VRRP Instance = ", "State = ");
    ensure!(
        each.len() == usize::from(ROUTERS) && each.iter().all(|state| *state == "MASTER"),
        "{text}"
    );
    host.signal(pid, Signal::SIGUSR2)?;
    lab.eventually(PATIENCE, "the counters are written", || Ok(counters.exists()))?;
    let text = read(&counters).context("it can be read")?;
    let each = under_each(&text, "VRRP Instance: ", "Became master: ");
    ensure!(
        each.len() == usize::from(ROUTERS) && each.iter().all(|times| *times == "1"),
        "{text}"
    );
    // keepalived's are for everybody.
    let mode = fs::metadata(&states)?.permissions().mode() & 0o777;
    ensure!(mode == 0o644, "{mode:o}");
    // What has changed is in the next one.
    host.link_down("eth0")?;
    lab.eventually(PATIENCE, "it is in FAULT", || {
        host.signal(pid, Signal::SIGUSR1)?;
        let text = read(&states).unwrap_or_default();
        let each = under_each(&text, "VRRP Instance = ", "State = ");
        Ok(each.len() == usize::from(ROUTERS) && each.iter().all(|state| *state == "FAULT"))
    })
}

#[test]
fn whoever_reads_sees_all_of_one_and_adverts_go_on() -> Result<()> {
    const TIMES: usize = 200;
    let (lab, router) = serving()?;
    let host = router.host();
    let pid = Asker::new(host, "vrrpd").pid()?;
    let places = [
        (
            host.file("run/vrrpd/vrrpd.data"),
            Signal::SIGUSR1,
            "VRRP Instance = ",
        ),
        (
            host.file("run/vrrpd/vrrpd.stats"),
            Signal::SIGUSR2,
            "VRRP Instance: ",
        ),
    ];
    for (path, signal, _) in &places {
        host.signal(pid, *signal)?;
        lab.eventually(PATIENCE, "the first is there", || Ok(path.exists()))?;
    }
    let stop = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = places
        .iter()
        .map(|(path, _, heading)| {
            let (path, stop, heading) = (path.clone(), Arc::clone(&stop), *heading);
            thread::spawn(move || {
                let (mut reads, mut versions, mut last) = (0_usize, 0_usize, String::new());
                while !stop.load(Ordering::Relaxed) {
                    // It is never away, either.
                    let text = read(&path).context("the file is away")?;
                    let blocks = text.matches(heading).count();
                    ensure!(
                        text.starts_with("# vrrpd vrrpd, ")
                            && text.ends_with('\n')
                            && blocks == usize::from(ROUTERS),
                        "half a file, of {blocks} blocks:\n{text}"
                    );
                    versions += usize::from(text != last);
                    reads += 1;
                    last = text;
                }
                Ok((reads, versions))
            })
        })
        .collect();
    let begun = wall();
    for _ in 0..TIMES {
        for (_, signal, _) in &places {
            host.signal(pid, *signal)?;
        }
        thread::sleep(Duration::from_millis(25));
    }
    let ended = wall();
    stop.store(true, Ordering::Relaxed);
    for reader in readers {
        let (reads, versions) = reader
            .join()
            .map_err(|_| anyhow::anyhow!("a reader panicked"))??;
        ensure!(
            reads > TIMES && versions > 10,
            "{reads} reads of {versions} versions are no test"
        );
    }
    let source = host.address()?;
    for vrid in 1..=ROUTERS {
        let times: Vec<Duration> = lab
            .capture()?
            .adverts_from(source, vrid)?
            .into_iter()
            .map(|(at, _)| at)
            .filter(|at| (begun..ended).contains(at))
            .collect();
        let worst = times
            .windows(2)
            .map(|pair| pair[1].saturating_sub(pair[0]))
            .max()
            .unwrap_or(ended.saturating_sub(begun));
        ensure!(
            worst < Duration::from_millis(1500) + longest_stall(begun),
            "V{vrid}: {worst:?} between two adverts"
        );
    }
    // No file is left that was on its way.
    let left: Vec<String> = fs::read_dir(host.file("run/vrrpd"))?
        .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
        .filter(|name| name.starts_with('.'))
        .collect();
    ensure!(left.is_empty(), "{left:?}");
    Ok(())
}

/// Where a pod of the lab keeps what is temporary, instead of `/tmp`, which all hosts share.
fn temporary(host: &Host) -> Result<(std::path::PathBuf, String)> {
    let path = host.file("tmp");
    fs::create_dir_all(&path)?;
    let text = path
        .to_str()
        .context("the lab's directory has a plain name")?
        .to_owned();
    Ok((path, text))
}

fn pod(host: &Arc<Host>, more: &[(&str, &str)]) -> Result<Pod> {
    let (_, temporary) = temporary(host)?;
    let mut pod = Pod::new(
        host,
        "pod",
        &[
            ("OPENSHIFT_HA_VIRTUAL_IPS", "10.77.0.100"),
            ("TMPDIR", &temporary),
        ],
    );
    pod.set(more);
    Ok(pod)
}

const IN_POD: &str = "ipfailover_VIP_1";

#[test]
fn in_a_pod_the_classical_probe_works() -> Result<()> {
    let lab = Lab::on_one_lan(&["a"])?;
    let host = lab.host("a")?;
    let (directory, temporary) = temporary(host)?;
    let mut pod = pod(host, &[])?;
    pod.start()?;
    lab.eventually(PATIENCE, "it is MASTER", || {
        Ok(pod.state(IN_POD)? == Some(State::Master))
    })?;
    let pid = Asker::new(host, "ipfailover-1").pid()?;
    // The probe that is in the wild, word by word but for `pgrep -o keepalived`, which finds the oldest process of that
    // name on all hosts of the lab.
    let probe = |state: &str| {
        let dump = format!("{temporary}/keepalived.data");
        let script = format!(
            "rm -f {dump}; kill -s SIGUSR1 {pid}; for i in 1 2 3 4 5 6 7 8 9 10; do [ -e {dump} ] && break; sleep 0.1; \
             done; grep -q 'State = {state}' {dump}"
        );
        host.exec(&["bash", "-c", &script]).is_ok()
    };
    ensure!(probe("MASTER"), "{:?}", read(&directory.join("keepalived.data")));
    ensure!(!probe("FAULT"), "{:?}", read(&directory.join("keepalived.data")));
    host.link_down("eth0")?;
    lab.eventually(PATIENCE, "it is in FAULT", || {
        Ok(pod.state(IN_POD)? == Some(State::Fault))
    })?;
    // What is written may be a tenth of a second old.
    lab.eventually(PATIENCE, "and the probe finds it", || Ok(probe("FAULT")))?;
    host.signal(pid, Signal::SIGUSR2)?;
    lab.eventually(PATIENCE, "the counters are there", || {
        Ok(read(&directory.join("keepalived.stats")).is_some_and(|text| text.contains("Became master: 1")))
    })
}

#[test]
fn without_tmpdir_a_pod_writes_to_tmp() -> Result<()> {
    let lab = Lab::on_one_lan(&["a"])?;
    let host = lab.host("a")?;
    // A /tmp of its own, since that of this machine is everybody's.
    let (directory, temporary) = temporary(host)?;
    let program = host.file("program");
    fs::copy(vrrpd_binary()?, host.file("tmp/program"))?;
    fs::rename(host.file("tmp/program"), &program)?;
    let hidden = host.file("run/program");
    fs::copy(&program, &hidden)?;
    let conf = "/dev/null";
    let script = format!(
        "mount --bind {temporary} /tmp && exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin OPENSHIFT_HA_CONFIG_NAME=ipf \
         OPENSHIFT_HA_NETWORK_INTERFACE=eth0 OPENSHIFT_HA_MONITOR_PORT=0 KEEPALIVED_CONFIG={conf} \
         OPENSHIFT_HA_VIRTUAL_IPS=10.77.0.100 /run/program run --from-env --log-format human"
    );
    let process = host.run("sh", &["-c", &script])?;
    lab.eventually(PATIENCE, "it serves", || host.holds(VIP))?;
    let (states, counters) = (
        directory.join("keepalived.data"),
        directory.join("keepalived.stats"),
    );
    lab.eventually(PATIENCE, "the states are in /tmp", || {
        // It has the address a moment before it is MASTER: a probe asks again, too.
        process.signal(Signal::SIGUSR1)?;
        Ok(read(&states).is_some_and(|text| text.contains("   State = MASTER\n")))
    })?;
    process.signal(Signal::SIGUSR2)?;
    lab.eventually(PATIENCE, "and the counters", || Ok(counters.exists()))
}

#[test]
fn a_link_that_was_planted_is_replaced_and_what_it_leads_to_is_left_alone() -> Result<()> {
    const THEIRS: &str = "somebody else's\n";
    let lab = Lab::on_one_lan(&["a"])?;
    let host = lab.host("a")?;
    let (directory, _) = temporary(host)?;
    // Anybody may write there, as in /tmp.
    fs::set_permissions(&directory, fs::Permissions::from_mode(0o1777))?;
    let theirs = host.file("theirs");
    fs::write(&theirs, THEIRS)?;
    let states = directory.join("keepalived.data");
    let counters = directory.join("keepalived.stats");
    std::os::unix::fs::symlink(&theirs, &states)?;
    // And one that leads nowhere: nothing may come to be there.
    let nowhere = host.file("nowhere");
    std::os::unix::fs::symlink(&nowhere, &counters)?;
    let mut pod = pod(host, &[])?;
    pod.start()?;
    lab.eventually(PATIENCE, "it is MASTER", || {
        Ok(pod.state(IN_POD)? == Some(State::Master))
    })?;
    let pid = Asker::new(host, "ipfailover-1").pid()?;
    host.signal(pid, Signal::SIGUSR1)?;
    host.signal(pid, Signal::SIGUSR2)?;
    for path in [&states, &counters] {
        lab.eventually(PATIENCE, "the link is replaced by a file", || {
            Ok(fs::symlink_metadata(path)?.is_file())
        })?;
    }
    ensure!(read(&states).is_some_and(|text| text.contains("State = MASTER")));
    ensure!(read(&theirs).as_deref() == Some(THEIRS), "{:?}", read(&theirs));
    ensure!(fs::symlink_metadata(&nowhere).is_err(), "{:?}", read(&nowhere));
    Ok(())
}

#[test]
fn where_nothing_can_be_written_the_log_says_so_once_for_each_and_all_goes_on() -> Result<()> {
    let lab = Lab::on_one_lan(&["a"])?;
    let host = lab.host("a")?;
    let mut pod = pod(host, &[("TMPDIR", "/nonexistent/tmp")])?;
    pod.start()?;
    lab.eventually(PATIENCE, "it is MASTER", || {
        Ok(pod.state(IN_POD)? == Some(State::Master))
    })?;
    let pid = Asker::new(host, "ipfailover-1").pid()?;
    host.signal(pid, Signal::SIGUSR1)?;
    let lines = || -> Result<Vec<String>> {
        let log = pod.log()?;
        let lines = log.lines().filter(|line| line.contains("cannot be written"));
        Ok(lines.map(str::to_owned).collect())
    };
    lab.eventually(PATIENCE, "it says so", || Ok(!lines()?.is_empty()))?;
    never(
        Duration::from_secs(3),
        "it says more, or the address goes",
        || Ok(lines()?.len() != 1 || !host.holds(VIP)?),
    )?;
    let said = lines()?;
    ensure!(said[0].contains("/nonexistent/tmp/keepalived.data"), "{said:?}");
    host.signal(pid, Signal::SIGUSR2)?;
    lab.eventually(PATIENCE, "and so it does of the other", || {
        Ok(lines()?.iter().any(|line| line.contains("keepalived.stats")))
    })?;
    ensure!(pod.is_running() && pod.state(IN_POD)? == Some(State::Master));
    Ok(())
}
