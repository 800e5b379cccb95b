//! The image in place of an ipfailover image: the documented Deployment with only the image changed, and the same with
//! least privilege. Containers in the lab's hosts are the pods.

use std::collections::BTreeSet;

use vrrp_lab::prelude::*;
use vrrp_lab::{ConfigFile, Container, Host, Manifest, Pod};

const INSTANCE: &str = "ipfailover_VIP_1";
const MASTER: &str = "(ipfailover_VIP_1) Entering MASTER STATE";
const BACKUP: &str = "(ipfailover_VIP_1) Entering BACKUP STATE";
/// Containers take their time to start, and OpenShift's tests allow 90 s.
const LIMIT: Duration = Duration::from_secs(90);
const DOCUMENTED: &str = "documented.yaml";
const LEAST: &str = "base/deployment.yaml";
/// A script as users write them: with bash, and with curl against the node itself.
const SCRIPT: ConfigFile<'static> = (
    "keepalived-checkscript",
    "mycheckscript.sh",
    "#!/bin/bash\ncurl --silent --fail --max-time 1 --output /dev/null http://127.0.0.1:8080/healthz\n",
);

/// Two pods of a manifest on hosts `a` and `b`; by the formula the second is preferred.
struct Pods {
    first: Container,
    second: Container,
    manifest: Manifest,
    lab: Lab,
    _servers: [Server; 2],
}

impl Pods {
    fn start(file: &str, variables: &[(&str, &str)]) -> Result<Self> {
        let lab = Lab::on_one_lan(&["a", "b", "client"])?;
        let servers = [
            Server::start(lab.host("a")?, 8080)?,
            Server::start(lab.host("b")?, 8080)?,
        ];
        let mut manifest = Manifest::read(file)?;
        // What is the cluster's own in every such manifest.
        for (name, value) in [
            ("OPENSHIFT_HA_VIRTUAL_IPS", "10.77.0.100"),
            ("OPENSHIFT_HA_NETWORK_INTERFACE", "eth0"),
            ("OPENSHIFT_HA_MONITOR_PORT", "8080"),
            ("OPENSHIFT_HA_PREEMPTION", "preempt"),
        ]
        .iter()
        .chain(variables)
        {
            manifest.set(name, value)?;
        }
        let pod = |host: &str| {
            let host = lab.host(host)?;
            Container::run(host, &manifest.options(host, &[SCRIPT])?, &[])
        };
        Ok(Self {
            first: pod("a")?,
            second: pod("b")?,
            manifest,
            lab,
            _servers: servers,
        })
    }

    fn elect(file: &str, variables: &[(&str, &str)]) -> Result<Self> {
        let pods = Self::start(file, variables)?;
        pods.wait("the second is MASTER, the first BACKUP", |pods| {
            Ok(pods.second.last_entered()?.contains(MASTER) && pods.first.last_entered()?.contains(BACKUP))
        })?;
        Ok(pods)
    }

    fn wait(&self, what: &str, condition: impl Fn(&Self) -> Result<bool>) -> Result<()> {
        self.lab.eventually(LIMIT, what, || condition(self))
    }
}

