//! `vrrpd.toml`, or the `OPENSHIFT_HA_*` variables, into one validated [`Config`], with every problem named by its place.
//!
//! [`load`] reads a file and what it includes, and answers with either a configuration that can run as it stands
//! or with every problem at once, each as `file:line:column: what is wrong, and what would be right`. It touches
//! nothing but those files: what it must know of the host (its name, its addresses, its environment) comes
//! through [`Surroundings`], so that a test can play any host.
//!
//! The way of a file: `source` has its text and turns offsets into lines and columns; `reader` gives typed
//! access to the TOML and collects what is wrong with its shape; `check`, `instance` and `group` with their parts
//! read one table each into a draft; `include` walks from file to file; `cross` compares all `drafts` with each other.
//!
//! The way of the variables: `environment` and its parts, from [`from_environment`].

#![forbid(unsafe_code)]

mod address;
mod authentication;
mod capability;
mod check;
mod control;
mod cross;
mod daemon;
mod drafts;
mod environment;
mod expand;
mod findings;
mod firewall;
mod flaw;
mod garp;
mod group;
mod hook;
mod http;
mod include;
mod instance;
mod keys;
mod name;
mod preempt;
mod probe;
mod problem;
mod reader;
mod script;
mod shown;
mod source;
mod suggest;
mod syntax;
mod track;
mod unicast;
mod write;

#[cfg(test)]
mod tests;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use ipnet::Ipv4Net;
use vrrp_checks::{Check, Hooks, Identity};

pub use flaw::{
    AddressFlaw, Bearer, CheckFlaw, ControlFlaw, EnvironmentFlaw, FileFlaw, Flaw, GroupFlaw, HttpFlaw,
    InstanceFlaw, NameFlaw, Power, ReadFailure, ScriptFlaw, ShapeFlaw, TrackFlaw, VariableFlaw,
};
pub use keys::Key;
pub use problem::{Location, Problem, Severity};
pub use shown::{is_harmless, shown};
pub use source::Elsewhere;
pub use suggest::Hint;
pub use write::{Reason, Subject, Untold, to_keepalived, to_toml};

/// What `vrrpd run` is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Tells daemons on one host apart: it keys the state file. 1 to 64 of `A-Z a-z 0-9 _ . -`, not starting with
    /// a dot; `vrrpd` unless given.
    pub name: String,
    /// The health checks, in the order of the files; names are unique.
    pub checks: Vec<Check>,
    /// The virtual routers, at least one, in the order of the files.
    pub instances: Vec<InstanceConfig>,
    /// The sync groups, in the order of the files. No instance is in two.
    pub groups: Vec<GroupConfig>,
    /// A FIFO that is told of every transition.
    pub notify_fifo: Option<PathBuf>,
    /// Whether the host's firewall is made to accept adverts as long as the daemon runs; `None` = it is left alone.
    pub firewall: Option<Firewall>,
    /// Where the status is served over HTTP; `None` = not at all. Not a virtual address, unless it is this host's own, and
    /// its port is not 0.
    pub http: Option<SocketAddr>,
    /// Who may use the control socket.
    pub control: Control,
}

impl Config {
    /// Every address of every virtual router.
    pub fn addresses(&self) -> impl Iterator<Item = &vrrp_core::VirtualAddress> {
        self.instances.iter().flat_map(|instance| &instance.addresses)
    }
}

/// That the host's firewall must accept adverts: a rule stands in every chain that could drop them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Firewall {
    /// A chain of iptables' `filter` table in which the rule stands whether or not it drops anything. 1 to 28 of
    /// `A-Z a-z 0-9 _ . -`, not beginning with `-`.
    pub chain: Option<String>,
}

/// Who may use the control socket, beside root and the daemon's own user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Control {
    /// The group whose members may ask the daemon over its control socket; `None` = only root and the daemon's own user.
    pub group: Option<Group>,
    /// Whether that group may also change things (reload) and not only look. `false` without a group.
    pub group_may_change: bool,
}

/// A group of this host's users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its name, as the configuration has it.
    pub name: String,
    /// Its number, as the host had it when the configuration was read.
    pub gid: u32,
}

/// Virtual routers that are MASTER together or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupConfig {
    /// What logs call it. No other group has the same.
    pub name: String,
    /// Its members: places in [`Config::instances`], at least one, each once, all with the same priority and the same
    /// `params.tracks` (what one of them tracks counts for all).
    pub members: Vec<usize>,
    /// Who is told of its transitions; `reasserted` is always `None`.
    pub hooks: Hooks,
}

