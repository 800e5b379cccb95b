//! Hosts, and what other programs see of them.

use std::collections::HashSet;
use std::io::Write;
use std::net::IpAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use netlink_packet_core::{NLM_F_ACK, NLM_F_CREATE, NLM_F_EXCL, NLM_F_REQUEST, NetlinkMessage};
use netlink_packet_route::address::{AddressAttribute, AddressMessage, AddressProtocol};
use netlink_packet_route::{AddressFamily, RouteNetlinkMessage};
use netlink_sys::protocols::NETLINK_ROUTE;
use netlink_sys::{Socket, SocketAddr};
use nix::sched::{CloneFlags, unshare};
use vrrp_core::{InterfaceName, Refusal, VirtualAddress};
use vrrp_linux::{
    ClaimNote, Job, Kernel, KernelOptions, Network, NetworkChange, Owner, Report, StartError, now, wake_pair,
};

/// For everything that has to happen at all.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

type Task = Box<dyn FnOnce() + Send>;

/// A network namespace, and a thread in it. Both go when it is dropped.
pub(crate) struct Host {
    tasks: mpsc::Sender<Task>,
    namespace: String,
}

impl Host {
    /// An empty namespace but for a loopback that is up.
    pub(crate) fn new() -> Self {
        let (tasks, queue) = mpsc::channel::<Task>();
        let (ready, namespace) = mpsc::channel();
        thread::spawn(move || {
            unshare(CloneFlags::CLONE_NEWNET)
                .expect("this suite makes network namespaces: run it as root (CAP_SYS_ADMIN)");
            // As the kernel has it by default: a primary address takes its secondaries along when it goes.
            for conf in ["all", "default"] {
                let path = format!("/proc/sys/net/ipv4/conf/{conf}/promote_secondaries");
                // A container may have a /proc/sys that it can only read, and mostly it is 0 already.
                if std::fs::read_to_string(&path).expect("/proc/sys").trim() != "0" {
                    std::fs::write(path, "0").expect("a writable /proc/sys");
                }
            }
            let thread = nix::unistd::gettid();
            ready
                .send(format!("/proc/{}/task/{thread}/ns/net", std::process::id()))
                .unwrap();
            for task in queue {
                task();
            }
        });
        let host = Self {
            tasks,
            namespace: namespace.recv().expect("a namespace"),
        };
        host.ip("link set lo up");
        host
    }

    /// A host with `eth0`, which is up and has 10.0.0.1/24. The other end of its cable, `wire0`, is up as
    /// well.
    pub(crate) fn with_eth0() -> Self {
        let host = Self::new();
        host.cable("eth0", "wire0");
        host.ip("addr add 10.0.0.1/24 dev eth0");
        host
    }

    /// Two hosts on one cable: `eth0` on both, 10.0.0.1/24 and 10.0.0.2/24.
    pub(crate) fn pair() -> (Self, Self) {
        let (a, b) = (Self::new(), Self::new());
        a.ip(&format!(
            "link add eth0 type veth peer name eth0 netns {}",
            b.namespace
        ));
        for (host, address) in [(&a, "10.0.0.1/24"), (&b, "10.0.0.2/24")] {
            host.ip(&format!("addr add {address} dev eth0"));
            host.ip("link set eth0 up");
        }
        for host in [&a, &b] {
            eventually("the cable carries", || host.link_is("eth0", "LOWER_UP"));
        }
        (a, b)
    }

    /// A cable within this host, both ends up and carrying.
    pub(crate) fn cable(&self, one: &str, other: &str) {
        self.ip(&format!("link add {one} type veth peer name {other}"));
        self.ip(&format!("link set {one} up"));
        self.ip(&format!("link set {other} up"));
        eventually("the cable carries", || self.link_is(one, "LOWER_UP"));
    }