/// What OpenShift's end-to-end tests look at, and then the MASTER goes.
fn works(file: &str, variables: &[(&str, &str)]) -> Result<()> {
    let pods = Pods::elect(file, variables)?;
    let (master, backup) = (&pods.second, &pods.first);
    let address = master.exec(&["ip", "address"])?;
    ensure!(
        address.contains("inet 10.77.0.100/32 scope global eth0:vip"),
        "{address}"
    );
    ensure!(!backup.exec(&["ip", "address"])?.contains("10.77.0.100/"));
    let environment = master.exec(&["bash", "-c", "env | grep OPENSHIFT_HA_"])?;
    ensure!(
        environment.contains("OPENSHIFT_HA_VIRTUAL_IPS=10.77.0.100\n"),
        "{environment}"
    );
    let vrids = master.exec(&["grep", "virtual_router_id", "/etc/keepalived/keepalived.conf"])?;
    let first = pods.manifest.first_vrid()?;
    ensure!(vrids.trim() == format!("virtual_router_id {first}"), "{vrids}");
    for container in [master, backup] {
        let probe = pods.manifest.probe("livenessProbe")?;
        let probe: Vec<&str> = probe.iter().map(String::as_str).collect();
        container.exec(&probe)?;
        let found = container.exec(&["pgrep", "keepalived"])?;
        ensure!(found.lines().count() == 1, "one process is called so: {found}");
        container.exec(&["vrrpd", "health", "--live"])?;
        container.exec(&["vrrpd", "health", "--ready"])?;
        ensure!(container.log()?.contains("VRRP_Script(chk_ipfailover) succeeded"));
    }
    let line = pods.lab.capture()?.tcpdump(&["vrrp"])?;
    let line = line.last().context("an advert")?;
    let expected = format!(
        "10.77.0.2 > 224.0.0.18: VRRPv2, Advertisement, vrid {first}, prio 253, authtype simple, intvl 1s"
    );
    ensure!(line.contains(&expected), "{line}");

    ensure!(master.stop()? == 0);
    pods.wait("the first takes over", |pods| {
        Ok(pods.first.last_entered()?.contains(MASTER) && pods.first.host().holds(VIP)?)
    })?;
    ensure!(!master.host().holds(VIP)?, "and the second has let go");
    ensure!(
        backup
            .log()?
            .contains("(ipfailover_VIP_1) Backup received priority 0 advertisement")
    );
    ensure!(backup.stop()? == 0);
    ensure!(!backup.host().holds(VIP)?);
    Ok(())
}

#[test]
fn the_documented_deployment_with_only_the_image_changed() -> Result<()> {
    works(DOCUMENTED, &[])
}

#[test]
fn the_documented_deployment_with_a_port_instead_of_a_script() -> Result<()> {
    works(DOCUMENTED, &[("OPENSHIFT_HA_CHECK_SCRIPT", "")])
}

#[test]
fn the_same_with_least_privilege() -> Result<()> {
    works(LEAST, &[])
}

/// Its documentation opens the chain INPUT; here that one drops.
#[test]
fn a_firewall_of_the_host_is_opened_from_within_and_closed_again() -> Result<()> {
    for file in [DOCUMENTED, LEAST] {
        let pods = Pods::start(
            file,
            &[
                ("OPENSHIFT_HA_IPTABLES_CHAIN", "INPUT"),
                ("OPENSHIFT_HA_CHECK_SCRIPT", ""),
            ],
        )?;
        let hosts = || [pods.first.host(), pods.second.host()].into_iter();
        for host in hosts() {
            host.exec(&["iptables-nft", "-A", "INPUT", "-i", "lo", "-j", "ACCEPT"])?;
            host.exec(&["iptables-nft", "-P", "INPUT", "DROP"])?;
        }
        pods.first.kill()?;
        pods.second.kill()?;
        pods.first.restart()?;
        pods.second.restart()?;
        let rules = |host: &Host| host.exec(&["iptables-nft", "-S", "INPUT"]);
        pods.wait("both have opened it", |_| {
            let mut all = true;
            for host in hosts() {
                all &= rules(host)?.contains("vrrpd ipfailover");
            }
            Ok(all)
        })?;
        never(Duration::from_secs(6), "both hold the address", || {
            Ok(pods.first.host().holds(VIP)? && pods.second.host().holds(VIP)?)
        })?;
        pods.second.stop()?;
        ensure!(
            !rules(pods.second.host())?.contains("vrrpd"),
            "{}",
            rules(pods.second.host())?
        );
    }
    Ok(())
}

/// The kubelet starts the container of a pod again, with the volumes that it had.
#[test]
fn a_container_that_was_killed_comes_back_and_leaves_no_second_master() -> Result<()> {
    let pods = Pods::elect(LEAST, &[])?;
    pods.second.kill()?;
    pods.second.restart()?;
    pods.wait("the second is MASTER again, alone", |pods| {
        Ok(pods.second.host().holds(VIP)? && !pods.first.host().holds(VIP)?)
    })
}

