//! One `[[instance]]`.

use core::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use toml::de::DeTable;
use vrrp_checks::Hooks;
use vrrp_core::{
    Announcing, Authentication, InterfaceName, Interval, Params, Preempt, Priority, Track, Transport, Vrid,
};

use crate::address::{AddressDraft, read_interface, read_list};
use crate::reader::{Field, Reader, Table};
use crate::source::{Located, Place, Source};
use crate::unicast::{UnicastDraft, read_source};
use crate::{
    AddressFlaw, Bearer, InstanceConfig, InstanceFlaw, authentication, garp, hook, keys, name, preempt,
    track, unicast,
};

/// The most addresses that an advert can list: their number is one byte (RFC 3768 section 5.3.5).
const ADVERT_HOLDS: usize = 255;

const LONGEST_DEBOUNCE: Duration = Duration::from_mins(1);

/// So many intervals of silence are still less than the others wait before they take over.
const PATIENCE: u128 = 2;

/// What could be understood of an instance. Where a value is wrong the field is `None` or has its default: the
/// problem is already reported, and the rest can still be compared with other instances.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) name: Option<Located<String>>,
    pub(crate) interface: Option<InterfaceName>,
    pub(crate) vrid: Option<Located<Vrid>>,
    pub(crate) priority: Priority,
    /// Where the priority stands, or the table that leaves it out; `None` if it is wrong.
    pub(crate) priority_place: Option<Place>,
    interval: Interval,
    pub(crate) preempt: Preempt,
    pub(crate) preempt_place: Option<Place>,
    pub(crate) advertised: Vec<Located<AddressDraft>>,
    pub(crate) excluded: Vec<Located<AddressDraft>>,
    authentication: Authentication,
    pub(crate) unicast: Option<UnicastDraft>,
    /// The source of multicast adverts.
    pub(crate) source: Option<Located<Ipv4Addr>>,
    announce: Announcing,
    pub(crate) tracks: Vec<track::Draft>,
    link_debounce: Duration,
    hooks: Hooks,
}

/// Reads the instance whose header, or opening brace, is at `at`.
pub(crate) fn read(reader: &mut Reader<'_>, at: usize, entries: &DeTable<'_>, text: &Source) -> Draft {
    let table = reader.table(at, keys::INSTANCE_KEYS, entries);
    let name = reader
        .required(&table, keys::NAME)
        .and_then(|field| name::read(reader, &field, Bearer::Instance));
    let interface = reader
        .required(&table, keys::INTERFACE)
        .and_then(|field| read_interface(reader, &field));
    let vrid = reader
        .required(&table, keys::VRID)
        .and_then(|field| read_vrid(reader, &field));
    let (priority, priority_place) = read_priority(reader, &table);
    let interval = table
        .get(keys::ADVERT_INTERVAL)
        .and_then(|field| read_interval(reader, &field))
        .unwrap_or(Interval::DEFAULT);
    let preempt = preempt::read(reader, &table, priority);
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
        priority_place,
        interval,
        preempt,
        preempt_place: table.get(keys::PREEMPT).map(|field| reader.place(field.at)),
        advertised,
        excluded,
        authentication: authentication.unwrap_or(Authentication::None),
        unicast,
        source,
        announce: announce.unwrap_or_default(),
        tracks: track::read(reader, &table),
        link_debounce: read_debounce(reader, &table, interval).unwrap_or_default(),
        hooks: hook::read(reader, &table),
    }
}

impl Draft {
    /// The instance, unless one of its required parts is missing, which is then reported.
    /// `tracks` is everything that counts for it.
    pub(crate) fn finish(self, tracks: Vec<Track>) -> Option<InstanceConfig> {
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
                tracks,
            },
            addresses,
            link_debounce: self.link_debounce,
            hooks: self.hooks,
            interface,
        })
    }
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

/// The priority, and where it stands.
fn read_priority(reader: &mut Reader<'_>, table: &Table<'_>) -> (Priority, Option<Place>) {
    let Some(field) = table.get(keys::PRIORITY) else {
        let place = Some(reader.place(table.at)).filter(|_| !table.misspells(keys::PRIORITY));
        return (Priority::DEFAULT, place);
    };
    let Some(number) = reader.number(&field) else {
        return (Priority::DEFAULT, None);
    };
    let priority = number.byte().and_then(Priority::new);
    if priority.is_none() {
        reader.report(field.at, InstanceFlaw::Priority(number.written));
    }
    let place = priority.map(|_| reader.place(field.at));
    (priority.unwrap_or(Priority::DEFAULT), place)
}

fn read_interval(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Interval> {
    let (length, written) = reader.duration(field)?;
    let interval = Interval::new(length);
    if interval.is_none() {
        reader.report(field.at, InstanceFlaw::Interval(written));
    }
    interval
}

/// How long the link must be down or up; zero unless given.
fn read_debounce(reader: &mut Reader<'_>, table: &Table<'_>, interval: Interval) -> Option<Duration> {
    let field = table.get(keys::LINK_DEBOUNCE)?;
    let (debounce, written) = reader.duration(&field)?;
    if debounce > LONGEST_DEBOUNCE {
        reader.report(field.at, InstanceFlaw::Debounce(written));
        return None;
    }
    let adverts = debounce.as_nanos() / interval.get().as_nanos();
    if adverts >= PATIENCE {
        reader.report(field.at, InstanceFlaw::SlowDebounce { written, adverts });
    }
    Some(debounce)
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
