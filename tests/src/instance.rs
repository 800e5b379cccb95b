//! What a router is told about a virtual router, whatever program it runs: each driver writes it in its own tongue.

use core::net::Ipv4Addr;
use core::time::Duration;

/// One virtual router on one host.
#[derive(Clone, Debug)]
pub struct Instance {
    /// Its name in the log.
    pub name: String,
    /// Where adverts go out.
    pub interface: String,
    /// Virtual router identifier.
    pub vrid: u8,
    /// Priority, 1 to 255.
    pub priority: u8,
    /// Advertisement interval, in seconds.
    pub interval: u8,
    /// What it does about a MASTER of lower priority.
    pub preempt: Preempt,
    /// The simple password, if it has one.
    pub password: Option<String>,
    /// To whom adverts go, if not to the group.
    pub unicast: Option<Unicast>,
    /// The addresses, advertised.
    pub vips: Vec<Vip>,
    /// What only one program knows, in its own tongue: lines of its table or block.
    pub more: String,
}

/// What a BACKUP does about a MASTER of lower priority.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preempt {
    /// Takes over.
    Yes,
    /// Lets it be.
    No,
    /// Takes over after a time.
    After(Duration),
}

/// Adverts to named peers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unicast {
    /// Our address.
    pub source: Ipv4Addr,
    /// Theirs.
    pub peers: Vec<Ipv4Addr>,
}

/// A virtual address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vip {
    /// The address.
    pub address: Ipv4Addr,
    /// Its prefix length.
    pub prefix: u8,
    /// Where it is held, if not where the adverts go out.
    pub interface: Option<String>,
    /// Its label.
    pub label: Option<String>,
}

impl From<Ipv4Addr> for Vip {
    fn from(address: Ipv4Addr) -> Self {
        Self {
            address,
            prefix: 32,
            interface: None,
            label: None,
        }
    }
}

impl Instance {
    /// A virtual router on `eth0`: 1 s, preempting, multicast, without a password. Its name is `V` and the VRID.
    pub fn new(vrid: u8, priority: u8, vip: Ipv4Addr) -> Self {
        Self {
            name: format!("V{vrid}"),
            interface: "eth0".to_owned(),
            vrid,
            priority,
            interval: 1,
            preempt: Preempt::Yes,
            password: None,
            unicast: None,
            vips: vec![vip.into()],
            more: String::new(),
        }
    }

    /// With another name.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..self
        }
    }

    /// With lines that only one program understands.
    #[must_use]
    pub fn with(mut self, lines: &str) -> Self {
        self.more.push_str(lines);
        self.more.push('\n');
        self
    }

    /// With another preemption.
    #[must_use]
    pub fn preempt(self, preempt: Preempt) -> Self {
        Self { preempt, ..self }
    }

    /// With a password.
    #[must_use]
    pub fn password(self, password: &str) -> Self {
        Self {
            password: Some(password.to_owned()),
            ..self
        }
    }

    /// With adverts to peers.
    #[must_use]
    pub fn unicast(self, source: Ipv4Addr, peers: &[Ipv4Addr]) -> Self {
        Self {
            unicast: Some(Unicast {
                source,
                peers: peers.to_vec(),
            }),
            ..self
        }
    }

    /// On another interface.
    #[must_use]
    pub fn on(self, interface: &str) -> Self {
        Self {
            interface: interface.to_owned(),
            ..self
        }
    }

    /// With another address besides.
    #[must_use]
    pub fn and(mut self, vip: Vip) -> Self {
        self.vips.push(vip);
        self
    }

    /// Three intervals and the skew of its priority: after so long a silence it takes over (RFC 3768 section 6.1).
    pub fn master_down(&self) -> Duration {
        Duration::from_secs(3 * u64::from(self.interval)) + self.skew()
    }

    /// `Skew_Time`: (256 - priority) / 256 s.
    pub fn skew(&self) -> Duration {
        Duration::from_nanos((256 - u64::from(self.priority)) * 3_906_250)
    }
}
