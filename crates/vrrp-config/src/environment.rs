//! `OPENSHIFT_HA_*`: what an ipfailover pod of OpenShift is told, and how virtual routers are made of it.
//!
//! The way: `reader` has the variables and collects what is wrong with them; `pool` are the virtual addresses, `groups`
//! which of them move together and under which VRID; `node` is where we are and who else there is; `priority` and
//! `spread` say who is preferred; `check` what a node depends on, and whom it tells; `http` where it says how it is.

mod check;
mod groups;
mod http;
mod names;
mod node;
mod pool;
mod priority;
mod reader;
mod spread;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::time::Duration;

use vrrp_core::{
    Announcing, Authentication, Interval, Params, Password, Preempt, Priority, Track, Tracked,
    VirtualAddress, Weight,
};

use self::groups::Group;
use self::node::Node;
use self::priority::Formula;
use self::reader::{Reader, digits, whole_number};
use self::spread::Nodes;
use crate::{
    Config, Control, EnvironmentFlaw, Firewall, InstanceConfig, InstanceFlaw, Loaded, Problem, Surroundings,
};

const DEFAULT_NAME: &str = "OpenShift-IPFailover";
const DEFAULT_REPLICAS: i64 = 2;
const DEFAULT_DELAY: u16 = 300;
/// keepalived's longest.
const LONGEST_DELAY: u16 = 1000;
const DEFAULT_KEEPALIVED_CONFIG: &str = "/etc/keepalived/keepalived.conf";
/// An instance's name has 64 characters, and `_VIP_255` is eight of them.
const LONGEST_NAME: usize = 56;
/// The bytes of a password.
const PASSWORD: usize = 8;
/// The longest label that the kernel takes.
const LONGEST_LABEL: usize = 15;

/// See [`crate::from_environment`].
pub(crate) fn load(surroundings: &dyn Surroundings) -> Result<Loaded, Vec<Problem>> {
    let mut reader = Reader::new(surroundings);
    let config = read(&mut reader);
    let refused = reader.refuses();
    let problems = reader.problems();
    match config {
        Some(config) if !refused => Ok(Loaded {
            config,
            warnings: problems,
            files: Vec::new(),
        }),
        _ => Err(problems),
    }
}

/// See [`crate::keepalived_path`].
pub(crate) fn keepalived_path(surroundings: &dyn Surroundings) -> PathBuf {
    let path = surroundings.variable(names::KEEPALIVED_CONFIG);
    path.map(|path| path.trim().to_owned())
        .filter(|path| !path.is_empty())
        .unwrap_or_else(|| DEFAULT_KEEPALIVED_CONFIG.to_owned())
        .into()
}

/// All of it, if enough of it is sound; what is wrong is reported.
fn read(reader: &mut Reader<'_>) -> Option<Config> {
    let name = read_name(reader);
    // Not part of the configuration, and wrong all the same.
    reader.parsed(names::KEEPALIVED_CONFIG, |path| {
        let absolute = Path::new(path).is_absolute();
        absolute
            .then_some(())
            .ok_or_else(|| EnvironmentFlaw::Relative(path.to_owned()))
    });
    let pool = pool::read(reader);
    let groups = groups::read(reader, &pool);
    let node = node::read(reader, &pool);
    let check = check::read(reader, node.address);
    let hooks = check::read_hooks(reader);
    let preempt = read_preemption(reader);
    let replicas = read_replicas(reader);
    let firewall = read_firewall(reader);
    let nodes = spread::read(reader, node.source.or(node.address), &node.peers);
    let http = http::read(reader, &pool, node.address, check.as_ref());

    let Name {
        scrubbed,
        base,
        password,
    } = name?;
    // Two deployments of one name on a host still have VRIDs of their own.
    let daemon = format!("{scrubbed}-{}", groups.first()?.vrid);
    let preempt = preempt?;
    let priorities = priorities(&groups, nodes, node.address?, replicas?, preempt);
    let Node {
        interface,
        source,
        transport,
        ..
    } = node;
    let (interface, transport) = (interface?, transport?);
    let label = format!("{interface}:vip");
    let label = Some(label).filter(|label| label.len() <= LONGEST_LABEL);
    let tracks = check.as_ref().map(|check| Track {
        what: Tracked::Check(check.name.as_str().into()),
        weight: Weight::FAULT,
    });
    let tracks: Vec<Track> = tracks.into_iter().collect();
    let instances = (1..)
        .zip(groups)
        .zip(priorities)
        .map(|((nth, group), priority)| InstanceConfig {
            name: format!("{base}_VIP_{nth}"),
            interface: interface.clone(),
            source,
            params: Params {
                vrid: group.vrid,
                priority,
                interval: Interval::DEFAULT,
                preempt,
                transport: transport.clone(),
                authentication: Authentication::Simple(password),
                advertised: group.addresses.iter().map(|net| net.addr().into()).collect(),
                announce: Announcing::default(),
                tracks: tracks.clone(),
            },
            addresses: group
                .addresses
                .iter()
                .map(|net| VirtualAddress {
                    address: net.addr().into(),
                    prefix: net.prefix_len(),
                    interface: interface.clone(),
                    label: label.as_deref().map(Into::into),
                })
                .collect(),
            link_debounce: Duration::ZERO,
            hooks: hooks.clone(),
        });
    Some(Config {
        name: daemon,
        instances: instances.collect(),
        checks: check.into_iter().collect(),
        groups: Vec::new(),
        notify_fifo: None,
        firewall,
        http,
        control: Control::default(),
    })
}

