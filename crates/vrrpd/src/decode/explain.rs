//! One packet, explained: what its fields say, and what any receiver makes of it.

#[cfg(test)]
mod tests;

use std::io;
use std::net::{IpAddr, Ipv4Addr};

use vrrp_core::Discard;
use vrrp_packet::advert::Header;
use vrrp_packet::{Advert, Authentication, Datagram, DecodeError, IpError, PROTOCOL};

use super::capture::Packet;
use super::link::{Frame, Network};

const IPV4_HEADER: usize = 20;
const IPV6_HEADER: usize = 40;
/// How much keepalived's `auth_hmac` adds to an advert.
const AUTH_HMAC: usize = 28;
const ADDRESSES_PER_LINE: usize = 6;

/// What any receiver makes of an advert, however it is configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It may still be another virtual router's, or not match a configuration.
    Valid,
    Rejected,
    /// The capture holds too little of it to say.
    Cut,
}

/// Everything there is to say about one packet.
#[derive(Debug, Default)]
pub(super) struct Report {
    ends: Option<(IpAddr, IpAddr)>,
    fields: Vec<(&'static str, String)>,
    /// Reasons to reject it, in the order in which a receiver meets them.
    wrong: Vec<String>,
    cut: Option<String>,
}

/// Explains a packet that somebody typed: an IPv4 or IPv6 packet, or an advert from its own header on.
pub(super) fn packet(bytes: &[u8]) -> Report {
    let mut report = Report::default();
    match bytes.first().map(|first| first >> 4) {
        Some(4) => report.ipv4(bytes, None),
        // Less than a header of IPv6 is rather an advert of a version that does not exist.
        Some(6) if bytes.len() >= IPV6_HEADER => report.ipv6(bytes),
        _ => report.advert(bytes),
    }
    report
}

impl Report {
    /// Explains a captured packet. `None` if it is not about VRRP.
    pub(super) fn of(packet: &Packet<'_>) -> Option<Self> {
        let mut report = Self::default();
        report.frame(&packet.frame);
        match packet.frame.network {
            Network::Ipv4(bytes) if is_vrrp(bytes) => {
                let (kept, length) = (packet.kept, packet.length);
                let cut = format!("the capture kept {kept} of {length} bytes; `tcpdump -s 0` keeps all");
                report.ipv4(bytes, (kept < length).then_some(cut));
            }
            Network::Ipv6(bytes) if bytes.get(6) == Some(&PROTOCOL) => report.ipv6(bytes),
            Network::Ipv4(_) | Network::Ipv6(_) | Network::Other => return None,
        }
        Some(report)
    }

    pub(super) fn verdict(&self) -> Verdict {
        match (&self.cut, self.wrong.is_empty()) {
            (Some(_), _) => Verdict::Cut,
            (None, true) => Verdict::Valid,
            (None, false) => Verdict::Rejected,
        }
    }

    /// Writes a title, a line for each field, the verdict, and an empty line.
    pub(super) fn write(&self, title: &str, out: &mut impl io::Write) -> io::Result<()> {
        match self.ends {
            Some((source, destination)) => writeln!(out, "{title}  {source} > {destination}")?,
            None => writeln!(out, "{title}")?,
        }
        for (name, value) in &self.fields {
            writeln!(out, "  {name:<10} {value}")?;
        }
        let verdict = match (&self.cut, self.wrong.is_empty()) {
            (Some(cut), _) => format!("CUT OFF: {cut}"),
            (None, true) => "valid".to_owned(),
            (None, false) => format!("REJECTED: {}", self.wrong.join("; ")),
        };
        writeln!(out, "  {:<10} {verdict}\n", "verdict")
    }

    fn field(&mut self, name: &'static str, value: impl Into<String>) {
        self.fields.push((name, value.into()));
    }

    fn frame(&mut self, frame: &Frame<'_>) {
        let mut parts = Vec::new();
        match (frame.source, frame.destination) {
            (Some(source), Some(destination)) => parts.push(format!("{source} > {destination}")),
            (Some(source), None) => parts.push(format!("from {source}")),
            (None, _) => {}
        }
        parts.extend(frame.vlans.iter().map(|vlan| format!("VLAN {vlan}")));
        if frame.outgoing {
            parts.push("sent by the capturing host".to_owned());
        }
        if !parts.is_empty() {
            self.field("frame", parts.join(", "));
        }
    }

