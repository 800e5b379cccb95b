//! `vrrpd cleanup`.

use std::fmt::Display;
use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, anyhow};
use vrrp_config::{Config, Surroundings};
use vrrp_core::VirtualAddress;
use vrrp_linux::firewall::{self, FirewallError};
use vrrp_linux::{Capability, Kernel, KernelOptions, Presence, Report, missing, wake_pair};

use crate::cli::{Cleanup, LogFormat, LogLevel};
use crate::logging;
use crate::problems::{self, complain};
use crate::surroundings::Host;

/// The kernel may be busy, and this is all there is to wait for.
const PATIENCE: Duration = Duration::from_secs(10);

/// Removes what is left, and says on standard output what that was.
pub(crate) fn run(options: &Cleanup) -> ExitCode {
    if options.config.from_env && !is_told_what(&Host) {
        say(
            &"nothing is done: OPENSHIFT_HA_VIRTUAL_IPS is not set here, so no address is known to be ours; to clean up, \
              run this with the variables of the deployment, on the host's network (hostNetwork: true)",
        );
        return ExitCode::SUCCESS;
    }
    let config = match problems::load(&options.config) {
        Ok(loaded) => loaded.config,
        Err(refused) => return refused.into(),
    };
    let _log = logging::start(LogFormat::Human, LogLevel::Error);
    match clean(&config, options) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            complain("cleanup", &format_args!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Whether the variables say anything about addresses.
fn is_told_what(surroundings: &dyn Surroundings) -> bool {
    let addresses = surroundings.variable("OPENSHIFT_HA_VIRTUAL_IPS");
    addresses.is_some_and(|addresses| !addresses.trim().is_empty())
}

/// Whether nothing is left.
fn clean(config: &Config, options: &Cleanup) -> anyhow::Result<bool> {
    if !missing(&[Capability::NetAdmin]).is_empty() {
        return Err(anyhow!("CAP_NET_ADMIN is missing: run it as root"));
    }
    if !options.force
        && let Some(holder) = Presence::holder(&config.name).context("no socket can be had")?
        && holder.trusted
    {
        return Err(anyhow!(
            "a daemon called `{}` runs on this host ({holder}): stop it first, which releases everything, or give \
             --force",
            config.name
        ));
    }
    let addresses = remove_addresses(config, options);
    let rules = remove_rules(config, options.config.from_env);
    if matches!((&addresses, &rules), (Ok((0, true)), Ok(0))) {
        say(&format_args!(
            "nothing of `{}` was left on this host",
            config.name
        ));
    }
    let (_, all_gone) = addresses?;
    rules?;
    Ok(all_gone)
}

/// How many addresses were removed, and whether none that is ours is left.
fn remove_addresses(config: &Config, options: &Cleanup) -> anyhow::Result<(usize, bool)> {
    let mut kernel_options = KernelOptions::new(&config.name, &options.state_dir);
    kernel_options.configured = config.addresses().cloned().collect();
    kernel_options.even_if_running = options.force;
    let (waker, _wake_up) = wake_pair().context("no descriptor is left")?;
    let (kernel, reports) = Kernel::start(kernel_options, waker)?;
    let (removed, stuck) = loop {
        let report = reports.recv_timeout(PATIENCE);
        if let Report::Swept { removed, stuck } = report.context("the kernel did not answer in time")? {
            break (removed, stuck);
        }
    };
    if !kernel.finish() {
        return Err(anyhow!("the kernel did not remove all addresses in time"));
    }
    for address in &removed {
        say(&format_args!("removed {address}"));
    }
    for address in &stuck {
        say(&format_args!("could not remove {address}"));
    }
    let present = Host.own_addresses();
    let is_foreign = |address: &&VirtualAddress| {
        let address = address.address;
        present.contains(&address) && stuck.iter().all(|stuck| stuck.address != address)
    };
    let mut is_back = false;
    for foreign in config.addresses().filter(is_foreign) {
        if removed.iter().any(|removed| removed.address == foreign.address) {
            is_back = true;
            say(&format_args!(
                "{foreign} is back: a daemon that runs has put it there again"
            ));
        } else {
            say(&format_args!("left {foreign}: somebody else put it there"));
        }
    }
    Ok((removed.len(), stuck.is_empty() && !is_back))
}

/// From how many chains a rule was removed.
fn remove_rules(config: &Config, from_env: bool) -> anyhow::Result<usize> {
    let remove = || {
        let mut removed = 0;
        let own = firewall::close(&config.name)?;
        for chain in &own {
            say(&format_args!("removed the rule in {chain}"));
        }
        removed += own.len();
        if from_env {
            // What the same deployment has left that had another first VRID.
            for name in firewall::forsaken(&config.name)? {
                let chains = firewall::close(&name)?;
                for chain in &chains {
                    say(&format_args!("removed the rule of `{name}` in {chain}"));
                }
                removed += chains.len();
            }
        }
        Ok::<_, FirewallError>(removed)
    };
    // Also if this configuration asks for none: it may have done so when it ran.
    match remove() {
        Ok(removed) => Ok(removed),
        // Mostly there is no nft then.
        Err(_) if config.firewall.is_none() => Ok(0),
        Err(error) => Err(error).context("firewall"),
    }
}

fn say(what: &dyn Display) {
    let _unread = writeln!(std::io::stdout().lock(), "{what}");
}