    /// Runs something in the namespace, and waits for it.
    pub(crate) fn run<T: Send + 'static>(&self, task: impl FnOnce() -> T + Send + 'static) -> T {
        let (answer, answered) = mpsc::channel();
        self.tasks
            .send(Box::new(move || drop(answer.send(task()))))
            .unwrap();
        answered.recv().expect("the task panicked")
    }

    /// `ip` with these arguments; panics if it fails.
    pub(crate) fn ip(&self, arguments: &str) -> String {
        let mut command = Command::new("ip");
        command.args(arguments.split_whitespace());
        let arguments = arguments.to_owned();
        self.run(move || {
            let output = command.output().expect("this suite needs `ip` (iproute2)");
            let errors = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "ip {arguments}: {errors}");
            String::from_utf8(output.stdout).unwrap()
        })
    }

    /// `ip` with one command a line.
    pub(crate) fn ip_batch(&self, commands: String) {
        self.run(move || {
            let mut child = Command::new("ip")
                .args(["-batch", "-"])
                .stdin(Stdio::piped())
                .spawn()
                .unwrap();
            child
                .stdin
                .take()
                .unwrap()
                .write_all(commands.as_bytes())
                .unwrap();
            assert!(child.wait().unwrap().success(), "ip -batch: {commands}");
        });
    }

    /// IPv4 addresses as `ip` sees them, `ADDRESS/PREFIX`.
    pub(crate) fn addresses(&self, interface: &str) -> HashSet<String> {
        self.address_details(interface)
            .iter()
            .map(|address| format!("{}/{}", address["local"].as_str().unwrap(), address["prefixlen"]))
            .collect()
    }

    /// What `ip` knows about the IPv4 addresses of an interface.
    pub(crate) fn address_details(&self, interface: &str) -> Vec<serde_json::Value> {
        let json = self.ip(&format!("-4 -j addr show dev {interface}"));
        let links: Vec<serde_json::Value> = serde_json::from_str(&json).unwrap();
        links
            .iter()
            .flat_map(|link| link["addr_info"].as_array().cloned().unwrap_or_default())
            .collect()
    }

    /// Whether `ip` shows this flag.
    pub(crate) fn link_is(&self, interface: &str, flag: &str) -> bool {
        let json = self.ip(&format!("-j link show dev {interface}"));
        let links: Vec<serde_json::Value> = serde_json::from_str(&json).unwrap();
        links[0]["flags"]
            .as_array()
            .unwrap()
            .iter()
            .any(|there| there == flag)
    }

    /// The interface's number, as `ip` tells it.
    pub(crate) fn index(&self, interface: &str) -> u32 {
        let json = self.ip(&format!("-j link show dev {interface}"));
        let links: Vec<serde_json::Value> = serde_json::from_str(&json).unwrap();
        u32::try_from(links[0]["ifindex"].as_u64().unwrap()).unwrap()
    }

    /// Adds an address with somebody's mark, which Debian 12's `ip` cannot.
    pub(crate) fn add_marked(&self, interface: &str, address: &str, prefix: u8, mark: u8) {
        let index = self.index(interface);
        let address: IpAddr = address.parse().unwrap();
        self.run(move || {
            let mut message = AddressMessage::default();
            message.header.family = AddressFamily::Inet;
            message.header.prefix_len = prefix;
            message.header.index = index;
            message.attributes = vec![
                AddressAttribute::Local(address),
                AddressAttribute::Address(address),
                AddressAttribute::Protocol(AddressProtocol::Other(mark)),
            ];
            let mut message = NetlinkMessage::from(RouteNetlinkMessage::NewAddress(message));
            message.header.flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
            message.finalize();
            let mut bytes = vec![0; message.buffer_len()];
            message.serialize(&mut bytes);
            let socket = Socket::new(NETLINK_ROUTE).unwrap();
            socket.send_to(&bytes, &SocketAddr::new(0, 0), 0).unwrap();
            let (answer, _) = socket.recv_from_full().unwrap();
            assert_eq!(answer[16..20], [0; 4], "the kernel refused {address}");
        });
    }

    /// Starts the kernel thread in this namespace.
    pub(crate) fn try_daemon(&self, options: KernelOptions) -> Result<Daemon, StartError> {
        self.run(move || {
            let (waker, _) = wake_pair().unwrap();
            let (kernel, reports) = Kernel::start(options, waker)?;
            Ok(Daemon {
                kernel,
                reports,
                network: Network::default(),
                snapshots: 0,
                swept: None,
                epoch: 0,
            })
        })
    }

    /// Starts the kernel thread, and waits until it has swept.
    pub(crate) fn daemon(&self, name: &str, state_dir: &Path) -> Daemon {
        self.daemon_with(KernelOptions::new(name, state_dir))
    }

    /// Starts the kernel thread, and waits until it has swept.
    pub(crate) fn daemon_with(&self, options: KernelOptions) -> Daemon {
        let mut daemon = self.try_daemon(options).unwrap();
        daemon.until("a sweep", |daemon| daemon.swept.is_some());
        daemon
    }
}

/// A kernel thread, and what it has reported.
pub(crate) struct Daemon {
    pub(crate) kernel: Kernel,
    reports: mpsc::Receiver<Report>,
    pub(crate) network: Network,
    pub(crate) snapshots: usize,
    pub(crate) swept: Option<Vec<VirtualAddress>>,
    epoch: u64,
}