#[test]
fn removal_by_the_entry_point_of_the_image() -> Result<()> {
    const REMOVE: &str = "/var/lib/ipfailover/keepalived/remove-failover.sh";
    let pods = Pods::elect(DOCUMENTED, &[("OPENSHIFT_HA_CHECK_SCRIPT", "")])?;
    let host = pods.second.host();
    let options = pods.manifest.options(host, &[SCRIPT])?;
    // From a container of its own, which sees no file of the one that runs.
    let refused = Container::run(host, &options, &[REMOVE])?;
    ensure!(refused.wait()? == 1, "{}", refused.log()?);
    ensure!(
        refused
            .log()?
            .contains("a daemon called `ipfailover-1` runs on this host"),
        "{}",
        refused.log()?
    );
    ensure!(host.holds(VIP)?);

    pods.second.kill()?;
    ensure!(host.holds(VIP)?, "it is left behind");
    let removed = Container::run(host, &options, &[REMOVE])?;
    ensure!(removed.wait()? == 0, "{}", removed.log()?);
    ensure!(
        removed.log()?.contains("removed 10.77.0.100/32 on eth0"),
        "{}",
        removed.log()?
    );
    ensure!(!host.holds(VIP)?);

    // The documented job: neither variables nor the host's network.
    let job = Container::run(host, &["--network=none".to_owned()], &[REMOVE])?;
    ensure!(job.wait()? == 0, "{}", job.log()?);
    ensure!(
        job.log()?
            .contains("nothing is done: OPENSHIFT_HA_VIRTUAL_IPS is not set here"),
        "{}",
        job.log()?
    );
    Ok(())
}

#[test]
fn a_pod_that_is_told_nonsense_says_so_and_ends() -> Result<()> {
    let pods = Pods::start(
        DOCUMENTED,
        &[
            ("OPENSHIFT_HA_VIRTUAL_IPS", "10.77.0.100-"),
            ("OPENSHIFT_HA_PREEMPTION", "x"),
        ],
    )?;
    ensure!(pods.first.wait()? == 2);
    let log = pods.first.log()?;
    for said in [
        "OPENSHIFT_HA_VIRTUAL_IPS: item 1, `10.77.0.100-`, is not an address or a range",
        "OPENSHIFT_HA_PREEMPTION: `x` is not a strategy",
        "the environment: 2 errors",
    ] {
        ensure!(log.contains(said), "{said}\n{log}");
    }
    Ok(())
}

#[test]
fn signals_zombies_and_the_programs_that_users_call() -> Result<()> {
    let pods = Pods::elect(LEAST, &[])?;
    pods.second.signal("HUP")?;
    pods.wait("it says that there is nothing to reload", |pods| {
        Ok(pods.second.log()?.contains("there is nothing to reload"))
    })?;
    for program in [
        "bash",
        "ip",
        "grep",
        "cat",
        "env",
        "curl",
        "pgrep",
        "nft",
        "iptables-nft",
        "vrrpd",
    ] {
        pods.second.exec(&["bash", "-c", &format!("type {program}")])?;
    }
    ensure!(
        pods.second
            .exec(&["vrrpd", "check", "--from-env"])?
            .contains("ipfailover_VIP_1")
    );
    // What a script leaves behind when it ends must not fill the pod.
    pods.second.exec(&["bash", "-c", "(sleep 0.1 &) ; exit 0"])?;
    std::thread::sleep(Duration::from_millis(500));
    let states = pods.second.exec(&["ps", "-A", "-o", "stat="])?;
    ensure!(!states.lines().any(|state| state.starts_with('Z')), "{states}");
    ensure!(pods.second.last_entered()?.contains(MASTER));
    Ok(())
}

