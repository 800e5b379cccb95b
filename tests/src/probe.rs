//! A client that asks an address for an echo every 2 ms, and knows for how long nobody answered.

use core::net::{Ipv4Addr, SocketAddrV4};
use core::time::Duration;
use std::io::{ErrorKind, Read};
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use anyhow::{Context, Result, anyhow};
use nix::poll::{PollFd, PollFlags, ppoll};
use nix::sys::time::TimeSpec;
use pnet::packet::Packet as _;
use pnet::packet::icmp::IcmpTypes;
use pnet::packet::icmp::echo_reply::EchoReplyPacket;
use pnet::packet::icmp::echo_request::MutableEchoRequestPacket;
use pnet::packet::ipv4::Ipv4Packet;
use socket2::{Domain, Protocol, Socket, Type};

use crate::clock::monotonic;
use crate::host::Host;

/// The pause between two questions: what an outage can be measured to.
const PERIOD: Duration = Duration::from_millis(2);
/// For how long answers may be late when the client stops asking.
const LINGER: Duration = Duration::from_millis(100);

/// A running client.
#[derive(Debug)]
pub struct Probe {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<Result<Probed>>>,
}

/// What a client found.
#[derive(Clone, Debug, Default)]
pub struct Probed {
    /// How many questions it asked.
    pub asked: usize,
    /// How many were answered.
    pub answered: usize,
    /// The longest time from one question that was answered to the next that was; zero if there were no two.
    pub outage: Duration,
    /// When that began and ended (monotonic time).
    pub outage_at: (Duration, Duration),
}

impl Probed {
    /// How many questions nobody answered.
    pub fn lost(&self) -> usize {
        self.asked - self.answered
    }
}

impl Probe {
    /// Starts a client on `host` that asks `address`.
    ///
    /// # Errors
    ///
    /// When there is no raw socket to be had.
    pub fn start(host: &Host, address: Ipv4Addr) -> Result<Self> {
        let socket = host.namespace().enter(|| {
            let socket = Socket::new(Domain::IPV4, Type::RAW, Some(Protocol::ICMPV4))?;
            socket.set_nonblocking(true)?;
            Ok(socket)
        })?;
        let stop = Arc::new(AtomicBool::new(false));
        let thread = thread::spawn({
            let stop = Arc::clone(&stop);
            move || ask(socket, address, &stop)
        });
        Ok(Self {
            stop,
            thread: Some(thread),
        })
    }

    /// Stops asking, waits for late answers, and tells what was found.
    pub fn finish(mut self) -> Result<Probed> {
        self.stop.store(true, Ordering::Relaxed);
        let thread = self.thread.take().context("a client is finished once")?;
        thread
            .join()
            .map_err(|_| anyhow!("the client's thread panicked"))?
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

fn ask(mut socket: Socket, address: Ipv4Addr, stop: &AtomicBool) -> Result<Probed> {
    let to = SocketAddrV4::new(address, 0).into();
    let mut questions: Vec<(Duration, bool)> = Vec::new();
    let mut next = monotonic();
    let mut end = None;
    loop {
        let now = monotonic();
        if end.is_some_and(|end| now >= end) {
            break;
        }
        if end.is_none() && stop.load(Ordering::Relaxed) {
            end = Some(now + LINGER);
        }
        if end.is_none() && now >= next {
            // Not sent is not answered: whatever the reason, the client has no service.
            let _ = socket.send_to(&question(questions.len()), &to);
            questions.push((now, false));
            // No burst after a stall: what was not asked in time is not asked at all.
            next = (next + PERIOD).max(now);
        }
        let wait = next.saturating_sub(monotonic()).min(PERIOD);
        ppoll(
            &mut [PollFd::new(socket.as_fd(), PollFlags::POLLIN)],
            Some(TimeSpec::from(wait)),
            None,
        )?;
        drain(&mut socket, address, &mut questions)?;
    }
    Ok(judge(&questions))
}

/// An echo request whose number goes into identifier and sequence, of which both halves come back.
fn question(number: usize) -> [u8; 8] {
    let mut bytes = [0; 8];
    if let Some(mut packet) = MutableEchoRequestPacket::new(&mut bytes) {
        packet.set_icmp_type(IcmpTypes::EchoRequest);
        let [high, low] = halves(number);
        packet.set_identifier(high);
        packet.set_sequence_number(low);
    }
    let sum = pnet::util::checksum(&bytes, 1);
    if let Some(mut packet) = MutableEchoRequestPacket::new(&mut bytes) {
        packet.set_checksum(sum);
    }
    bytes
}

fn halves(number: usize) -> [u16; 2] {
    // A client asks a few thousand times; the upper half begins to count after two minutes.
    let half = |shift: u32| u16::try_from((number >> shift) & 0xffff).unwrap_or_default();
    [half(16), half(0)]
}

fn drain(socket: &mut Socket, address: Ipv4Addr, questions: &mut [(Duration, bool)]) -> Result<()> {
    let mut buffer = [0; 256];
    loop {
        let length = match socket.read(&mut buffer) {
            Ok(length) => length,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            // The kernel reports here what it could not deliver: the same as no answer.
            Err(error) if error.kind() == ErrorKind::HostUnreachable => continue,
            Err(error) => return Err(error).context("the client's socket"),
        };
        if let Some(number) = buffer.get(..length).and_then(|packet| answered(packet, address))
            && let Some((_, answered)) = questions.get_mut(number)
        {
            *answered = true;
        }
    }
}

/// Which question this packet answers.
fn answered(packet: &[u8], address: Ipv4Addr) -> Option<usize> {
    let packet = Ipv4Packet::new(packet)?;
    let reply = EchoReplyPacket::new(packet.payload())?;
    if packet.get_source().octets() != address.octets() || reply.get_icmp_type() != IcmpTypes::EchoReply {
        return None;
    }
    Some(usize::from(reply.get_identifier()) << 16 | usize::from(reply.get_sequence_number()))
}

fn judge(questions: &[(Duration, bool)]) -> Probed {
    let answered: Vec<Duration> = questions
        .iter()
        .filter(|(_, answered)| *answered)
        .map(|(at, _)| *at)
        .collect();
    let outage_at = answered
        .windows(2)
        .filter_map(|pair| Some((*pair.first()?, *pair.last()?)))
        .max_by_key(|(from, to)| to.saturating_sub(*from))
        .unwrap_or_default();
    Probed {
        asked: questions.len(),
        answered: answered.len(),
        outage: outage_at.1.saturating_sub(outage_at.0),
        outage_at,
    }
}