/// One virtual router and the addresses that it moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstanceConfig {
    /// What logs call it. No other instance has the same.
    pub name: String,
    /// Where adverts are sent and heard.
    pub interface: vrrp_core::InterfaceName,
    /// The source of our adverts; `None` = the interface's own address.
    pub source: Option<Ipv4Addr>,
    /// What the election needs.
    pub params: vrrp_core::Params,
    /// What a MASTER holds: first the advertised addresses, in the order of `params.advertised`, then the excluded.
    pub addresses: Vec<vrrp_core::VirtualAddress>,
    /// How long a link must be down, or up again, until that counts; zero = at once.
    pub link_debounce: Duration,
    /// Who is told of its transitions.
    pub hooks: Hooks,
}

/// A configuration that can run, and what is still worth saying about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// The configuration.
    pub config: Config,
    /// What is allowed and probably not meant. In the order of the files.
    pub warnings: Vec<Problem>,
    /// Every configuration file that was read, the main one first. Empty if it came from the environment.
    pub files: Vec<PathBuf>,
}

/// What a configuration may ask about the host that it is read on.
pub trait Surroundings {
    /// The value of `${HOSTNAME}`; `None` if the host has no readable name.
    fn hostname(&self) -> Option<String>;
    /// The value of `${NAME}`: an environment variable, with U+FFFD in place of what is not UTF-8; `None` if it is not
    /// set.
    fn variable(&self, name: &str) -> Option<String>;
    /// The names of all environment variables.
    fn variables(&self) -> Vec<String>;
    /// The IPv4 addresses of an interface in the kernel's order, the first of which is `${ADDRESS:interface}`, with their
    /// prefix lengths. Empty if it has none or is missing.
    fn addresses(&self, interface: &str) -> Vec<Ipv4Net>;
    /// The names of this host's interfaces, without the loopback's. Empty if they cannot be known.
    fn interfaces(&self) -> Vec<String>;
    /// The interface of the default route of IPv4; `None` if there is none.
    fn default_interface(&self) -> Option<String>;
    /// Every address of this host, to tell the own one among peers. Empty if it cannot be known.
    fn own_addresses(&self) -> Vec<IpAddr>;
    /// The user of this name, with its main and its other groups; `None` if there is none.
    fn user(&self, name: &str) -> Option<Identity>;
    /// The number of the group of this name; `None` if there is none.
    fn group(&self, name: &str) -> Option<u32>;
    /// Whether the daemon runs as root, so that scripts without a user do too.
    fn is_root(&self) -> bool;
    /// What is at this path, as far as a script is concerned that runs as `user`; `None` = as the daemon.
    fn program(&self, path: &Path, user: Option<&Identity>) -> Program;
}

/// A file that is to be started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Program {
    /// Why it cannot be started now; `None` if it can.
    pub unusable: Option<String>,
    /// What somebody other than root can change, whether or not it can be started now: the file itself, or a directory
    /// on the way to it, or the one where the next thing on the way is missing.
    pub writable: Option<PathBuf>,
}

/// Reads `path` and every file that it includes.
///
/// # Errors
/// Every problem in these files, errors and warnings, in the order of the files and of their lines; at least one of
/// them is an error. Of more than a thousand only the first are there, and the last says so. Nothing of the configuration is usable then.
pub fn load(path: &Path, surroundings: &dyn Surroundings) -> Result<Loaded, Vec<Problem>> {
    include::load(path, surroundings)
}

/// Reads the `OPENSHIFT_HA_*` variables, as an ipfailover pod of OpenShift is given them.
///
/// The same variables on the same node always give the same configuration.
///
/// # Errors
/// Every problem with these variables, errors and warnings, in the order of the documentation; at least one of them is
/// an error. Nothing of the configuration is usable then.
pub fn from_environment(surroundings: &dyn Surroundings) -> Result<Loaded, Vec<Problem>> {
    environment::load(surroundings)
}

/// Where the equivalent keepalived.conf of [`from_environment`] is to be written: `KEEPALIVED_CONFIG`, or
/// `/etc/keepalived/keepalived.conf`.
pub fn keepalived_path(surroundings: &dyn Surroundings) -> PathBuf {
    environment::keepalived_path(surroundings)
}