/// One pod of each image's making, told the same.
#[test]
fn a_pod_beside_a_keepalived_that_is_told_the_same() -> Result<()> {
    let lab = Lab::on_one_lan(&["a", "b"])?;
    let variables = [
        ("OPENSHIFT_HA_VIRTUAL_IPS", "10.77.0.100"),
        ("OPENSHIFT_HA_PREEMPTION", "preempt"),
    ];
    let mut old = Pod::new(lab.host("a")?, "pod", &variables).as_keepalived()?;
    let mut manifest = Manifest::read(LEAST)?;
    manifest.set("OPENSHIFT_HA_NETWORK_INTERFACE", "eth0")?;
    manifest.set("OPENSHIFT_HA_MONITOR_PORT", "0")?;
    for (name, value) in variables {
        manifest.set(name, value)?;
    }
    let host = lab.host("b")?;
    old.start()?;
    let new = Container::run(host, &manifest.options(host, &[])?, &[])?;
    lab.eventually(LIMIT, "the pod is MASTER alone", || {
        Ok(host.holds(VIP)? && old.state(INSTANCE)? == Some(State::Backup) && !old.holds(VIP)?)
    })?;
    ensure!(new.stop()? == 0);
    lab.eventually(LIMIT, "keepalived takes over", || {
        Ok(old.holds(VIP)? && !host.holds(VIP)?)
    })
}

/// Pods on three hosts, each of a container.
struct Three {
    pods: Vec<Container>,
    manifest: Manifest,
    lab: Lab,
}

const HOSTS: [&str; 3] = ["a", "b", "c"];

impl Three {
    fn start(variables: &[(&str, &str)]) -> Result<Self> {
        let lab = Lab::on_one_lan(&HOSTS)?;
        let mut manifest = Manifest::read(LEAST)?;
        for (name, value) in [
            ("OPENSHIFT_HA_NETWORK_INTERFACE", "eth0"),
            ("OPENSHIFT_HA_MONITOR_PORT", "0"),
            ("OPENSHIFT_HA_REPLICA_COUNT", "3"),
            ("OPENSHIFT_HA_PREEMPTION", "preempt"),
        ]
        .iter()
        .chain(variables)
        {
            manifest.set(name, value)?;
        }
        let mut three = Self {
            pods: Vec::new(),
            manifest,
            lab,
        };
        for host in HOSTS {
            let pod = three.pod(host)?;
            three.pods.push(pod);
        }
        Ok(three)
    }

    /// A new pod, told what the manifest says now.
    fn pod(&self, host: &str) -> Result<Container> {
        let host = self.lab.host(host)?;
        Container::run(host, &self.manifest.options(host, &[])?, &[])
    }

    fn wait(&self, what: &str, condition: impl Fn(&Self) -> Result<bool>) -> Result<()> {
        self.lab.eventually(LIMIT, what, || condition(self))
    }

    /// How many of these addresses each host holds, if each of them is on one host and no more.
    fn shares(&self, all: &BTreeSet<Ipv4Addr>) -> Result<Option<Vec<usize>>> {
        let (mut shares, mut seen) = (Vec::new(), BTreeSet::new());
        for host in HOSTS {
            let held = self.lab.host(host)?.addresses()?;
            let held: BTreeSet<Ipv4Addr> = held
                .iter()
                .map(|held| held.address)
                .filter(|held| all.contains(held))
                .collect();
            if !seen.is_disjoint(&held) {
                return Ok(None);
            }
            shares.push(held.len());
            seen.extend(held);
        }
        Ok((seen == *all).then_some(shares))
    }
}

fn range(last: core::ops::RangeInclusive<u8>) -> BTreeSet<Ipv4Addr> {
    last.map(|last| Ipv4Addr::new(10, 77, 1, last)).collect()
}

