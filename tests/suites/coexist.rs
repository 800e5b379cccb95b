//! Daemons that share a host leave each other alone.

use std::sync::Arc;

use vrrp_lab::prelude::*;
use vrrp_lab::{Host, Keepalived, Process, Vrrpd, vrrpd_binary};

const WEB: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 101);
const MAIL: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 102);

fn started(mut router: impl Router + 'static) -> Result<Box<dyn Router>> {
    router.start()?;
    Ok(Box::new(router))
}

fn is_master(router: &dyn Router, instance: &str, vip: Ipv4Addr) -> Result<bool> {
    Ok(router.state(instance)? == Some(State::Master) && router.holds(vip)?)
}

fn undisturbed(
    lab: &Lab,
    mut goes: Box<dyn Router>,
    stays: &dyn Router,
    instances: (&str, &str),
) -> Result<()> {
    lab.eventually(PATIENCE, "both are MASTER", || {
        Ok(is_master(&*goes, instances.0, WEB)? && is_master(stays, instances.1, MAIL)?)
    })?;
    let before = stays.transitions(instances.1)?;

    goes.terminate()?;
    ensure!(!stays.holds(WEB)?, "what stopped has taken its address away");
    ensure!(stays.holds(MAIL)?, "and not the other's");
    goes.start()?;
    lab.eventually(PATIENCE, "it is back", || is_master(&*goes, instances.0, WEB))?;
    goes.kill()?;
    goes.start()?;
    lab.eventually(PATIENCE, "it is back after a crash", || {
        is_master(&*goes, instances.0, WEB)
    })?;

    ensure!(is_master(stays, instances.1, MAIL)?, "the other still is MASTER");
    ensure!(
        stays.transitions(instances.1)? == before,
        "{:?}",
        stays.transitions(instances.1)?
    );
    Ok(())
}

#[test]
fn two_of_ours() -> Result<()> {
    let lab = Lab::on_one_lan(&["a", "b"])?;
    let host = lab.host("a")?;
    let web = started(Vrrpd::new(host, "web", &[Instance::new(51, 200, WEB)])?)?;
    let mail = started(Vrrpd::new(host, "mail", &[Instance::new(52, 200, MAIL)])?)?;
    undisturbed(&lab, web, &*mail, ("V51", "V52"))
}

#[test]
fn ours_comes_and_goes_beside_keepalived() -> Result<()> {
    let lab = Lab::on_one_lan(&["a", "b"])?;
    let host = lab.host("a")?;
    let web = started(Vrrpd::new(host, "web", &[Instance::new(51, 200, WEB)])?)?;
    let mail = started(Keepalived::new(host, "mail", &[Instance::new(52, 200, MAIL)])?)?;
    undisturbed(&lab, web, &*mail, ("V51", "V52"))
}

#[test]
fn keepalived_comes_and_goes_beside_ours() -> Result<()> {
    let lab = Lab::on_one_lan(&["a", "b"])?;
    let host = lab.host("a")?;
    let web = started(Keepalived::new(host, "web", &[Instance::new(51, 200, WEB)])?)?;
    let mail = started(Vrrpd::new(host, "mail", &[Instance::new(52, 200, MAIL)])?)?;
    undisturbed(&lab, web, &*mail, ("V51", "V52"))
}

#[test]
fn a_second_daemon_of_the_same_name_is_refused() -> Result<()> {
    let lab = Lab::on_one_lan(&["a", "b"])?;
    let host = lab.host("a")?;
    let first = started(Vrrpd::new(host, "web", &[Instance::new(51, 200, WEB)])?)?;
    lab.eventually(PATIENCE, "the first is MASTER", || is_master(&*first, "V51", WEB))?;
    let second = started(Vrrpd::new(host, "web", &[Instance::new(51, 200, WEB)])?)?;
    lab.eventually(PATIENCE, "the second gives up", || Ok(!second.is_running()))?;
    ensure!(is_master(&*first, "V51", WEB)?, "and the first does not care");
    Ok(())
}

#[test]
fn an_address_that_was_there_before_is_left_there() -> Result<()> {
    let lab = Lab::on_one_lan(&["a", "b"])?;
    let host = lab.host("a")?;
    host.ip(&format!("address add {WEB}/32 dev eth0"))?;
    let mut router = started(Vrrpd::new(host, "web", &[Instance::new(51, 200, WEB)])?)?;
    lab.eventually(PATIENCE, "it is MASTER", || is_master(&*router, "V51", WEB))?;
    router.terminate()?;
    ensure!(host.holds(WEB)?, "it was not the daemon's to take away");
    Ok(())
}

/// One of ours in a container of its own, as far as files are concerned: nobody else sees its state directory.
struct Contained {
    host: Arc<Host>,
    config: String,
    state_dir: String,
}

