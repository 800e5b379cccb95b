//! The command line.

#![expect(
    clippy::doc_markdown,
    reason = "these comments are the help texts, which are no markdown"
)]

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

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
    /// Show how a daemon that runs here stands: what is wrong first, then its virtual routers, peers and checks.
    ///
    /// Exit codes: 0 nothing is wrong; 1 there is a problem, or standard output takes nothing; 2 the command line is
    /// wrong; 3 the daemon cannot be asked.
    Status(Status),
    /// Print what happened: transitions, changes of priority, problems that began and ended, and so on.
    ///
    /// Exit codes: 0 printed; 1 standard output takes nothing; 2 the command line is wrong; 3 the daemon cannot be
    /// asked, or ended while it was followed.
    Events(Events),
    /// Say in one line whether a daemon that runs here is live and ready: for probes and scripts.
    ///
    /// Exit codes: 0 it is; 1 it is not; 2 the command line is wrong; 3 the daemon cannot be asked, or hangs.
    Health(Health),
    /// Have a daemon that runs here read its configuration again, and print what came of it.
    ///
    /// Exit codes: 0 it is valid, or unchanged; 1 it is invalid, and the old one stays; 2 the command line is wrong; 3
    /// the daemon cannot be asked.
    Reload(Reload),
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
    #[arg(long, value_name = "FORMAT", default_value = "auto")]
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

/// Which daemon is asked.
#[derive(Debug, Args)]
pub(crate) struct Target {
    /// The daemon's name [default: the only one that runs here]
    #[arg(value_name = "NAME", value_parser = daemon_name)]
    pub(crate) name: Option<String>,
    /// Where the daemon has its socket: its own --state-dir.
    #[arg(long, value_name = "DIR", default_value = STATE_DIR)]
    pub(crate) state_dir: PathBuf,
}

/// As a configuration may have it: it becomes part of a path.
fn daemon_name(name: &str) -> Result<String, String> {
    let is_clean = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    if (1..=64).contains(&name.len()) && name.chars().all(is_clean) && !name.starts_with('.') {
        Ok(name.to_owned())
    } else {
        Err("a daemon's name is 1 to 64 of A-Z a-z 0-9 _ . - and does not begin with a dot".into())
    }
}

#[derive(Debug, Args)]
pub(crate) struct Status {
    #[command(flatten)]
    pub(crate) target: Target,
    /// Print everything as one line of JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// Show it again every so many seconds, until Ctrl-C.
    #[arg(
        long,
        value_name = "SECONDS",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "1",
        value_parser = pause
    )]
    pub(crate) watch: Option<Duration>,
    /// Show this virtual router, and all of it. May be given several times.
    #[arg(long, value_name = "NAME", conflicts_with = "json")]
    pub(crate) router: Vec<String>,
}

fn pause(seconds: &str) -> Result<Duration, String> {
    let seconds: Option<f64> = seconds.parse().ok();
    seconds
        .filter(|seconds| (0.1..=3600.0).contains(seconds))
        .map(Duration::from_secs_f64)
        .ok_or_else(|| "from 0.1 to 3600 seconds".into())
}

#[derive(Debug, Args)]
pub(crate) struct Events {
    #[command(flatten)]
    pub(crate) target: Target,
    /// Go on with what happens from now on, until Ctrl-C.
    #[arg(long, short)]
    pub(crate) follow: bool,
    /// Print each event as one line of JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// Only events after this number.
    #[arg(long, value_name = "SEQUENCE", default_value_t = 0)]
    pub(crate) after: u64,
    /// Of those that are past only the last so many.
    #[arg(long = "last", short = 'n', value_name = "NUMBER")]
    pub(crate) last: Option<usize>,
}

#[derive(Debug, Args)]
pub(crate) struct Health {
    #[command(flatten)]
    pub(crate) target: Target,
    /// Only whether the daemon does its work.
    #[arg(long)]
    pub(crate) live: bool,
    /// Only whether it has all that it needs to serve.
    #[arg(long, conflicts_with = "live")]
    pub(crate) ready: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Reload {
    #[command(flatten)]
    pub(crate) target: Target,
}

/// Where a configuration comes from.
#[derive(Clone, Debug, Args)]
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

impl fmt::Display for ConfigSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.from_env {
            f.write_str("the environment")
        } else {
            self.path.display().fmt(f)
        }
    }
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
    /// For the journal if standard error leads there, for people otherwise.
    Auto,
    /// For people, on standard error.
    Human,
    /// One JSON object a line, on standard error.
    Json,
    /// Entries of systemd's journal, with every fact as a field of its own.
    Journald,
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