impl Daemon {
    /// Claims, and waits for the answer.
    pub(crate) fn claim(&mut self, addresses: &[VirtualAddress]) -> Result<Vec<ClaimNote>, Refusal> {
        self.epoch += 1;
        let epoch = self.epoch;
        self.kernel.send(Job::Claim {
            owner: Owner(1),
            epoch,
            addresses: addresses.into(),
        });
        loop {
            if let Some(Report::Claimed {
                owner: Owner(1),
                epoch: answered,
                result,
            }) = self.next()
                && answered == epoch
            {
                return result;
            }
        }
    }

    /// Releases, and waits for the answer.
    pub(crate) fn release(&mut self, addresses: &[VirtualAddress]) -> Result<Vec<VirtualAddress>, Refusal> {
        self.epoch += 1;
        let epoch = self.epoch;
        self.kernel.send(Job::Release {
            owner: Owner(1),
            epoch,
            addresses: addresses.into(),
        });
        loop {
            if let Some(Report::Released {
                owner: Owner(1),
                epoch: answered,
                result,
            }) = self.next()
                && answered == epoch
            {
                return result;
            }
        }
    }

    /// Takes reports until something holds.
    pub(crate) fn until(&mut self, what: &str, holds: impl Fn(&Self) -> bool) {
        let deadline = now() + PATIENCE;
        while !holds(self) {
            assert!(now() < deadline, "waited in vain for {what}: {:?}", self.network);
            self.next();
        }
    }

    /// The next report, taken note of; `None` if there was none for a while.
    pub(crate) fn next(&mut self) -> Option<Report> {
        let report = match self.reports.recv_timeout(Duration::from_millis(200)) {
            Ok(report) => report,
            Err(mpsc::RecvTimeoutError::Timeout) => return None,
            Err(mpsc::RecvTimeoutError::Disconnected) => panic!("the kernel thread has ended"),
        };
        match &report {
            Report::Network(change) => {
                assert!(
                    self.snapshots > 0 || matches!(change, NetworkChange::Snapshot { .. }),
                    "{change:?}"
                );
                self.snapshots += usize::from(matches!(change, NetworkChange::Snapshot { .. }));
                self.network.apply(change);
            }
            Report::Swept { removed, .. } => self.swept = Some(removed.clone()),
            _ => {}
        }
        Some(report)
    }

    /// The addresses of an interface as reported, `ADDRESS/PREFIX`.
    pub(crate) fn addresses(&self, interface: &str) -> HashSet<String> {
        let Some(link) = self.network.link(&name(interface)) else {
            return HashSet::new();
        };
        self.network
            .addresses(link.index)
            .map(|there| format!("{}/{}", there.address, there.prefix))
            .collect()
    }

    /// The mark of an address as reported.
    pub(crate) fn mark(&self, address: &str) -> Option<u8> {
        let address: IpAddr = address.parse().unwrap();
        (1..64)
            .flat_map(|index| self.network.addresses(index))
            .find(|there| there.address == address)?
            .mark
    }
}

/// An interface's name.
pub(crate) fn name(text: &str) -> InterfaceName {
    InterfaceName::new(text).unwrap()
}

/// `ADDRESS/PREFIX` on eth0.
pub(crate) fn vip(text: &str) -> VirtualAddress {
    vip_on("eth0", text)
}

/// `ADDRESS/PREFIX` on an interface.
pub(crate) fn vip_on(interface: &str, text: &str) -> VirtualAddress {
    let (address, prefix) = text.split_once('/').unwrap();
    VirtualAddress {
        address: address.parse().unwrap(),
        prefix: prefix.parse().unwrap(),
        interface: name(interface),
        label: None,
    }
}

/// So many addresses of 10.99.0.0/16 on eth0, each on its own.
pub(crate) fn vips(count: u32) -> Vec<VirtualAddress> {
    (0..count)
        .map(|number| vip(&format!("10.99.{}.{}/32", number / 250, number % 250 + 1)))
        .collect()
}

/// What `ip` should show.
pub(crate) fn texts<'a>(addresses: impl IntoIterator<Item = &'a VirtualAddress>) -> HashSet<String> {
    addresses
        .into_iter()
        .map(|wanted| format!("{}/{}", wanted.address, wanted.prefix))
        .collect()
}

/// A set of texts.
pub(crate) fn set(texts: &[&str]) -> HashSet<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

/// Waits until something holds.
pub(crate) fn eventually(what: &str, holds: impl Fn() -> bool) {
    let deadline = now() + PATIENCE;
    while !holds() {
        assert!(now() < deadline, "waited in vain: {what}");
        thread::sleep(Duration::from_millis(10));
    }
}
