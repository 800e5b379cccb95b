//! `OPENSHIFT_HA_*` variables do what they do in OpenShift's pods: what its own end-to-end tests look at.

use std::collections::BTreeSet;
use std::fs;

use vrrp_lab::Pod;
use vrrp_lab::prelude::*;

const VIPS: (&str, &str) = ("OPENSHIFT_HA_VIRTUAL_IPS", "10.77.0.100");
const INSTANCE: &str = "ipfailover_VIP_1";

/// Two pods on hosts `a` (10.77.0.1) and `b` (10.77.0.2). By the formula the second is preferred.
struct Pods {
    first: Pod,
    second: Pod,
    lab: Lab,
}

impl Pods {
    fn start(variables: &[(&str, &str)]) -> Result<Self> {
        let lab = Lab::on_one_lan(&["a", "b", "client"])?;
        let pod = |host: &str| -> Result<Pod> {
            let mut pod = Pod::new(
                lab.host(host)?,
                "pod",
                &[VIPS, ("OPENSHIFT_HA_PREEMPTION", "preempt")],
            );
            pod.set(variables);
            pod.start()?;
            Ok(pod)
        };
        let (first, second) = (pod("a")?, pod("b")?);
        Ok(Self { first, second, lab })
    }

    fn elect(variables: &[(&str, &str)]) -> Result<Self> {
        let pods = Self::start(variables)?;
        pods.wait("the second is MASTER, the first BACKUP", |pods| {
            Ok(pods.are(State::Backup, State::Master)?
                && pods.second.holds(VIP)?
                && !pods.first.holds(VIP)?)
        })?;
        Ok(pods)
    }

    fn wait(&self, what: &str, condition: impl Fn(&Self) -> Result<bool>) -> Result<()> {
        self.lab.eventually(PATIENCE, what, || condition(self))
    }

    fn are(&self, first: State, second: State) -> Result<bool> {
        Ok(self.first.state(INSTANCE)? == Some(first) && self.second.state(INSTANCE)? == Some(second))
    }
}

/// The last line of a log that says what was entered, as `grep Entering | tail -1` finds it.
fn last_entered(pod: &Pod) -> Result<String> {
    let log = pod.log()?;
    let last = log.lines().rfind(|line| line.contains("Entering"));
    Ok(last.context("nothing was entered")?.to_owned())
}

/// The numbers after `virtual_router_id` in the keepalived.conf that the pod has written.
fn vrids(pod: &Pod) -> Result<Vec<u8>> {
    let text = fs::read_to_string(pod.keepalived_conf())?;
    let numbers = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("virtual_router_id "));
    numbers.map(|number| Ok(number.trim().parse()?)).collect()
}

#[test]
fn one_of_two_pods_is_master_and_when_it_goes_the_other_is() -> Result<()> {
    let mut pods = Pods::elect(&[])?;
    ensure!(last_entered(&pods.second)?.contains("(ipfailover_VIP_1) Entering MASTER STATE"));
    ensure!(last_entered(&pods.first)?.contains("(ipfailover_VIP_1) Entering BACKUP STATE"));
    let held = pods.lab.host("b")?.addresses()?;
    let held = held.iter().find(|held| held.address == VIP).context("held")?;
    ensure!((held.prefix, held.label.as_str()) == (32, "eth0:vip"), "{held:?}");
    let line = pods.lab.capture()?.tcpdump(&["vrrp"])?;
    let line = line.last().context("an advert")?;
    ensure!(
        line.contains("VRRPv2, Advertisement, vrid 1, prio 253, authtype simple, intvl 1s, length 20"),
        "{line}"
    );
    ensure!(vrids(&pods.second)? == [1]);
    // It holds the password.
    let mode =
        std::os::unix::fs::PermissionsExt::mode(&fs::metadata(pods.second.keepalived_conf())?.permissions());
    ensure!(mode & 0o777 == 0o600, "{mode:o}");

    let status = pods.second.terminate()?;
    ensure!(status.success(), "{status}");
    pods.wait("the first takes over", |pods| {
        Ok(pods.first.state(INSTANCE)? == Some(State::Master) && pods.first.holds(VIP)?)
    })?;
    ensure!(!pods.second.holds(VIP)?);
    ensure!(
        pods.first
            .log()?
            .contains("(ipfailover_VIP_1) Backup received priority 0 advertisement")
    );
    Ok(())
}

