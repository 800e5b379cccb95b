//! The command line.

#![expect(
    clippy::doc_markdown,
    reason = "these comments are the help texts, which are no markdown"
)]

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// IP failover by VRRPv2: hosts on a LAN elect a MASTER, which holds the virtual IP addresses.
///
/// Exit codes: 0 done; 1 it failed (a packet is invalid, a right is missing, the kernel refused); 2 the command line
/// or the configuration is wrong.
#[derive(Debug, Parser)]
#[command(name = "vrrpd", version, max_term_width = 110)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Take part in the elections that the configuration names, in the foreground, until SIGTERM or SIGINT.
    Run(Run),
    /// Read a configuration and name every problem in it: exit 0 if there is none, 2 if there is.
    Check(Check),
    /// Print the equivalent configuration in another form: exit 1 if that form cannot say all of it.
    Convert(Convert),
    /// Remove what a daemon with this configuration has left on the host: its virtual addresses and its firewall rules.
    ///
    /// Other daemons on the host, their addresses and their rules are left alone, and so are addresses that somebody
    /// else put there. Says what it did.
    ///
    /// Exit codes: 0 nothing is left; 1 something is, or a daemon with this configuration runs; 2 bad configuration.
    Cleanup(Cleanup),
    /// Print the manifests of a set of virtual addresses for Kubernetes or OpenShift, for `kubectl apply -f -`.
    ///
    /// They ask for no right that vrrpd does without. What is wrong with the options is named all at once, and nothing
    /// is printed then.
    ///
    /// Exit codes: 0 printed; 1 standard output takes nothing; 2 an option, or a file that it names, is wrong.
    Manifest(Box<Manifest>),
    /// Explain adverts, field by field, and say why an invalid one would be rejected: exit 1 if any is invalid.
    ///
    /// An advert is valid if every receiver takes it that is configured to match: one of another VRID, interval or
    /// password is valid too. Passwords are not shown. Packets that are not about VRRP are counted and skipped.
    ///
    /// Exit codes: 0 every advert is valid, or there is none; 1 one is invalid or cut off, or the capture cannot be
    /// read to its end; 2 the bytes are not hexadecimal.
    Decode(Decode),
    /// Start scripts for a `vrrpd run`, which alone starts this, and talks to it over its standard input.
    #[command(hide = true, name = RUNNER_COMMAND)]
    Runner(Runner),
}

/// Where daemons keep what outlives them.
const STATE_DIR: &str = "/run/vrrpd";

/// See [`Command::Runner`].
pub(crate) const RUNNER_COMMAND: &str = "runner";
/// See [`Runner::pass_environment`].
pub(crate) const PASS_ENVIRONMENT: &str = "--pass-environment";

#[derive(Debug, Args)]
pub(crate) struct Runner {
    /// Scripts are given the environment of the daemon, as a pod's scripts have always been.
    #[arg(long)]
    pub(crate) pass_environment: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) config: ConfigSource,
    /// How log lines look.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) log_format: LogFormat,
    /// What is logged: this, and what is worse.
    #[arg(long, value_name = "LEVEL", env = "VRRPD_LOG", default_value = "info")]
    pub(crate) log_level: LogLevel,
    /// Where the daemon notes which addresses it holds, so that a restart can tell its own from others'.
    #[arg(long, value_name = "DIR", default_value = STATE_DIR)]
    pub(crate) state_dir: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) config: ConfigSource,
}

#[derive(Debug, Args)]
pub(crate) struct Convert {
    #[command(flatten)]
    pub(crate) config: ConfigSource,
    /// Into what.
    #[arg(long, value_name = "FORMAT", default_value = "toml")]
    pub(crate) to: ConfigFormat,
}

#[derive(Debug, Args)]
pub(crate) struct Cleanup {
    #[command(flatten)]
    pub(crate) config: ConfigSource,
    /// Where the daemon notes which addresses it holds.
    #[arg(long, value_name = "DIR", default_value = STATE_DIR)]
    pub(crate) state_dir: PathBuf,
    /// Go on although a daemon with this configuration runs. It puts back what is removed, unless it hangs.
    #[arg(long)]
    pub(crate) force: bool,
}

/// Where a configuration comes from.
#[derive(Debug, Args)]
pub(crate) struct ConfigSource {
    /// The configuration.
    #[arg(
        long = "config",
        short = 'c',
        value_name = "FILE",
        default_value = "/etc/vrrpd/vrrpd.toml",
        conflicts_with = "from_env"
    )]
    pub(crate) path: PathBuf,
    /// The configuration is in the OPENSHIFT_HA_* variables, as a pod has them, and in no file.
    #[arg(long)]
    pub(crate) from_env: bool,
}

/// In which form a configuration is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ConfigFormat {
    /// vrrpd.toml.
    Toml,
    /// keepalived.conf, for keepalived 2.2 or newer.
    Keepalived,
}