impl Contained {
    fn new(host: &Arc<Host>, name: &str, instances: &[Instance]) -> Result<Self> {
        // It writes the configuration, and is never started.
        Vrrpd::new(host, name, instances)?;
        let path = |file: String| -> Result<String> {
            let path = host.file(&file);
            Ok(path
                .to_str()
                .context("the lab's directory has a plain name")?
                .to_owned())
        };
        Ok(Self {
            host: Arc::clone(host),
            config: path(format!("{name}.toml"))?,
            state_dir: path(format!("{name}.state"))?,
        })
    }

    fn arguments<'a>(&'a self, command: &'a str) -> [&'a str; 5] {
        [command, "--config", &self.config, "--state-dir", &self.state_dir]
    }

    fn run(&self) -> Result<Process> {
        let binary = vrrpd_binary()?
            .to_str()
            .context("the binary's name is not UTF-8")?;
        let arguments = [&self.arguments("run")[..], &["--log-format", "human"]].concat();
        self.host.run(binary, &arguments)
    }

    fn cleanup(&self) -> Result<String> {
        let binary = vrrpd_binary()?
            .to_str()
            .context("the binary's name is not UTF-8")?;
        self.host
            .exec(&[&[binary][..], &self.arguments("cleanup")].concat())
    }
}

/// Whether this instance is MASTER, as the log says.
fn is_master_in(log: &str, instance: &str) -> bool {
    let marker = format!("({instance}) Entering ");
    log.lines()
        .filter_map(|line| line.split_once(&marker))
        .next_back()
        .is_some_and(|(_, state)| state.starts_with("MASTER"))
}

#[test]
fn containers_of_one_host_do_not_take_each_others_addresses() -> Result<()> {
    let lab = Lab::on_one_lan(&["a", "b"])?;
    let host = lab.host("a")?;
    let mut web = started(Vrrpd::new(host, "web", &[Instance::new(51, 200, WEB)])?)?;
    lab.eventually(PATIENCE, "the first is MASTER", || is_master(&*web, "V51", WEB))?;

    // By mistake, the second has the first one's address as well.
    let changes = host.run("ip", &["-4", "monitor", "address"])?;
    let mail = Contained::new(host, "mail", &[Instance::new(52, 200, MAIL).and(WEB.into())])?;
    let third = Contained::new(host, "third", &[Instance::new(53, 200, WEB)])?;
    let second = mail.run()?;
    lab.eventually(PATIENCE, "the second is MASTER too", || {
        Ok(is_master_in(&second.output()?, "V52") && host.holds(MAIL)?)
    })?;
    lab.eventually(PATIENCE, "each says what they have in common", || {
        let said =
            |name| format!("{name}, another vrrpd on this host, has {WEB} too: give each address to one");
        Ok(web.log()?.contains(&said("mail")) && second.output()?.contains(&said("web")))
    })?;
    let said = format!("(V52) {WEB} was on eth0 already, put there by somebody else");
    ensure!(second.output()?.contains(&said), "{}", second.output()?);

    let left = format!("left {WEB}/32 on eth0: somebody else put it there\n");
    let cleaned = third.cleanup()?;
    ensure!(cleaned.contains(&left), "{cleaned}");
    second.signal(Signal::SIGTERM)?;
    second.wait(PATIENCE)?;
    ensure!(!host.holds(MAIL)? && is_master(&*web, "V51", WEB)?);
    let seen = changes.output()?;
    ensure!(
        seen.contains(&MAIL.to_string()),
        "the changes were watched: {seen}"
    );
    let removed = |address: Ipv4Addr| {
        let address = format!(" {address}/");
        seen.lines()
            .any(|line| line.starts_with("Deleted") && line.contains(&address))
    };
    ensure!(!removed(WEB), "it was never removed: {seen}");

    // While the first hangs, nobody knows what it has.
    web.signal(Signal::SIGSTOP)?;
    let cleaned = third.cleanup()?;
    ensure!(cleaned.contains(&left) && host.holds(WEB)?, "{cleaned}");
    // And when it is gone, what it has left belongs to whoever has it in a configuration.
    web.kill()?;
    let cleaned = third.cleanup()?;
    ensure!(
        cleaned.contains(&format!("removed {WEB}/32 on eth0\n")),
        "{cleaned}"
    );
    ensure!(!host.holds(WEB)?);
    Ok(())
}

#[test]
fn two_that_are_the_same_virtual_router_say_so() -> Result<()> {
    let lab = Lab::on_one_lan(&["a"])?;
    let host = lab.host("a")?;
    let web = started(Vrrpd::new(host, "web", &[Instance::new(51, 200, WEB)])?)?;
    lab.eventually(PATIENCE, "the first is MASTER", || is_master(&*web, "V51", WEB))?;
    let mail = Contained::new(host, "mail", &[Instance::new(51, 100, MAIL)])?.run()?;
    lab.eventually(PATIENCE, "each says so", || {
        let said = |name| {
            format!("{name}, another vrrpd on this host, has virtual router eth0/51 (interface/VRID) too")
        };
        Ok(web.log()?.contains(&said("mail")) && mail.output()?.contains(&said("web")))
    })
}