#[test]
fn excluded_vrids_are_nowhere() -> Result<()> {
    let pods = Pods::start(&[
        ("OPENSHIFT_HA_VIRTUAL_IPS", "10.77.0.100-104"),
        ("HA_EXCLUDED_VRRP_IDS", "2 3 5"),
    ])?;
    let expected = [1, 4, 6, 7, 8];
    let all: BTreeSet<u8> = expected.into();
    pods.wait("an advert of each is heard", |pods| {
        let heard = pods.lab.capture()?.adverts()?;
        Ok(heard
            .iter()
            .map(|(_, advert)| advert.vrid)
            .collect::<BTreeSet<u8>>()
            == all)
    })?;
    ensure!(vrids(&pods.first)? == expected && vrids(&pods.second)? == expected);
    Ok(())
}

#[test]
fn nopreempt_leaves_the_address_where_it_is() -> Result<()> {
    let mut pods = Pods::elect(&[("OPENSHIFT_HA_PREEMPTION", "nopreempt")])?;
    pods.second.terminate()?;
    pods.wait("the first takes over", |pods| pods.first.holds(VIP))?;
    pods.second.start()?;
    pods.wait("the second is back", |pods| {
        pods.are(State::Master, State::Backup)
    })?;
    never(Duration::from_secs(5), "it moves", || pods.second.holds(VIP))
}

#[test]
fn preempt_delay_moves_it_back_after_the_delay() -> Result<()> {
    let mut pods = Pods::elect(&[("OPENSHIFT_HA_PREEMPTION", "preempt_delay 4")])?;
    pods.second.terminate()?;
    pods.wait("the first takes over", |pods| pods.first.holds(VIP))?;
    pods.second.start()?;
    pods.wait("the second is back", |pods| {
        pods.are(State::Master, State::Backup)
    })?;
    never(Duration::from_secs(2), "it moves before its time", || {
        pods.second.holds(VIP)
    })?;
    pods.wait("it moves back", |pods| {
        Ok(pods.are(State::Backup, State::Master)? && pods.second.holds(VIP)?)
    })
}

#[test]
fn two_hundred_and_fifty_five_addresses_in_238_groups_are_all_served_once() -> Result<()> {
    let pods = Pods::start(&[
        ("OPENSHIFT_HA_VIRTUAL_IPS", "10.77.1.1-255"),
        ("OPENSHIFT_HA_VIP_GROUPS", "238"),
        ("OPENSHIFT_HA_VRRP_ID_OFFSET", "10"),
    ])?;
    let all: BTreeSet<Ipv4Addr> = (1..=255).map(|last| Ipv4Addr::new(10, 77, 1, last)).collect();
    let held = |host: &str| -> Result<BTreeSet<Ipv4Addr>> {
        let held = pods.lab.host(host)?.addresses()?;
        Ok(held
            .iter()
            .map(|held| held.address)
            .filter(|held| all.contains(held))
            .collect())
    };
    let limit = Duration::from_secs(40);
    pods.lab
        .eventually(limit, "every address is on exactly one host", || {
            let (a, b) = (held("a")?, held("b")?);
            Ok(a.is_disjoint(&b) && a.len() + b.len() == all.len())
        })?;
    ensure!(vrids(&pods.first)? == (11..=248).collect::<Vec<u8>>());
    Ok(())
}

#[test]
fn unicast_with_every_nodes_address_its_own_included() -> Result<()> {
    let pods = Pods::elect(&[
        ("OPENSHIFT_HA_UNICAST_PEERS", "10.77.0.1,10.77.0.2"),
        ("OPENSHIFT_HA_USE_UNICAST", "true"),
    ])?;
    let adverts = pods.lab.capture()?.adverts()?;
    ensure!(!adverts.is_empty());
    for (_, advert) in adverts {
        let ends = (advert.source.octets()[3], advert.destination.octets()[3]);
        ensure!(matches!(ends, (1, 2) | (2, 1)), "{advert:?}");
    }
    Ok(())
}

#[test]
fn an_address_that_leaves_the_list_leaves_the_hosts() -> Result<()> {
    let mut pods = Pods::elect(&[("OPENSHIFT_HA_VIRTUAL_IPS", "10.77.0.100 10.77.0.101")])?;
    let second = Ipv4Addr::new(10, 77, 0, 101);
    pods.wait("both are served", |pods| {
        Ok(pods.first.holds(second)? || pods.second.holds(second)?)
    })?;
    for pod in [&mut pods.first, &mut pods.second] {
        pod.set(&[("OPENSHIFT_HA_VIRTUAL_IPS", "10.77.0.100 10.77.0.102")]);
        pod.terminate()?;
        pod.start()?;
    }
    let third = Ipv4Addr::new(10, 77, 0, 102);
    pods.wait("the new one is served", |pods| {
        Ok(pods.first.holds(third)? || pods.second.holds(third)?)
    })?;
    ensure!(!pods.first.holds(second)? && !pods.second.holds(second)?);
    Ok(())
}

