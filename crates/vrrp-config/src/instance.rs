//! One `[[instance]]`.

use core::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use toml::de::DeTable;
use vrrp_core::{
    Announcing, Authentication, InterfaceName, Interval, Params, Preempt, Priority, Transport, Vrid,
};

use crate::address::{AddressDraft, read_interface, read_list};
use crate::reader::{Field, Reader, Table};
use crate::source::{Located, Source};
use crate::unicast::{UnicastDraft, read_source};
use crate::{AddressFlaw, InstanceConfig, InstanceFlaw, authentication, garp, keys, unicast};

/// The most addresses that an advert can list: their number is one byte (RFC 3768 section 5.3.5).
const ADVERT_HOLDS: usize = 255;

/// What could be understood of an instance. Where a value is wrong the field is `None` or has its default: the
/// problem is already reported, and the rest can still be compared with other instances.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) name: Option<Located<String>>,
    pub(crate) interface: Option<InterfaceName>,
    pub(crate) vrid: Option<Located<Vrid>>,
    pub(crate) priority: Priority,
    interval: Interval,
    preempt: Preempt,
    pub(crate) advertised: Vec<Located<AddressDraft>>,
    pub(crate) excluded: Vec<Located<AddressDraft>>,
    authentication: Authentication,
    pub(crate) unicast: Option<UnicastDraft>,
    /// The source of multicast adverts.
    pub(crate) source: Option<Located<Ipv4Addr>>,
    announce: Announcing,
}

/// Reads the instance whose header, or opening brace, is at `at`.
pub(crate) fn read(reader: &mut Reader<'_>, at: usize, entries: &DeTable<'_>, text: &Source) -> Draft {
    let table = reader.table(at, keys::INSTANCE_KEYS, entries);
    let name = reader
        .required(&table, keys::NAME)
        .and_then(|field| read_name(reader, &field));
    let interface = reader
        .required(&table, keys::INTERFACE)
        .and_then(|field| read_interface(reader, &field));
    let vrid = reader
        .required(&table, keys::VRID)
        .and_then(|field| read_vrid(reader, &field));
    let priority = table
        .get(keys::PRIORITY)
        .and_then(|field| read_priority(reader, &field));
    let priority = priority.unwrap_or(Priority::DEFAULT);
    let interval = table
        .get(keys::ADVERT_INTERVAL)
        .and_then(|field| read_interval(reader, &field));
    let preempt = read_preempt(reader, &table, priority);
    let advertised = read_advertised(reader, &table, interface.as_ref());
    let excluded = table.get(keys::EXCLUDED_ADDRESSES);
    let excluded = excluded
        .map(|field| read_list(reader, &field, keys::EXCLUDED_ADDRESS, interface.as_ref()))
        .unwrap_or_default();
    let authentication = table
        .get(keys::AUTHENTICATION)
        .and_then(|field| authentication::read(reader, &field));
    let unicast_field = table.get(keys::UNICAST);
    let unicast = unicast_field.and_then(|field| unicast::read(reader, &field, text));
    let source = match table.get(keys::SOURCE) {
        Some(field) if unicast_field.is_some() => {
            reader.report(field.at, AddressFlaw::SourceBesideUnicast);
            None
        }
        Some(field) => read_source(reader, &field),
        None => None,
    };
    let announce = table.get(keys::GARP).and_then(|field| garp::read(reader, &field));
    Draft {
        name,
        interface,
        vrid,
        priority,
        interval: interval.unwrap_or(Interval::DEFAULT),
        preempt,
        advertised,
        excluded,
        authentication: authentication.unwrap_or(Authentication::None),
        unicast,
        source,
        announce: announce.unwrap_or_default(),
    }
}