/// What is made of `OPENSHIFT_HA_CONFIG_NAME`.
struct Name {
    /// The same with `_` in place of `-`: the names of virtual routers begin so.
    base: String,
    /// What can be in a name of it: the daemon's begins so.
    scrubbed: String,
    /// The simple password.
    password: Password,
}

fn read_name(reader: &mut Reader<'_>) -> Option<Name> {
    let raw = reader.text(names::CONFIG_NAME);
    let raw = raw.unwrap_or_else(|| DEFAULT_NAME.to_owned());
    if raw.contains(char::is_control) {
        reader.report(names::CONFIG_NAME, EnvironmentFlaw::Control);
        return None;
    }
    let in_names = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let base: String = raw.chars().filter(in_names).collect();
    let flaw = match base.len() {
        0 => EnvironmentFlaw::Nameless(raw),
        1..=LONGEST_NAME => match raw.get(..raw.len().min(PASSWORD)) {
            Some(password) => {
                return Some(Name {
                    scrubbed: base.clone(),
                    base: base.replace('-', "_"),
                    password: Password::new(password.as_bytes())?,
                });
            }
            None => EnvironmentFlaw::HalfCharacter,
        },
        length => EnvironmentFlaw::LongName(length),
    };
    reader.report(names::CONFIG_NAME, flaw);
    None
}

/// `preempt_delay 300` unless set.
fn read_preemption(reader: &mut Reader<'_>) -> Option<Preempt> {
    let seconds = |text: &str| digits(text).filter(|&seconds| seconds <= LONGEST_DELAY);
    let after = |seconds: u16| Preempt::After(Duration::from_secs(seconds.into()));
    let Some(text) = reader.text(names::PREEMPTION) else {
        return Some(after(DEFAULT_DELAY));
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    match words[..] {
        ["nopreempt"] => return Some(Preempt::Never),
        ["preempt"] => return Some(after(0)),
        ["preempt_delay", delay] => {
            if let Some(seconds) = seconds(delay) {
                return Some(after(seconds));
            }
        }
        ["preempt", delay] => {
            if let Some(seconds) = seconds(delay) {
                reader.report(names::PREEMPTION, EnvironmentFlaw::PreemptNumber { seconds });
                return Some(after(seconds));
            }
        }
        _ => {}
    }
    reader.report(names::PREEMPTION, EnvironmentFlaw::Preemption(text));
    None
}

/// At least 1.
fn read_replicas(reader: &mut Reader<'_>) -> Option<usize> {
    let replicas = reader.or_default(names::REPLICAS, DEFAULT_REPLICAS, |text| {
        whole_number(text).ok_or_else(|| EnvironmentFlaw::Number {
            found: text.to_owned(),
            wanted: "a number of replicas: a whole number",
        })
    });
    Some(usize::try_from(replicas?).unwrap_or(0).max(1))
}

/// Either variable asks for it; the one of iptables names a chain besides.
fn read_firewall(reader: &mut Reader<'_>) -> Option<Firewall> {
    let chain = reader.parsed(names::IPTABLES_CHAIN, |text| {
        Firewall::in_chain(text).ok_or_else(|| InstanceFlaw::Chain(text.to_owned()).into())
    });
    let asked = reader.text(names::NFTABLES_RULE).map(|_| Firewall::default());
    chain.or(asked)
}

/// One for each group.
fn priorities(
    groups: &[Group],
    nodes: Option<Nodes>,
    node: std::net::Ipv4Addr,
    replicas: usize,
    preempt: Preempt,
) -> Vec<Priority> {
    if let Some(nodes) = nodes {
        return (0..groups.len()).map(|group| nodes.priority(group)).collect();
    }
    let mut formula = Formula::new(node, replicas, preempt != Preempt::Never);
    (1..)
        .zip(groups)
        .map(|(nth, group)| formula.next(nth, group.vrid))
        .collect()
}