#[derive(Debug, Args)]
pub(crate) struct Manifest {
    /// What the set is called, and its objects after it. Its first 8 letters are the password.
    #[arg(value_name = "NAME", default_value = "ipfailover")]
    pub(crate) name: String,
    /// The virtual addresses: addresses and ranges, with commas between, as 10.77.0.100-102,10.77.0.110.
    #[arg(long, value_name = "LIST")]
    pub(crate) virtual_ips: String,
    /// How many virtual routers share them; 0 = one for each address.
    #[arg(long, value_name = "NUMBER", default_value = "0")]
    pub(crate) virtual_ip_groups: String,
    /// The nodes' interface for adverts and addresses [default: that of the node's default route]
    #[arg(long, value_name = "NAME")]
    pub(crate) interface: Option<String>,
    /// A TCP port that the service has open on the node itself; 0 = no check.
    #[arg(long, value_name = "PORT", default_value = "80")]
    pub(crate) watch_port: String,
    /// Checks instead of the port: a file here, which goes into a ConfigMap, or one in /etc/keepalive, where a
    /// ConfigMap of yours is mounted.
    #[arg(long, value_name = "FILE")]
    pub(crate) check_script: Option<PathBuf>,
    /// Seconds between two checks.
    #[arg(long, value_name = "SECONDS", default_value = "2")]
    pub(crate) check_interval: String,
    /// Is told of every transition: a file like that of --check-script.
    #[arg(long, value_name = "FILE")]
    pub(crate) notify_script: Option<PathBuf>,
    /// When a better node takes its addresses back: `preempt`, `preempt_delay SECONDS` or `nopreempt`.
    #[arg(long, value_name = "STRATEGY", default_value = "preempt_delay 300")]
    pub(crate) preemption_strategy: String,
    /// The number before the first VRID.
    #[arg(long, value_name = "NUMBER", default_value = "0")]
    pub(crate) vrrp_id_offset: String,
    /// VRIDs to leave out, with commas between.
    #[arg(long, value_name = "LIST")]
    pub(crate) exclude_vrids: Option<String>,
    /// How many nodes take part, each with one pod.
    #[arg(long, value_name = "NUMBER", default_value = "2")]
    pub(crate) replicas: String,
    /// The addresses of all nodes, with commas between: adverts go to each of them, instead of by multicast.
    #[arg(long, value_name = "LIST")]
    pub(crate) unicast_peers: Option<String>,
    /// The chain of the nodes' filter table that drops VRRP: a rule that accepts it is put in front.
    #[arg(long, value_name = "CHAIN")]
    pub(crate) iptables_chain: Option<String>,
    /// The labels of the nodes that may take part, as node-role.kubernetes.io/infra=,rack=7 [default: the flavor's]
    #[arg(long, value_name = "LABELS")]
    pub(crate) selector: Option<String>,
    /// The namespace of the set, which is printed too, unless it is one of the cluster itself, as kube-system.
    #[arg(long, value_name = "NAME", default_value = "vrrpd")]
    pub(crate) namespace: String,
    /// Your build of the image [default: a stand-in that no registry has]
    #[arg(long, value_name = "IMAGE")]
    pub(crate) image: Option<String>,
    /// For which platform.
    #[arg(long, value_name = "PLATFORM", default_value = "kubernetes")]
    pub(crate) flavor: Flavor,
    /// Refuse to share a VRID, an address, a name or pods with the sets in these manifests; `-` reads standard input. May
    /// be given several times.
    #[arg(long, value_name = "FILE")]
    pub(crate) avoid: Vec<PathBuf>,
}

/// What a manifest is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Flavor {
    /// Any Kubernetes.
    Kubernetes,
    /// OpenShift: with security context constraints, and the right to use them.
    Openshift,
}

#[derive(Debug, Args)]
#[command(override_usage = "vrrpd decode <FILE.pcap>\n       vrrpd decode --hex <BYTES>")]
pub(crate) struct Decode {
    /// A capture in pcap or pcapng format, as `tcpdump -w` writes it; `-` reads standard input.
    #[arg(
        value_name = "FILE.pcap",
        required_unless_present = "hex",
        conflicts_with = "hex"
    )]
    pub(crate) capture: Option<PathBuf>,
    /// One packet in hexadecimal, from the VRRP header on or a whole IPv4 packet; spaces and colons are ignored.
    #[arg(long, value_name = "BYTES")]
    pub(crate) hex: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people.
    Human,
    /// One JSON object a line.
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogLevel {
    /// What ends the daemon, or a virtual router's part in it.
    Error,
    /// What needs somebody's attention.
    Warn,
    /// Transitions, and what leads to them.
    Info,
    /// What repeats.
    Debug,
    /// Everything.
    Trace,
}
