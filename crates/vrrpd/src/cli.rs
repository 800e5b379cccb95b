//! The command line.

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
    Runner,
}

/// See [`Command::Runner`].
pub(crate) const RUNNER_COMMAND: &str = "runner";

#[derive(Debug, Args)]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) config: ConfigFile,
    /// How log lines look.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) log_format: LogFormat,
    /// What is logged: this, and what is worse.
    #[arg(long, value_name = "LEVEL", env = "VRRPD_LOG", default_value = "info")]
    pub(crate) log_level: LogLevel,
    /// Where the daemon notes which addresses it holds, so that a restart can tell its own from others'.
    #[arg(long, value_name = "DIR", default_value = "/run/vrrpd")]
    pub(crate) state_dir: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) config: ConfigFile,
}

#[derive(Debug, Args)]
pub(crate) struct ConfigFile {
    /// The configuration.
    #[arg(
        long = "config",
        short = 'c',
        value_name = "FILE",
        default_value = "/etc/vrrpd/vrrpd.toml"
    )]
    pub(crate) path: PathBuf,
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
