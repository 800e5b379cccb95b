//! `vrrpd cleanup` removes what a killed daemon has left, and nothing else.

use vrrp_lab::Pod;
use vrrp_lab::prelude::*;

const OTHER: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 101);
const FOREIGN: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 102);
const CLEANUP: &[&str] = &["cleanup", "--from-env"];

/// Two pods of two deployments on one host, both MASTER and both of one name, as copies of one manifest are. The host
/// drops what is not accepted.
fn two_on_one_host(lab: &Lab) -> Result<(Pod, Pod)> {
    let host = lab.host("a")?;
    host.ip(&format!("address add {FOREIGN}/32 dev eth0"))?;
    host.exec(&["iptables-nft", "-P", "INPUT", "DROP"])?;
    let mut ours = Pod::new(
        host,
        "ours",
        &[
            ("OPENSHIFT_HA_CONFIG_NAME", "ipf"),
            ("OPENSHIFT_HA_VIRTUAL_IPS", "10.77.0.100,10.77.0.102"),
            ("OPENSHIFT_HA_IPTABLES_CHAIN", "INPUT"),
        ],
    );
    let mut others = Pod::new(
        host,
        "others",
        &[
            ("OPENSHIFT_HA_CONFIG_NAME", "ipf"),
            ("OPENSHIFT_HA_VIRTUAL_IPS", "10.77.0.101"),
            ("OPENSHIFT_HA_VRRP_ID_OFFSET", "10"),
            ("OPENSHIFT_HA_IPTABLES_CHAIN", "INPUT"),
        ],
    );
    ours.start()?;
    others.start()?;
    lab.eventually(PATIENCE, "both are MASTER", || {
        Ok(host.holds(VIP)? && host.holds(OTHER)?)
    })?;
    Ok((ours, others))
}

/// How many rules of the firewall carry this name.
fn rules(pod: &Pod, name: &str) -> Result<usize> {
    let rules = pod.host().exec(&["iptables-nft", "-S", "INPUT"])?;
    let comment = format!("vrrpd {name}\"");
    Ok(rules.lines().filter(|rule| rule.contains(&comment)).count())
}

#[test]
fn it_removes_what_a_killed_daemon_left_and_leaves_others_alone() -> Result<()> {
    let lab = Lab::on_one_lan(&["a", "b"])?;
    let (mut ours, others) = two_on_one_host(&lab)?;
    ensure!((rules(&ours, "ipf-1")?, rules(&ours, "ipf-11")?) == (1, 1));

    let refused = ours.command(CLEANUP).err().context("refused while it runs")?;
    let said = format!("{refused:#}");
    ensure!(
        said.contains("a daemon called `ipf-1` runs on this host (process "),
        "{said}"
    );
    ensure!(ours.holds(VIP)?);

    ours.kill()?;
    ensure!(ours.holds(VIP)?, "it is left behind");
    let said = ours.command(CLEANUP)?;
    let expected = "removed 10.77.0.100/32 on eth0\n\
                    left 10.77.0.102/32 on eth0: somebody else put it there\n\
                    removed the rule in ip filter INPUT\n";
    ensure!(said == expected, "{said}");
    ensure!(!ours.holds(VIP)? && ours.holds(OTHER)? && ours.holds(FOREIGN)?);
    ensure!((rules(&ours, "ipf-1")?, rules(&ours, "ipf-11")?) == (0, 1));
    ensure!(others.state("ipf_VIP_1")? == Some(State::Master));

    ours.set(&[("OPENSHIFT_HA_VIRTUAL_IPS", "10.77.0.100")]);
    let said = ours.command(CLEANUP)?;
    ensure!(said == "nothing of `ipf-1` was left on this host\n", "{said}");
    Ok(())
}

#[test]
fn a_clean_stop_leaves_nothing_to_clean_up() -> Result<()> {
    let lab = Lab::on_one_lan(&["a", "b"])?;
    let (mut ours, _others) = two_on_one_host(&lab)?;
    ours.terminate()?;
    ensure!(rules(&ours, "ipf-1")? == 0);
    ours.set(&[("OPENSHIFT_HA_VIRTUAL_IPS", "10.77.0.100")]);
    let said = ours.command(CLEANUP)?;
    ensure!(said == "nothing of `ipf-1` was left on this host\n", "{said}");
    Ok(())
}

/// A daemon that hangs holds its addresses and cannot be asked to go.
#[test]
fn with_force_it_takes_the_addresses_of_one_that_hangs() -> Result<()> {
    let lab = Lab::on_one_lan(&["a", "b"])?;
    let (ours, _others) = two_on_one_host(&lab)?;
    ours.signal(Signal::SIGSTOP)?;
    let said = ours.command(&["cleanup", "--from-env", "--force"])?;
    ensure!(said.contains("removed 10.77.0.100/32 on eth0\n"), "{said}");
    ensure!(!ours.holds(VIP)? && ours.holds(OTHER)?);
    Ok(())
}

/// One that does not hang puts them back, and nobody is told otherwise.
#[test]
fn with_force_it_says_that_a_daemon_that_runs_has_put_them_back() -> Result<()> {
    let lab = Lab::on_one_lan(&["a", "b"])?;
    let (ours, _others) = two_on_one_host(&lab)?;
    let refused = ours.command(&["cleanup", "--from-env", "--force"]);
    lab.eventually(PATIENCE, "they are back", || ours.holds(VIP))?;
    // It may have looked before the daemon had the time: then it was right.
    if let Err(refused) = refused {
        ensure!(format!("{refused:#}").contains("(exit status: 1)"), "{refused:#}");
    }
    ensure!(ours.state("ipf_VIP_1")? == Some(State::Master));
    Ok(())
}

#[test]
fn without_variables_it_says_that_it_can_do_nothing() -> Result<()> {
    let lab = Lab::on_one_lan(&["a"])?;
    let job = Pod::new(lab.host("a")?, "job", &[]);
    let said = job.command(CLEANUP)?;
    ensure!(
        said.starts_with("nothing is done: OPENSHIFT_HA_VIRTUAL_IPS is not set here"),
        "{said}"
    );
    Ok(())
}

#[test]
fn a_second_daemon_of_the_same_name_is_refused_whatever_files_it_sees() -> Result<()> {
    let lab = Lab::on_one_lan(&["a"])?;
    let host = lab.host("a")?;
    let variables = [("OPENSHIFT_HA_VIRTUAL_IPS", "10.77.0.100")];
    let mut first = Pod::new(host, "first", &variables);
    first.start()?;
    lab.eventually(PATIENCE, "the first is MASTER", || first.holds(VIP))?;
    // As a second container on the host would: with a /run of its own.
    let said = Pod::new(host, "second", &variables)
        .command(&["run", "--from-env", "--state-dir", "/dev/shm/vrrpd-lab-none"])
        .err()
        .context("refused")?;
    let said = format!("{said:#}");
    ensure!(
        said.contains("a daemon called `ipfailover-1` is already running on this host (process "),
        "{said}"
    );
    ensure!(first.holds(VIP)?);
    Ok(())
}
