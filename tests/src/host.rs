//! A host: a network namespace with cables to switches, a directory of its own, and the ways in which it can fail.

use core::net::Ipv4Addr;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use anyhow::{Context, Result};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use pnet::util::MacAddr;

use crate::namespace::Namespace;
use crate::process::Process;
use crate::switch::{BRIDGE, Switch};

/// One of a host's interfaces and the switch's port at the other end of its cable.
#[derive(Clone, Debug)]
pub struct Port {
    /// The interface on the host: `eth0`, `eth1`...
    pub interface: String,
    /// The host's own address there.
    pub address: Ipv4Addr,
    /// The interface's hardware address.
    pub mac: MacAddr,
    /// The LAN's number in the lab's topology.
    pub lan: usize,
    socket: String,
    switch: Arc<Namespace>,
}

/// A machine of the lab.
#[derive(Debug)]
pub struct Host {
    name: String,
    directory: PathBuf,
    namespace: Namespace,
    ports: Vec<Port>,
}

/// An IPv4 address as `ip address` shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assigned {
    /// On which interface.
    pub interface: String,
    /// The address.
    pub address: Ipv4Addr,
    /// Its prefix length.
    pub prefix: u8,
    /// Its label.
    pub label: String,
}

impl Host {
    /// Makes the host, number `number` in the lab (from 1), and plugs it into `lans`, `eth0` first.
    pub(crate) fn make(
        namespace: String,
        name: &str,
        number: u8,
        lans: &[(usize, &Switch)],
        directory: PathBuf,
    ) -> Result<Self> {
        fs::create_dir_all(directory.join("run"))?;
        let namespace = Namespace::make(namespace)?;
        let mut ports = Vec::new();
        for (position, (lan, switch)) in lans.iter().enumerate() {
            let (lan_byte, position) = (u8::try_from(*lan)?, u8::try_from(position)?);
            let port = Port {
                interface: format!("eth{position}"),
                address: Ipv4Addr::new(10, 77 + lan_byte, 0, number),
                mac: MacAddr::new(2, 0, 0, lan_byte, position, number),
                lan: *lan,
                socket: format!("p_{name}_{position}"),
                switch: Arc::clone(switch.namespace()),
            };
            plug(&namespace, &port)?;
            ports.push(port);
        }
        Ok(Self {
            name: name.to_owned(),
            directory,
            namespace,
            ports,
        })
    }

    /// Its name in the lab.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The interface of this name.
    ///
    /// # Errors
    ///
    /// When the topology gave it none.
    pub fn port(&self, interface: &str) -> Result<&Port> {
        self.ports
            .iter()
            .find(|port| port.interface == interface)
            .with_context(|| format!("host {} has no {interface}", self.name))
    }

    /// Its own address on `eth0`.
    ///
    /// # Errors
    ///
    /// When it has no `eth0`.
    pub fn address(&self) -> Result<Ipv4Addr> {
        Ok(self.port("eth0")?.address)
    }

    /// The hardware address of `eth0`.
    ///
    /// # Errors
    ///
    /// When it has no `eth0`.
    pub fn mac(&self) -> Result<MacAddr> {
        Ok(self.port("eth0")?.mac)
    }