impl Draft {
    /// The instance, unless one of its required parts is missing, which is then reported.
    pub(crate) fn finish(self) -> Option<InstanceConfig> {
        let interface = self.interface?;
        let (source, transport) = match self.unicast {
            Some(UnicastDraft { source, peers }) => {
                let peers = peers.into_iter().map(|peer| IpAddr::V4(peer.value)).collect();
                (source, Transport::Unicast { peers })
            }
            None => (self.source, Transport::Multicast),
        };
        let advertised = self
            .advertised
            .iter()
            .map(|address| IpAddr::V4(address.value.net.addr()))
            .collect();
        let addresses = self
            .advertised
            .into_iter()
            .chain(self.excluded)
            .map(|address| address.value.finish(&interface))
            .collect();
        Some(InstanceConfig {
            name: self.name?.value,
            source: source.map(|source| source.value),
            params: Params {
                vrid: self.vrid?.value,
                priority: self.priority,
                interval: self.interval,
                preempt: self.preempt,
                transport,
                authentication: self.authentication,
                advertised,
                announce: self.announce,
            },
            addresses,
            interface,
        })
    }
}

fn read_name(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Located<String>> {
    let name = reader.text(field)?.text;
    if !(1..=64).contains(&name.chars().count()) || name.contains(char::is_control) {
        reader.report(field.at, InstanceFlaw::Name(name.escape_debug().to_string()));
        return None;
    }
    Some(Located {
        value: name,
        place: reader.place(field.at),
    })
}

fn read_vrid(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Located<Vrid>> {
    let number = reader.number(field)?;
    let Some(value) = number.byte().and_then(Vrid::new) else {
        reader.report(field.at, InstanceFlaw::Vrid(number.written));
        return None;
    };
    Some(Located {
        value,
        place: reader.place(field.at),
    })
}

fn read_priority(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Priority> {
    let number = reader.number(field)?;
    let priority = number.byte().and_then(Priority::new);
    if priority.is_none() {
        reader.report(field.at, InstanceFlaw::Priority(number.written));
    }
    priority
}

fn read_interval(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Interval> {
    let (length, written) = reader.duration(field)?;
    let interval = Interval::new(length);
    if interval.is_none() {
        reader.report(field.at, InstanceFlaw::Interval(written));
    }
    interval
}

/// `preempt` and `preempt_delay` together. The owner of the addresses preempts whatever they say (RFC 3768 section
/// 6.1).
fn read_preempt(reader: &mut Reader<'_>, table: &Table<'_>, priority: Priority) -> Preempt {
    let preempt_field = table.get(keys::PREEMPT);
    let delay_field = table.get(keys::PREEMPT_DELAY);
    let preempt = preempt_field
        .and_then(|field| reader.boolean(&field))
        .unwrap_or(true);
    let delay = delay_field
        .and_then(|field| reader.duration(&field))
        .map_or(Duration::ZERO, |(delay, _)| delay);
    let delay_field = delay_field.filter(|_| !delay.is_zero());
    if priority.is_owner() {
        if let Some(field) = preempt_field.filter(|_| !preempt) {
            reader.report(
                field.at,
                InstanceFlaw::OwnerPreempts {
                    key: keys::PREEMPT.path,
                },
            );
        }
        if let Some(field) = delay_field {
            reader.report(
                field.at,
                InstanceFlaw::OwnerPreempts {
                    key: keys::PREEMPT_DELAY.path,
                },
            );
        }
        return Preempt::After(Duration::ZERO);
    }
    if let Some(field) = delay_field.filter(|_| !preempt) {
        reader.report(field.at, InstanceFlaw::DelayWithoutPreempt);
    }
    if preempt {
        Preempt::After(delay)
    } else {
        Preempt::Never
    }
}

fn read_advertised(
    reader: &mut Reader<'_>,
    table: &Table<'_>,
    interface: Option<&InterfaceName>,
) -> Vec<Located<AddressDraft>> {
    let Some(field) = reader.required(table, keys::VIRTUAL_ADDRESSES) else {
        return Vec::new();
    };
    if field.value.as_array().is_some_and(|items| items.is_empty()) {
        reader.report(field.at, AddressFlaw::None);
    }
    let addresses = read_list(reader, &field, keys::VIRTUAL_ADDRESS, interface);
    if let Some(first) = addresses.get(ADVERT_HOLDS) {
        let flaw = AddressFlaw::TooMany {
            count: addresses.len(),
            first: first.value.net.addr(),
        };
        reader.report(first.place.offset, flaw);
    }
    addresses
}