#[test]
fn the_port_is_that_of_the_node_and_its_silence_is_a_fault() -> Result<()> {
    let lab = Lab::on_one_lan(&["a", "b"])?;
    let servers = [
        Server::start(lab.host("a")?, 8080)?,
        Server::start(lab.host("b")?, 8080)?,
    ];
    let variables = [
        VIPS,
        ("OPENSHIFT_HA_PREEMPTION", "preempt"),
        ("OPENSHIFT_HA_MONITOR_PORT", "8080"),
        ("OPENSHIFT_HA_CHECK_INTERVAL", "1"),
    ];
    let mut first = Pod::new(lab.host("a")?, "pod", &variables);
    let mut second = Pod::new(lab.host("b")?, "pod", &variables);
    first.start()?;
    second.start()?;
    lab.eventually(PATIENCE, "the second is MASTER", || second.holds(VIP))?;
    ensure!(second.log()?.contains("VRRP_Script(chk_ipfailover) succeeded"));
    let [_first, server] = servers;
    server.stop()?;
    lab.eventually(
        PATIENCE,
        "the first takes over, and the second is in FAULT",
        || Ok(first.holds(VIP)? && !second.holds(VIP)? && second.state(INSTANCE)? == Some(State::Fault)),
    )?;
    let log = second.log()?;
    ensure!(log.contains("VRRP_Script(chk_ipfailover) failed"), "{log}");
    let _server = Server::start(lab.host("b")?, 8080)?;
    lab.eventually(PATIENCE, "it comes back", || {
        Ok(second.holds(VIP)? && !first.holds(VIP)?)
    })
}