    /// A file of this host's own.
    pub fn file(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// Starts a program on it. The program sees this host's own `/run`, which outlives the program and which no
    /// other host shares: several daemons of one kind would otherwise meet in the file system.
    pub(crate) fn start(&self, name: &str, program: &[&str]) -> Result<Process> {
        let mut command = Command::new("ip");
        command
            .args(["netns", "exec", self.namespace.name(), "sh", "-c"])
            .args(["mount --bind \"$1\" /run && shift && exec \"$@\"", "sh"])
            .arg(self.file("run"))
            .args(program);
        Process::start(name, &mut command, self.file(&format!("{name}.log")))
    }

    /// Starts a program on it that is no router, and goes on.
    ///
    /// # Errors
    ///
    /// When it cannot be started.
    pub fn run(&self, program: &str, arguments: &[&str]) -> Result<Process> {
        let name = program.rsplit('/').next().unwrap_or(program);
        self.start(name, &[&[program], arguments].concat())
    }

    /// The processes on it, each as its id and its command line.
    pub fn processes(&self) -> Result<Vec<(i32, String)>> {
        let command = |pid: i32| {
            // One that has ended meanwhile, or is a zombie, has none.
            let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            let words: Vec<_> = line
                .split(|&byte| byte == 0)
                .map(String::from_utf8_lossy)
                .collect();
            words.join(" ").trim_end().to_owned()
        };
        let pids = self.namespace.processes()?;
        Ok(pids.into_iter().map(|pid| (pid, command(pid))).collect())
    }

    /// Sends a signal to one process on it.
    pub fn signal(&self, pid: i32, signal: Signal) -> Result<()> {
        kill(Pid::from_raw(pid), signal).with_context(|| format!("{signal} to {pid}"))
    }

    /// Runs a program on it to its end, and gives its standard output.
    pub fn exec(&self, command: &[&str]) -> Result<String> {
        self.namespace.exec(command)
    }

    /// Runs `ip` on it, as `ip -batch` reads commands: `addr del 10.77.0.100/32 dev eth0`.
    pub fn ip(&self, commands: &str) -> Result<String> {
        self.namespace.ip(commands)
    }

    pub(crate) fn namespace(&self) -> &Namespace {
        &self.namespace
    }

    /// The IPv4 addresses that its kernel has, in its order, without the loopback's.
    pub fn addresses(&self) -> Result<Vec<Assigned>> {
        let text = self.namespace.show(&["-oneline", "-4", "address", "show"])?;
        Ok(text
            .lines()
            .filter_map(parse_address)
            .filter(|assigned| assigned.interface != "lo")
            .collect())
    }

    /// Whether its kernel has this address.
    pub fn holds(&self, address: Ipv4Addr) -> Result<bool> {
        Ok(self
            .addresses()?
            .iter()
            .any(|assigned| assigned.address == address))
    }

    /// Which hardware address its neighbour table has for `address`.
    pub fn neighbour(&self, address: Ipv4Addr) -> Result<Option<MacAddr>> {
        let text = self.namespace.ip(&format!("neighbour show {address}"))?;
        let mut words = text.split_whitespace().skip_while(|word| *word != "lladdr");
        Ok(words.nth(1).and_then(|mac| mac.parse().ok()))
    }

    /// Switches an interface off, as an administrator does.
    pub fn link_down(&self, interface: &str) -> Result<()> {
        self.namespace.ip(&format!("link set {interface} down")).map(drop)
    }

    /// Switches it on again.
    pub fn link_up(&self, interface: &str) -> Result<()> {
        self.namespace.ip(&format!("link set {interface} up")).map(drop)
    }

    /// Pulls the cable: the host's carrier goes.
    pub fn unplug(&self, interface: &str) -> Result<()> {
        let port = self.port(interface)?;
        port.switch
            .ip(&format!("link set {} down", port.socket))
            .map(drop)
    }

    /// Puts the cable back.
    pub fn replug(&self, interface: &str) -> Result<()> {
        let port = self.port(interface)?;
        port.switch.ip(&format!("link set {} up", port.socket)).map(drop)
    }

    /// Cuts the host off inside the switch: its carrier stays, nothing gets through.
    pub fn partition(&self, interface: &str) -> Result<()> {
        let port = self.port(interface)?;
        port.switch
            .ip(&format!("link set {} nomaster", port.socket))
            .map(drop)
    }

    /// Ends [`Host::partition`].
    pub fn heal(&self, interface: &str) -> Result<()> {
        let port = self.port(interface)?;
        port.switch
            .ip(&format!("link set {} master {BRIDGE}", port.socket))
            .map(drop)
    }

    /// Loses what the host sends (an nftables match, such as `ip protocol 112`; empty is everything). Nothing on the
    /// host can notice: it happens behind the cable.
    pub fn lose_sent(&self, interface: &str, what: &str) -> Result<()> {
        let port = self.port(interface)?;
        lose(&port.switch, &port.socket, what)
    }

    /// Loses what others send to the host, before any socket but a packet socket sees it.
    pub fn lose_received(&self, interface: &str, what: &str) -> Result<()> {
        lose(&self.namespace, interface, what)
    }

    /// Ends every [`Host::lose_sent`] and [`Host::lose_received`] of the interface.
    pub fn lose_nothing(&self, interface: &str) -> Result<()> {
        let port = self.port(interface)?;
        for (namespace, device) in [
            (&*port.switch, port.socket.as_str()),
            (&self.namespace, interface),
        ] {
            // Naming it first makes it exist, so that there is always something to delete.
            namespace.nft(&format!(
                "table netdev lose_{device}\ndelete table netdev lose_{device}\n"
            ))?;
        }
        Ok(())
    }

    /// Deletes the interface, as pulling a card does. [`Host::plug_again`] makes a new one.
    pub fn delete_interface(&self, interface: &str) -> Result<()> {
        self.namespace.ip(&format!("link del {interface}")).map(drop)
    }

    /// Makes the interface again, with the same hardware address, the same address, and a new index.
    pub fn plug_again(&self, interface: &str) -> Result<()> {
        plug(&self.namespace, self.port(interface)?)
    }
}

fn plug(host: &Namespace, port: &Port) -> Result<()> {
    let Port {
        interface,
        address,
        mac,
        socket,
        switch,
        ..
    } = port;
    switch.ip(&format!(
        "link add name {socket} type veth peer name {interface} address {mac} netns {}\n\
         link set {socket} master {BRIDGE} up",
        host.name()
    ))?;
    host.ip(&format!(
        "address add {address}/24 dev {interface}\nlink set {interface} up"
    ))
    .map(drop)
}

fn lose(namespace: &Namespace, device: &str, what: &str) -> Result<()> {
    namespace
        .nft(&format!(
            "table netdev lose_{device} {{\n\
               chain lost {{\n\
                 type filter hook ingress device \"{device}\" priority 0\n\
                 {what} counter drop\n\
               }}\n\
             }}\n"
        ))
        .map(drop)
}

/// Reads a line such as `2: eth0    inet 10.77.0.1/24 scope global eth0\       valid_lft forever preferred_lft forever`.
fn parse_address(line: &str) -> Option<Assigned> {
    let (described, _) = line.split_once('\\')?;
    let mut words = described.split_whitespace();
    let interface = words.nth(1)?;
    let (address, prefix) = words
        .nth(1)?
        .split_once('/')
        .map_or((None, ""), |(a, p)| (a.parse().ok(), p));
    Some(Assigned {
        interface: interface.to_owned(),
        address: address?,
        prefix: prefix.parse().ok()?,
        label: words.last()?.to_owned(),
    })
}
