//! Packets that routers and strangers send, as bytes.

#[cfg(test)]
mod tests;

use core::net::Ipv4Addr;
use core::time::Duration;

use vrrp_core::{Authentication, Params, Password, Transport, Vrid, WirePriority};
use vrrp_packet::{Contents, EncodeError, GROUP, Outgoing};

use crate::rng::Rng;
use crate::scenario::Flaw;

/// The stranger on the LAN.
pub(crate) const STRANGER: Ipv4Addr = Ipv4Addr::new(10, 77, 3, 66);
/// A host that is nobody's peer, behind a router.
const FAR: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 9);

/// The first of a router's virtual addresses.
const FIRST_VIRTUAL: u8 = 101;

/// The virtual addresses that a router lists.
pub(crate) fn listed(vrid: Vrid, count: u8) -> impl Iterator<Item = Ipv4Addr> {
    (0..count).map(move |index| Ipv4Addr::new(10, 78, vrid.get(), FIRST_VIRTUAL + index))
}

/// The advert of a router with these parameters.
pub(crate) fn advert(params: &Params, source: Ipv4Addr, lists: u8) -> Result<Outgoing, EncodeError> {
    encode(params, source, GROUP, params.priority.into(), lists)
}

fn encode(
    params: &Params,
    source: Ipv4Addr,
    destination: Ipv4Addr,
    priority: WirePriority,
    lists: u8,
) -> Result<Outgoing, EncodeError> {
    let addresses: Vec<Ipv4Addr> = listed(params.vrid, lists).collect();
    Outgoing::new(&Contents {
        vrid: params.vrid,
        priority,
        interval: params.interval.get(),
        authentication: params.authentication,
        addresses: &addresses,
        source,
        destination,
        ttl: 255,
    })
}

fn destination(params: &Params, receiver: Ipv4Addr) -> Ipv4Addr {
    match params.transport {
        Transport::Multicast => GROUP,
        Transport::Unicast { .. } => receiver,
    }
}

/// An advert that a receiver with these parameters must believe, whoever sent it.
pub(crate) fn forged(
    params: &Params,
    receiver: Ipv4Addr,
    source: Ipv4Addr,
    priority: u8,
    lists: u8,
) -> Result<Vec<u8>, EncodeError> {
    let to = destination(params, receiver);
    Ok(encode(params, source, to, WirePriority::new(priority), lists)?
        .bytes()
        .to_vec())
}

/// A packet that a receiver with these parameters must not believe: from a peer or from a stranger, of some priority.
pub(crate) fn hostile(
    params: &Params,
    receiver: Ipv4Addr,
    peer: Ipv4Addr,
    flaw: Flaw,
    rng: &mut Rng,
) -> Result<Vec<u8>, EncodeError> {
    let mut wrong = params.clone();
    let mut source = if rng.per_mille(500) { peer } else { STRANGER };
    let mut to = destination(params, receiver);
    match flaw {
        Flaw::Password => wrong.authentication = simple(b"wrong"),
        Flaw::AuthenticationType => {
            wrong.authentication = match params.authentication {
                Authentication::None => simple(b"secret"),
                _ => Authentication::None,
            }
        }
        Flaw::Interval => {
            let other = params.interval.get() + Duration::from_secs(5);
            wrong.interval = vrrp_core::Interval::new(other).unwrap_or(params.interval);
        }
        Flaw::OtherVrid => wrong.vrid = Vrid::new(params.vrid.get() ^ 1).unwrap_or(params.vrid),
        Flaw::Transport => to = if to == GROUP { receiver } else { GROUP },
        Flaw::Far => source = if to == GROUP { source } else { FAR },
        Flaw::Echo => source = receiver,
        Flaw::Checksum | Flaw::Version | Flaw::Short | Flaw::Noise => {}
    }
    let priority = WirePriority::new(u8::try_from(rng.pick(&[0, 1, 100, 254, 255])).unwrap_or_default());
    let mut bytes = encode(&wrong, source, to, priority, 2)?.bytes().to_vec();
    spoil(&mut bytes, flaw, to == GROUP, rng);
    Ok(bytes)
}

fn simple(password: &[u8]) -> Authentication {
    Password::new(password).map_or(Authentication::None, Authentication::Simple)
}

/// What no sender would build.
fn spoil(bytes: &mut Vec<u8>, flaw: Flaw, to_group: bool, rng: &mut Rng) {
    let mut flip = |at: usize, bits: u8| {
        if let Some(byte) = bytes.get_mut(at) {
            *byte ^= bits;
        }
    };
    match flaw {
        // One bit of the second address.
        Flaw::Checksum => flip(33, 0x04),
        // 255 becomes 254: the header's own checksum is the kernel's business.
        Flaw::Far if to_group => flip(8, 0x01),
        Flaw::Version => flip(20, 0x10),
        Flaw::Short => bytes.truncate(20 + 15),
        Flaw::Noise => bytes
            .iter_mut()
            .skip(20)
            .for_each(|byte| *byte = rng.bits().to_le_bytes()[0]),
        _ => {}
    }
}