#[test]
fn a_check_script_that_is_not_there_is_a_fault_and_a_notify_script_is_told() -> Result<()> {
    let lab = Lab::on_one_lan(&["a"])?;
    let host = lab.host("a")?;
    let (told, notify) = (host.file("told"), host.file("notify.sh"));
    fs::write(&notify, format!("#!/bin/sh\necho \"$@\" >>{}\n", told.display()))?;
    fs::set_permissions(&notify, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    let check = host.file("check.sh");
    let mut pod = Pod::new(
        host,
        "pod",
        &[
            VIPS,
            ("OPENSHIFT_HA_MONITOR_PORT", "30060"),
            ("OPENSHIFT_HA_CHECK_SCRIPT", &check.to_string_lossy()),
            ("OPENSHIFT_HA_CHECK_INTERVAL", "1"),
            ("OPENSHIFT_HA_NOTIFY_SCRIPT", &notify.to_string_lossy()),
        ],
    );
    pod.start()?;
    let told = || fs::read_to_string(&told).unwrap_or_default();
    lab.eventually(PATIENCE, "FAULT is told", || {
        Ok(told() == "INSTANCE ipfailover_VIP_1 FAULT 2\n"
            || told().starts_with("INSTANCE ipfailover_VIP_1 FAULT "))
    })?;
    never(Duration::from_secs(4), "it becomes MASTER", || pod.holds(VIP))?;
    fs::write(&check, "#!/bin/sh\nexit 0\n")?;
    fs::set_permissions(&check, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    lab.eventually(PATIENCE, "it becomes MASTER", || {
        Ok(pod.holds(VIP)? && told().contains("INSTANCE ipfailover_VIP_1 MASTER "))
    })?;
    pod.terminate()?;
    ensure!(told().contains("INSTANCE ipfailover_VIP_1 STOP "), "{}", told());
    Ok(())
}

#[test]
fn without_an_interface_it_is_that_of_the_default_route() -> Result<()> {
    let lab = Lab::new(&[("a", &[0, 1])])?;
    let host = lab.host("a")?;
    host.ip("route add default via 10.78.0.254 dev eth1")?;
    let mut pod = Pod::new(host, "pod", &[VIPS, ("OPENSHIFT_HA_NETWORK_INTERFACE", "")]);
    pod.start()?;
    lab.eventually(PATIENCE, "it is MASTER", || pod.holds(VIP))?;
    let held = host.addresses()?;
    let held = held.iter().find(|held| held.address == VIP).context("held")?;
    ensure!(held.interface == "eth1", "{held:?}");
    Ok(())
}

#[test]
fn a_signal_to_reload_changes_nothing_and_says_so() -> Result<()> {
    let pods = Pods::elect(&[])?;
    let before = pods.second.transitions(INSTANCE)?;
    pods.second.signal(Signal::SIGHUP)?;
    pods.wait("it says so", |pods| {
        Ok(pods.second.log()?.contains("there is nothing to reload"))
    })?;
    never(Duration::from_secs(2), "something moves", || {
        Ok(!pods.second.is_running() || pods.second.transitions(INSTANCE)? != before)
    })
}

#[test]
fn every_malformed_variable_is_named_at_once_and_nothing_is_done() -> Result<()> {
    let lab = Lab::on_one_lan(&["a"])?;
    let pod = Pod::new(
        lab.host("a")?,
        "pod",
        &[
            ("OPENSHIFT_HA_VIRTUAL_IPS", "10.77.0.100 web"),
            ("OPENSHIFT_HA_NETWORK_INTERFACE", "ens3"),
            ("OPENSHIFT_HA_PREEMPTION", "sometimes"),
        ],
    );
    let said = pod.command(&["run", "--from-env"]).err().context("refused")?;
    let said = format!("{said:#}");
    for expected in [
        "(exit status: 2)",
        "OPENSHIFT_HA_VIRTUAL_IPS: item 2, `web`, is not an address or a range",
        "OPENSHIFT_HA_NETWORK_INTERFACE: this host has no interface `ens3`; set it to one of: eth0",
        "OPENSHIFT_HA_PREEMPTION: `sometimes` is not a strategy",
        "the environment: 3 errors",
    ] {
        ensure!(said.contains(expected), "{expected}\n{said}");
    }
    ensure!(!pod.holds(VIP)? && !pod.keepalived_conf().exists());
    Ok(())
}

#[test]
fn what_convert_prints_is_the_same_configuration() -> Result<()> {
    let lab = Lab::on_one_lan(&["a"])?;
    let host = lab.host("a")?;
    let pod = Pod::new(
        host,
        "pod",
        &[
            ("OPENSHIFT_HA_CONFIG_NAME", "a \"b\" ${c}"),
            ("OPENSHIFT_HA_VIRTUAL_IPS", "10.77.0.100-107/24"),
            ("OPENSHIFT_HA_VIP_GROUPS", "3"),
            ("OPENSHIFT_HA_MONITOR_PORT", "8080"),
            ("OPENSHIFT_HA_PREEMPTION", "nopreempt"),
            ("OPENSHIFT_HA_UNICAST_PEERS", "10.77.0.1,10.77.0.2"),
            ("OPENSHIFT_HA_IPTABLES_CHAIN", "INPUT"),
        ],
    );
    let file = host.file("converted.toml");
    fs::write(&file, pod.command(&["convert", "--from-env"])?)?;
    let file = file.to_str().context("the lab's directory has a plain name")?;
    ensure!(pod.command(&["check", "--config", file])? == pod.command(&["check", "--from-env"])?);
    ensure!(pod.command(&["convert", "--config", file])? == fs::read_to_string(file)?);
    Ok(())
}

/// A pod's scripts have always had its environment and its rights.
#[test]
fn scripts_have_the_pods_environment_and_rights() -> Result<()> {
    let lab = Lab::on_one_lan(&["a"])?;
    let host = lab.host("a")?;
    let (told, script) = (host.file("told"), host.file("check.sh"));
    let text = format!(
        "#!/bin/sh\nexec >{0}.new 2>&1\nenv\nip route replace 10.99.0.0/24 dev eth0 && echo may set routes\n\
         mv {0}.new {0}\n",
        told.display()
    );
    fs::write(&script, text)?;
    fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    let mut pod = Pod::new(
        host,
        "pod",
        &[
            VIPS,
            ("OPENSHIFT_HA_CHECK_SCRIPT", &script.to_string_lossy()),
            ("OWN", "value"),
        ],
    );
    pod.start()?;
    lab.eventually(PATIENCE, "it is MASTER", || pod.holds(VIP))?;
    let told = fs::read_to_string(told)?;
    for line in [
        "OPENSHIFT_HA_VIRTUAL_IPS=10.77.0.100",
        "OWN=value",
        "VRRPD_CHECK=chk_ipfailover",
        "may set routes",
    ] {
        ensure!(told.lines().any(|known| known == line), "{line}\n{told}");
    }
    Ok(())
}
