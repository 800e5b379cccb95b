//! A stranger in the LAN: sends forged adverts from a host, at a bounded rate.

use core::net::{Ipv4Addr, SocketAddrV4};
use core::time::Duration;
use std::thread;

use anyhow::{Context, Result};
use socket2::{Domain, Protocol, Socket, Type};

use crate::advert::Forged;
use crate::clock::monotonic;
use crate::host::Host;

/// A raw socket on a host, through which whole IPv4 packets leave.
#[derive(Debug)]
pub struct Injector {
    socket: Socket,
}

impl Injector {
    /// Opens it on one of the host's interfaces.
    ///
    /// # Errors
    ///
    /// When the host has no such interface.
    pub fn open(host: &Host, interface: &str) -> Result<Self> {
        let own = host.port(interface)?.address;
        let socket = host.namespace().enter(|| {
            // Protocol 255 (IPPROTO_RAW) sends packets with their own header, and receives nothing.
            let socket = Socket::new(Domain::IPV4, Type::RAW, Some(Protocol::from(255)))?;
            socket.set_header_included_v4(true)?;
            socket.bind_device(Some(interface.as_bytes()))?;
            socket.set_multicast_if_v4(&own)?;
            Ok(socket)
        })?;
        Ok(Self { socket })
    }

    /// Sends one.
    pub fn send(&self, forged: &Forged) -> Result<()> {
        self.send_packet(&forged.packet(), forged.destination)
    }

    /// Sends an IPv4 packet of any content.
    pub fn send_packet(&self, packet: &[u8], destination: Ipv4Addr) -> Result<()> {
        self.socket
            .send_to(packet, &SocketAddrV4::new(destination, 0).into())
            .context("a forged packet was not sent")?;
        Ok(())
    }

    /// Sends each of `forged` once every `period`, for `span`, and then returns.
    pub fn repeat(&self, forged: &[Forged], period: Duration, span: Duration) -> Result<()> {
        let mut next = monotonic();
        let end = next + span;
        while next < end {
            for one in forged {
                self.send(one)?;
            }
            next += period;
            thread::sleep(next.saturating_sub(monotonic()));
        }
        Ok(())
    }
}