    /// `cut` says what the capture left out, if it did.
    fn ipv4(&mut self, bytes: &[u8], cut: Option<String>) {
        match Datagram::decode(bytes) {
            Ok(datagram) => self.datagram(&datagram),
            Err(error) => {
                self.ends = ipv4_ends(bytes);
                match (error, cut) {
                    (IpError::Truncated { .. } | IpError::TooShort { .. }, Some(cut)) => self.cut = Some(cut),
                    (error, _) => self.wrong.push(error.to_string()),
                }
            }
        }
    }

    fn datagram(&mut self, datagram: &Datagram<'_>) {
        self.ends = Some((datagram.source.into(), datagram.destination.into()));
        self.field("ttl", datagram.ttl.to_string());
        self.field("tos", type_of_service(datagram.tos));
        let fragments = if datagram.dont_fragment {
            ", don't fragment"
        } else {
            ""
        };
        self.field("id", format!("{}{fragments}", datagram.id));
        let (found, computed) = (datagram.checksum, datagram.computed_checksum());
        if found == computed {
            self.field("ip sum", format!("{found:#06x} ok"));
        } else if found == 0 {
            // Whatever fills it in, kernel or network card, comes after the place where the sender's host captures.
            self.field(
                "ip sum",
                format!("0x0000, should be {computed:#06x}: not filled in yet where it was captured"),
            );
        } else {
            let wrong = format!("{found:#06x}, should be {computed:#06x}");
            self.wrong.push(format!("IPv4 header checksum {wrong}"));
            self.field("ip sum", wrong);
        }
        if datagram.destination.is_multicast() && datagram.ttl != 255 {
            self.wrong.push(Discard::Ttl { found: datagram.ttl }.to_string());
        }
        self.advert(datagram.payload);
        if datagram.padding > 0 {
            self.field(
                "padding",
                format!("{} after the IP packet", bytes_of(datagram.padding)),
            );
        }
    }

    /// VRRPv3 has a form for IPv6. It is not spoken here, but a capture may hold it.
    fn ipv6(&mut self, bytes: &[u8]) {
        self.ends = ipv6_ends(bytes);
        if let Some(header) = bytes.get(IPV6_HEADER..).and_then(Header::read) {
            self.identity(header);
        }
        self.wrong
            .push("IPv6, expected IPv4: only VRRPv2 is spoken here".to_owned());
    }

    fn advert(&mut self, bytes: &[u8]) {
        let decoded = Advert::decode(bytes);
        if let Some(header) = Header::read(bytes) {
            self.identity(header);
            if header.version == 2 {
                self.details(header, bytes, decoded);
            }
        }
        match decoded {
            Ok(advert) => self.unusable(&advert),
            Err(error) => self.wrong.push(error.to_string()),
        }
    }

    /// Fields that mean the same in every version.
    fn identity(&mut self, header: Header) {
        self.field("version", header.version.to_string());
        self.field(
            "type",
            if header.kind == 1 {
                "1 (advertisement)".to_owned()
            } else {
                header.kind.to_string()
            },
        );
        self.field("vrid", header.vrid.to_string());
        self.field(
            "priority",
            match header.priority.get() {
                0 => "0 (the MASTER resigns)".to_owned(),
                255 => "255 (owner of the addresses)".to_owned(),
                priority => priority.to_string(),
            },
        );
    }

