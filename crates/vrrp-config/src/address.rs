//! Virtual addresses, and the plain addresses of peers and sources.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::Ipv4Net;
use toml::de::DeValue;
use vrrp_core::{InterfaceName, VirtualAddress};

use crate::keys::{self, Key};
use crate::reader::{Field, Reader};
use crate::source::Located;
use crate::{AddressFlaw, InstanceFlaw};

/// A virtual address as it is written: its interface may be the instance's.
#[derive(Debug)]
pub(crate) struct AddressDraft {
    pub(crate) net: Ipv4Net,
    interface: Option<InterfaceName>,
    label: Option<Box<str>>,
}

impl AddressDraft {
    /// Where it is held, if that is not the instance's interface.
    pub(crate) fn interface(&self) -> Option<&InterfaceName> {
        self.interface.as_ref()
    }

    pub(crate) fn finish(self, instance_interface: &InterfaceName) -> VirtualAddress {
        VirtualAddress {
            address: IpAddr::V4(self.net.addr()),
            prefix: self.net.prefix_len(),
            interface: self.interface.unwrap_or_else(|| instance_interface.clone()),
            label: self.label,
        }
    }
}

/// Reads `virtual_addresses` or `excluded_addresses`: each a text, or a table with `interface` and `label`.
pub(crate) fn read_list(
    reader: &mut Reader<'_>,
    field: &Field<'_>,
    element: &'static Key,
    instance_interface: Option<&InterfaceName>,
) -> Vec<Located<AddressDraft>> {
    let fields = reader.list(field, element).unwrap_or_default();
    fields
        .iter()
        .filter_map(|field| read(reader, field, instance_interface))
        .collect()
}

fn read(
    reader: &mut Reader<'_>,
    field: &Field<'_>,
    instance_interface: Option<&InterfaceName>,
) -> Option<Located<AddressDraft>> {
    let (at, text, interface, label) = match field.value {
        DeValue::String(_) => (field.at, reader.text(field)?, None, None),
        DeValue::Table(_) => {
            let table = reader.subtable(field, keys::ADDRESS_KEYS)?;
            let interface = table
                .get(keys::ADDRESS_INTERFACE)
                .and_then(|field| read_interface(reader, &field));
            let held_on = interface.as_ref().or(instance_interface);
            let label = table
                .get(keys::LABEL)
                .and_then(|field| read_label(reader, &field, held_on));
            let address = reader.required(&table, keys::ADDRESS)?;
            (address.at, reader.text(&address)?, interface, label)
        }
        _ => return reader.wrong_type(field),
    };
    match virtual_address(&text.text) {
        Ok(net) => Some(Located {
            value: AddressDraft {
                net,
                interface,
                label,
            },
            place: reader.place(at),
        }),
        Err(flaw) => {
            reader.report(at, flaw);
            None
        }
    }
}

/// Reads an interface's name.
pub(crate) fn read_interface(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<InterfaceName> {
    let text = reader.text(field)?.text;
    let name = InterfaceName::new(&text);
    if name.is_none() {
        reader.report(field.at, InstanceFlaw::Interface(text));
    }
    name
}

fn read_label(
    reader: &mut Reader<'_>,
    field: &Field<'_>,
    held_on: Option<&InterfaceName>,
) -> Option<Box<str>> {
    let label = reader.text(field)?.text;
    if label.is_empty() || label.contains(|c: char| c.is_whitespace() || c.is_control()) {
        reader.report(field.at, AddressFlaw::BadLabel(label));
        return None;
    }
    if label.len() > 15 {
        reader.report(field.at, AddressFlaw::LongLabel { label });
        return None;
    }
    if let Some(interface) = held_on.map(InterfaceName::as_str) {
        let belongs = label
            .strip_prefix(interface)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(':'));
        if !belongs {
            let flaw = AddressFlaw::ForeignLabel {
                label: label.clone(),
                interface: interface.to_owned(),
            };
            reader.report(field.at, flaw);
        }
    }
    Some(label.into())
}

/// Reads the address of one host, as [`host`] does.
pub(crate) fn read_host(
    reader: &mut Reader<'_>,
    field: &Field<'_>,
    role: &'static str,
) -> Option<Located<Ipv4Addr>> {
    let text = reader.text(field)?.text;
    match host(&text, role) {
        Ok(value) => Some(Located {
            value,
            place: reader.place(field.at),
        }),
        Err(flaw) => {
            reader.report(field.at, flaw);
            None
        }
    }
}

/// An address that can be virtual, with its prefix length: 32 unless given.
fn virtual_address(text: &str) -> Result<Ipv4Net, AddressFlaw> {
    let (address, length) = match text.split_once('/') {
        Some((address, length)) => (address, Some(length)),
        None => (text, None),
    };
    let address = unicast(address, "a virtual address")?;
    can_be_virtual(address, length.map_or(Ok(32), prefix_length)?)
}

/// A prefix length, as it is written after the slash.
pub(crate) fn prefix_length(text: &str) -> Result<u8, AddressFlaw> {
    let length = text.parse().ok().filter(|length| (1..=32).contains(length));
    length.ok_or_else(|| AddressFlaw::Prefix(text.to_owned()))
}

/// An address of one host, with a prefix length in which it can be one.
pub(crate) fn can_be_virtual(address: Ipv4Addr, prefix: u8) -> Result<Ipv4Net, AddressFlaw> {
    let address = one_host(address, "a virtual address")?;
    let net = Ipv4Net::new(address, prefix).map_err(|_| AddressFlaw::Prefix(prefix.to_string()))?;
    // RFC 3021: the two addresses of a /31 are both hosts.
    if prefix < 31 && address == net.network() {
        return Err(AddressFlaw::NetworkAddress { address, prefix });
    }
    if prefix < 31 && address == net.broadcast() {
        return Err(AddressFlaw::BroadcastAddress { address, prefix });
    }
    Ok(net)
}

/// The address of one host, without a prefix length. `role` completes "... is the address of one host".
pub(crate) fn host(text: &str, role: &'static str) -> Result<Ipv4Addr, AddressFlaw> {
    match text.split_once('/') {
        Some((address, _)) => {
            let address = unicast(address, role)?;
            Err(AddressFlaw::PrefixNotWanted {
                text: text.to_owned(),
                address,
                role,
            })
        }
        None => unicast(text, role),
    }
}

fn unicast(text: &str, role: &'static str) -> Result<Ipv4Addr, AddressFlaw> {
    let Ok(address) = text.parse::<Ipv4Addr>() else {
        let is_ipv6 = text.parse::<Ipv6Addr>().is_ok();
        let flaw = if is_ipv6 {
            AddressFlaw::Ipv6
        } else {
            AddressFlaw::NotAnAddress
        };
        return Err(flaw(text.to_owned()));
    };
    one_host(address, role)
}

fn one_host(address: Ipv4Addr, role: &'static str) -> Result<Ipv4Addr, AddressFlaw> {
    let kind = if address.is_broadcast() {
        "the broadcast address"
    } else if address.is_multicast() {
        "a multicast address"
    } else if address.is_loopback() {
        "a loopback address"
    } else if address.octets()[0] == 0 {
        "an unspecified address"
    } else {
        return Ok(address);
    };
    Err(AddressFlaw::Unusable { address, kind, role })
}