#[test]
fn three_pods_serve_255_addresses_in_238_groups_and_spare_the_excluded_vrids() -> Result<()> {
    let three = Three::start(&[
        ("OPENSHIFT_HA_VIRTUAL_IPS", "10.77.1.1-255"),
        ("OPENSHIFT_HA_VIP_GROUPS", "238"),
        ("HA_EXCLUDED_VRRP_IDS", "3,5"),
    ])?;
    let all = range(1..=255);
    three.wait("every address is on one host", |three| {
        Ok(three.shares(&all)?.is_some())
    })?;
    let written = three.pods[0].exec(&["grep", "virtual_router_id", "/etc/keepalived/keepalived.conf"])?;
    let vrids: Vec<&str> = written
        .split_whitespace()
        .filter(|word| *word != "virtual_router_id")
        .collect();
    let expected: Vec<String> = (1..=240)
        .filter(|vrid| ![3, 5].contains(vrid))
        .map(|vrid: u8| vrid.to_string())
        .collect();
    ensure!(vrids == expected, "{written}");
    ensure!(three.pods[1].stop()? == 0);
    three.wait("the other two serve all of them", |three| {
        Ok(three.shares(&all)?.is_some_and(|shares| shares[1] == 0))
    })
}

#[test]
fn a_fair_spread_over_unicast_gives_each_pod_its_share_and_spreads_a_loss() -> Result<()> {
    let three = Three::start(&[
        ("OPENSHIFT_HA_VIRTUAL_IPS", "10.77.1.1-12"),
        ("OPENSHIFT_HA_UNICAST_PEERS", "10.77.0.1,10.77.0.2,10.77.0.3"),
        ("VRRPD_SPREAD", "fair"),
    ])?;
    let all = range(1..=12);
    three.wait(
        "four each",
        |three| Ok(three.shares(&all)? == Some(vec![4, 4, 4])),
    )?;
    ensure!(three.pods[2].stop()? == 0);
    three.wait("six each", |three| Ok(three.shares(&all)? == Some(vec![6, 6, 0])))
}

#[test]
fn nopreempt_leaves_the_address_and_a_changed_list_is_what_is_served() -> Result<()> {
    let mut three = Three::start(&[
        ("OPENSHIFT_HA_VIRTUAL_IPS", "10.77.1.1"),
        ("OPENSHIFT_HA_PREEMPTION", "nopreempt"),
    ])?;
    let one = range(1..=1);
    three.wait("it is served", |three| Ok(three.shares(&one)?.is_some()))?;
    let holder = |three: &Three| -> Result<Option<usize>> {
        Ok(three
            .shares(&one)?
            .and_then(|shares| shares.iter().position(|&held| held == 1)))
    };
    let first = holder(&three)?.context("somebody holds it")?;
    ensure!(three.pods[first].stop()? == 0);
    three.wait("another serves it", |three| Ok(holder(three)?.is_some()))?;
    let second = holder(&three)?;
    three.pods[first].restart()?;
    three.wait("the first is back", |three| {
        Ok(three.pods[first].last_entered()?.contains(BACKUP))
    })?;
    never(Duration::from_secs(5), "it moves", || {
        Ok(holder(&three)? != second)
    })?;

    // As a Deployment does it: a new pod in place of each, one after the other.
    three.manifest.set("OPENSHIFT_HA_VIRTUAL_IPS", "10.77.1.2-3")?;
    for (place, host) in HOSTS.iter().enumerate() {
        ensure!(three.pods[place].stop()? == 0);
        three.pods[place] = three.pod(host)?;
    }
    let new = range(2..=3);
    three.wait("the new ones are served", |three| {
        Ok(three.shares(&new)?.is_some())
    })?;
    ensure!(three.shares(&one)?.is_none(), "and the old one is nowhere");
    Ok(())
}

#[test]
fn preempt_delay_brings_the_address_back_after_its_time() -> Result<()> {
    let pods = Pods::elect(LEAST, &[("OPENSHIFT_HA_PREEMPTION", "preempt_delay 8")])?;
    ensure!(pods.second.stop()? == 0);
    pods.wait("the first takes over", |pods| pods.first.host().holds(VIP))?;
    pods.second.restart()?;
    pods.wait("the second is back", |pods| {
        Ok(pods.second.last_entered()?.contains(BACKUP))
    })?;
    never(Duration::from_secs(4), "it moves before its time", || {
        pods.second.host().holds(VIP)
    })?;
    pods.wait("it moves back", |pods| {
        Ok(pods.second.host().holds(VIP)? && !pods.first.host().holds(VIP)?)
    })
}