    /// The rest of VRRPv2.
    fn details(&mut self, header: Header, bytes: &[u8], decoded: Result<Advert<'_>, DecodeError>) {
        let name = authentication_name(header.authentication);
        self.field(
            "auth",
            match decoded.map(|advert| advert.authentication()) {
                Ok(Authentication::Simple(password)) => format!("{name}, {}", hidden(password.to_wire())),
                _ => name,
            },
        );
        self.field("interval", format!("{} s", header.interval));
        self.field(
            "checksum",
            match decoded {
                Ok(_) => format!("{:#06x} ok", header.checksum),
                Err(DecodeError::Checksum { found, computed }) => {
                    format!("{found:#06x}, should be {computed:#06x}")
                }
                Err(_) => format!("{:#06x}, not verified", header.checksum),
            },
        );
        self.field("count", header.count.to_string());
        // Where the count does not fit the length exactly (and what Ethernet pads to 26 bytes never does), some of what
        // looks like addresses may be the password.
        let end = 8 + 4 * usize::from(header.count);
        if decoded.is_ok() || bytes.len() == end + 8 {
            self.addresses(bytes.get(8..end).unwrap_or_default());
        }
        match decoded {
            Ok(advert) if advert.padding() > 0 => {
                self.field(
                    "padding",
                    format!("{} within the IP packet", bytes_of(advert.padding())),
                );
            }
            Err(DecodeError::TooLong { length, expected }) if length - expected == AUTH_HMAC => {
                self.field(
                    "note",
                    "28 bytes too many: keepalived 2.4 and newer add as many for `auth_hmac`",
                );
            }
            _ => {}
        }
    }

    /// A line for every few addresses.
    fn addresses(&mut self, bytes: &[u8]) {
        let (addresses, _) = bytes.as_chunks::<4>();
        for (line, addresses) in addresses.chunks(ADDRESSES_PER_LINE).enumerate() {
            let text: Vec<_> = addresses
                .iter()
                .map(|&octets| Ipv4Addr::from(octets).to_string())
                .collect();
            self.field(if line == 0 { "addresses" } else { "" }, text.join(", "));
        }
    }

    /// What is well formed and yet can match no router's configuration.
    fn unusable(&mut self, advert: &Advert<'_>) {
        if advert.interval().is_zero() {
            self.wrong
                .push("advert interval 0 s, expected 1 to 255 s".to_owned());
        }
        let code = advert.authentication().code();
        if code > 1 {
            let name = authentication_name(code);
            self.wrong.push(format!(
                "authentication type {name}, expected 0 (none) or 1 (simple)"
            ));
        }
        if advert.addresses().len() == 0 {
            self.field("note", "it lists no addresses: every receiver knows another list");
        }
    }
}

/// Whether an IPv4 packet carries VRRP, in whatever state it is.
fn is_vrrp(bytes: &[u8]) -> bool {
    match Datagram::decode(bytes) {
        Err(IpError::Protocol { .. } | IpError::Version { .. } | IpError::HeaderLength { .. }) => false,
        // A header of which the fixed part is there has passed the question for its protocol.
        Err(IpError::TooShort { length, .. }) => length >= IPV4_HEADER,
        Ok(_) | Err(_) => true,
    }
}

fn ipv4_ends(bytes: &[u8]) -> Option<(IpAddr, IpAddr)> {
    let (_, rest) = bytes.split_first_chunk::<12>()?;
    let (source, rest) = rest.split_first_chunk::<4>()?;
    Some(((*source).into(), (*rest.first_chunk::<4>()?).into()))
}

fn ipv6_ends(bytes: &[u8]) -> Option<(IpAddr, IpAddr)> {
    let (_, rest) = bytes.split_first_chunk::<8>()?;
    let (source, rest) = rest.split_first_chunk::<16>()?;
    Some(((*source).into(), (*rest.first_chunk::<16>()?).into()))
}

fn type_of_service(tos: u8) -> String {
    if tos == 0xc0 {
        "0xc0 (network control)".to_owned()
    } else {
        format!("{tos:#04x}")
    }
}

fn authentication_name(code: u8) -> String {
    match code {
        0 => "0 (none)".to_owned(),
        1 => "1 (simple)".to_owned(),
        2 => "2 (IP Authentication Header)".to_owned(),
        _ => format!("{code} (unknown)"),
    }
}

/// Reports end up in tickets: how long a password is, and not more.
fn hidden(password: [u8; 8]) -> String {
    let length = password
        .iter()
        .rposition(|&byte| byte != 0)
        .map_or(0, |last| last + 1);
    format!("password of {} hidden", bytes_of(length))
}

fn bytes_of(count: usize) -> String {
    format!("{count} {}", if count == 1 { "byte" } else { "bytes" })
}
